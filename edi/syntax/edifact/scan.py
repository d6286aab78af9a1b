"""Bytes to token offsets: one pass of NumPy over the joined files, no string made.

A token is what stands between two separators. Tokens make elements (the tag is element 0), elements make
segments; each level is an array of where its members begin in the level below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax.edifact.directory import SKIP, UNKNOWN, Directory, tag_slot

Array = npt.NDArray[Any]

CHUNK = 1 << 19
"""Bytes scanned at once: temporaries stay in cache."""

SEARCHED = 1 << 16
"""Bytes at the start of a file in which UNA or UNB is looked for."""

BLANKS = b"\r\n\t \x00\x1a"
"""Bytes allowed between segments."""
FILLER = np.zeros(256, np.bool_)
FILLER[list(BLANKS)] = True

COMPONENT, ELEMENT, TERMINATOR = 0, 1, 2
LINE_FEED = 10
OPENING = re.compile(rb"UNA[^\w\s]{4}[^\w][^\w\s]\s*UNB|UNB[+\x1d]")


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: service characters (UNA, or the defaults), 0001 charset, 0002 syntax version.

    `release` is -1 when there is none.
    """

    component: int = ord(":")
    element: int = ord("+")
    decimal: str = "."
    release: int = ord("?")
    terminator: int = ord("'")
    charset: str = "UNOA"
    version: str = "3"


DEFAULT = Style()
INFORMATION_SEPARATORS = Style(0x1F, 0x1D, ".", -1, 0x1C, "UNOB")


@dataclass(frozen=True, slots=True)
class File:
    """One of the joined files: its span, where its interchange begins (`end` when nowhere), its style."""

    start: int
    begin: int
    end: int
    style: Style


@dataclass(slots=True)
class Tokens:
    """All tokens of the joined data.

    Token i is data[cut[i] + 1 : cut[i + 1]]; `element` are the tokens that begin an element, `segment` the
    elements that are a tag, both with a sentinel; `start` and `tag` tell each segment's first byte and tag
    id; `released` are the positions of release characters in force, `escaped` flags the tokens that have one;
    `breaks` are the positions of line feeds in the files that are read.
    """

    data: bytes
    cut: Array
    element: Array
    segment: Array
    start: Array
    tag: Array
    released: Array
    escaped: Array
    breaks: Array

    def span(self, tokens: Array) -> tuple[Array, Array]:
        return self.cut[tokens] + 1, self.cut[tokens + 1]

    def of_cell(self, segments: Array, element: int, component: int) -> tuple[Array, Array]:
        """The token of (element, component) in each segment, and whether the segment has it."""
        at = self.segment[segments] + element
        here = at < self.segment[segments + 1]
        at = np.where(here, at, self.segment[segments])
        token = self.element[at] + (component - 1)
        here &= token < self.element[at + 1]
        return np.where(here, token, self.element[at]), here

    def text(self, token: int, limit: int = 200) -> bytes:
        """One token as it stands in the file."""
        start, end = int(self.cut[token]) + 1, int(self.cut[token + 1])
        return self.data[start : min(end, start + limit)]


# --- files ---------------------------------------------------------------------------------------------


def files(data: bytes, starts: Sequence[int]) -> tuple[list[File], list[Finding]]:
    """The joined files, where each interchange begins, and what is wrong with their first bytes."""
    found: list[File] = []
    findings: list[Finding] = []
    for member, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True)):
        opening = OPENING.search(data, start, min(end, start + SEARCHED))
        begin = opening.start() if opening else end
        style = _style(data, begin, end) if opening else None
        place = Location(member=member, offset=start, line=1)
        if style is None:
            code = "ENV-001" if opening is None else "ENV-008"
            at = start if opening is None else begin
            findings.append(finding(code, place, found=data[at : min(at + 20, end)]))
            begin = end
        elif not FILLER[list(data[start:begin])].all():
            findings.append(finding("ENV-002", place, found=data[start:begin], count=begin - start))
        found.append(File(start, begin, end, style or DEFAULT))
    return found, findings


def _style(data: bytes, begin: int, end: int) -> Style | None:
    """What UNA and the first element of UNB declare; None for a UNA that contradicts itself."""
    style = _service_characters(data, begin)
    if style is None:
        return None
    opening = data.find(b"UNB", begin, min(end, begin + 200))
    level = data[opening + 4 : opening + 20].split(bytes([style.element]))[0] if opening >= 0 else b""
    charset, _, version = level.decode("latin-1").partition(chr(style.component))
    return replace(style, charset=charset[:4], version=version[:1] or "3")


def _service_characters(data: bytes, begin: int) -> Style | None:
    if data[begin : begin + 3] != b"UNA":
        return INFORMATION_SEPARATORS if data[begin + 3] == INFORMATION_SEPARATORS.element else DEFAULT
    component, element, decimal, release, _, terminator = data[begin + 3 : begin + 9]
    marks = [component, element, terminator] + ([release] if release != 0x20 else [])
    if len(set(marks)) < len(marks):
        return None
    return Style(component, element, chr(decimal), release if release != 0x20 else -1, terminator)


def ranges(data: bytes, members: list[File]) -> Iterator[tuple[int, int, Style | None]]:
    """Spans that tile the data, each with one style (None: bytes that are no interchange).

    A span ends at the end of a file or after a terminator.
    """
    start, end = 0, 0
    current: Style | None = None
    for member in members:
        style = member.style if member.begin < member.end else None
        if end > start and (style != current or member.end - start > CHUNK):
            yield from _split(data, start, end, current)
            start = end
        current, end = style, member.end
    yield from _split(data, start, end, current)


def _split(data: bytes, start: int, end: int, style: Style | None) -> Iterator[tuple[int, int, Style | None]]:
    while style and end - start > CHUNK + (CHUNK >> 1):
        stop = _after_terminator(data, start, end, style)
        if stop is None:
            style = None
            break
        yield start, stop, style
        start = stop
    if end > start:
        yield start, end, style


def _after_terminator(data: bytes, start: int, end: int, style: Style) -> int | None:
    """A place to cut within CHUNK bytes; None when no segment ends in them."""
    mark = bytes([style.terminator])
    at = data.rfind(mark, start, min(start + CHUNK, end))
    while at >= 0 and _is_released(data, start, at, style.release):
        at = data.rfind(mark, start, at)
    return at + 1 if at >= 0 else None


def is_terminated(data: bytes, file: File) -> bool:
    """Whether the last byte of a file, but for line ends and blanks, ends a segment."""
    last = _last_solid(data, file)
    return data[last] == file.style.terminator and not _is_released(
        data, file.begin, last, file.style.release
    )


def _last_solid(data: bytes, file: File) -> int:
    """The last byte of a file that is no line end and no blank; its first when there is none."""
    end = file.end
    while end > file.begin:
        start = max(end - SEARCHED, file.begin)
        solid = data[start:end].rstrip(BLANKS)
        if solid:
            return start + len(solid) - 1
        end = start
    return file.begin


def _is_released(data: bytes, start: int, at: int, release: int) -> bool:
    first = at
    while first > start and data[first - 1] == release:
        first -= 1
    return (at - first) % 2 == 1


# --- one chunk -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Chunk:
    """The tokens of one span, positions relative to its first byte; the same levels as `Tokens`."""

    base: int
    data: Array
    cut: Array
    element: Array
    segment: Array
    start: Array
    tag: Array
    released: Array
    breaks: Array


def scan(data: bytes, start: int, end: int, style: Style | None, directory: Directory, edges: Array) -> Chunk:
    """The tokens of data[start:end]; `edges` are the offsets where a file ends in it."""
    window = np.frombuffer(data, np.uint8, end - start, start)
    if style is None:
        return _nothing(start, window)
    cut, kind, released = _cuts(window, style, edges - start)
    cut = np.concatenate([np.array([-1]), cut])
    element = np.flatnonzero(kind[:-1] != COMPONENT) + 1
    element = np.concatenate([np.array([0]), element, np.array([len(kind)])])
    segment = np.flatnonzero(kind[element[1:-1] - 1] == TERMINATOR) + 1
    segment = np.concatenate([np.array([0]), segment, np.array([len(element) - 1])])
    first = element[segment[:-1]]
    last = cut[element[segment[1:]]]
    begin = np.minimum(_skip_filler(window, cut[first] + 1), last)
    tag = _tags(window, begin, cut[first + 1], directory)
    tag[begin >= last] = SKIP
    breaks = np.flatnonzero(window == LINE_FEED)
    return Chunk(start, window, cut, element, segment, begin, tag, released, breaks)


def _nothing(start: int, window: Array) -> Chunk:
    """A span that is no interchange: one segment to be skipped."""
    ends = np.array([-1, len(window) - 1])
    one, zero = np.array([0, 1]), np.array([0])
    return Chunk(start, window, ends, one, one, zero, np.array([SKIP], np.uint8), zero[:0], zero[:0])


def _cuts(window: Array, style: Style, ends: Array) -> tuple[Array, Array, Array]:
    """Positions of separators in force, what each separates, and the release characters in force.

    The last byte of a file counts as a terminator, so that nothing crosses into the next.
    """
    hits = window == style.terminator
    hits |= window == style.element
    hits |= window == style.component
    hits[ends - 1] = True
    cut = np.flatnonzero(hits)
    released = _releases(window, style.release, ends)
    if len(released):
        at = np.searchsorted(cut, released + 1)
        at = at[(at < len(cut)) & (cut[np.minimum(at, len(cut) - 1)] == released + 1)]
        cut = np.delete(cut, at[~np.isin(cut[at], ends - 1)])
    byte = window[cut]
    kind = (byte != style.component).astype(np.uint8)
    kind += (byte == style.terminator).view(np.uint8)
    kind[np.searchsorted(cut, ends - 1)] = TERMINATOR
    return cut, kind, released


def _releases(window: Array, release: int, ends: Array) -> Array:
    """Release characters in force: every second one of a run is data; a run ends with its file."""
    if release < 0:
        return np.zeros(0, np.int64)
    at = np.flatnonzero(window == release)
    if not len(at):
        return at
    fresh = np.empty(len(at), np.bool_)
    fresh[0] = True
    fresh[1:] = at[1:] != at[:-1] + 1
    fresh |= np.isin(at, ends)
    first = np.flatnonzero(fresh)
    place = np.arange(len(at)) - np.repeat(first, np.diff(first, append=len(at)))
    return np.asarray(at[place % 2 == 0])


def _skip_filler(window: Array, start: Array) -> Array:
    """Each segment's first byte behind line ends and blanks (which may be the end of the window)."""
    start = np.minimum(start, len(window) - 1)
    if not FILLER[window[start]].any():
        return start
    solid = np.append(np.flatnonzero(~FILLER[window]), len(window))
    return solid[np.searchsorted(solid, start)]


def _tags(window: Array, start: Array, end: Array, directory: Directory) -> Array:
    """Tag ids; UNKNOWN for what is not three upper-case letters of the directory."""
    tag = np.full(len(start), UNKNOWN, np.uint8)
    three = np.flatnonzero(end - start == 3)
    at = start[three]
    letters = window[at].astype(np.int32), window[at + 1].astype(np.int32), window[at + 2].astype(np.int32)
    upper = np.ones(len(at), np.bool_)
    for letter in letters:
        upper &= (letter >= 65) & (letter <= 90)
    tag[three] = np.where(upper, directory.tag_ids[tag_slot(*letters)], UNKNOWN)
    return tag


class Joined:
    """The tokens of chunks one after the other, positions in the joined data."""

    def __init__(self, size: int) -> None:
        self.narrow: type[np.signedinteger[Any]] = np.int32 if size < 2**31 else np.int64
        self.segments = self.elements = self.tokens = 0
        self.parts: list[tuple[Array, ...]] = []

    def add(self, chunk: Chunk) -> None:
        """Append a chunk, which begins where the last one ended."""
        places = (
            chunk.cut[1:] + chunk.base,
            chunk.element[:-1] + self.tokens,
            chunk.segment[:-1] + self.elements,
            chunk.start + chunk.base,
            chunk.released + chunk.base,
            chunk.breaks + chunk.base,
        )
        self.parts.append((*(place.astype(self.narrow) for place in places), chunk.tag))
        self.segments += len(chunk.tag)
        self.elements += len(chunk.element) - 1
        self.tokens += len(chunk.cut) - 1

    def finish(self, data: bytes) -> Tokens:
        """Everything added."""
        cut, element, segment, start, released, breaks, tag = map(
            np.concatenate, zip(*self.parts, strict=True)
        )
        escaped = np.zeros(self.tokens, np.bool_)
        escaped[np.searchsorted(cut, released)] = True
        return Tokens(
            data,
            cut=np.concatenate([np.array([-1], self.narrow), cut]),
            element=np.append(element, self.narrow(self.tokens)),
            segment=np.append(segment, self.narrow(self.elements)),
            start=start,
            tag=tag,
            released=released,
            escaped=escaped,
            breaks=breaks,
        )
