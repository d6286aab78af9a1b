"""XML 1.0: elements as records, attributes and texts as cells.

A kind is the path of an element below the root ("BkToCstmrStmt/Stmt/Ntry"; "" is the root itself), by local
names. `rows = "Stmt/Ntry//TxDtls"` means every TxDtls anywhere below an Ntry, and the Ntry itself where it
has none; that kind is spelled as it stands, and `^Ntry` is the level above it. Cells are "" (the element's
text), "@name" (an attribute) and "position()" (the element's place among its like, from 1).

Nothing outside the file is ever read and document types are refused (edi.syntax.xml.parsing).
Options: root, decimal, date (docs/formats.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from edi.library import Library
from edi.syntax.xml.addresses import address, spell
from edi.syntax.xml.parsing import matches_root, root_of
from edi.syntax.xml.reading import read
from edi.syntax.xml.writing import write

__all__ = ["address", "expect", "prepare", "rank", "read", "rows_kind", "sniff", "spell", "write"]

BOOLEANS = ("true", "false")
"""How true and false are spelled (XML Schema boolean)."""

DEFAULTS: dict[str, Any] = {"root": "*", "decimal": ".", "date": "iso"}


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with defaults filled in; `kinds` are the rows that the descriptor asks for."""
    return {**DEFAULTS, **options, "kinds": ()}


def expect(
    options: Mapping[str, Any],
    columns: Sequence[Hashable],
    required: Sequence[Hashable],
    kinds: Mapping[str, int | None],
) -> dict[str, Any]:
    """Tell the syntax the kinds of the descriptor's rows."""
    return {**options, "kinds": tuple(kinds)}


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The kind of the rows of `rows = "..."`: the path itself."""
    return text.strip("/")


def rank(kind: str, options: Mapping[str, Any]) -> int:
    """Elements are written in the order of the descriptor."""
    return 0


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """2: the root element of this namespace; 1: other XML; 0: no XML."""
    root = root_of(head)
    if root is None:
        return 0, "not XML"
    if matches_root(root, options["root"]):
        return 2, f"XML: {root}"
    return 1, f"XML, but its root element is {root}"
