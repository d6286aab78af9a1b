"""One sheet for all tables: a line a row of the line table, with the header's cells on it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.formats.plan import Plan, TablePlan
from edi.model import Location
from edi.syntax import RecordSet
from edi.tables import in_place

if TYPE_CHECKING:
    from edi.formats.kept import Kept
    from edi.formats.writing import Sources


def sheet(plan: Plan, sources: Sources) -> dict[str, RecordSet]:
    """The record set of the sheet: lines in the order of documents and rows."""
    root = plan.root.rule.name
    lines = [t for t in plan.tables.values() if t.rule.name != root and not t.rule.each]
    lines = [t for t in lines if t.rule.name in sources.tables]
    count = len(sources.tables[root])
    header, row = _lines(sources, root, lines[0] if lines else None, count)
    first = np.diff(header, prepend=-1) != 0
    cells: dict[Hashable, pa.Array] = {}
    for table in plan.tables.values():
        if table.rule.name in sources.tables:
            take = _take(table, plan, sources, header, row, first, lines)
            _put(cells, table, sources, take, np.ones(len(header), bool) if plan.options["repeat"] else first)
    if sources.kept:
        origin = _origin(sources, root, lines[0].rule.name if lines else root, header, row)
        cells = _with_kept(cells, sources.kept, plan.root.kind, origin)
    message = sources.message(root)[header].astype(np.int32)
    order = np.arange(len(header), dtype=np.int64)
    nothing = np.full(len(header), -1, np.int64)
    return {
        plan.root.kind: RecordSet(
            message, order, nothing, order, lambda cell: cells[cell], cells=lambda: list(cells)
        )
    }


def _origin(sources: Sources, root: str, lines: str, header: np.ndarray, row: np.ndarray) -> np.ndarray:
    """The line of the file read that each line comes from: its line row's, or its document's."""
    above = sources.origin(root)[header]
    return above if lines == root else np.where(row >= 0, sources.origin(lines)[row], above)


def _with_kept(
    cells: dict[Hashable, pa.Array], kept: Kept, kind: str, origin: np.ndarray
) -> dict[Hashable, pa.Array]:
    """The cells and what no field took, columns in the order of the files read."""
    beside = kept.beside(kind, origin)
    blank = pa.nulls(len(origin), pa.string())
    every = dict.fromkeys([*kept.header(kind), *cells])
    return {cell: pc.coalesce(cells.get(cell, blank), beside.get(cell, blank)) for cell in every}


def _lines(sources: Sources, root: str, lines: TablePlan | None, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each line of the sheet its root row and its line row (-1: a document without lines)."""
    if lines is None:
        return np.arange(count), np.full(count, -1)
    header = sources.parent_row(lines.rule.name, root)
    row = np.arange(len(header))[header >= 0]
    header = header[header >= 0]
    alone = np.setdiff1d(np.arange(count), header)
    header, row = np.concatenate([header, alone]), np.concatenate([row, np.full(len(alone), -1)])
    order = np.lexsort((row, header))
    return header[order], row[order]


def _take(
    table: TablePlan,
    plan: Plan,
    sources: Sources,
    header: np.ndarray,
    row: np.ndarray,
    first: np.ndarray,
    lines: list[TablePlan],
) -> np.ndarray:
    """The row of `table` whose cells stand on each line; -1 for none."""
    if table is plan.root:
        return header
    if lines and table is lines[0]:
        return row
    above = sources.parent_row(table.rule.name, plan.root.rule.name)
    _too_many(sources, table, above)
    of_header = np.full(int(header.max(initial=-1)) + 1, -1)
    # Written backwards, so that the first row of a document stays.
    of_header[above[::-1]] = np.arange(len(above))[::-1]
    return of_header[header]


def _too_many(sources: Sources, table: TablePlan, above: np.ndarray) -> None:
    more = np.flatnonzero(np.diff(np.sort(above), prepend=-1) == 0)
    messages = np.unique(sources.message(table.rule.name)[np.argsort(above, kind="stable")][more])
    for message in messages.tolist():
        place = Location(tag=table.rule.name)
        sources.findings.append(finding("FLD-016", place, message=message, found=table.rule.name))


def _put(
    cells: dict[Hashable, pa.Array],
    table: TablePlan,
    sources: Sources,
    take: np.ndarray,
    shown: np.ndarray,
) -> None:
    """The table's columns onto the lines; header cells of following lines may stay blank, keys never do."""
    keys = {address.choices[0][0] for address in table.key}
    line_table = not table.rule.each and table.rule.parent is not None
    for plan in table.fields:
        if not plan.addresses or plan.addresses[0].up:
            continue
        cell = plan.addresses[0].choices[0][0]
        seen = shown if not (line_table or cell in keys) else np.ones(len(take), bool)
        text = sources.text(table, plan)
        if not (seen.all() and in_place(take, len(text))):
            text = text.take(pa.array(take, mask=(take < 0) | ~seen))
        cells[cell] = text if cell not in cells else pc.coalesce(cells[cell], text)
    for address, value in table.const:
        cells.setdefault(address.choices[0][0], pa.repeat(pa.scalar(value), len(take)))
