"""SWIFT MT940 and MT942: account statements as tagged fields, one or more of them in a file.

A kind is a tag ("20", "60F", "61", "86"). :20: opens a statement and is the parent of its fields; an :86:
that follows a :61: belongs to that movement. Cells are the parts of a field (edi.syntax.swift.fields): of
:61: "amount", "mark", ...; of :86: "text", or "code", "purpose", "name", "EREF", ... where the bank
structures it; else "".

Options: encoding (docs/formats.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edi.findings import EdiError, finding
from edi.library import Library
from edi.syntax import Address, Step
from edi.syntax.swift.fields import cells_of
from edi.syntax.swift.reading import BEGIN, read
from edi.syntax.swift.writing import write

__all__ = ["address", "prepare", "rank", "read", "rows_kind", "sniff", "write"]

DEFAULTS: dict[str, Any] = {"encoding": "latin-1", "decimal": ",", "date": "%y%m%d"}
_ADDRESS = re.compile(r"^(?P<up>\^?)(?:(?P<tag>\d{2}[A-Z]?)/)?(?P<cell>[^/^]*)$")
_BARE = re.compile(r"^(?P<up>\^)(?P<tag>\d{2}[A-Z]?)$")


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with defaults filled in."""
    return {**DEFAULTS, **options}


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """ "amount" (a part of the row's own field), "86/purpose" (of a field below), "^60F/amount", "^25" (of
    the statement). EdiError FMT-133 for what is none, or for a part that the field does not have.
    """
    whole = str(text)
    found = _BARE.match(whole) or _ADDRESS.match(whole)
    if found is None:
        raise EdiError(finding("FMT-133", found=whole))
    parts = found.groupdict()
    tag, cell = parts["tag"], parts.get("cell") or ""
    if cell not in cells_of(tag or rows):
        raise EdiError(finding("FMT-133", found=whole))
    up = len(parts["up"])
    if up and tag == "20":
        return Address((), ((cell, ()),), up=1, text=whole)
    return Address((Step(tag),) if tag else (), ((cell, ()),), up=up, text=whole)


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The record set of a table is named by its tag."""
    return text.strip(":")


def rank(kind: str, options: Mapping[str, Any]) -> int:
    """The order of fields in a statement (SWIFT User Handbook, MT940)."""
    order = (
        "25",
        "28C",
        "28",
        "34F",
        "13D",
        "60F",
        "60M",
        "61",
        "86",
        "90D",
        "90C",
        "62F",
        "62M",
        "64",
        "65",
    )
    return order.index(kind) if kind in order else len(order)


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """2: an account statement; 1: another SWIFT message; 0: neither."""
    text = head.decode(options["encoding"], "replace")
    if not BEGIN.match(text):
        return 0, "no SWIFT fields: it does not begin with :20: or a SWIFT block"
    if ":60F:" in text or ":60M:" in text or ":61:" in text or ":34F:" in text:
        return 2, "SWIFT account statement"
    return 1, "SWIFT, but no account statement"
