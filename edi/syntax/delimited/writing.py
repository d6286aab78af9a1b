"""Records to rows: cells quoted only where they must be, and disarmed where people open the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.model import Output
from edi.syntax import Records, RecordSet
from edi.syntax._spreadsheet import disarmed
from edi.syntax._text import BOM, Lines, outputs
from edi.tables import in_place


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One file a member of `records.messages`: rows of all kinds in order, quoted only where needed."""
    parts = [(part, _lines(part, kind, options)) for kind, part in records.sets.items() if len(part)]
    order = np.concatenate([np.zeros(0, np.int64), *(part.order for part, _ in parts)])
    place = np.argsort(order, kind="stable")
    message = np.concatenate([np.zeros(0, np.int32), *(part.message for part, _ in parts)])[place]
    kinds = [lines for _, lines in parts] or [pa.array([], pa.string())]
    text = kinds[0] if len(kinds) == 1 else pa.concat_arrays(kinds)
    if not in_place(place, len(text)):
        text = text.take(pa.array(place))
    made, findings = outputs(
        Lines(text, message),
        records.groups,
        options["encoding"].replace("-sig", ""),
        "",
        _head(records, options),
    )
    records.findings += findings
    if options["encoding"] != "utf-8-sig":
        return made
    return [Output(one.name, BOM + one.data, one.messages) for one in made]


def _head(records: Records, options: Mapping[str, Any]) -> str:
    if not options["header"]:
        return ""
    cells = (
        next(iter(records.sets.values())).cells()
        if records.sets
        else [column[0] for column in options.get("columns", ())]
    )
    names = _quoted(pa.array([str(cell) for cell in cells], pa.string()), options)
    return str(options["separator"].join(names.to_pylist()) + options["end"])


def _lines(part: RecordSet, kind: str, options: Mapping[str, Any]) -> pa.Array:
    """The rows of one kind as text with their ends; columns by position are filled up from 1."""
    cells = part.cells()
    if not options["header"]:
        cells = list(range(1, max([options["record"] or 1, *(c for c in cells if isinstance(c, int))]) + 1))
    blank = pa.repeat(pa.scalar(""), len(part))
    columns = []
    for cell in cells:
        values = (
            pa.repeat(pa.scalar(kind), len(part)) if kind and cell == options["record"] else part.column(cell)
        )
        columns.append(_quoted(values, options) if values.null_count < len(values) else blank)
    end = options["end"]
    last = pc.binary_join_element_wise(columns[-1], end, "", null_handling="replace")
    joined = pc.binary_join_element_wise(*columns[:-1], last, options["separator"], null_handling="replace")
    # An empty line would be skipped by every reader, so the only cell of such a row is quoted.
    empty = pc.equal(joined, end)
    return pc.if_else(empty, (options["quote"] or '"') * 2 + end, joined) if pc.any(empty).as_py() else joined


def _quoted(values: pa.Array, options: Mapping[str, Any]) -> pa.Array:
    """Cells with quotes where the separator, a quote or a line end stands in them."""
    if options["people"]:
        values = disarmed(values)
    quote = options["quote"]
    if not quote:
        return values
    special = (options["separator"], quote, "\r", "\n")
    if not _may_hold(values, special):
        return values
    escaped = "".join(f"\\x{ord(c):02x}" if ord(c) < 128 else c for c in special)
    needs = pc.match_substring_regex(values, f"[{escaped}]")
    if not pc.any(needs).as_py():
        return values
    doubled = pc.replace_substring(values, quote, quote * 2)
    return pc.if_else(needs, pc.binary_join_element_wise(quote, doubled, quote, ""), values)


def _may_hold(values: pa.Array, characters: tuple[str, ...]) -> bool:
    """Whether one of the characters stands anywhere in the bytes behind the values."""
    data = values.buffers()[2]
    held = b"" if data is None else data.to_pybytes()
    return any(character.encode() in held for character in characters)
