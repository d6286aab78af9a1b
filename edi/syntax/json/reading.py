"""Bytes to records: every document of every joined file, flattened into columns by kind."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.syntax._text import BOM, decode

DEPTH = 32
"""Levels of nesting that a document may have; real ones have three or four."""

SIZE = 16 * 1024 * 1024
"""Characters that one document may have."""

HEAD = 64 * 1024
"""Bytes of a head that may have been cut."""

_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(slots=True)
class Rows:
    """The records of one kind, gathered; `cells` is an ordered set of the cells seen."""

    message: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    values: list[dict[str, str]] = field(default_factory=list)
    cells: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """One document's text and where it lies: byte span in the joined data, line in its file."""

    text: str
    start: int
    end: int
    line: int
    member: int

    def at(self, refused: Refused) -> Location:
        """Where in the file the fault is, or where the document begins."""
        before = self.text[: refused.names.get("place", 0)]
        offset = self.start + len(before.encode(errors="replace"))
        return Location(member=self.member, line=self.line + before.count("\n"), offset=offset)


class Refused(Exception):
    """What stands in a document cannot be taken over."""

    def __init__(self, code: str, **names: Any) -> None:
        super().__init__(code)
        self.code = code
        self.names = names


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """All documents of the joined files, one message each, in order.

    A document that is wrong is a message with a finding; its neighbours go on where a line break or a comma
    bounds it for certain. A file whose text or array is broken has a finding without message.
    """
    reader = Reader()
    for member, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True)):
        reader.file(data[start:end], start, member)
    return Records(
        sets={kind: _record_set(rows, reader.spans) for kind, rows in reader.kinds.items()},
        messages=_messages(reader.spans),
        findings=reader.findings,
        starts=tuple(starts),
        locate=_locator(data, tuple(starts)),
    )


class Reader:
    """Gathers records, message spans and findings over all files."""

    def __init__(self) -> None:
        self.kinds: dict[str, Rows] = defaultdict(Rows)
        self.spans: list[Span] = []
        self.findings: list[Finding] = []
        self.order = 0

    def file(self, data: bytes, start: int, member: int) -> None:
        """One file; what stops it as a whole is a finding without message."""
        text = decode(data, "utf-8", member)
        if isinstance(text, Finding):
            self.findings.append(shifted(text, start))
            return
        mark = len(BOM) if data.startswith(BOM) else 0
        count, faults = len(self.spans), len(self.findings)
        try:
            for span in spans(text, start + mark, member):
                self.document(span)
                if len(self.findings) - faults >= MAX_FINDINGS:
                    raise Refused("JSON-007", found=MAX_FINDINGS)
            if len(self.spans) == count:
                raise Refused("JSON-005")
        except Refused as refused:
            self.findings.append(_file_finding(refused, data, start, member))

    def document(self, span: Span) -> None:
        """One document: its records, or a finding on its message."""
        message = len(self.spans)
        self.spans.append(span)
        try:
            value = parsed(span.text)
            if not isinstance(value, dict):
                raise Refused("JSON-003", found=_shape(value))
            self.add("", value, message, -1, 1)
        except Refused as refused:
            self.findings.append(finding(refused.code, span.at(refused), message=message, **_shown(refused)))

    def add(self, kind: str, value: Mapping[str, Any], message: int, parent: int, depth: int) -> None:
        """One object as a record, then the objects in its arrays as records below it."""
        rows, order = self.kinds[kind], self.order
        self.order += 1
        flat: dict[str, str] = {}
        arrays: list[tuple[str, list[Any]]] = []
        _flatten(value, "", flat, arrays, depth)
        rows.message.append(message)
        rows.order.append(order)
        rows.parent.append(parent)
        rows.values.append(flat)
        rows.cells.update(dict.fromkeys(flat))
        for name, items in arrays:
            below = f"{kind}/{name}".lstrip("/")
            for item in items:
                self.add(below, item if isinstance(item, dict) else {"": item}, message, order, depth + 1)


def _flatten(
    value: Mapping[str, Any],
    prefix: str,
    flat: dict[str, str],
    arrays: list[tuple[str, list[Any]]],
    depth: int,
) -> None:
    if depth > DEPTH:
        raise Refused("JSON-004", found=DEPTH)
    for name, item in value.items():
        if isinstance(item, str):
            if item:
                flat[prefix + name] = item
        elif isinstance(item, dict):
            _flatten(item, f"{prefix}{name}/", flat, arrays, depth + 1)
        elif isinstance(item, list):
            arrays.append((prefix + name, item))
        elif item is not None:
            flat[prefix + name] = "true" if item else "false"


def spans(text: str, start: int, member: int) -> Iterator[Span]:
    """The documents of one file: the elements of an array, the lines, or the whole text."""
    first = _SPACE.match(text).end()  # type: ignore[union-attr]
    if text.startswith("[", first):
        yield from _elements(text, first + 1, start, member)
    elif _is_lines(text):
        yield from _lines(text, start, member)
    elif text.strip():
        yield _Counter(text, start, member).span(first, len(text.rstrip()))


class _Counter:
    """Turns places in a text into bytes and lines, going forward only."""

    def __init__(self, text: str, start: int, member: int) -> None:
        self.text, self.member = text, member
        self.place, self.byte, self.line = 0, start, 1

    def advance(self, place: int) -> int:
        passed = self.text[self.place : place]
        self.byte += len(passed) if passed.isascii() else len(passed.encode())
        self.line += passed.count("\n")
        self.place = place
        return self.byte

    def span(self, begin: int, end: int) -> Span:
        start, line = self.advance(begin), self.line
        return Span(self.text[begin:end], start, self.advance(end), line, self.member)


def _is_lines(text: str) -> bool:
    """Whether one of the first two lines with anything on them is a document by itself."""
    head = [line for line in text[:SIZE].split("\n", 32) if line.strip()][:2]
    return any(line.lstrip().startswith("{") and _parses(line) for line in head)


def _parses(text: str) -> bool:
    try:
        parsed(text)
    except Refused as refused:
        return refused.code != "JSON-001"
    return True


def _lines(text: str, start: int, member: int) -> Iterator[Span]:
    counter, place = _Counter(text, start, member), 0
    for line in text.split("\n"):
        if stripped := line.strip():
            begin = place + line.index(stripped[0])
            yield counter.span(begin, begin + len(stripped))
        place += len(line) + 1


def _elements(text: str, place: int, start: int, member: int) -> Iterator[Span]:
    """The elements of an array; a broken one hides where the next begins, so it stops the file."""
    counter = _Counter(text, start, member)
    place = _after_space(text, place)
    if text.startswith("]", place):
        return _ended(text, place + 1)
    while True:
        end = _element_end(text, place)
        yield counter.span(place, end)
        place = _after_space(text, end)
        if text.startswith("]", place):
            return _ended(text, place + 1)
        if not text.startswith(",", place):
            raise Refused("JSON-001", found="expected , or ]", place=place)
        place = _after_space(text, place + 1)


def _ended(text: str, place: int) -> None:
    if (rest := _after_space(text, place)) != len(text):
        raise Refused("JSON-001", found="more text after the end of the array", place=rest)


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _element_end(text: str, place: int) -> int:
    try:
        return _SCAN.raw_decode(text, place)[1]
    except json.JSONDecodeError as error:
        raise Refused("JSON-001", found=error.msg, place=error.pos) from None
    except RecursionError:
        raise Refused("JSON-004", found=DEPTH) from None


def parsed(text: str) -> Any:
    """One JSON value: numbers as spelled, objects as dicts; Refused for what RFC 8259 or a limit forbids."""
    if len(text) > SIZE:
        raise Refused("JSON-006", found=len(text), expected=SIZE)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Refused("JSON-001", found=error.msg, place=error.pos) from None
    except RecursionError:
        raise Refused("JSON-004", found=DEPTH) from None
    if _SURROGATE.search(text) and not _encodable(value):
        raise Refused("JSON-001", found="half of a surrogate pair")
    return value


def _encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise Refused("JSON-002", found=next(name for name in names if names.count(name) > 1))
    return made


def _no_constant(name: str) -> Any:
    raise Refused("JSON-001", found=f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=_no_constant
)
_SCAN = json.JSONDecoder(parse_float=str, parse_int=str)


def first_object(head: bytes) -> tuple[list[str] | None, bool]:
    """Property names of the first object in a head, and whether it is all there; no names for no object."""
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    place = _after_space(text, 0)
    if text.startswith("[", place):
        place = _after_space(text, place + 1)
    if not text.startswith("{", place):
        return None, True
    names: list[str] = []
    try:
        while not text.startswith("}", place := _after_space(text, place + 1)):
            name, place = _SCAN.raw_decode(text, place)
            names.append(str(name))
            _, place = _SCAN.raw_decode(text, _after_space(text, _after_space(text, place) + 1))
            place = _after_space(text, place)
            if text.startswith("}", place):
                break
    except (json.JSONDecodeError, RecursionError):
        return names, len(head) < HEAD
    return names, True


def shifted(found: Finding, start: int) -> Finding:
    """A finding of one file, its offset counted in the joined data."""
    return replace(found, location=replace(found.location, offset=(found.location.offset or 0) + start))


def _shown(refused: Refused) -> dict[str, Any]:
    return {key: value for key, value in refused.names.items() if key != "place"}


def _file_finding(refused: Refused, data: bytes, start: int, member: int) -> Finding:
    mark = len(BOM) if data.startswith(BOM) else 0
    byte = mark + len(data[mark:].decode()[: refused.names.get("place", 0)].encode())
    where = Location(member=member, line=data.count(b"\n", 0, byte) + 1, offset=start + byte)
    return finding(refused.code, where, **_shown(refused))


def _shape(value: Any) -> str:
    return {list: "an array", bool: "true or false", type(None): "null"}.get(type(value), "a plain value")


def _record_set(rows: Rows, spans: Sequence[Span]) -> RecordSet:
    message = np.array(rows.message, dtype=np.int32)
    starts = np.array([span.start for span in spans], dtype=np.int64)
    lines = np.array([span.line for span in spans], dtype=np.int64)

    def column(cell: Hashable) -> pa.Array:
        return pa.array([values.get(cell) for values in rows.values], pa.string())  # type: ignore[call-overload]

    def cells() -> list[Hashable]:
        return list(rows.cells)

    return RecordSet(
        message=message,
        order=np.array(rows.order, dtype=np.int64),
        parent=np.array(rows.parent, dtype=np.int64),
        offset=starts[message],
        column=column,
        line=lines[message],
        cells=cells,
    )


def _messages(spans: Sequence[Span]) -> pa.Table:
    count = len(spans)
    columns: dict[str, Any] = {
        "message": np.arange(count, dtype=np.int32),
        "member": [span.member for span in spans],
        "start": [span.start for span in spans],
        "end": [span.end for span in spans],
        "line": [span.line for span in spans],
    }
    arrays = [
        pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(count, f.type) for f in MESSAGES
    ]
    return pa.table(arrays, schema=MESSAGES)


def _locator(data: bytes, starts: tuple[int, ...]) -> Callable[[int], Location]:
    def locate(offset: int) -> Location:
        member = bisect_right(starts, offset) - 1
        return Location(member=member, line=data.count(b"\n", starts[member], offset) + 1, offset=offset)

    return locate
