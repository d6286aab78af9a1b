"""Descriptors: the TOML files under `formats/` that say what a file is and where its fields are.

`load` reads one, follows `extends`, checks it against `formats/descriptor.schema.json` and against the
document it names. What is wrong is an EdiError whose findings (FMT-xxx) name the file, the line, the key and
the nearest valid name.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow as pa

from edi import documents
from edi.documents import Document, TableDef
from edi.findings import EdiError, finding, nearest
from edi.formats import temporal
from edi.formats.numbers import Number, number_of
from edi.library import Library
from edi.model import Finding, Location
from edi.syntax import SYNTAXES
from edi.toml_lines import key_lines, line_of

KNOWN = ("title", "document", "syntax", "direction", "messages", "timezone", "extends", *SYNTAXES)
"""Keys at the top of a descriptor; every other one is a table of the document."""

EXTRA_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(18, 6),
    "date": pa.date32(),
    "timestamp": temporal.TIMESTAMP,
    "boolean": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a field of the document is in the file, and how its value is written there."""

    name: str
    type: pa.DataType
    at: tuple[Any, ...] = ()
    first: bool = False
    all: str | None = None
    width: int | None = None
    date: str = ""
    decimal: str = ""
    scale: int | None = None
    number: Number | None = None
    fill: str = ""
    codes: Mapping[str, str] | None = None
    default: str | None = None
    const: str | None = None
    required: bool = False
    needed: bool = False  # required here or by the document
    extra: bool = False


@dataclass(frozen=True, slots=True)
class TableRule:
    """Where the rows of a table are: `rows` or `record` in the syntax's idiom, `key` for repeated headers."""

    name: str
    parent: str | None
    rows: str = ""
    record: str = ""
    key: tuple[Any, ...] = ()
    each: str = ""
    size: int | None = None
    const: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, FieldRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One descriptor, `extends` resolved: what the file is, the syntax's options, a rule for each table."""

    name: str
    title: str
    document: Document
    syntax: str
    options: Mapping[str, Any]
    tables: Mapping[str, TableRule]
    direction: str = "both"
    messages: str = "row"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Source:
    """A descriptor's text as found, for lines in findings; `raw` has its parents merged in."""

    name: str
    file: str
    text: str
    raw: Mapping[str, Any]

    def error(self, code: str, path: tuple[str, ...], **names: Any) -> Finding:
        """A finding about the key at `path` of this descriptor."""
        place = Location(file=self.file, line=line_of(key_lines(self.text), path), column=".".join(path))
        return finding(code, place, **names)


def names(library: Library) -> list[str]:
    """The names of all formats in the library ("prestashop/stock")."""
    found = (
        name.removeprefix("formats/").removesuffix(".toml")
        for name in library.names("formats/")
        if _is_descriptor(name)
    )
    return sorted(found)


def _is_descriptor(name: str) -> bool:
    return name.endswith(".toml") and not name.startswith("formats/codes/")


def load(name: str, library: Library) -> Descriptor:
    """The descriptor `formats/<name>.toml`; EdiError with FMT findings when it is missing or wrong."""
    source = _source(name, library, ())
    _check_schema(source, library)
    try:
        document = documents.load(source.raw["document"], library)
    except KeyError:
        known = [
            n.removeprefix("formats/documents/").removesuffix(".json")
            for n in library.names("formats/documents/")
        ]
        wrong = source.raw["document"]
        raise EdiError(
            source.error("FMT-005", ("document",), found=wrong, near=nearest(wrong, known))
        ) from None
    compiler = _Compiler(source, document, library)
    tables = compiler.tables()
    if compiler.errors:
        raise EdiError(*compiler.errors)
    raw = source.raw
    return Descriptor(
        name=name,
        title=raw.get("title", name),
        document=document,
        syntax=raw["syntax"],
        options=raw.get(raw["syntax"], {}),
        tables=tables,
        direction=raw.get("direction", "both"),
        messages=raw.get("messages", "row"),
        timezone=raw.get("timezone", "UTC"),
    )


# --- text and extends -----------------------------------------------------------------------------------


def _source(name: str, library: Library, below: tuple[str, ...]) -> Source:
    file = f"formats/{name.removeprefix('library:')}.toml"
    asked = f"library:{file}" if name.startswith("library:") else file
    try:
        text = library.read(asked).decode("utf-8")
    except KeyError:
        place = Location(file=below[-1] if below else "")
        raise EdiError(finding("FMT-001", place, found=name, near=nearest(name, names(library)))) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EdiError(finding("FMT-002", Location(file=file), found=str(error))) from None
    if asked in below:
        raise EdiError(finding("FMT-003", Location(file=file), found=" -> ".join([*below, asked])))
    if "extends" in raw:
        parent = _source(str(raw["extends"]), library, (*below, asked))
        raw = merged(parent.raw, {key: value for key, value in raw.items() if key != "extends"})
    return Source(name, file, text, raw)


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """`child` laid over `parent`, tables key by key; a value of `false` takes the parent's key away."""
    result = dict(parent)
    for key, value in child.items():
        if value is False and key in result and not isinstance(result[key], bool):
            del result[key]
        elif isinstance(value, dict) and isinstance(result.get(key), dict) and "at" not in value:
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


@cache
def _validator(schema: bytes) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def _check_schema(source: Source, library: Library) -> None:
    validator = _validator(library.read("formats/descriptor.schema.json"))
    errors = sorted(validator.iter_errors(source.raw), key=lambda e: [str(part) for part in e.absolute_path])
    if errors:
        raise EdiError(*(_schema_finding(source, _deepest(error)) for error in errors))


def _deepest(error: Any) -> Any:
    """The most telling of the alternatives' errors."""
    while error.context:
        error = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
    return error


def _schema_finding(source: Source, error: Any) -> Finding:
    path = tuple(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = list(error.schema.get("properties", {}))
        wrong = next((key for key in error.instance if key not in allowed), "")
        return source.error("FMT-004", (*path, wrong), found=wrong, near=nearest(wrong, allowed))
    return source.error("FMT-006", path, found=error.message, key=".".join(path) or "the file")


# --- tables and fields ------------------------------------------------------------------------------------


class _Compiler:
    """Turns the raw tables of a descriptor into rules; collects every error, not only the first."""

    def __init__(self, source: Source, document: Document, library: Library) -> None:
        self.source = source
        self.document = document
        self.library = library
        self.errors: list[Finding] = []

    def tables(self) -> dict[str, TableRule]:
        """Rules in the document's table order."""
        given = {key: value for key, value in self.source.raw.items() if key not in KNOWN}
        for name in given.keys() - self.document.tables.keys():
            near = nearest(name, self.document.tables)
            self.errors.append(
                self.source.error("FMT-007", (name,), found=name, near=near, document=self.document.name)
            )
        return {
            name: self.table(definition, given[name])
            for name, definition in self.document.tables.items()
            if name in given
        }

    def table(self, definition: TableDef, raw: Mapping[str, Any]) -> TableRule:
        key = raw.get("key", [])
        return TableRule(
            name=definition.name,
            parent=definition.parent,
            rows=str(raw.get("rows", "")),
            record=str(raw.get("record", "")),
            key=tuple(key if isinstance(key, list) else [key]),
            each=raw.get("each", ""),
            size=raw.get("size"),
            const={str(cell): str(value) for cell, value in raw.get("const", {}).items()},
            fields=dict(self.fields(definition, raw.get("fields", {}))),
        )

    def fields(self, definition: TableDef, raw: Any) -> Iterator[tuple[str, FieldRule]]:
        if raw == "*":
            raw = {name: name for name in definition.fields.names}
        for name, given in raw.items():
            options = given if isinstance(given, dict) else {"at": given}
            rule = self.field(definition, name, options)
            if rule is not None:
                yield name, rule

    def field(self, definition: TableDef, name: str, raw: Mapping[str, Any]) -> FieldRule | None:
        path = (definition.name, "fields", name)
        kind = self.type(definition, name, raw, path)
        date = str(raw.get("date", ""))
        if date and not temporal.known(temporal.pattern_of(date) or "%?"):
            self.errors.append(self.source.error("FMT-009", (*path, "date"), found=date))
        if kind is None:
            return None
        first = raw.get("first")
        number = number_of(raw)
        return FieldRule(
            name=name,
            type=kind,
            at=tuple(first) if first is not None else (() if "at" not in raw else (raw["at"],)),
            first=first is not None or raw.get("take") == "first",
            all=raw.get("all"),
            width=raw.get("width"),
            date=date,
            decimal=raw.get("decimal", ""),
            scale=raw.get("scale", number.implied if number else None),
            number=number,
            fill=raw.get("fill", ""),
            codes=self.codes(raw.get("codes"), path),
            default=raw.get("default"),
            const=raw.get("const"),
            required=raw.get("required", False),
            needed=raw.get("required", False) or name in definition.required,
            extra=raw.get("extra", False),
        )

    def type(
        self, definition: TableDef, name: str, raw: Mapping[str, Any], path: tuple[str, ...]
    ) -> pa.DataType | None:
        """The document's type, or the stated one of an extra field."""
        known = definition.fields.names
        if raw.get("extra"):
            return EXTRA_TYPES[raw.get("type", "text")]
        if name in known:
            return definition.fields.field(name).type
        near = nearest(name, known)
        self.errors.append(self.source.error("FMT-008", path, found=name, near=near, table=definition.name))
        return None

    def codes(self, given: Any, path: tuple[str, ...]) -> Mapping[str, str] | None:
        """A map file -> document: given in place, or the name of a list under formats/codes/."""
        if not isinstance(given, str):
            return given
        try:
            listed = tomllib.loads(self.library.read(f"formats/codes/{given}.toml").decode("utf-8"))
        except KeyError:
            known = [
                n.removeprefix("formats/codes/").removesuffix(".toml")
                for n in self.library.names("formats/codes/")
            ]
            self.errors.append(
                self.source.error("FMT-010", (*path, "codes"), found=given, near=nearest(given, known))
            )
            return None
        return {str(key): str(value) for key, value in listed.items()}
