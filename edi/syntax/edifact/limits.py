"""What a file may hold: beyond it nothing is read, so that bytes made to harm cost no memory and no time.

The figures are far above what partners send; ISO 9735 itself sets none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax.edifact.directory import SKIP, Directory
from edi.syntax.edifact.scan import BLANKS, Chunk, File
from edi.syntax.edifact.suspects import Suspects

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each that is taken: in one file, in one segment, in one element."""

    segments: int = 5_000_000
    values: int = 25_000_000
    lines: int = 5_000_000
    messages: int = 500_000
    interchanges: int = 10_000
    faults: int = 1_000_000
    arrangements: int = 250_000
    segment_bytes: int = 1 << 16
    segment_elements: int = 500
    element_bytes: int = 1 << 15
    element_components: int = 100


LIMITS = Limits()
SOLID = re.compile(b"[^%b]" % BLANKS)

COUNTED = ("segments", "values", "lines", "messages", "interchanges", "faults")

Excess = tuple[str, int, Array, Array]
"""What there is too much of, the limit, where (offsets in the chunk), and how much there is."""


class Meter:
    """Counts what the files hold, chunk after chunk; `refused` has a finding for each file beyond a limit."""

    def __init__(self, data: bytes, members: Sequence[File], directory: Directory) -> None:
        self.data = data
        self.members = members
        self.starts = np.array([member.start for member in members])
        self.tags = {"messages": directory.tag_id("UNH"), "interchanges": directory.tag_id("UNB")}
        self.counts = {name: np.zeros(len(members), np.int64) for name in COUNTED}
        self.refused: dict[int, Finding] = {}

    def is_refused(self, start: int, end: int) -> bool:
        """Whether data[start:end] lies in a file that is beyond a limit already."""
        member = self.member(start)
        return member in self.refused and member == self.member(end - 1)

    def member(self, offset: int) -> int:
        """The file that a byte of the joined data belongs to."""
        return int(np.searchsorted(self.starts, offset, side="right")) - 1

    def charge(self, chunk: Chunk, suspects: Sequence[Suspects]) -> None:
        """Count a chunk and what is suspected of it."""
        self.count("segments", chunk.start, chunk.base)
        self.count("values", chunk.cut[1:], chunk.base)
        self.count("lines", chunk.breaks, chunk.base)
        for name, tag in self.tags.items():
            self.count(name, chunk.start[chunk.tag == tag], chunk.base)
        for one in suspects:
            self.count("faults", chunk.start[np.sort(one.segment)], chunk.base)
        for what, most, places, found in _excesses(chunk, LIMITS):
            owner = np.searchsorted(self.starts, places + chunk.base, side="right") - 1
            for row in np.unique(owner, return_index=True)[1].tolist():
                self.refuse(int(owner[row]), what, int(found[row]), most, int(places[row]) + chunk.base)

    def count(self, name: str, offsets: Array, base: int) -> None:
        """Add to the count of each file what stands at these ascending offsets from `base`."""
        if not len(offsets):
            return
        first, last = self.member(int(offsets[0]) + base), self.member(int(offsets[-1]) + base)
        edges = np.searchsorted(offsets, self.starts[first : last + 1] - base)
        self.counts[name][first : last + 1] += np.diff(edges, append=len(offsets))
        most = getattr(LIMITS, name)
        for member in (np.flatnonzero(self.counts[name][first : last + 1] > most) + first).tolist():
            self.refuse(member, name, int(self.counts[name][member]), most)

    def unending(self, start: int, end: int) -> None:
        """Bytes in which no segment ends: too long for one, unless they are blanks at the end of a file."""
        member = self.member(start)
        file = self.members[member]
        if file.begin < file.end and SOLID.search(self.data, start, end):
            self.refuse(member, "bytes in one segment", end - start, LIMITS.segment_bytes, start)

    def refuse(self, member: int, what: str, found: int, most: int, offset: int | None = None) -> None:
        """The first limit that a file exceeds is told."""
        line = None
        if offset is not None:
            line = self.data.count(b"\n", self.members[member].start, offset) + 1
        place = Location(member=member, offset=offset, line=line)
        self.refused.setdefault(member, _beyond(place, what, found, most))


def unrepeating(member: int, found: int) -> Finding:
    """The finding of a file whose segments stand in ever different order."""
    return _beyond(Location(member=member), "segments in ever different order", found, LIMITS.arrangements)


def _beyond(place: Location, what: str, found: int, most: int) -> Finding:
    return finding("ENV-014", place, found=found, expected=most, what=what)


def _excesses(chunk: Chunk, limits: Limits) -> Iterator[Excess]:
    """Segments and elements that are too large, by kind; the common chunk has no long segment at all."""
    bounds = chunk.element[chunk.segment]
    size = chunk.cut[bounds[1:]] - chunk.start
    tokens = np.diff(bounds)
    shortest = min(limits.segment_bytes, limits.element_bytes)
    fewest = min(limits.segment_elements, limits.element_components)
    if size.max() <= shortest and tokens.max() <= fewest:
        return
    real = chunk.tag != SKIP
    over = np.flatnonzero(real & (size > limits.segment_bytes))
    yield "bytes in one segment", limits.segment_bytes, chunk.start[over], size[over]
    elements = np.diff(chunk.segment) - 1
    over = np.flatnonzero(real & (elements > limits.segment_elements))
    yield "elements in one segment", limits.segment_elements, chunk.start[over], elements[over]
    inside = np.repeat(real, elements + 1)
    inside[chunk.segment[:-1]] = False
    yield from _of_elements(chunk, inside, limits)


def _of_elements(chunk: Chunk, inside: Array, limits: Limits) -> Iterator[Excess]:
    begin = chunk.cut[chunk.element[:-1]] + 1
    size, components = chunk.cut[chunk.element[1:]] - begin, np.diff(chunk.element)
    over = np.flatnonzero(inside & (size > limits.element_bytes))
    yield "bytes in one element", limits.element_bytes, begin[over], size[over]
    over = np.flatnonzero(inside & (components > limits.element_components))
    yield "components in one element", limits.element_components, begin[over], components[over]
