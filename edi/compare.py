"""What two sets of written files say differently: document by document, field by field.

Both are read back with the format that wrote them; a format that only writes is compared line by line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edi import formats
from edi.library import Library
from edi.model import Outgoing

Key = tuple[str, str, int, int]
"""Document number, table, parent row, row."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one document: its value then and now ("" where the row or field was absent)."""

    file: str
    document: str
    row: str
    field: str
    then: str
    now: str


def changes(
    then: Sequence[Outgoing],
    now: Sequence[Outgoing],
    by_route: Mapping[tuple[str, str], str],
    library: Library,
) -> Iterator[Change]:
    """Every field that differs between files made of the same members by the same route."""
    before = {origin(out): out for out in then}
    after = {origin(out): out for out in now}
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old and new and old.data == new.data:
            continue
        name = by_route.get((key[0], key[1]))
        file = (new or old).name  # type: ignore[union-attr]
        yield from file_changes(file, old.data if old else b"", new.data if new else b"", name, library)


def origin(out: Outgoing) -> tuple[str, str, str, tuple[int, ...]]:
    """What pairs a file with its counterpart."""
    return (out.route, out.kind, out.target.id, out.members)


def file_changes(file: str, old: bytes, new: bytes, name: str | None, library: Library) -> Iterator[Change]:
    format_ = formats.load(name, library) if name else None
    if format_ is None or format_.direction == "write":
        yield from line_changes(file, old, new)
        return
    before, after = cells(format_, old), cells(format_, new)
    for key in dict.fromkeys([*before, *after]):
        (document, table, parent, row), was, will = key, before.get(key, {}), after.get(key, {})
        place = f"{table} {parent}.{row}" if parent else f"{table} {row}"
        for field in dict.fromkeys([*was, *will]):
            if was.get(field, "") != will.get(field, ""):
                yield Change(file, document, place, field, was.get(field, ""), will.get(field, ""))


def cells(format_: formats.Format, data: bytes) -> dict[Key, dict[str, str]]:
    """The filled fields of every row, as text, by document number, table and place."""
    if not data:
        return {}
    staged = format_.read(data)
    root = next(iter(staged.tables.values()))
    names = dict(zip(root["message"].to_pylist(), numbers(root), strict=True))
    found: dict[Key, dict[str, str]] = {}
    for table, rows in staged.tables.items():
        for row in rows.to_pylist():
            key = (names.get(row["message"], ""), table, row.get("parent") or 0, row["position"])
            found[key] = {k: str(v) for k, v in row.items() if business(k) and v is not None}
    return found


def numbers(root: Any) -> list[str]:
    """The name of each document of a root table: its number, else its article."""
    column = next((c for c in ("number", "sku") if c in root.column_names), None)
    return [str(value or "") for value in root[column].to_pylist()] if column else [""] * len(root)


def business(column: str) -> bool:
    return column not in ("message", "position", "parent") and not column.startswith("_")


def line_changes(file: str, old: bytes, new: bytes) -> Iterator[Change]:
    """Lines that went and came, for what cannot be read back."""
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    for line in difflib.unified_diff(before, after, lineterm="", n=0):
        if line.startswith("-") and not line.startswith("---"):
            yield Change(file, "", "line", "", line[1:], "")
        elif line.startswith("+") and not line.startswith("+++"):
            yield Change(file, "", "line", "", "", line[1:])
