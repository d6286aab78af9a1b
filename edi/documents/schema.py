"""Document schemas: JSON Schema 2020-12 compiled to table definitions.

A schema describes one document as one nested object. Its root object and every array of objects carry
`x-table`, the name of the table that holds their rows; everything else is a flat column. `x-decimal` gives
precision and scale of a decimal, which JSON spells as a string.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

KEYS = (("message", pa.int32()), ("position", pa.int32()))
PARENT = ("parent", pa.int32())
LINEAGE = (("_line", pa.int64()), ("_segment", pa.int32()), ("_offset", pa.int64()))

_SCALARS: dict[tuple[str, str], pa.DataType] = {
    ("string", ""): pa.string(),
    ("string", "date"): pa.date32(),
    ("string", "date-time"): pa.timestamp("us", tz="UTC"),
    ("integer", ""): pa.int64(),
    ("boolean", ""): pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of one field must satisfy beyond its type; None where the schema says nothing.

    Lengths count characters (JSON Schema Validation 6.3). `form` says in words what `pattern` demands.
    """

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] | None = None
    minimum: int | None = None
    maximum: int | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class TableDef:
    """One table of a document: business fields only, in schema order.

    `path` leads from the document object to the rows ("" for the document itself, "lines/charges");
    `min_items` is how many rows each parent row needs at least.
    """

    name: str
    parent: str | None
    fields: pa.Schema
    required: frozenset[str]
    path: str = ""
    min_items: int = 0
    rules: Mapping[str, Rule] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def property(self) -> str:
        """The name of the array in its parent object; empty for the root."""
        return self.path.rpartition("/")[2]

    def arrow(self, lineage: bool = False) -> pa.Schema:
        """Keys, the parent's key for a child, business fields, then lineage where asked for."""
        keys = [*KEYS, PARENT] if self.parent else list(KEYS)
        return pa.schema([*keys, *self.fields, *(LINEAGE if lineage else ())])


def compile_tables(schema: Mapping[str, Any]) -> dict[str, TableDef]:
    """The tables of a document schema, root first, each parent before its children."""
    root = _resolved(schema, schema)
    return {table.name: table for table in _tables(root, schema, None, "", True)}


def _tables(
    node: Mapping[str, Any], schema: Mapping[str, Any], parent: str | None, path: str, needed: bool
) -> Iterator[TableDef]:
    item = node if parent is None else _resolved(node["items"], schema)
    properties = {name: _resolved(spec, schema) for name, spec in item["properties"].items()}
    flat = {name: spec for name, spec in properties.items() if spec["type"] != "array"}
    yield TableDef(
        name=node["x-table"],
        parent=parent,
        fields=pa.schema([(name, _type(spec)) for name, spec in flat.items()]),
        required=frozenset(item.get("required", ())) & flat.keys(),
        path=path,
        min_items=node.get("minItems", 0) if needed else 0,
        rules={name: rule for name, spec in flat.items() if (rule := _rule(spec)) != Rule()},
        titles={name: spec.get("description", "") for name, spec in flat.items()},
    )
    for name, spec in properties.items():
        if spec["type"] == "array":
            below = f"{path}/{name}".lstrip("/")
            yield from _tables(spec, schema, node["x-table"], below, name in item.get("required", ()))


def _resolved(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """`spec` with its local `$ref` merged in; what stands beside the reference wins."""
    if "$ref" not in spec:
        return dict(spec)
    name = spec["$ref"].removeprefix("#/$defs/")
    return {**schema["$defs"][name], **{key: value for key, value in spec.items() if key != "$ref"}}


def _type(spec: Mapping[str, Any]) -> pa.DataType:
    if "x-decimal" in spec:
        return pa.decimal128(*spec["x-decimal"])
    return _SCALARS[spec["type"], spec.get("format", "")]


def _rule(spec: Mapping[str, Any]) -> Rule:
    """The checks left once the Arrow type holds: a decimal's pattern is what its type already says."""
    enum = spec.get("enum")
    return Rule(
        min_length=spec.get("minLength"),
        max_length=spec.get("maxLength"),
        pattern=None if "x-decimal" in spec else spec.get("pattern"),
        enum=tuple(enum) if enum is not None else None,
        minimum=spec.get("minimum"),
        maximum=spec.get("maximum"),
        form=spec.get("title", "") if "x-decimal" not in spec else "",
    )
