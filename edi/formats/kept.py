"""What no field took, written back beside the rows it was read with: for a file written in its own format.

A row is known again by where it was read (`_offset` and `position`), so that steps may change, drop and add
rows, but not number them anew. Syntaxes whose records are just the cells of their rows say
`KEEPS = True`. Where a row is composed of many records (EDIFACT's segments, told apart by qualifiers) nobody
could say among which of them the rest belongs: there it is told instead.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from edi.findings import finding
from edi.formats.unmapped import message_of
from edi.model import Finding, Location

if TYPE_CHECKING:
    from edi.formats.forest import Forest
    from edi.formats.plan import Plan
    from edi.formats.reading import Staged

FIRST = -1
"""The rank of records that no table has: directly below the one they followed."""


class Kept:
    """The unmapped content of the files `staged`; `restored` counts the values that found their place."""

    def __init__(self, staged: Staged) -> None:
        self.staged = staged
        self.records = staged.records
        self.keeps = bool(getattr(staged.plan.module, "KEEPS", False))
        self.restored = 0

    def origin(self, name: str, written: pa.Table) -> np.ndarray:
        """For each row to be written the record it was read from; -1 for rows that a step made."""
        rows, read = self.staged.rows.get(name), self.staged.tables.get(name)
        if (
            not self.keeps
            or rows is None
            or read is None
            or not len(read)
            or "_offset" not in written.column_names
        ):
            return np.full(len(written), -1)
        known, wanted = _places(read), _places(written)
        order = np.argsort(known, kind="stable")
        at = order[np.minimum(np.searchsorted(known[order], wanted), len(order) - 1)]
        return np.where((known[at] == wanted) & (wanted >= 0), rows.index[at], -1)

    def beside(self, kind: str, origin: np.ndarray) -> dict[Hashable, pa.Array]:
        """The unmapped cells of the records that rows were read from, one value a row."""
        found: dict[Hashable, pa.Array] = {}
        for cell in self.records.sets[kind].cells() if bool((origin >= 0).any()) else ():
            here = (origin >= 0) & self.left(kind, cell)[origin]
            if here.any():
                column = self.staged.resolver.column(kind, cell)
                found[cell] = column.take(pa.array(origin, mask=~here))
                self.restored += int(here.sum())
        return found

    def left(self, kind: str, cell: Hashable) -> np.ndarray:
        """For each record whether the cell is filled and no field took it."""
        filled = self.staged.resolver.column(kind, cell).is_valid().to_numpy(zero_copy_only=False)
        seen = self.staged.resolver.seen.get((kind, cell))
        return filled if seen is None else filled & ~seen

    def header(self, kind: str) -> list[Hashable]:
        """The columns of the files read, in their order."""
        return self.records.sets[kind].cells() if self.keeps and kind in self.records.sets else []

    def place(self, forest: Forest, plan: Plan, nodes: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
        """Put the records that no table has below the ones they belong to.

        `nodes` gives for each table the record that each row was read from, and its node.
        """
        if not self.keeps:
            return
        parts = []
        for name, (origin, node) in nodes.items():
            read = origin >= 0
            if read.any():
                parts.append((self.records.sets[plan.tables[name].kind].order[origin[read]], node[read]))
        order, node = _by_order(parts)
        known = {table.kind for table in plan.tables.values()}
        for kind in sorted(self.records.sets.keys() - known, key=lambda one: one.count("/")):
            order, node = self.put(forest, kind, order, node)

    def put(
        self, forest: Forest, kind: str, order: np.ndarray, node: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The records of one kind below their parents, or below what stood before; all orders and nodes."""
        table = self.records.sets[kind]
        if not len(order) or not len(table):
            return order, node
        enclosed = table.parent >= 0
        at = np.searchsorted(order, np.where(enclosed, table.parent, table.order), side="right") - 1
        right = (at >= 0) & (~enclosed | (order[at] == table.parent))
        message = message_of(table.message, table.offset, self.staged.messages)
        right &= message == np.concatenate(forest.message)[node[at]]
        every = {cell: self.staged.resolver.column(kind, cell) for cell in table.cells()}
        cells = {cell: text for cell, text in every.items() if text.null_count < len(text)}
        self.restored += sum(len(text.filter(pa.array(right)).drop_null()) for text in cells.values())
        made = forest.add(kind, cells, right, node[at], message, table.order, FIRST)
        return _by_order([(order, node), (table.order[right], made[right])])

    def lost(self, messages: np.ndarray) -> list[Finding]:
        """What of these messages was not written back, told for the batch."""
        left = self.staged.unmapped
        left = left.filter(pa.array(np.isin(left["message"].to_numpy(), messages)))
        if len(left) <= self.restored:
            return []
        places = ", ".join(dict.fromkeys(left["address"].to_pylist()))
        return [finding("FMT-022", Location(), found=len(left) - self.restored, expected=places)]


def _places(table: pa.Table) -> np.ndarray:
    """Where each row was read, as one number of offset and position; negative for rows that were not read."""
    offset = table["_offset"].fill_null(-1).to_numpy()
    return (offset << 24) + table["position"].to_numpy()


def _by_order(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    nothing = np.zeros(0, np.int64)
    order = np.concatenate([nothing, *(part[0] for part in parts)])
    node = np.concatenate([nothing, *(part[1] for part in parts)])
    sort = np.argsort(order, kind="stable")
    return order[sort], node[sort]
