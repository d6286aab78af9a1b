"""Delimited text (CSV and its kin): one record a row, cells by header name or position.

Rows end where RFC 4180 says: at a line end outside quotes. The rows are found by one scan over the bytes, so
that each knows its line and offset; the cells are cut by Arrow, as strings. Files with a record type column
give one record set a type, others a single set of kind "".

Options: encoding, separator, quote, header, end, decimal, date, record, repeat, people, empty, others
(docs/formats.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from edi.library import Library
from edi.syntax import Address
from edi.syntax.delimited.reading import names_of, read, rows_of
from edi.syntax.delimited.writing import write

__all__ = ["address", "expect", "prepare", "read", "rows_kind", "sniff", "write"]

KEEPS = True
"""A record is the cells of its row, so cells that no field takes can be written back."""

DEFAULTS: dict[str, Any] = {
    "encoding": "utf-8",
    "separator": ",",
    "quote": '"',
    "header": True,
    "end": "\n",
    "decimal": ".",
    "date": "iso",
    "record": None,
    "repeat": True,
    "people": False,
    "empty": (),
    "others": (),
}


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with defaults filled in."""
    return {**DEFAULTS, **options}


def expect(
    options: Mapping[str, Any],
    columns: Sequence[tuple[Hashable, ...]],
    required: Sequence[Hashable],
    kinds: Mapping[str, int | None],
) -> dict[str, Any]:
    """Tell the syntax which columns the descriptor uses: to recognise files, and to name what lacks.

    Each of `columns` is a column and its alternatives: one of them is enough in a file, the first is written.
    """
    return {**options, "columns": list(columns), "required": list(required), "kinds": list(kinds)}


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """A column by header name or by position from 1; `^` in front means the enclosing record's."""
    name = str(text)
    up = len(name) - len(name.lstrip("^"))
    bare = name.lstrip("^")
    by_position = isinstance(text, int) or not options.get("header", True)
    cell: Hashable = int(bare) if by_position and bare.isdigit() else bare
    return Address((), ((cell, ()),), up=up, text=name)


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The record set of a table: its record type, or the only one."""
    return text if options.get("record") else ""


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """How well the start of a file fits: 2 all mapped columns are there, 1 the required ones, 0 neither.

    Only the first row decides: what is wrong further on (a byte of another encoding) is for reading to say.
    """
    text = head.decode(options["encoding"], errors="replace").removeprefix("\ufeff")
    first = next(iter(rows_of(text, options)), [])
    if not first or "\x00" in "".join(first):
        return 0, "no text in rows"
    if options["record"]:
        position = options["record"] - 1
        kind = first[position] if len(first) > position else ""
        return (
            (2, f"records of type {kind}")
            if kind in options["kinds"]
            else (0, f"a row starting {first[0][:20]}")
        )
    return _fit_columns(first, options)


def _fit_columns(first: list[str], options: Mapping[str, Any]) -> tuple[int, str]:
    seen = f"{len(first)} columns: {', '.join(first[:6])}"
    present = set(names_of(first)) if options["header"] else set(range(1, len(first) + 1))
    known = [not present.isdisjoint(alternatives) for alternatives in options["columns"]]
    if not all(cell in present for cell in options["required"]) or not any(known):
        return 0, seen
    complete = options["header"] and all(known)
    return 2 if complete else 1, seen
