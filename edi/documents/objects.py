"""Documents as nested objects, the form their JSON Schema describes: for people and for exchange."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from edi.documents.schema import TableDef
from edi.documents.validation import pair
from edi.documents.values import is_text, lost, parse, spell, words
from edi.findings import finding, nearest
from edi.model import Finding, Location

Object = dict[str, Any]


def to_objects(
    tables: Mapping[str, pa.Table], definitions: Mapping[str, TableDef]
) -> list[tuple[int, Object]]:
    """One object a row of the root table, with its message key; no nulls, no empty arrays, no orphans."""
    rows = {name: _objects(tables[name], definitions[name]) for name in definitions if name in tables}
    for name, definition in definitions.items():
        if definition.parent and name in rows:
            _attach(tables, rows, definition)
    root = next(iter(definitions))
    return list(zip(tables[root].column("message").to_pylist(), rows[root], strict=True))


def _objects(table: pa.Table, definition: TableDef) -> list[Object]:
    columns = [(field.name, _json_values(table, field)) for field in definition.fields]
    present = [(name, values) for name, values in columns if values is not None]
    names = [name for name, _ in present]
    rows = zip(*(values for _, values in present), strict=True) if present else ((),) * len(table)
    return [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows]


def _json_values(table: pa.Table, field: pa.Field) -> list[Any] | None:
    """The column as JSON values, or None when it holds nothing."""
    if field.name not in table.column_names or table.column(field.name).null_count == len(table):
        return None
    column = table.column(field.name)
    plain = is_text(field.type) or pt.is_boolean(field.type) or pt.is_integer(field.type)
    values: list[Any] = (column if plain else spell(column)).to_pylist()
    return values


def _attach(tables: Mapping[str, pa.Table], rows: dict[str, list[Object]], definition: TableDef) -> None:
    assert definition.parent is not None
    owners = dict(
        zip(pair(tables[definition.parent], "position").tolist(), rows[definition.parent], strict=True)
    )
    for owner, row in zip(
        pair(tables[definition.name], "parent").tolist(), rows[definition.name], strict=True
    ):
        owners.get(owner, {}).setdefault(definition.property, []).append(row)


class _Collector:
    """Rows of all tables, gathered from nested objects; the message is the object's place in the list."""

    def __init__(self, definitions: Mapping[str, TableDef]) -> None:
        self.definitions = definitions
        self.children: dict[str, list[TableDef]] = defaultdict(list)
        for definition in definitions.values():
            if definition.parent:
                self.children[definition.parent].append(definition)
        self.keys: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self.rows: dict[str, list[Object]] = defaultdict(list)
        self.next: dict[tuple[str, int], int] = defaultdict(int)
        self.findings: list[Finding] = []

    def add(self, definition: TableDef, row: object, message: int, parent: int) -> None:
        if not isinstance(row, dict):
            self.wrong(definition.property or definition.name, row, "an object", message)
            return
        self.next[definition.name, message] += 1
        position = self.next[definition.name, message]
        self.keys[definition.name].append((message, position, parent))
        self.rows[definition.name].append(row)
        self.check_names(definition, row, message)
        for child in self.children[definition.name]:
            items = row.get(child.property, [])
            if not isinstance(items, list):
                self.wrong(child.property, items, "an array of objects", message)
                continue
            for item in items:
                self.add(child, item, message, position)

    def check_names(self, definition: TableDef, row: Object, message: int) -> None:
        known = {*definition.fields.names, *(child.property for child in self.children[definition.name])}
        for name in row.keys() - known:
            where = Location(column=name)
            near = nearest(name, known)
            self.findings.append(finding("DOC-014", where, message=message, found=name, near=near))

    def wrong(self, field: str, value: object, expected: str, message: int) -> None:
        where = Location(column=field)
        self.findings.append(
            finding("DOC-013", where, message=message, field=field, found=_shown(value), expected=expected)
        )

    def table(self, definition: TableDef) -> pa.Table:
        keys = np.array(self.keys[definition.name], dtype=np.int32).reshape(-1, 3)
        columns = [keys[:, 0], keys[:, 1], *([keys[:, 2]] if definition.parent else [])]
        values = [self.column(definition, field) for field in definition.fields]
        return pa.table([*columns, *values], schema=definition.arrow())

    def column(self, definition: TableDef, field: pa.Field) -> pa.Array:
        wanted, expected = _python_type(field.type)
        keys, values = self.keys[definition.name], []
        for (message, _, _), row in zip(keys, self.rows[definition.name], strict=True):
            value = row.get(field.name)
            good = type(value) is wanted
            if field.name in row and not good:
                self.wrong(field.name, value, expected, message)
            values.append(value if good else None)
        if wanted is not str:
            return pa.array(values, field.type)
        text = pa.array(values, pa.string())
        array = parse(text, field.type)
        for place in np.flatnonzero(lost(text, array)).tolist():
            self.wrong(field.name, values[place], expected, keys[place][0])
        return array


_SHAPES = {dict: "an object", list: "an array", type(None): "null", bool: "a truth value"}


def _shown(value: object) -> object:
    return _SHAPES.get(type(value), value)


def _python_type(kind: pa.DataType) -> tuple[type, str]:
    if pt.is_boolean(kind):
        return bool, "true or false"
    if pt.is_integer(kind):
        return int, "a whole number"
    return str, "a string" if is_text(kind) else f"a string with {words(kind)}"


def from_objects(
    objects: Sequence[object], definitions: Mapping[str, TableDef]
) -> tuple[dict[str, pa.Table], list[Finding]]:
    """The tables of nested objects, message i for object i, and what could not be taken over."""
    collector = _Collector(definitions)
    root = next(iter(definitions.values()))
    for message, value in enumerate(objects):
        collector.add(root, value, message, 0)
    tables = {name: collector.table(definition) for name, definition in definitions.items()}
    return tables, sorted(collector.findings, key=lambda f: f.message or 0)
