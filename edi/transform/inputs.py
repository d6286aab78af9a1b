"""What a rule may read besides the batch: code tables, the partner, the route, what passed before."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as csv

from edi.engine import detailed, excerpt_of
from edi.findings import EdiError, finding
from edi.library import Library
from edi.model import Location
from edi.tables import Tables

if TYPE_CHECKING:
    import pyarrow.dataset as ds  # imports pandas

CODES = "codes/"

HISTORY = pa.schema([("partner", pa.string()), ("passed_at", pa.string()), ("_run", pa.string())])
"""Columns of a history table besides the document's own: whose it was, when and in which run it passed."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """`codes` are all-string tables by name, `partner` and `route` become one row each."""

    codes: Mapping[str, pa.Table] = field(default_factory=dict)
    partner: Mapping[str, Any] = field(default_factory=dict)
    route: Mapping[str, Any] = field(default_factory=dict)
    history: Mapping[str, pa.Table | ds.Dataset] = field(default_factory=dict)

    def names(self, tables: Tables) -> list[str]:
        """Everything that a rule over `tables` may read."""
        return [
            *tables,
            *(f"codes.{name}" for name in self.codes),
            *(f"history.{name}" for name in {**self.history, **tables}),
            "partner",
            "route",
        ]

    def source(self, name: str, tables: Tables) -> pa.Table | ds.Dataset | None:
        """The table a rule calls `name`, or None when there is none."""
        schema, _, rest = name.partition(".")
        if schema == "codes":
            return self.codes.get(rest)
        if schema == "history":
            return self._past(rest, tables)
        if name in ("partner", "route") and name not in tables:
            return one_row(self.partner if name == "partner" else self.route)
        return tables.get(name)

    def _past(self, name: str, tables: Tables) -> pa.Table | ds.Dataset | None:
        """What passed before; nothing yet is an empty table with the columns of the batch's own."""
        past = self.history.get(name)
        if past is not None and len(past.schema):
            return past
        if name not in tables:
            return None
        schema = tables[name].schema
        for column in HISTORY:
            if column.name not in schema.names:
                schema = schema.append(column)
        return schema.empty_table()


def one_row(values: Mapping[str, Any]) -> pa.Table:
    """A mapping as a table of one row; what is nested stays out, and a float is refused by the engine."""
    flat = {k: v for k, v in values.items() if not isinstance(v, Mapping | list | tuple)}
    return pa.table(
        {key: pa.array([value]) for key, value in flat.items()} or {"id": pa.nulls(1, pa.string())}
    )


def code_tables(library: Library) -> dict[str, pa.Table]:
    """Every codes/NAME.csv of the library as an all-string table; an empty cell is null."""
    files = [f for f in library.names(CODES) if f.endswith(".csv")]
    return {file[len(CODES) : -len(".csv")].lower(): code_table(file, library.read(file)) for file in files}


def code_table(file: str, data: bytes) -> pa.Table:
    """One code table: CSV in UTF-8 (a BOM is allowed) with a header. EdiError SQL-017 where it is not."""
    try:
        header = [cell.strip() for cell in data.decode("utf-8-sig").split("\n", 1)[0].strip().split(",")]
        names = [name.strip('"') for name in header]
        if len(set(names)) != len(names):
            raise ValueError("the header names a column twice")
        options = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )
        return csv.read_csv(io.BytesIO(data), convert_options=options)
    except (UnicodeDecodeError, pa.ArrowInvalid, ValueError) as error:
        raise EdiError(detailed(finding("SQL-017", Location(file=file)), excerpt_of(str(error)))) from None
