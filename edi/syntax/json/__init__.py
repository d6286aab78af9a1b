"""JSON and JSON Lines (RFC 8259): one object, an array of objects, or one object a line; each is a message.

A kind is the path of an array of objects from the document ("" for the document itself, "lines",
"lines/charges"); a cell is the name of a property, or its path through nested objects ("address/city").
Numbers keep their spelling, true and false are those words, null is absent: no value ever is a float.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edi import documents
from edi.findings import EdiError, finding
from edi.library import Library
from edi.syntax import Address, Condition, Step
from edi.syntax.json.reading import read
from edi.syntax.json.texts import first_object
from edi.syntax.json.writing import write

__all__ = ["address", "prepare", "rank", "read", "rows_kind", "sniff", "write"]

KEEPS = True
"""A record is the properties of its object, so properties that no field takes can be written back."""

BOOLEANS = ("true", "false")
"""How true and false are spelled in cells."""

_STEP = re.compile(r"(?P<name>[^/\[\]]+)\[(?P<where>[^\[\]]*)\]/?")


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """Adds what the schema of `options["document"]` says: property names in order with their JSON type.

    `properties` maps a kind to {name: "string" | "integer" | "boolean"}, `required` lists the names that
    every document has. Without a document everything is written as strings, in order of appearance.
    """
    if "document" not in options:
        return {**options, "properties": {}, "required": ()}
    schema = documents.load(options["document"], library)
    kinds = {t.path: {f.name: _json_type(f.type) for f in t.fields} for t in schema.tables.values()}
    return {**options, "properties": kinds, "required": tuple(schema.schema.get("required", ()))}


def _json_type(kind: Any) -> str:
    return {"bool": "boolean", "int64": "integer"}.get(str(kind), "string")


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """A property seen from its row's object.

    "name" or "address/city" (nested objects), "^number" (the object around; "^^" two up),
    "addresses[kind=delivery|pickup]/city" (a property of an object in an array), "tags[]" (plain values).
    Raises EdiError with FMT-120 for anything else.
    """
    whole = str(text)
    rest = whole.lstrip("^")
    up = len(whole) - len(rest)
    kind = _above(rows, up, whole)
    steps: list[Step] = []
    while match := _STEP.match(rest):
        kind = f"{kind}/{match['name']}".lstrip("/")
        steps.append(Step(kind, _conditions(match["where"])))
        rest = rest[match.end() :]
    if "[" in rest or "]" in rest or (not rest and not steps):
        raise EdiError(finding("FMT-120", found=whole))
    return Address(tuple(steps), ((rest, ()),), up=up, text=whole)


def _above(rows: str, up: int, text: str) -> str:
    parts = rows.split("/") if rows else []
    if up > len(parts):
        raise EdiError(finding("FMT-120", found=text))
    return "/".join(parts[: len(parts) - up])


def _conditions(text: str) -> tuple[Condition, ...]:
    if not text:
        return ()
    name, _, values = text.partition("=")
    return (Condition((name,), tuple(values.split("|"))),)


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The kind of the record sets that `rows = "..."` of a descriptor names: the path itself."""
    return text.strip("/")


def rank(kind: str, options: Mapping[str, Any]) -> int:
    """The place of a kind among its siblings when written: the order of the schema."""
    kinds = list(options.get("properties", ()))
    return kinds.index(kind) if kind in kinds else len(kinds)


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """2 when the first object has the document's properties, 1 for other JSON, 0 for no JSON; and why."""
    names, complete = first_object(head)
    if names is None:
        return 0, "not JSON: it does not begin with an object or an array of objects"
    known = options.get("properties", {}).get("", {})
    arrays = {kind.partition("/")[0] for kind in options.get("properties", {})}
    missing = [name for name in options.get("required", ()) if name not in names]
    if missing and complete:
        return 1, f"JSON, but its first object has no {', '.join(missing)}"
    if strange := [name for name in names if name not in known and name not in arrays and known]:
        return 1, f"JSON, but its first object has {strange[0]}, which is not of this document"
    return 2, f"JSON: {options.get('document', 'objects')}"
