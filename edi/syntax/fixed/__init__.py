"""Records of fixed width: CFONB, PNM and their like. Cells are (first position from 1, length) in characters.

Records stand one a line, right-trimmed or not, or follow one another without any line end. Where a record
code is declared (`record`), a kind is a code; else all records are of the kind "". `parents` says to which
record another one belongs, `closes` which record must follow inside one, `repeats` the part of a record
that only says again what another one says.

Options: encoding, width, end, trim, decimal, date, record, parents, closes, others,
repeats, prolog (docs/formats.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from edi.library import Library
from edi.syntax import Address
from edi.syntax.fixed.addresses import address, overlap, room, spell
from edi.syntax.fixed.reading import read
from edi.syntax.fixed.writing import write

__all__ = [
    "address",
    "cover",
    "expect",
    "overlap",
    "prepare",
    "rank",
    "read",
    "room",
    "rows_kind",
    "sniff",
    "spell",
    "write",
]

DEFAULTS: dict[str, Any] = {
    "encoding": "cp1252",
    "end": "\r\n",
    "trim": False,
    "decimal": ",",
    "date": "%d%m%y",
    "record": None,
    "parents": {},
    "closes": {},
    "others": [],
    "repeats": {},
    "prolog": [],
    "places": {},
}


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with defaults filled in; `known` are the record codes that may occur."""
    full = {**DEFAULTS, **options}
    named = {*full["parents"], *full["parents"].values(), *full["closes"].values(), *full["others"]}
    return {**full, "known": sorted(named)}


def expect(
    options: Mapping[str, Any],
    columns: Sequence[Hashable],
    required: Sequence[Hashable],
    kinds: Mapping[str, int | None],
) -> dict[str, Any]:
    """Tell the syntax the record codes of the descriptor, and which places of a record are mapped."""
    return {**options, "known": sorted({*options["known"], *kinds})}


def cover(options: Mapping[str, Any], addresses: Iterable[tuple[str, Address]]) -> dict[str, Any]:
    """Tell the syntax which places are mapped, by record code: what lies between them is unmapped content."""
    places: dict[str, set[tuple[int, int]]] = {}
    for rows, one in addresses:
        kind = rows
        for _ in range(one.up):
            kind = options["parents"].get(kind, kind)
        for step in one.steps:
            kind = step.kind
            for condition in step.where:
                places.setdefault(kind, set()).update(condition.cells)  # type: ignore[arg-type]
        places.setdefault(kind, set()).update(cell for cell, _ in one.choices)  # type: ignore[misc]
    return {**options, "places": {kind: tuple(sorted(cells)) for kind, cells in places.items()}}


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The record set of a table is named by its code."""
    return text


def rank(kind: str, options: Mapping[str, Any]) -> int:
    """Records that close another one come after its other records."""
    return 1 if kind in options["closes"].values() else 0


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """2: first record of this width with a known code; 1: of this width, without codes; 0: neither."""
    width = options["width"]
    text = head.decode(options["encoding"], "replace")
    first = text.split("\n", len(options["prolog"]) + 1)[len(options["prolog"]) :]
    line = (first[0] if first else "").rstrip("\r")
    whole = line[:width] if "\n" not in text else line
    if not whole or len(whole) > width:
        return 0, f"its first record has {len(whole)} characters, not {width}"
    if options["record"] is None:
        return (1 if len(whole) == width else 0), f"records of {len(whole)} characters"
    start, length = options["record"]
    code = whole[start - 1 : start - 1 + length]
    roots = [kind for kind in options["known"] if kind not in options["parents"]]
    fits = code in roots and width - 20 <= len(whole)
    return (2 if fits else 0), f"records of {len(whole)} characters, the first one is {code!r}"
