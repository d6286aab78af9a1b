"""Records as a forest, flattened into file order: each record, then what is below it, siblings by rank.

Everything is arrays over nodes; the only loops are over tables, slots and levels.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from edi.formats.plan import Plan, TablePlan
from edi.formats.slots import Path, Slot
from edi.syntax import RecordSet

ROWS = 1 << 40
"""Rows come after the single records of the same rank; among themselves they keep their order."""


@dataclass(slots=True)
class _Group:
    """Nodes of one kind made together, and the cells of their records."""

    kind: str
    first: int
    cells: dict[Hashable, pa.Array]


@dataclass(slots=True)
class Forest:
    """Nodes in order of making: parent node (-1: none), message, rank among siblings, place among equals."""

    plan: Plan
    groups: list[_Group] = field(default_factory=list)
    parent: list[np.ndarray] = field(default_factory=list)
    message: list[np.ndarray] = field(default_factory=list)
    rank: list[np.ndarray] = field(default_factory=list)
    place: list[np.ndarray] = field(default_factory=list)
    count: int = 0

    def rows(self, table: TablePlan, above: np.ndarray, message: np.ndarray, made: list[Slot]) -> np.ndarray:
        """A node for each row below the nodes `above` (-2: the row is left out), and for its slots.

        Returns the node of each row.
        """
        nodes: dict[Path, np.ndarray] = {}
        for number, slot in enumerate(made):
            kind = slot.path[-1][0] if slot.path else table.kind
            needed = slot.needed & (above != -2)
            under = nodes[slot.path[:-1]] if slot.path else above
            place = np.arange(slot.rows) + ROWS if not slot.path else np.full(slot.rows, number)
            nodes[slot.path] = self.add(kind, slot.cells, needed, under, message, place)
        return nodes[()]

    def add(
        self,
        kind: str,
        cells: dict[Hashable, pa.Array],
        needed: np.ndarray,
        under: np.ndarray,
        message: np.ndarray,
        place: np.ndarray,
        rank: int | None = None,
    ) -> np.ndarray:
        """Nodes for the rows that need one; gives the node of each row, -1 where there is none."""
        some = np.flatnonzero(needed)
        taken = pa.array(some)
        self.groups.append(_Group(kind, self.count, {cell: text.take(taken) for cell, text in cells.items()}))
        self.parent.append(under[some])
        self.message.append(message[some])
        self.rank.append(np.full(len(some), self.rank_of(kind) if rank is None else rank))
        self.place.append(place[some])
        node = np.full(len(needed), -1)
        node[some] = np.arange(self.count, self.count + len(some))
        self.count += len(some)
        return node

    def rank_of(self, kind: str) -> int:
        """The place of a kind among its siblings: the syntax's, or the order of the tables."""
        if hasattr(self.plan.module, "rank"):
            return int(self.plan.module.rank(kind, self.plan.options))
        return [table.kind for table in self.plan.tables.values()].index(kind)

    def records(self) -> dict[str, RecordSet]:
        """The record sets by kind, `order` being the place in the file."""
        parent = np.concatenate([np.zeros(0, np.int64), *self.parent])
        order = preorder(
            parent, np.concatenate([parent[:0], *self.rank]), np.concatenate([parent[:0], *self.place])
        )
        message = np.concatenate([np.zeros(0, np.int32), *self.message])
        kinds = dict.fromkeys(group.kind for group in self.groups)
        return {kind: self.record_set(kind, order, parent, message) for kind in kinds}

    def record_set(self, kind: str, order: np.ndarray, parent: np.ndarray, message: np.ndarray) -> RecordSet:
        """All records of a kind, sorted by order."""
        groups = [group for group in self.groups if group.kind == kind]
        lengths = [len(self.parent[self.groups.index(group)]) for group in groups]
        node = np.concatenate([np.arange(g.first, g.first + n) for g, n in zip(groups, lengths, strict=True)])
        sort = np.argsort(order[node], kind="stable")
        node = node[sort]
        cells = list(dict.fromkeys(cell for group in groups for cell in group.cells))

        def column(cell: Hashable) -> pa.Array:
            parts = [
                g.cells.get(cell, pa.nulls(n, pa.string())) for g, n in zip(groups, lengths, strict=True)
            ]
            return pa.concat_arrays(parts).take(pa.array(sort))

        above = parent[node]
        return RecordSet(
            message=message[node].astype(np.int32),
            order=order[node],
            parent=np.where(above < 0, -1, order[above]),
            offset=order[node],
            column=column,
            cells=lambda: list(cells),
        )


def preorder(parent: np.ndarray, rank: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The place of each node when every node stands before those below it, siblings by (rank, place).

    Parents come before their children in the arrays.
    """
    level = np.flatnonzero(parent < 0)
    levels = [level]
    while len(level):
        inside = np.zeros(len(parent), bool)
        inside[level] = True
        level = np.flatnonzero((parent >= 0) & inside[np.maximum(parent, 0)])
        levels.append(level)
    size = np.ones(len(parent), np.int64)
    for level in reversed(levels[1:]):
        np.add.at(size, parent[level], size[level])
    order = np.zeros(len(parent), np.int64)
    for level in levels:
        _place_level(level, parent, rank, place, size, order)
    return order


def _place_level(
    level: np.ndarray,
    parent: np.ndarray,
    rank: np.ndarray,
    place: np.ndarray,
    size: np.ndarray,
    order: np.ndarray,
) -> None:
    """Place the nodes of one level: after their parent and after what their elder siblings hold."""
    if not len(level):
        return
    above = parent[level]
    sort = np.lexsort((place[level], rank[level], above))
    level, above = level[sort], above[sort]
    before = np.cumsum(size[level]) - size[level]
    first = np.flatnonzero(np.diff(above, prepend=-2))
    start = np.repeat(before[first], np.diff(np.append(first, len(level))))
    base = np.where(above < 0, 0, order[np.maximum(above, 0)] + 1)
    order[level] = base + before - start
