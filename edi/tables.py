"""Small helpers for a batch's tables: `{name: pa.Table}`, every row knowing its message."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Tables = dict[str, pa.Table]


def only(tables: Tables, messages: np.ndarray) -> Tables:
    """The rows of the given message keys, order kept."""
    wanted = pa.array(np.asarray(messages, dtype=np.int32))
    return {
        name: table.filter(pc.is_in(table["message"], value_set=wanted)) for name, table in tables.items()
    }


def messages_in(tables: Tables) -> np.ndarray:
    """The keys of the messages that have a row in the root table, one a row."""
    return next(iter(tables.values()))["message"].to_numpy()


def ipc(table: pa.Table) -> bytes:
    """A table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def from_ipc(data: bytes) -> pa.Table:
    """The table of an Arrow IPC stream."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()


def in_place(order: np.ndarray, rows: int) -> bool:
    """Whether taking `order` of that many rows changes nothing."""
    return len(order) == rows and bool((order == np.arange(rows)).all())


def single(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array; Arrow would copy it even where it is one already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
