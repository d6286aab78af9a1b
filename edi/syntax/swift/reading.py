"""Bytes to fields: every tag of a file, with the statement or movement that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.syntax._text import decode, spans
from edi.syntax.swift.fields import cells_of, part, understood

BEGIN = re.compile(r"^(?:[^\n]{0,80}\n){0,6}?(?:\{[1-4]:[^\n]*)?:20:")
"""The first field may follow a SWIFT header, or a few lines of the bank's own."""
FIELD = re.compile(r"^(?:\{4:)?:(\d{2}[A-Z]?|[A-Z]{2}):", re.MULTILINE)
_ENVELOPE = re.compile(r"\n?^-(?:\}.*)?$|\n?^\{[1-5]:.*$|^\s*$", re.MULTILINE)
CLOSING = ("62F", "62M", "90C", "90D")


class Fields:
    """All fields of all files: tag, text, first byte, line in the file (from 1), file."""

    def __init__(self) -> None:
        self.tag: list[str] = []
        self.text: list[str] = []
        self.offset: list[int] = []
        self.line: list[int] = []
        self.member: list[int] = []


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """The fields by tag. A field not understood, or a statement without end, is a finding of its file."""
    fields = Fields()
    findings: list[Finding] = []
    for member, (start, end) in enumerate(spans(data, starts)):
        findings += _file(data[start:end], start, member, options, fields)
    tag = np.array(fields.tag, dtype="U3")
    member_of = np.array(fields.member, np.int64)
    text = pa.array(fields.text, pa.string())
    parent = _parents(tag, member_of)
    line = np.array(fields.line, np.int64)
    findings += _misplaced(tag, parent, text, line, member_of)
    offset = np.array(fields.offset, np.int64)
    sets: dict[str, RecordSet] = {}
    for kind in np.unique(tag).tolist():
        rows = np.flatnonzero(tag == kind)
        sets[kind] = _record_set(kind, rows, text.take(pa.array(rows)), offset, line, parent)
        findings += _not_understood(kind, rows, sets[kind], text, member_of)
    return Records(
        sets=sets,
        messages=MESSAGES.empty_table(),
        findings=findings,
        starts=tuple(starts),
        decimal=(",",),
    )


def _file(
    data: bytes, start: int, member: int, options: Mapping[str, Any], fields: Fields
) -> Iterator[Finding]:
    """One file's fields; yields what concerns the file as a whole."""
    if not data.strip():
        yield finding("FILE-001", Location(member=member))
        return
    text = decode(data, options["encoding"], member)
    if isinstance(text, Finding):
        yield text
        return
    if not BEGIN.match(text) or "\x00" in text:
        yield finding("SWF-001", Location(member=member, line=1), found=text[:20])
        return
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
    found = list(FIELD.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    at = np.array([match.start() for match in found], np.int64)
    fields.tag += [match[1] for match in found]
    fields.text += [_content(text[match.end() : end]) for match, end in zip(found, ends, strict=True)]
    fields.offset += (at + start).tolist()
    fields.line += (np.searchsorted(breaks, at) + 1).tolist()
    fields.member += [member] * len(found)


def _content(raw: str) -> str:
    """A field's text without the envelope's lines, which may stand after the last field of a message."""
    return _ENVELOPE.sub("", raw.replace("\r\n", "\n")).rstrip("\n")


# --- who belongs to whom ------------------------------------------------------------------------------------


def _parents(tag: np.ndarray, member: np.ndarray) -> np.ndarray:
    """The place of each field's statement (:20:) or movement (:61:); -1 for :20:, -2 where none is."""
    here = np.arange(len(tag))
    if not len(tag):
        return here
    opened = np.maximum.accumulate(np.where(tag == "20", here, -1))
    inside = (opened >= 0) & (member[opened] == member)
    parent = np.where(tag == "20", -1, np.where(inside, opened, -2))
    before = np.maximum(here - 1, 0)
    own = (tag == "86") & (tag[before] == "61") & (member[before] == member)
    return np.where(own, before, parent)


def _misplaced(
    tag: np.ndarray, parent: np.ndarray, text: pa.Array, line: np.ndarray, member: np.ndarray
) -> Iterator[Finding]:
    for row in np.flatnonzero(parent == -2)[:MAX_FINDINGS].tolist():
        yield finding("SWF-002", Location(member=int(member[row]), line=int(line[row])), found=tag[row])
    opened = np.flatnonzero(tag == "20")
    closed = parent[np.isin(tag, CLOSING)]
    for row in opened[~np.isin(opened, closed)][:MAX_FINDINGS].tolist():
        place = Location(member=int(member[row]), line=int(line[row]))
        yield finding("SWF-004", place, found=text[row].as_py())


def _not_understood(
    kind: str, rows: np.ndarray, one: RecordSet, text: pa.Array, member: np.ndarray
) -> Iterator[Finding]:
    """A movement or balance that does not have the layout of its tag would be lost without a word."""
    good = understood(kind, text.take(pa.array(rows))).to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(~good)[:MAX_FINDINGS].tolist():
        at = int(rows[row])
        place = (
            Location(member=int(member[at]), line=int(one.line[row]), tag=kind)
            if one.line is not None
            else Location()
        )
        yield finding("SWF-003", place, found=text[at].as_py(), tag=kind)


def _record_set(
    kind: str, rows: np.ndarray, text: pa.Array, offset: np.ndarray, line: np.ndarray, parent: np.ndarray
) -> RecordSet:
    """The fields of a tag. A field's order is its place among all fields."""
    return RecordSet(
        message=np.full(len(rows), -1, np.int32),
        order=rows,
        parent=np.maximum(parent[rows], -1),
        offset=offset[rows],
        column=_column(kind, text),
        line=line[rows],
        cells=partial(_filled, kind, text),
    )


def _column(kind: str, text: pa.Array) -> Callable[[Hashable], pa.Array]:
    def column(cell: Hashable) -> pa.Array:
        return part(kind, text, str(cell))

    return column


def _filled(kind: str, text: pa.Array) -> list[Hashable]:
    """The parts that any field of the tag has."""
    return [cell for cell in cells_of(kind) if pc.any(part(kind, text, cell).is_valid()).as_py()]
