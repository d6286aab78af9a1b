"""Which records are the rows of which table, who is whose parent, and to which message each belongs.

Three kinds of file: the syntax knows messages and parents (EDIFACT, JSON); records follow their parent
(multi-record and flagged files); one sheet holds all tables, with header cells repeated or blank (`key`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.formats.plan import Plan, TablePlan
from edi.model import Finding, Location
from edi.syntax import MESSAGES, Records, RecordSet


@dataclass(slots=True)
class Rows:
    """The rows of one table: `index` into the record set, `parent` row (-1 at the root), `message` key."""

    kind: str
    records: RecordSet
    index: np.ndarray
    parent: np.ndarray
    message: np.ndarray

    def __len__(self) -> int:
        return len(self.index)

    @property
    def order(self) -> np.ndarray:
        """The order of each row's record, ascending."""
        return self.records.order[self.index]


@dataclass(slots=True)
class Layout:
    """Rows by table, the messages, what was wrong. `runs` gives each record of a sheet its root row."""

    rows: dict[str, Rows]
    messages: pa.Table
    findings: list[Finding] = field(default_factory=list)
    runs: np.ndarray | None = None


EMPTY = np.zeros(0, np.int64)


def _empty_set() -> RecordSet:
    return RecordSet(EMPTY.astype(np.int32), EMPTY, EMPTY, EMPTY, lambda cell: pa.array([], pa.string()))


def layout(plan: Plan, records: Records, size: int) -> Layout:
    """Rows, parents and messages of everything read; `size` is the length of the joined data."""
    root = plan.root
    table = records.sets.get(root.kind) or _empty_set()
    sheet = [t for t in plan.tables.values() if t.kind == root.kind]
    runs = _runs(root, table, records) if root.key else None
    first = np.arange(len(table)) if runs is None else np.flatnonzero(np.diff(runs, prepend=-1))
    enveloped = len(records.messages) > 0 or bool((table.message >= 0).any())
    by_file = plan.descriptor.messages == "file"
    found = Layout({}, records.messages, runs=runs)
    message = _messages_of(table.message[first], _member(table.offset[first], records), enveloped, by_file)
    found.rows[root.rule.name] = Rows(root.kind, table, first, np.full(len(first), -1), message)
    if not enveloped:
        found.messages = _messages(found.rows[root.rule.name], records, size, by_file)
    for other in list(plan.tables.values())[1:]:
        if other in sheet:
            found.rows[other.rule.name] = _sheet_rows(other, found.rows[root.rule.name], table, runs)
        else:
            found.rows[other.rule.name] = _child_rows(plan, other, found, records)
    if runs is not None:
        found.findings += _apart(found.rows[root.rule.name], root, records)
    return found


def _member(offset: np.ndarray, records: Records) -> np.ndarray:
    return np.searchsorted(np.asarray(records.starts), offset, side="right") - 1


def _messages_of(known: np.ndarray, member: np.ndarray, enveloped: bool, by_file: bool) -> np.ndarray:
    """Message key of each root row; a file without rows has no message."""
    if enveloped:
        return known
    if not by_file:
        return np.arange(len(member), dtype=np.int32)
    return np.unique(member, return_inverse=True)[1].astype(np.int32)


def _messages(root: Rows, records: Records, size: int, by_file: bool) -> pa.Table:
    """The messages of a syntax without envelopes: from a root row to the next, or the whole file."""
    member = _member(root.records.offset[root.index], records)
    first = np.flatnonzero(np.diff(root.message, prepend=-1))
    starts = np.asarray([*records.starts, size])
    begin = root.records.offset[root.index][first]
    begin = starts[member[first]] if by_file else begin
    follow = np.append(begin[1:], size)
    columns = {
        "message": np.arange(len(first), dtype=np.int32),
        "member": member[first].astype(np.int32),
        "start": begin,
        "end": np.minimum(follow, starts[member[first] + 1]),
        "line": np.zeros(len(first), np.int64)
        if root.records.line is None
        else root.records.line[root.index][first],
    }
    arrays = [
        pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(len(first), f.type)
        for f in MESSAGES
    ]
    return pa.table(arrays, schema=MESSAGES)


# --- one sheet: header cells repeated or blank -------------------------------------------------------------


def _runs(root: TablePlan, table: RecordSet, records: Records) -> np.ndarray:
    """The ordinal of the run of rows that agree in the key; a blank key goes on with the row above."""
    member = _member(table.offset, records)
    new = np.diff(member, prepend=-1) != 0
    codes = [_codes(table.column(address.choices[0][0])) for address in root.key]
    blank = np.logical_and.reduce([code < 0 for code in codes]) if codes else np.zeros(len(table), bool)
    for code in codes:
        filled = _forward(np.where(blank, -2, code))
        new |= np.diff(filled, prepend=filled[:1] - 1 if len(filled) else 0) != 0
    return np.cumsum(new) - 1


def _codes(column: pa.Array) -> np.ndarray:
    return pc.fill_null(column.dictionary_encode().indices.cast(pa.int64()), -1).to_numpy(
        zero_copy_only=False
    )


def _forward(code: np.ndarray) -> np.ndarray:
    """Each -2 replaced by the last other value before it."""
    last = np.maximum.accumulate(np.where(code != -2, np.arange(len(code)), 0))
    return code[last] if len(code) else code


def _apart(root: Rows, plan: TablePlan, records: Records) -> list[Finding]:
    """Messages whose key appears in more than one run of the same file."""
    member = _member(root.records.offset[root.index], records)
    keys = [
        _codes(a_column)[root.index] for a_column in (root.records.column(a.choices[0][0]) for a in plan.key)
    ]
    _, code, count = np.unique(np.stack([member, *keys]), axis=1, return_inverse=True, return_counts=True)
    wrong = np.flatnonzero(count[code.ravel()] > 1)
    column = root.records.column(plan.key[0].choices[0][0])
    line = root.records.line
    return [
        finding(
            "FLD-011",
            Location(
                member=int(member[row]),
                line=None if line is None else int(line[root.index[row]]),
                column=str(plan.key[0].text),
            ),
            message=int(root.message[row]),
            found=column[int(root.index[row])].as_py() or "",
        )
        for row in wrong.tolist()
    ]


def _sheet_rows(plan: TablePlan, root: Rows, table: RecordSet, runs: np.ndarray | None) -> Rows:
    """Rows of a child table on the root's sheet: every row that is filled, or one a message."""
    index = root.index if plan.rule.each else np.arange(len(table))
    if plan.filled:
        index = index[_present(table, plan.filled.choices[0][0], index)]
    elif plan.rule.each:
        cells = [f.addresses[0].choices[0][0] for f in plan.fields if f.addresses]
        index = index[np.logical_or.reduce([_present(table, cell, index) for cell in cells])]
    parent = np.arange(len(table)) if runs is None else runs
    return Rows(plan.kind, table, index, parent[index], root.message[parent[index]])


def _present(table: RecordSet, cell: object, index: np.ndarray) -> np.ndarray:
    return table.column(cell).is_valid().to_numpy(zero_copy_only=False)[index]


# --- records with parents -----------------------------------------------------------------------------------


def _child_rows(plan: Plan, other: TablePlan, found: Layout, records: Records) -> Rows:
    """Rows of a table with its own records, each below the row that encloses or precedes it."""
    table = records.sets.get(other.kind) or _empty_set()
    above = found.rows[other.rule.parent or plan.root.rule.name]
    if len(table) and not (table.parent >= 0).any():
        parent = _preceding(table, above, found.rows[plan.root.rule.name], records)
        found.findings += _orphans(table, parent, other, plan, records)
        table.parent = np.where(parent < 0, -1, above.order[parent]) if len(above) else table.parent
    else:
        parent = enclosing(table.parent, above.order, records)
    index = np.flatnonzero(parent >= 0)
    return Rows(other.kind, table, index, parent[index], above.message[parent[index]])


def _preceding(table: RecordSet, above: Rows, root: Rows, records: Records) -> np.ndarray:
    """The last parent row before each record, in the same file and root row; -1 where none is."""
    parent = np.searchsorted(above.order, table.order) - 1
    same = (
        _member(table.offset, records) == _member(above.records.offset[above.index][parent], records)
        if len(above)
        else False
    )
    top = np.searchsorted(root.order, table.order) - 1
    inside = root.order[top] <= above.order[parent] if len(above) and len(root) else False
    return np.where((parent >= 0) & same & inside, parent, -1)


def _orphans(
    table: RecordSet, parent: np.ndarray, other: TablePlan, plan: Plan, records: Records
) -> list[Finding]:
    lost = np.flatnonzero(parent < 0)[:1]
    above = plan.tables.get(other.rule.parent or "", plan.root)
    return [
        finding(
            "FLD-013",
            Location(
                member=int(_member(table.offset[row : row + 1], records)[0]),
                line=None if table.line is None else int(table.line[row]),
                tag=other.kind,
            ),
            found=other.kind,
            expected=above.kind,
        )
        for row in lost.tolist()
    ]


def enclosing(parent: np.ndarray, wanted: np.ndarray, records: Records) -> np.ndarray:
    """The place in `wanted` (ascending orders) of each record's nearest ancestor; -1 where none is."""
    place, hit = _lookup(parent, wanted)
    while not hit.all():
        up = ancestors(np.where(hit, -1, parent), records)
        if not (up >= 0).any():
            break
        parent = np.where(hit, parent, up)
        place, hit = _lookup(parent, wanted)
    return np.where(hit, place, -1)


def _lookup(orders: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not len(wanted):
        return np.zeros(len(orders), np.int64), np.zeros(len(orders), bool)
    place = np.minimum(np.searchsorted(wanted, orders), len(wanted) - 1)
    return place, wanted[place] == orders


def ancestors(orders: np.ndarray, records: Records) -> np.ndarray:
    """The parent of each record given by its order; -1 at the top and for -1."""
    if records.above is not None:
        return records.above(orders)
    result = np.full(len(orders), -1, np.int64)
    for table in records.sets.values():
        if len(table):
            place, hit = _lookup(orders, table.order)
            result[hit] = table.parent[place[hit]]
    return result
