"""Bytes to records of fixed width: all records of a file cut at once, their kinds and parents as arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.syntax._text import decode, spans
from edi.syntax.fixed.addresses import place


@dataclass(slots=True)
class Body:
    """The records of all files: text, first byte, line in the file (from 1), file."""

    text: list[pa.Array] = field(default_factory=list)
    offset: list[np.ndarray] = field(default_factory=list)
    line: list[np.ndarray] = field(default_factory=list)
    member: list[np.ndarray] = field(default_factory=list)


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """The records by kind. A record of a wrong length or of an unknown code is a finding of its file."""
    body = Body()
    findings: list[Finding] = []
    for member, (start, end) in enumerate(spans(data, starts)):
        findings += _file(data[start:end], start, member, options, body)
    text = pa.concat_arrays([pa.array([], pa.string()), *body.text])
    nothing = np.zeros(0, np.int64)
    offset, line, member_of = (
        np.concatenate([nothing, *part]) for part in (body.offset, body.line, body.member)
    )
    kinds = _codes(text, options)
    findings += _unknown(kinds, line, member_of, options)
    parent = _parents(kinds, member_of, options)
    findings += _misplaced(kinds, parent, line, member_of, options)
    sets = {
        str(kind): _record_set(str(kind), np.flatnonzero(kinds == kind), text, offset, line, parent, options)
        for kind in dict.fromkeys([*options["known"], *np.unique(kinds).tolist()])
    }
    return Records(
        sets=sets,
        messages=MESSAGES.empty_table(),
        findings=findings,
        starts=tuple(starts),
        decimal=(options["decimal"],),
    )


def _file(data: bytes, start: int, member: int, options: Mapping[str, Any], body: Body) -> Iterator[Finding]:
    """One file's records into the body; yields what concerns the file as a whole."""
    text = decode(data, options["encoding"], member) if data else finding("FILE-001", Location(member=member))
    if isinstance(text, Finding):
        yield text
        return
    if "\x00" in text:
        yield finding("TEXT-001", Location(member=member), found="00", expected=options["encoding"])
        return
    lines, offset, number = _cut(text, data, options)
    skipped = len(options["prolog"])
    lines, offset, number = lines.slice(skipped), offset[skipped:], number[skipped:]
    length = pc.utf8_length(lines).to_numpy(zero_copy_only=False)
    filled = pc.not_equal(pc.utf8_trim(lines, characters=" \x1a"), "").to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(filled)
    if not len(rows):
        yield finding("FILE-001", Location(member=member))
    wrong = rows[_wrong(length[rows], "\n" in text, options)]
    for row in wrong[:MAX_FINDINGS].tolist():
        where = Location(member=member, line=int(number[row]), offset=int(start + offset[row]))
        yield finding("FIX-001", where, found=int(length[row]), expected=options["width"])
    body.text.append(lines.take(pa.array(rows)))
    body.offset.append(offset[rows] + start)
    body.line.append(number[rows])
    body.member.append(np.full(len(rows), member))


def _wrong(length: np.ndarray, lined: bool, options: Mapping[str, Any]) -> np.ndarray:
    """Records that are too long, too short for their code, or cut where nothing could have been trimmed."""
    start, code = options["record"] or (1, 0)
    shortest = start - 1 + code if lined else options["width"]
    return (length > options["width"]) | (length < shortest)


def _cut(text: str, data: bytes, options: Mapping[str, Any]) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """The records of a file, their first bytes and lines: by line ends, or without any by the width."""
    encoding, width = options["encoding"], options["width"]
    raw = np.frombuffer(data, np.uint8)
    if "\n" in text:
        lines = pc.split_pattern(pa.array([text]), "\n").values
        breaks = np.flatnonzero(raw == "\n".encode(encoding)[0])
        offset = np.concatenate([[0], breaks + 1]).astype(np.int64)[: len(lines)]
        return pc.utf8_rtrim(lines, characters="\r"), offset, np.arange(1, len(lines) + 1)
    whole = text.rstrip("\x1a")
    pieces = [whole[at : at + width] for at in range(0, len(whole), width)]
    offset = np.arange(len(pieces), dtype=np.int64) * width
    return pa.array(pieces, pa.string()), offset, np.arange(1, len(pieces) + 1)


# --- kinds and parents --------------------------------------------------------------------------------------


def _codes(text: pa.Array, options: Mapping[str, Any]) -> np.ndarray:
    """The kind of each record."""
    if options["record"] is None:
        return np.full(len(text), "", dtype="U1")
    start, length = options["record"]
    codes = pc.utf8_slice_codeunits(text, start - 1, start - 1 + length)
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=f"U{length}")


def _unknown(
    kinds: np.ndarray, line: np.ndarray, member: np.ndarray, options: Mapping[str, Any]
) -> Iterator[Finding]:
    if options["record"] is None:
        return
    known = ", ".join(options["known"])
    for row in np.flatnonzero(~np.isin(kinds, options["known"]))[:MAX_FINDINGS].tolist():
        where = Location(member=int(member[row]), line=int(line[row]))
        yield finding("FIX-002", where, found=kinds[row], expected=known)


def _parents(kinds: np.ndarray, member: np.ndarray, options: Mapping[str, Any]) -> np.ndarray:
    """The place of the record that each belongs to; -1 for none, -2 where it should have one."""
    parents: Mapping[str, str] = options["parents"]
    here = np.arange(len(kinds))
    parent = np.full(len(kinds), -1)
    level = np.zeros(len(kinds), np.int64)
    for kind in parents:
        level[kinds == kind] = _level(kind, parents)
    for kind, above in parents.items():
        opened = _latest(kinds == above, here)
        # Any record of the same or a higher level closes the one that was open.
        closed = _latest(level <= _level(above, parents), here)
        fits = (opened >= 0) & (opened == closed) & (member[opened] == member)
        mine = kinds == kind
        parent[mine] = np.where(fits, opened, -2)[mine]
    return parent


def _level(kind: str, parents: Mapping[str, str]) -> int:
    level = 0
    while kind in parents:
        kind, level = parents[kind], level + 1
    return level


def _latest(mask: np.ndarray, here: np.ndarray) -> np.ndarray:
    """For each record the last one at or before it for which the mask holds, -1 where there is none."""
    return np.maximum.accumulate(np.where(mask, here, -1)) if len(here) else here


def _misplaced(
    kinds: np.ndarray, parent: np.ndarray, line: np.ndarray, member: np.ndarray, options: Mapping[str, Any]
) -> Iterator[Finding]:
    """Records without the one that they belong to, and records that are never closed."""
    for row in np.flatnonzero(parent == -2)[:MAX_FINDINGS].tolist():
        where = Location(member=int(member[row]), line=int(line[row]))
        yield finding("FIX-003", where, found=kinds[row], expected=options["parents"][str(kinds[row])])
    for opener, closer in options["closes"].items():
        opened = np.flatnonzero(kinds == opener)
        lacking = opened[~np.isin(opened, parent[kinds == closer])]
        for row in lacking[:MAX_FINDINGS].tolist():
            where = Location(member=int(member[row]), line=int(line[row]))
            yield finding("FIX-005", where, found=opener, expected=closer)


# --- record sets --------------------------------------------------------------------------------------------


def _record_set(
    kind: str,
    rows: np.ndarray,
    text: pa.Array,
    offset: np.ndarray,
    line: np.ndarray,
    parent: np.ndarray,
    options: Mapping[str, Any],
) -> RecordSet:
    """The records of a kind. A record's order is its place among all records."""
    own = text.take(pa.array(rows))
    return RecordSet(
        message=np.full(len(rows), -1, np.int32),
        order=rows,
        parent=np.maximum(parent[rows], -1),
        offset=offset[rows],
        column=_column(own),
        line=line[rows],
        cells=partial(_cells, kind, options),
    )


def _column(text: pa.Array) -> Callable[[Hashable], pa.Array]:
    def column(cell: Hashable) -> pa.Array:
        first, length = place(cell)
        piece = pc.utf8_trim(pc.utf8_slice_codeunits(text, first - 1, first - 1 + length), characters=" ")
        return pc.if_else(pc.equal(piece, ""), pa.scalar(None, pa.string()), piece)

    return column


def _cells(kind: str, options: Mapping[str, Any]) -> list[Hashable]:
    """The places that are mapped, and what lies between them: all of the record is in one or the other."""
    mapped: tuple[tuple[int, int], ...] = options["places"].get(kind, ())
    code = [tuple(options["record"])] if options["record"] and mapped else []
    code += [tuple(options["repeats"][kind])] if kind in options["repeats"] else []
    cells: list[Hashable] = list(mapped)
    at = 1
    for first, length in sorted([*mapped, *code]):
        if first > at:
            cells.append((at, first - at))
        at = max(at, first + length)
    if at <= options["width"]:
        cells.append((at, options["width"] + 1 - at))
    return cells
