"""What a descriptor does not map: every filled cell that no address took."""

from __future__ import annotations

from collections.abc import Hashable

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
    parts = []
    for kind, table in records.sets.items():
        if kind in service:
            continue
        message = _message_of(table.message, table.offset, messages)
        place = next(a for a in (table.segment, table.line, np.arange(1, len(table) + 1)) if a is not None)
        for cell in table.cells():
            rest = _rest(resolver, kind, cell)
            if len(rest):
                column = resolver.column(kind, cell).take(pa.array(rest))
                parts.append(_part(message[rest], place[rest], spell(kind, cell), column))
    table = pa.concat_tables([SCHEMA.empty_table(), *parts])
    return table.sort_by([("message", "ascending"), ("position", "ascending")])


def _rest(resolver: Resolver, kind: str, cell: Hashable) -> np.ndarray:
    """Records whose cell is filled and was not taken."""
    filled = resolver.column(kind, cell).is_valid().to_numpy(zero_copy_only=False)
    seen = resolver.seen.get((kind, cell))
    return np.flatnonzero(filled if seen is None else filled & ~seen)


def _message_of(message: np.ndarray, offset: np.ndarray, messages: pa.Table) -> np.ndarray:
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
