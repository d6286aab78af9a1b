"""Documents: what an order, a stock level or a product is, whatever syntax it came in.

Each is a JSON Schema under `formats/documents/`, compiled to Arrow schemas and vectorised checks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from edi.documents.schema import TableDef, compile_tables
from edi.library import Library

__all__ = ["Document", "TableDef", "Tables", "load"]

Tables = dict[str, pa.Table]
"""Table name -> rows of all messages of a batch, sorted by (message, position)."""


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


def load(name: str, library: Library) -> Document:
    """The document `name` of the library ("order"); KeyError when it has no such schema."""
    schema = json.loads(library.read(f"formats/documents/{name}.json"))
    return Document(name, schema["title"], schema, compile_tables(schema))
