"""Envelopes: interchanges, messages, and what their headers and trailers say about each other (ISO 9735)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from edi.syntax import MESSAGES
from edi.syntax.edifact.directory import SKIP, Directory
from edi.syntax.edifact.scan import File, Tokens
from edi.syntax.edifact.text import LATIN, codec_of, in_codecs

Array = npt.NDArray[Any]


@dataclass(slots=True)
class Layout:
    """Which segments belong to which message and interchange.

    first, last  segment span of each message, `last` exclusive
    trailer      the segment of its UNT, -1 when missing
    message      for each segment: its message, -1 outside of any
    opening      segments of UNB; `interchange` gives for each message its UNB's place there, -1 for none
    member       for each segment: its file
    """

    first: Array
    last: Array
    trailer: Array
    message: Array
    opening: Array
    interchange: Array
    member: Array
    codec: Array
    codecs: list[str]

    def codecs_of(self, segments: Array) -> Array:
        """Which of `codecs` each segment is in; a single entry when all are in the same."""
        return self.codec[self.member[segments]] if len(self.codecs) > 1 else self.codec[:1]


def layout(tokens: Tokens, members: list[File], directory: Directory) -> Layout:
    """Cut the segments into messages: from UNH to UNT, or to whatever else ends it."""
    number = len(tokens.tag)
    begins = np.searchsorted(tokens.start, np.array([file.start for file in members]))
    member = np.repeat(np.arange(len(members), dtype=np.int32), np.diff(begins, append=number))
    heads = np.flatnonzero(tokens.tag == directory.tag_id("UNH"))
    trailers = np.flatnonzero(tokens.tag == directory.tag_id("UNT"))
    ends = _ends(tokens, member, directory)
    stop = ends[np.searchsorted(ends, heads, side="right")] if len(heads) else heads
    trailer = np.append(trailers, number)[np.searchsorted(trailers, heads)]
    trailer = np.where(trailer < stop, trailer, -1)
    last = np.where(trailer >= 0, trailer + 1, stop)
    message = _spread(number, heads, last)
    message[tokens.tag == SKIP] = -1
    opening = np.flatnonzero(tokens.tag == directory.tag_id("UNB"))
    around = np.searchsorted(opening, heads, side="right") - 1
    same = member[opening[around]] == member[heads] if len(opening) else np.zeros(len(heads), np.bool_)
    interchange = np.where((around >= 0) & same, around, -1)
    codec, codecs = _codecs(members, directory)
    return Layout(heads, last, trailer, message, opening, interchange, member, codec, codecs)


def _ends(tokens: Tokens, member: Array, directory: Directory) -> Array:
    """Segments before which a message without UNT ends: the next header or trailer, or another file."""
    walls = [directory.tag_id(tag) for tag in ("UNB", "UNZ", "UNG", "UNE", "UNH")]
    edges = np.flatnonzero(np.diff(member)) + 1
    return np.unique(np.concatenate([np.flatnonzero(np.isin(tokens.tag, walls)), edges, [len(tokens.tag)]]))


def _spread(number: int, first: Array, last: Array) -> Array:
    """For each of `number` segments the span it lies in, or -1."""
    edges = np.concatenate([[0], np.stack([first, last], axis=1).ravel(), [number]])
    spans = np.full(len(edges) - 1, -1, np.int32)
    spans[1::2] = np.arange(len(first))
    return np.repeat(spans, np.diff(edges))


def _codecs(members: list[File], directory: Directory) -> tuple[Array, list[str]]:
    """The codec of each file. Levels A and B are read as ISO 8859-1: what they do not allow is a finding."""
    names = [codec_of(file.style.charset, directory.charsets).replace("ascii", LATIN) for file in members]
    codecs = list(dict.fromkeys(names))
    return np.array([codecs.index(name) for name in names]), codecs


def cell(tokens: Tokens, plan: Layout, segments: Array, element: int, component: int) -> pa.Array:
    """The values of one cell in these segments."""
    token, here = tokens.of_cell(segments, element, component)
    return in_codecs(tokens, token, here, plan.codecs_of(segments), plan.codecs)


def table(tokens: Tokens, plan: Layout, lines: Array) -> pa.Table:
    """One row a message, as `edi.syntax.MESSAGES` says; `lines` are the physical lines of the UNH."""
    heads, number = plan.first, len(plan.first)
    around = pa.array(plan.interchange, mask=plan.interchange < 0)
    opened = {
        name: cell(tokens, plan, plan.opening, *place).take(around)
        for name, place in {
            "interchange": (5, 1),
            "sender": (2, 1),
            "receiver": (3, 1),
            "test": (11, 1),
        }.items()
    }
    final = tokens.element[tokens.segment[plan.last]]
    columns: dict[str, Any] = {
        "message": np.arange(number, dtype=np.int32),
        "member": plan.member[heads].astype(np.int32),
        "kind": cell(tokens, plan, heads, 2, 1),
        "reference": cell(tokens, plan, heads, 1, 1),
        **opened,
        "test": pc.fill_null(pc.equal(opened["test"], "1"), False),
        "start": tokens.start[heads].astype(np.int64),
        "end": tokens.cut[final].astype(np.int64) + 1,
        "line": lines,
    }
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in MESSAGES]
    return pa.table(arrays, schema=MESSAGES)
