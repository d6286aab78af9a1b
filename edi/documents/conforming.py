"""Tables from anywhere given exactly the columns and types of a document, or a finding that says why not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from edi.documents.schema import LINEAGE, TableDef
from edi.documents.validation import Breach, pair, report, wrong_type
from edi.documents.values import Inexact, exact, lost, words
from edi.findings import finding
from edi.model import Finding


def conform(
    tables: Mapping[str, pa.Table], definitions: Mapping[str, TableDef]
) -> tuple[dict[str, pa.Table], list[Finding]]:
    """Every table of the document with its declared columns in order, what was there besides after them.

    Rows are sorted by message and position; missing tables are empty, missing columns null. A value that
    does not convert exactly is null and a finding on its message; a column that cannot (a float) is null and
    a finding on the batch, and so are rows without a key. Tables that the document does not know are handed
    on as they are.
    """
    findings: list[Finding] = []
    made = {name: _table(tables.get(name), definition, findings) for name, definition in definitions.items()}
    return {**made, **{name: table for name, table in tables.items() if name not in made}}, findings


def _table(table: pa.Table | None, definition: TableDef, findings: list[Finding]) -> pa.Table:
    if table is None:
        return definition.arrow().empty_table()
    if missing := [name for name in _keys(definition) if _incomplete(table, name)]:
        findings += [finding("DOC-012", table=definition.name, field=name) for name in missing]
        return definition.arrow().empty_table()
    wanted = definition.arrow(lineage=LINEAGE[0][0] in table.column_names)
    columns = [_column(table, field, definition, findings) for field in wanted]
    extra = [name for name in table.column_names if name not in wanted.names]
    fields = [*wanted, *(table.schema.field(name) for name in extra)]
    return _sorted(pa.table([*columns, *(table.column(name) for name in extra)], schema=pa.schema(fields)))


def _incomplete(table: pa.Table, key: str) -> bool:
    return key not in table.column_names or bool(table.column(key).null_count)


def _sorted(table: pa.Table) -> pa.Table:
    """Rows by message and position, as every stage expects them; SQL promises no order."""
    if any(table.column(name).null_count for name in ("message", "position")):
        return table
    keys = pair(table, "position")
    return (
        table
        if bool((keys[1:] >= keys[:-1]).all())
        else table.take(pa.array(np.argsort(keys, kind="stable")))
    )


def _keys(definition: TableDef) -> list[str]:
    return [name for name in ("message", "position", "parent") if name in definition.arrow().names]


def _column(
    table: pa.Table, field: pa.Field, definition: TableDef, findings: list[Finding]
) -> pa.Array | pa.ChunkedArray:
    if field.name not in table.column_names:
        return pa.nulls(len(table), field.type)
    column = table.column(field.name)
    if column.type == field.type:
        return column
    try:
        array = exact(column, field.type)
    except Inexact:
        findings.append(wrong_type(definition, field.name, column.type, field.type))
        return pa.nulls(len(table), field.type)
    if (misfits := lost(column.combine_chunks(), array)).any():
        breach = Breach("DOC-011", definition, field.name, np.flatnonzero(misfits), words(field.type))
        findings += report(table, breach)
    return array
