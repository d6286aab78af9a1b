"""Flagged text ("format Sage"): one field a line, a record begins with its flag alone on a line.

An empty field is an empty line and is never left out, so every record of a kind has the same number of lines.
A line end inside a text is written as the two characters backslash and n. Cells are positions from 1.

Options: encoding, end, decimal, date, prolog, epilog, others (docs/formats.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding, nearest
from edi.library import Library
from edi.model import Finding, Location, Output
from edi.syntax import MAX_FINDINGS, MESSAGES, Address, Records, RecordSet
from edi.syntax._text import Lines, decode, outputs, spans

KEEPS = True
"""A record is its fields, so those that no field of the document takes can be written back."""

DEFAULTS: dict[str, Any] = {
    "encoding": "cp850",
    "end": "\r\n",
    "decimal": ",",
    "date": "%d%m%y",
    "prolog": [],
    "epilog": [],
    "others": {},
}
FLAG = r"^#[A-Z0-9]{3,12}$"
ESCAPED = "\\n"


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with defaults filled in."""
    return {**DEFAULTS, **options, "sizes": dict(options.get("others", {}))}


def expect(
    options: Mapping[str, Any],
    columns: Sequence[Hashable],
    required: Sequence[Hashable],
    kinds: Mapping[str, int | None],
) -> dict[str, Any]:
    """Tell the syntax the record kinds of the descriptor and how many fields each has."""
    return {**options, "sizes": {**options["others"], **kinds}, "kinds": list(kinds)}


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """A field's position from 1; `^` in front means the enclosing record's."""
    name = str(text)
    bare = name.lstrip("^")
    cell: Hashable = int(bare) if bare.isdigit() else bare
    return Address((), ((cell, ()),), up=len(name) - len(bare), text=name)


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The record set of a table is named by its flag."""
    return text


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """2: this prolog and one of these records; 1: the same family in another version; 0: neither."""
    first = head[:4096].split(b"\n")[:12]
    lines = [line.rstrip(b"\r").decode("latin-1") for line in first]
    prolog = options["prolog"]
    seen = " ".join(lines[: max(len(prolog), 1)])[:40]
    if lines[: len(prolog)] == prolog and len(lines) > len(prolog) and lines[len(prolog)] in options["sizes"]:
        return 2, f"{seen} with {lines[len(prolog)]}"
    same_family = bool(prolog) and lines[0] == prolog[0]
    return (1, f"{seen}, of another version or kind") if same_family else (0, f"begins with {seen!r}")


# --- read --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Body:
    """The lines of all files, and for each where it starts (byte), its number and its file."""

    lines: list[pa.Array] = field(default_factory=list)
    offset: list[np.ndarray] = field(default_factory=list)
    number: list[np.ndarray] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    on_records: list[tuple[int, Finding]] = field(default_factory=list)
    starts: dict[str, list[np.ndarray]] = field(default_factory=dict)
    length: dict[str, list[np.ndarray]] = field(default_factory=dict)
    count: int = 0


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """Records of every flag; a record with a wrong number of fields is a finding of its message."""
    body = _Body()
    for member, (start, end) in enumerate(spans(data, starts)):
        body.findings += _file(data[start:end], start, member, options, body)
    lines = pa.concat_arrays([pa.array([], pa.string()), *body.lines])
    nothing = np.zeros(0, np.int64)
    offset = np.concatenate([nothing, *body.offset])
    number = np.concatenate([nothing, *body.number])
    return Records(
        sets={kind: _set(kind, body, lines, offset, number, options) for kind in body.starts},
        messages=MESSAGES.empty_table(),
        findings=body.findings,
        starts=tuple(starts),
        decimal=(options["decimal"],),
        on_records=sorted(body.on_records, key=lambda pair: pair[0]),
    )


def _file(data: bytes, start: int, member: int, options: Mapping[str, Any], body: _Body) -> Iterator[Finding]:
    """One file's lines into the body; yields what concerns the file as a whole."""
    if not data:
        yield finding("FILE-001", Location(member=member))
        return
    text = decode(data, options["encoding"], member)
    if isinstance(text, Finding):
        yield text
        return
    end = options["end"] if options["end"] in text else "\n"
    lines = pc.split_pattern(pa.array([text]), end).values
    if text.endswith(end):
        lines = lines.slice(0, len(lines) - 1)
    offset = _line_offsets(data, end, len(lines)) + start
    faults = list(_frame(lines, member, options))
    yield from faults
    if faults and faults[0].code == "FLG-001":
        return
    first, last = len(options["prolog"]), len(lines) - len(options["epilog"])
    if faults:
        last = len(lines)
    inside = slice(first, max(last, first))
    part = lines.slice(first, max(last - first, 0))
    yield from _records(part, offset[inside], np.arange(len(lines))[inside] + 1, member, options, body)


def _line_offsets(data: bytes, end: str, count: int) -> np.ndarray:
    """The first byte of each line."""
    raw = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(raw == 10)
    if end == "\r\n":
        breaks = breaks[(breaks > 0) & (raw[breaks - 1] == 13)]
    return np.concatenate([[0], breaks + 1]).astype(np.int64)[:count]


def _frame(lines: pa.Array, member: int, options: Mapping[str, Any]) -> Iterator[Finding]:
    """What is wrong with the lines around the records."""
    prolog, epilog = options["prolog"], options["epilog"]
    head = lines.slice(0, len(prolog)).to_pylist()
    if head != prolog:
        yield finding(
            "FLG-001", Location(member=member, line=1), found=" ".join(head), expected=" ".join(prolog)
        )
        return
    if epilog and lines.slice(max(len(lines) - len(epilog), 0)).to_pylist() != epilog:
        yield finding("FLG-004", Location(member=member, line=len(lines)), expected=" ".join(epilog))
    again = np.flatnonzero(pc.equal(lines, prolog[0]).to_numpy(zero_copy_only=False))[1:] if prolog else ()
    for line in list(again)[:1]:
        yield finding("FLG-005", Location(member=member, line=int(line) + 1), found=prolog[0])


def _records(
    lines: pa.Array,
    offset: np.ndarray,
    number: np.ndarray,
    member: int,
    options: Mapping[str, Any],
    body: _Body,
) -> Iterator[Finding]:
    """Find the records in the lines between prolog and epilog, and check how many fields each has."""
    sizes: Mapping[str, int | None] = options["sizes"]
    known = pc.is_in(lines, value_set=pa.array(list(sizes), pa.string())).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(known)
    if len(lines) and (not len(at) or at[0]):
        shown = lines[0].as_py()
        code = "FLG-003" if pc.match_substring_regex(lines.slice(0, 1), FLAG)[0].as_py() else "FLG-006"
        near = nearest(shown, sizes)
        yield finding(code, Location(member=member, line=int(number[0])), found=shown, near=near)
    length = np.diff(np.append(at, len(lines))) - 1
    flags = lines.take(pa.array(at))
    for kind in pc.unique(flags).to_pylist():
        mine = pc.equal(flags, kind).to_numpy(zero_copy_only=False)
        body.starts.setdefault(kind, []).append(at[mine] + body.count)
        body.length.setdefault(kind, []).append(length[mine])
        _check_sizes(kind, sizes[kind], at[mine], length[mine], lines, offset, number, member, options, body)
    body.lines.append(lines)
    body.offset.append(offset)
    body.number.append(number)
    body.count += len(lines)


def _check_sizes(
    kind: str,
    size: int | None,
    at: np.ndarray,
    length: np.ndarray,
    lines: pa.Array,
    offset: np.ndarray,
    number: np.ndarray,
    member: int,
    options: Mapping[str, Any],
    body: _Body,
) -> None:
    """A finding for each record that has more or fewer fields than its kind."""
    if size is None:
        return
    for row in np.flatnonzero(length != size).tolist():
        begin, fields = int(at[row]), int(length[row])
        place = Location(member=member, line=int(number[begin]), offset=int(offset[begin]), tag=kind)
        wrong = finding("FLG-002", place, found=fields, expected=size, tag=kind)
        follower = lines[begin + size + 1].as_py() if fields > size else ""
        if fields > size and pc.match_substring_regex(pa.array([follower]), FLAG)[0].as_py():
            place = Location(member=member, line=int(number[begin + size + 1]), tag=follower)
            wrong = finding("FLG-003", place, found=follower, near=nearest(follower, options["sizes"]))
        body.on_records.append((int(offset[begin]), wrong))
        if len(body.on_records) >= MAX_FINDINGS:
            body.findings.append(finding("FLD-015", Location(member=member), found="Many"))
            return


def _set(
    kind: str,
    body: _Body,
    lines: pa.Array,
    offset: np.ndarray,
    number: np.ndarray,
    options: Mapping[str, Any],
) -> RecordSet:
    """The record set of a flag. A record's order is the byte offset of its flag."""
    at = np.concatenate(body.starts[kind])
    length = np.concatenate(body.length[kind])
    fewest = int(length.max(initial=0))

    def column(cell: Hashable) -> pa.Array:
        if not isinstance(cell, int):
            return pa.nulls(len(at), pa.string())
        there = length >= cell
        text = lines.take(pa.array(np.where(there, at + cell, 0), mask=~there))
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        return pc.replace_substring(text, ESCAPED, "\n")

    return RecordSet(
        message=np.full(len(at), -1, np.int32),
        order=offset[at],
        parent=np.full(len(at), -1, np.int64),
        offset=offset[at],
        column=column,
        line=number[at],
        cells=lambda: list(range(1, fewest + 1)),
    )


# --- write -------------------------------------------------------------------------------------------------


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One file a group: prolog, every record as its flag and all its fields, epilog."""
    parts = [(part, _texts(part, kind, options)) for kind, part in records.sets.items() if len(part)]
    order = np.concatenate([np.zeros(0, np.int64), *(part.order for part, _ in parts)])
    place = np.argsort(order, kind="stable")
    message = np.concatenate([np.zeros(0, np.int32), *(part.message for part, _ in parts)])[place]
    text = pa.concat_arrays([pa.array([], pa.string()), *(texts for _, texts in parts)]).take(pa.array(place))
    end = options["end"]
    head, tail = (end.join([*options[name], ""]) for name in ("prolog", "epilog"))
    made, findings = outputs(Lines(text, message), records.groups, options["encoding"], end, head, tail)
    records.findings += findings
    return made


def _texts(part: RecordSet, kind: str, options: Mapping[str, Any]) -> pa.Array:
    """Each record as its lines, joined."""
    cells = part.cells()
    size = options["sizes"].get(kind) or max((cell for cell in cells if isinstance(cell, int)), default=0)
    blank = pa.repeat(pa.scalar(""), len(part))
    columns = [_escaped(part.column(cell)) if cell in cells else blank for cell in range(1, size + 1)]
    return pc.binary_join_element_wise(pa.repeat(pa.scalar(kind), len(part)), *columns, options["end"])


def _escaped(text: pa.Array) -> pa.Array:
    """Line ends inside a text as backslash and n; null as an empty line."""
    filled = pc.fill_null(text, "")
    for ending in ("\r\n", "\n", "\r"):
        filled = pc.replace_substring(filled, ending, ESCAPED)
    return filled
