"""What a descriptor does not map: every filled cell that no address took."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
import pyarrow as pa

from edi.formats.plan import Plan
from edi.formats.resolving import Resolver
from edi.syntax import Records

SCHEMA = pa.schema(
    [("message", pa.int32()), ("position", pa.int32()), ("address", pa.string()), ("value", pa.string())]
)
"""`position` is the record's place: its segment in the message, its line in the file, or its ordinal."""


def unmapped(plan: Plan, records: Records, resolver: Resolver, messages: pa.Table) -> pa.Table:
    """The table `unmapped`, sorted by (message, position)."""
    spell = getattr(plan.module, "spell", _spell)
    service: frozenset[str] = getattr(plan.module, "SERVICE", frozenset())
    reached: dict[str, set[str]] = {}
    for (kind, cell), seen in resolver.seen.items():
        if seen.any():
            reached.setdefault(spell(kind, cell), set()).add(kind)
    overlap = getattr(plan.module, "overlap", None)
    parts = []
    for kind, table in records.sets.items():
        if kind in service:
            continue
        message = message_of(table.message, table.offset, messages)
        place = next(a for a in (table.segment, table.line, np.arange(1, len(table) + 1)) if a is not None)
        for cell in table.cells():
            name = spell(kind, cell)
            if reached.get(name, set()) - {kind}:
                continue  # a condition reached it from a record around
            rest = _rest(resolver, kind, cell, overlap)
            if len(rest):
                column = resolver.column(kind, cell).take(pa.array(rest))
                parts.append(_part(message[rest], place[rest], name, column))
    table = pa.concat_tables([SCHEMA.empty_table(), *parts])
    return table.sort_by([("message", "ascending"), ("position", "ascending")])


def _rest(
    resolver: Resolver, kind: str, cell: Hashable, overlap: Callable[[Hashable, Hashable], bool] | None
) -> np.ndarray:
    """Records whose cell is filled and was not taken, nor one that holds a part of it."""
    rest = resolver.column(kind, cell).is_valid().to_numpy(zero_copy_only=False).copy()
    for (other_kind, other), seen in resolver.seen.items():
        if other_kind == kind and (other == cell or (overlap is not None and overlap(other, cell))):
            rest &= ~seen
    return np.flatnonzero(rest)


def message_of(message: np.ndarray, offset: np.ndarray, messages: pa.Table) -> np.ndarray:
    """Message keys; by the spans of the messages where the syntax does not know them."""
    if len(message) == 0 or int(message.max()) >= 0 or not len(messages):
        return message
    return np.searchsorted(messages["start"].to_numpy(), offset, side="right") - 1


def _part(message: np.ndarray, place: np.ndarray, address: str, values: pa.Array) -> pa.Table:
    columns = [
        pa.array(message, pa.int32()),
        pa.array(place, pa.int32()),
        pa.repeat(pa.scalar(address), len(values)),
        values,
    ]
    return pa.table(columns, schema=SCHEMA)


def _spell(kind: str, cell: Hashable) -> str:
    return f"{kind}/{cell}" if kind else str(cell)
