"""Addresses followed from the rows of a table to the cells they name, all rows at once.

`Resolver` also remembers which cells were taken, so that the rest can be shown as unmapped.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.formats.rows import Rows, ancestors, enclosing
from edi.syntax import Address, Condition, Records, RecordSet, Step


@dataclass(frozen=True, slots=True)
class Hits:
    """What an address found: `owner` row, `record` in the set of `kind`, and the text of each hit.

    Sorted by (owner, place in the file). `cell` is the index of the choice that held.
    """

    kind: str
    owner: np.ndarray
    record: np.ndarray
    cell: np.ndarray
    text: pa.Array


@dataclass(slots=True)
class Resolved:
    """One value a row: text, and where it stands (record -1: nowhere). `doubtful` rows have several."""

    kind: str
    text: pa.Array
    record: np.ndarray
    cell: np.ndarray
    doubtful: np.ndarray


class Resolver:
    """Follows addresses in one batch of records; columns and conditions are looked up once."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.columns: dict[tuple[str, Hashable], pa.Array] = {}
        self.masks: dict[tuple[str, Hashable, tuple[str, ...]], np.ndarray] = {}
        self.seen: dict[tuple[str, Hashable], np.ndarray] = {}
        self.bases: dict[tuple[int, int], np.ndarray] = {}
        self.paths: dict[tuple[object, ...], tuple[str, np.ndarray, np.ndarray]] = {}

    def column(self, kind: str, cell: Hashable) -> pa.Array:
        """The values of a cell over all records of a kind."""
        key = (kind, cell)
        if key not in self.columns:
            values = self.records.sets[kind].column(cell)
            self.columns[key] = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        return self.columns[key]

    def take(self, kind: str, cell: Hashable, record: np.ndarray) -> pa.Array:
        """The cell of the given records, marked as taken. `record` -1 gives null."""
        values = self.column(kind, cell)
        self.mark(kind, cell, record)
        return _at(values, record)

    def is_empty(self, kind: str, cell: Hashable) -> bool:
        """Whether no record of the kind has a value in the cell."""
        values = self.column(kind, cell)
        return bool(values.null_count == len(values))

    def mark(self, kind: str, cell: Hashable, record: np.ndarray) -> None:
        """Remember that these cells are mapped."""
        seen = self.seen.setdefault((kind, cell), np.zeros(len(self.records.sets[kind]), bool))
        seen[record[record >= 0]] = True

    def among(self, kind: str, cell: Hashable, values: tuple[str, ...]) -> np.ndarray:
        """For each record of a kind whether the cell has one of the values."""
        key = (kind, cell, values)
        if key not in self.masks:
            known = self.records.sets[kind].among
            self.masks[key] = known(cell, values) if known else _is_in(self.column(kind, cell), values)
        return self.masks[key]

    def holds(self, kind: str, conditions: tuple[Condition, ...]) -> np.ndarray:
        """For each record of a kind whether all conditions hold."""
        mask = np.ones(len(self.records.sets[kind]), bool)
        for condition in conditions:
            cells = [self.among(kind, cell, condition.values) for cell in condition.cells]
            mask &= np.logical_or.reduce(cells)
        return mask

    # --- following steps ---------------------------------------------------------------------------------

    def hits(self, rows: Rows, address: Address) -> Hits:
        """Every filled cell that the address names, seen from the rows."""
        kind, owner, record = self.follow(rows, address)
        if kind not in self.records.sets or not len(record):
            empty = np.zeros(0, np.int64)
            return Hits(kind, empty, empty, empty, pa.array([], pa.string()))
        if all(self.is_empty(kind, cell) for cell, _ in address.choices):
            return Hits(kind, owner[:0], record[:0], record[:0], pa.array([], pa.string()))
        if len(address.choices) == 1 and not address.choices[0][1]:
            text = self.take(kind, address.choices[0][0], record)
            cell = np.zeros(len(record), np.int64)
        else:
            cell, text = self.choose(kind, address, record)
        if text.null_count:
            some = text.is_valid().to_numpy(zero_copy_only=False)
            return Hits(kind, owner[some], record[some], cell[some], text.drop_null())
        return Hits(kind, owner, record, cell, text)

    def follow(self, rows: Rows, address: Address) -> tuple[str, np.ndarray, np.ndarray]:
        """The records reached, as (kind, row, record), before any choice of a cell."""
        if not address.steps and not address.up:
            return rows.kind, np.arange(len(rows)), rows.index
        # Many fields share a path (NAD+BY and its cells), so each is walked once for the rows of a table.
        path = (id(rows), address.up, address.deep, address.steps)
        if path not in self.paths:
            self.paths[path] = self.walk(rows, address)
        return self.paths[path]

    def walk(self, rows: Rows, address: Address) -> tuple[str, np.ndarray, np.ndarray]:
        """The records at the end of a path that leaves the rows' own records."""
        base = rows.order
        if not address.up:
            return self.descend(base, address)
        for _ in range(address.up):
            base = ancestors(base, self.records)
        if not address.steps:
            return self.records_of(base)
        distinct, back = np.unique(base, return_inverse=True)
        kind, owner, record = self.descend(distinct, address)
        return (kind, *_spread(owner, record, back, len(distinct)))

    def base(self, rows: Rows, up: int) -> np.ndarray:
        """The orders of the records so many levels above the rows."""
        if not up:
            return rows.order
        key = (id(rows), up)
        if key not in self.bases:
            self.bases[key] = ancestors(self.base(rows, up - 1), self.records)
        return self.bases[key]

    def records_of(self, orders: np.ndarray) -> tuple[str, np.ndarray, np.ndarray]:
        """The records with these orders; they are all of one kind, the ancestors of rows of one kind."""
        for kind, table in self.records.sets.items():
            place = np.minimum(np.searchsorted(table.order, orders), max(len(table) - 1, 0))
            hit = table.order[place] == orders if len(table) else np.zeros(len(orders), bool)
            if hit.any():
                return kind, np.flatnonzero(hit), place[hit]
        return "", np.zeros(0, np.int64), np.zeros(0, np.int64)

    def descend(self, base: np.ndarray, address: Address) -> tuple[str, np.ndarray, np.ndarray]:
        """Along the steps from the records of `base` (ascending orders)."""
        owner, orders = np.arange(len(base)), base
        record = np.zeros(0, np.int64)
        for number, step in enumerate(address.steps):
            deep = address.deep and number == len(address.steps) - 1
            record, place = self.children(step, orders, deep)
            owner = owner[place]
            orders = self.records.sets[step.kind].order[record] if len(record) else record
        return address.steps[-1].kind, owner, record

    def children(self, step: Step, orders: np.ndarray, deep: bool) -> tuple[np.ndarray, np.ndarray]:
        """Records of the step's kind whose parent is among `orders` and whose conditions hold; and whose."""
        table = self.records.sets.get(step.kind)
        if table is None or not len(table) or not len(orders):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        keep = self.holds(step.kind, step.where)
        if not keep.any():
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        place = self.parents(table, orders, deep)
        record = np.flatnonzero(keep & (place >= 0))
        self.mark_conditions(step.kind, step.where, record)
        return record, place[record]

    def parents(self, table: RecordSet, orders: np.ndarray, deep: bool) -> np.ndarray:
        if deep:
            return enclosing(table.parent, orders, self.records)
        place = np.minimum(np.searchsorted(orders, table.parent), len(orders) - 1)
        return np.where(orders[place] == table.parent, place, -1)

    def mark_conditions(self, kind: str, conditions: tuple[Condition, ...], record: np.ndarray) -> None:
        """The qualifier cells that made conditions hold are mapped too."""
        for condition in conditions:
            for cell in condition.cells:
                self.mark(kind, cell, record[self.among(kind, cell, condition.values)[record]])

    # --- choosing a cell ------------------------------------------------------------------------------------

    def choose(self, kind: str, address: Address, record: np.ndarray) -> tuple[np.ndarray, pa.Array]:
        """The first choice of each record whose conditions hold and that has a value."""
        chosen = np.full(len(record), -1)
        text = pa.nulls(len(record), pa.string())
        for number, (cell, conditions) in enumerate(address.choices):
            if self.is_empty(kind, cell):
                continue
            values = _at(self.column(kind, cell), record)
            good = values.is_valid().to_numpy(zero_copy_only=False) & (chosen < 0)
            good &= self.holds(kind, conditions)[record]
            if good.any():
                self.mark(kind, cell, record[good])
                self.mark_conditions(kind, conditions, record[good])
                chosen[good] = number
                text = values if good.all() else pc.if_else(pa.array(good), values, text)
        return chosen, text

    # --- one value a row -----------------------------------------------------------------------------------

    def one(self, rows: Rows, address: Address, first: bool) -> Resolved:
        """The value of each row; several different ones make the row doubtful unless `first`."""
        if not address.steps and not address.up and len(address.choices) == 1:
            cell, conditions = address.choices[0]
            if not conditions and rows.kind in self.records.sets:
                return self.own(rows, cell)
        hits = self.hits(rows, address)
        doubtful = np.zeros(0, np.int64) if first else _several(hits)
        return _placed(hits, len(rows), doubtful)

    def own(self, rows: Rows, cell: Hashable) -> Resolved:
        """A cell of the rows' own records: one value a row at most."""
        text = self.take(rows.kind, cell, rows.index)
        record = rows.index
        if text.null_count:
            record = np.where(text.is_valid().to_numpy(zero_copy_only=False), record, -1)
        none = np.zeros(0, np.int64)
        return Resolved(rows.kind, text, record, np.zeros(len(rows), np.int64), none)

    def joined(self, rows: Rows, address: Address, separator: str) -> Resolved:
        """All values of each row, joined in file order: every hit, and in each every choice that holds."""
        kind = self.follow(rows, address)[0]
        parts = [
            self.hits(rows, Address(address.steps, (choice,), address.up, address.deep))
            for choice in address.choices
        ]
        parts = [part for part in parts if len(part.owner)] or parts[:1]
        if len(parts) == 1 and bool((np.diff(parts[0].owner) > 0).all()):
            return _placed(parts[0], len(rows), np.zeros(0, np.int64))
        owners = np.concatenate([part.owner for part in parts])
        records = np.concatenate([part.record for part in parts])
        number = np.repeat(np.arange(len(parts)), [len(part.owner) for part in parts])
        order = np.lexsort((number, records, owners))
        texts = pa.concat_arrays([part.text for part in parts]).take(pa.array(order))
        ends = np.searchsorted(owners[order], np.arange(len(rows) + 1))
        lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), texts)
        some = pa.array(np.diff(ends) > 0)
        text = pc.if_else(some, pc.binary_join(lists, separator), pa.scalar(None, pa.string()))
        first = records[order][np.minimum(ends[:-1], max(len(order) - 1, 0))] if len(order) else ends[:-1]
        record = np.where(np.diff(ends) > 0, first, -1)
        return Resolved(kind, text, record, np.zeros(len(rows), np.int64), np.zeros(0, np.int64))


def _is_in(column: pa.Array, values: tuple[str, ...]) -> np.ndarray:
    found = pc.is_in(column, value_set=pa.array(values, pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _at(values: pa.Array, record: np.ndarray) -> pa.Array:
    """The values of the given records; null for -1."""
    if len(record) == len(values) and bool((record == np.arange(len(record))).all()):
        return values
    return values.take(pa.array(record, mask=record < 0))


def _several(hits: Hits) -> np.ndarray:
    """The rows that have hits with different texts."""
    leading = np.diff(hits.owner, prepend=-1) != 0
    if leading.all():
        return np.zeros(0, np.int64)
    start = np.flatnonzero(leading)[np.cumsum(leading) - 1]
    same = pc.equal(hits.text, hits.text.take(pa.array(start)))
    return np.unique(hits.owner[~same.to_numpy(zero_copy_only=False)])


def _placed(hits: Hits, rows: int, doubtful: np.ndarray) -> Resolved:
    """The first hit of each row."""
    if len(hits.owner) == rows and bool((hits.owner == np.arange(rows)).all()):
        return Resolved(hits.kind, hits.text, hits.record, hits.cell, doubtful)
    record, cell = np.full(rows, -1), np.zeros(rows, np.int64)
    if not len(hits.owner):
        return Resolved(hits.kind, pa.nulls(rows, pa.string()), record, cell, doubtful)
    leading = np.flatnonzero(np.diff(hits.owner, prepend=-1))
    owner = hits.owner[leading]
    take = np.full(rows, -1)
    take[owner], record[owner], cell[owner] = leading, hits.record[leading], hits.cell[leading]
    return Resolved(hits.kind, _at(hits.text, take), record, cell, doubtful)


def _spread(
    owner: np.ndarray, record: np.ndarray, back: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Hits of distinct ancestors given to every row that shares the ancestor."""
    order = np.argsort(owner, kind="stable")
    owner, record = owner[order], record[order]
    ends = np.searchsorted(owner, np.arange(count + 1))
    length = np.diff(ends)[back]
    rows = np.repeat(np.arange(len(back)), length)
    inside = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    return rows, record[np.repeat(ends[:-1][back], length) + inside]
