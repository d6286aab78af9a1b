"""Which records the fields of a row are written to: fields with the same path and qualifiers share one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.formats.numbers import signs
from edi.formats.plan import FieldPlan, TablePlan
from edi.formats.temporal import PERIODS
from edi.syntax import Address, Condition

if TYPE_CHECKING:
    from edi.formats.writing import Sources

Path = tuple[tuple[str, tuple[tuple[Hashable, str], ...]], ...]
"""From the row's record down: at each step the kind and the qualifiers that tell the record from its like."""


@dataclass(slots=True)
class Slot:
    """One record below a row (the row's own has the empty path): its cells, and the rows that need it."""

    path: Path
    rows: int
    cells: dict[Hashable, pa.Array] = field(default_factory=dict)
    needed: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    def put(self, cell: Hashable, text: pa.Array) -> None:
        """Write `text` into a cell, where another field has not written yet."""
        there = self.cells.get(cell)
        self.cells[cell] = text if there is None else pc.coalesce(there, text)


def slots(table: TablePlan, sources: Sources) -> list[Slot]:
    """The slots of a table's rows, the row's own first, in the order of the descriptor."""
    builder = _Builder(table, sources)
    for plan in table.fields:
        builder.field(plan)
    for address, value in table.const:
        builder.const(address, value)
    builder.keep()
    return builder.finished()


class _Builder:
    def __init__(self, table: TablePlan, sources: Sources) -> None:
        self.table = table
        self.sources = sources
        self.rows = len(sources.tables[table.rule.name])
        self.slots: dict[Path, Slot] = {}
        self.shared = _shared(table)
        self.slot(()).needed[:] = True

    def slot(self, path: Path) -> Slot:
        """The slot of a path; the slots on the way to it are made too."""
        if path not in self.slots:
            if path:
                self.slot(path[:-1])
            self.slots[path] = Slot(path, self.rows, needed=np.zeros(self.rows, bool))
            for cell, value in path[-1][1] if path else ():
                self.slots[path].cells[cell] = pa.repeat(pa.scalar(value), self.rows)
        return self.slots[path]

    def path(self, address: Address) -> Path:
        """Steps with their qualifiers; those beside the cell too, where they tell records apart."""
        path = _steps(address)
        cell, conditions = address.choices[0]
        if not path or not conditions or (len(address.choices) == 1 and (path, cell) not in self.shared):
            return path
        kind, fixed = path[-1]
        return (*path[:-1], (kind, (*fixed, *_fixed(conditions))))

    def field(self, plan: FieldPlan) -> None:
        """One field: its text into the cell of its first address, with the qualifiers beside it."""
        if not plan.addresses or plan.addresses[0].up:
            return
        address = plan.addresses[0]
        text = self.placed(plan, self.sources.text(self.table, plan))
        slot = self.slot(self.path(address))
        slot.needed |= text.is_valid().to_numpy(zero_copy_only=False)
        if plan.rule.all is not None and len(address.choices) > 1:
            self.spread(plan, address, slot, text)
            return
        cell, conditions = address.choices[0]
        slot.put(cell, text)
        for condition in conditions if len(address.choices) == 1 else ():
            slot.put(condition.cells[0], _where(text, condition.values[0]))
        if plan.period is not None and pa.types.is_temporal(plan.rule.type):
            slot.put(plan.period, _where(text, period_code(plan)))

    def placed(self, plan: FieldPlan, text: pa.Array) -> pa.Array:
        """The text without a sign that has a cell of its own, filled up to the room it has."""
        number = plan.rule.number
        if plan.sign and number:
            cell, _ = plan.sign[0].choices[0]
            self.slot(self.path(plan.sign[0])).put(cell, signs(text, number))
            text = pc.utf8_ltrim(text, "-")
        return pc.utf8_lpad(text, plan.room, plan.rule.fill) if plan.room and plan.rule.fill else text

    def spread(self, plan: FieldPlan, address: Address, slot: Slot, text: pa.Array) -> None:
        """A joined text over the places of its element: parted where it was joined."""
        parts, too_long = spread(text, plan.rule.all or "", len(address.choices), plan.rule.width)
        for (cell, conditions), part in zip(address.choices, parts, strict=True):
            slot.put(cell, part)
            for condition in conditions:
                slot.put(condition.cells[0], _where(part, condition.values[0]))
        if len(too_long):
            room = (plan.rule.width or 0) * len(address.choices)
            self.sources.report(self.table, plan, too_long, "FLD-014", str(room), {}, text)

    def const(self, address: Address, value: str) -> None:
        """A constant: written wherever its record is."""
        cell, _ = address.choices[0]
        slot = self.slot(self.path(address))
        slot.put(cell, pa.repeat(pa.scalar(value), self.rows))

    def keep(self) -> None:
        """What no field took of the records that the rows were read from."""
        if self.sources.kept:
            origin = self.sources.origin(self.table.rule.name)
            for cell, text in self.sources.kept.beside(self.table.kind, origin).items():
                self.slot(()).put(cell, text)

    def finished(self) -> list[Slot]:
        """A record is needed where one below it is."""
        for path in sorted(self.slots, key=len, reverse=True):
            if path:
                self.slots[path[:-1]].needed |= self.slots[path].needed
        return sorted(self.slots.values(), key=lambda slot: len(slot.path))


def _shared(table: TablePlan) -> set[tuple[Path, Hashable]]:
    """Cells that several fields share, told apart by qualifiers: each gets a record of its own."""
    users: dict[tuple[Path, Hashable], set[tuple[Condition, ...]]] = {}
    for plan in table.fields:
        for address in plan.addresses[:1]:
            cell, conditions = address.choices[0]
            users.setdefault((_steps(address), cell), set()).add(conditions)
    return {place for place, conditions in users.items() if len(conditions) > 1}


def _steps(address: Address) -> Path:
    return tuple((step.kind, _fixed(step.where)) for step in address.steps)


def _fixed(conditions: tuple[Condition, ...]) -> tuple[tuple[Hashable, str], ...]:
    return tuple((condition.cells[0], condition.values[0]) for condition in conditions)


def _where(text: pa.Array, value: str) -> pa.Array:
    return pc.if_else(text.is_valid(), value, pa.scalar(None, pa.string()))


def period_code(plan: FieldPlan) -> str:
    """The 2379 code that a date is written with: the declared one, else 102 (day) or 203 (minute)."""
    if plan.rule.date in PERIODS:
        return plan.rule.date
    return "102" if pa.types.is_date(plan.rule.type) else "203"


def spread(
    text: pa.Array, separator: str, places: int, width: int | None
) -> tuple[list[pa.Array], np.ndarray]:
    """Texts parted at `separator` into `places` parts of at most `width` characters; rows too long."""
    size = f"{{0,{width}}}" if width else "*"
    one = f".{size}" if separator != "\n" else f"[^\\n]{size}"
    gap = "".join("\\n" if c == "\n" else f"\\x{ord(c):02x}" for c in separator)
    rest = "".join(f"(?:{gap}(?P<p{n}>{one}))?" for n in range(1, places))
    found = pc.extract_regex(text, pattern=f"(?s)^(?P<p0>{one}){rest}$")
    parts = [pc.struct_field(found, f"p{n}") for n in range(places)]
    parts = [pc.if_else(pc.equal(part, ""), pa.scalar(None, pa.string()), part) for part in parts]
    wrong = pc.and_(text.is_valid(), found.is_null())
    return parts, np.flatnonzero(wrong.to_numpy(zero_copy_only=False))
