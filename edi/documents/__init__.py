"""Documents: what an order, a stock level or a product is, whatever syntax it came in.

Each is a JSON Schema under `formats/documents/`, compiled to Arrow schemas and vectorised checks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from edi.documents.conforming import conform
from edi.documents.objects import from_objects, to_objects
from edi.documents.schema import TableDef, compile_tables
from edi.documents.validation import validate
from edi.findings import EdiError
from edi.library import Library
from edi.model import Finding
from edi.tables import Tables

__all__ = ["Document", "TableDef", "Tables", "load"]


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document: its JSON Schema and its tables, the root table first."""

    name: str
    title: str
    schema: Mapping[str, Any]
    tables: Mapping[str, TableDef]

    @property
    def root(self) -> TableDef:
        """The table that has one row a document."""
        return next(iter(self.tables.values()))

    def arrow(self, table: str, lineage: bool = False) -> pa.Schema:
        """The Arrow schema of `table`: keys, business fields, then lineage where asked for."""
        return self.tables[table].arrow(lineage)

    def empty(self) -> Tables:
        """Every table of the document without a row."""
        return {name: table.arrow().empty_table() for name, table in self.tables.items()}

    def validate(self, tables: Mapping[str, pa.Table]) -> list[Finding]:
        """What the schema says against these tables (DOC-001 to DOC-010), by message, with lineage if staged.

        The columns must have their declared types (`conform` sees to it); one that has not is DOC-009.
        """
        return validate(tables, self.tables)

    def conform(self, tables: Mapping[str, pa.Table]) -> tuple[Tables, list[Finding]]:
        """The tables with exactly the declared columns, extra ones after them; casts that lose are findings.

        DOC-011 on the message whose value does not fit; DOC-009 and DOC-012 without a message: the whole
        column (a float, a missing key) is unusable.
        """
        return conform(tables, self.tables)

    def to_json(self, tables: Mapping[str, pa.Table]) -> list[tuple[int, dict[str, Any]]]:
        """(message, object) a document: decimals as strings, dates ISO, no nulls, declared fields only."""
        return to_objects(tables, self.tables)

    def from_json(self, objects: Sequence[object]) -> Tables:
        """Tables of parsed JSON objects, message i for object i.

        Raises EdiError: DOC-013 (wrong kind of value) and DOC-014 (unknown name); `validate` does the rest.
        """
        tables, findings = from_objects(objects, self.tables)
        if findings:
            raise EdiError(*findings)
        return tables


def load(name: str, library: Library) -> Document:
    """The document `name` of the library ("order"); KeyError when it has no such schema."""
    schema = json.loads(library.read(f"formats/documents/{name}.json"))
    return Document(name, schema["title"], schema, compile_tables(schema))


def of_table(table: str, library: Library) -> Document:
    """The document that has `table`; KeyError when none of the library has."""
    for file in library.names("formats/documents/"):
        document = load(file.removeprefix("formats/documents/").removesuffix(".json"), library)
        if table in document.tables:
            return document
    raise KeyError(table)
