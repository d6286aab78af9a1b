"""Only the rows that a receiver does not know yet.

What is compared is what the target's format writes, row by row with the key of the document. A row is left
out only when every value that the receiver may hold for its key equals it. These values are: the newest that
arrived, what was written after it (it may still arrive, or was refused), what arrived later though it is
older, and what may or may not have arrived. Rows that are missing in the new file are not sent: an absent row
says nothing, as it does where whole files are sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from string import Template

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from edi.documents import Document
from edi.engine import Engine, quoted
from edi.findings import EdiError, finding
from edi.formats import Format
from edi.history import aligned
from edi.model import Endpoint, Sent
from edi.tables import Tables, ipc

PLACE = pa.schema([("_order", pa.int32()), ("_arrived", pa.int32()), ("_perhaps", pa.bool_())])

QUERY = Template("""
    with known as (
        select *,
            max(_order) filter (where _arrived is not null) over same_key as _newest,
            arg_max(_arrived, _order) filter (where _arrived is not null) over same_key as _newest_arrived
        from delta_sent
        window same_key as (partition by $key)
    ),
    possible as (
        select $every, _arrived is not null as _there, -1 as _message
        from known
        where _newest is null or _order >= _newest or _arrived >= _newest_arrived or _perhaps
        union all
        select $every, false, message from delta_now -- what earlier messages of the batch tell him
    )
    select n.message, n.position
    from delta_now n
    left join possible p on $same and p._message < n.message
    group by n.message, n.position
    having not coalesce(bool_or(p._there), false) or bool_or($differs)
""")


@dataclass(frozen=True, slots=True)
class Columns:
    """The table that a delta is made of, its key, and the other columns that a receiver is told."""

    table: str
    key: tuple[str, ...]
    told: tuple[str, ...]


def columns(format_: Format) -> Columns:
    """What a delta of files of this format compares. EdiError CFG-024 when their document has no key."""
    document: Document = format_.document
    declared = document.schema.get("x-delta")
    if declared is None or len(document.tables) > 1:
        raise EdiError(finding("CFG-024", found=format_.name, document=document.name))
    key = tuple(declared["key"])
    without = {*key, *declared.get("ignore", ())}
    written = format_.plan.root.rule.fields
    return Columns(document.root.name, key, tuple(name for name in written if name not in without))


def basis_name(route: str, endpoint: Endpoint) -> str:
    """The name of a target among `Task.sent`: one that sends deltas is the only one of its route there."""
    return f"{route} {endpoint.id}"


def carried(format_: Format, tables: Tables, messages: Collection[int]) -> bytes:
    """What a file of these messages tells its receiver, as Arrow IPC: to be compared with later."""
    compared = columns(format_)
    table = tables[compared.table]
    mine = table.filter(pc.is_in(table["message"], value_set=pa.array(list(messages), pa.int32())))
    return ipc(mine.select([name for name in (*compared.key, *compared.told) if name in table.column_names]))


def unknown(engine: Engine, format_: Format, tables: Tables, earlier: Sequence[Sent]) -> Tables:
    """The tables with only the rows that the receiver of the `earlier` files (oldest first) may not know."""
    compared = columns(format_)
    return {**tables, compared.table: changed(engine, tables[compared.table], compared, earlier)}


def changed(engine: Engine, table: pa.Table, columns: Columns, earlier: Sequence[Sent]) -> pa.Table:
    """The rows of `table` that differ from what the receiver of the `earlier` files may hold."""
    fields = [
        table.schema.field(name) for name in (*columns.key, *columns.told) if name in table.column_names
    ]
    compared = pa.schema(fields)
    now = table.select(["message", "position", *compared.names])
    engine.register("delta_sent", sent_rows(earlier, compared))
    engine.register("delta_now", now)
    try:
        new = engine.sql(query(columns.key, [name for name in compared.names if name not in columns.key]))
    finally:
        engine.unregister("delta_sent")
        engine.unregister("delta_now")
    return table.filter(pa.array(np.isin(place(table), place(new))))


def sent_rows(earlier: Sequence[Sent], compared: pa.Schema) -> pa.Table:
    """The rows of earlier files, each with the place of its file in the order of writing and of arrival."""
    parts = [
        with_place(aligned(pq.ParquetFile(one.path).read(), compared), (order, one.arrived, one.perhaps))
        for order, one in enumerate(earlier)
    ]
    return pa.concat_tables([pa.schema([*compared, *PLACE]).empty_table(), *parts])


def with_place(part: pa.Table, values: tuple[int, int | None, bool]) -> pa.Table:
    for field, value in zip(PLACE, values, strict=True):
        part = part.append_column(field, pa.repeat(pa.scalar(value, field.type), len(part)))
    return part


def place(table: pa.Table) -> np.ndarray:
    """Message and position of each row as one number."""
    return table["message"].to_numpy().astype(np.int64) << 32 | table["position"].to_numpy()


def query(key: Sequence[str], told: Sequence[str]) -> str:
    """SQL for the rows to send. Every name in it is a column of a document, quoted."""
    differences = [f"p.{quoted(name)} is distinct from n.{quoted(name)}" for name in told]
    return QUERY.substitute(
        key=listed(key),
        every=listed([*key, *told]),
        same=" and ".join(f"p.{quoted(name)} is not distinct from n.{quoted(name)}" for name in key),
        differs=" or ".join(differences) or "false",
    )


def listed(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))
