"""Records to files of fixed width: every cell at its place, blanks between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.model import Output
from edi.syntax import Records, RecordSet
from edi.syntax._text import Lines, outputs
from edi.syntax.fixed.addresses import place

Piece = tuple[int, int, pa.Array]


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One file a group: prolog, then every record. A message with too long a text is left out."""
    sets = {kind: one for kind, one in records.sets.items() if len(one)}
    long = [_too_long(one, records) for one in sets.values()]
    order = np.concatenate([np.zeros(0, np.int64), *(one.order for one in sets.values())])
    sort = np.argsort(order, kind="stable")
    message = np.concatenate([np.zeros(0, np.int32), *(one.message for one in sets.values())])[sort]
    texts = [_text(kind, one, options) for kind, one in sets.items()]
    text = pa.concat_arrays([pa.array([], pa.string()), *texts]).take(pa.array(sort))
    kept = ~np.isin(message, np.concatenate([np.zeros(0, np.int32), *long]))
    lines = Lines(text.filter(pa.array(kept)), message[kept])
    end = options["end"]
    head = end.join([*options["prolog"], ""]) if options["prolog"] else ""
    made, findings = outputs(lines, records.groups, options["encoding"], end, head)
    records.findings += findings
    return made


def _too_long(one: RecordSet, records: Records) -> np.ndarray:
    """The messages with a text that its place cannot hold; one finding for each."""
    found: list[np.ndarray] = []
    for cell in one.cells():
        _, room = place(cell)
        text = one.column(cell)
        over = pc.fill_null(pc.greater(pc.utf8_length(text), room), False).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(over).tolist():
            key = int(one.message[row])
            records.findings.append(finding("FIX-004", message=key, found=text[row].as_py(), expected=room))
        found.append(one.message[over])
    return np.unique(np.concatenate([np.zeros(0, np.int32), *found]))


def _text(kind: str, one: RecordSet, options: Mapping[str, Any]) -> pa.Array:
    """Each record of a kind in full width."""
    parts: list[pa.Array] = []
    at = 1
    for first, room, text in sorted(_pieces(kind, one, options), key=lambda piece: piece[0]):
        parts.append(_blank(first - at, one))
        parts.append(pc.utf8_rpad(pc.utf8_slice_codeunits(pc.fill_null(text, ""), 0, room), room))
        at = first + room
    parts.append(_blank(options["width"] + 1 - at, one))
    text = pc.binary_join_element_wise(*parts, "")
    return pc.utf8_rtrim(text, characters=" ") if options["trim"] else text


def _pieces(kind: str, one: RecordSet, options: Mapping[str, Any]) -> list[Piece]:
    """The cells of a record, and its code where no cell holds it."""
    pieces: list[Piece] = []
    for cell in one.cells():
        first, room = place(cell)
        pieces.append((first, room, one.column(cell)))
    if options["record"] is not None:
        start, length = options["record"]
        if not any(first < start + length and start < first + room for first, room, _ in pieces):
            pieces.append((start, length, pa.repeat(pa.scalar(kind), len(one))))
    return pieces


def _blank(room: int, one: RecordSet) -> pa.Array:
    return pa.repeat(pa.scalar(" " * room), len(one))
