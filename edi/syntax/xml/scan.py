"""Well-formed XML to a table of elements: every tag of all files found at once with NumPy.

The bytes were judged by libxml2 before, so a tag that opens is closed, and `<` stands in no text. Comments,
processing instructions and CDATA sections are rare; they are found one by one and left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edi.syntax.xml.addresses import levels

LT, GT, SLASH, BANG, QUERY, EQUALS = b"<>/!?="
MAX_ELEMENTS = 5_000_000
_CLOSERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_TAG = re.compile(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
_WHITE = np.zeros(256, bool)
_WHITE[[9, 10, 13, 32, SLASH, GT]] = True
_MARKUP = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
WINDOW = 64
"""Bytes of a tag in which the end of its name is looked for."""
CHUNK = 1 << 18
"""Tags judged at a time."""
PIECE = 1 << 22
"""Bytes searched at a time."""


Stray = tuple[int, str]
"""Offset and text."""


@dataclass(slots=True)
class Elements:
    """One entry an element, in document order: its tag (from `<` to `>`), text (end -1: it has children),
    parent (-1: a root), and path as an index into `paths`. `attributes` says that the tag may hold some.

    `stray` are texts that stand beside elements, with their offset.
    """

    start: np.ndarray
    close: np.ndarray
    text_end: np.ndarray
    parent: np.ndarray
    path: np.ndarray
    attributes: np.ndarray
    paths: list[str]
    stray: list[Stray]


@dataclass(slots=True)
class Tags:
    """Every tag of the data: first byte, last byte, whether it closes, whether it closes itself."""

    lt: np.ndarray
    gt: np.ndarray
    closes: np.ndarray
    alone: np.ndarray


def tags(data: bytes) -> Tags:
    """All tags of well-formed XML, without those that only look like one inside comments or CDATA."""
    raw = np.frombuffer(data, np.uint8)
    lt = places(raw, LT)
    after = raw[lt + 1]
    odd = lt[(after == BANG) | (after == QUERY)]
    spans = _spans(data, odd.tolist())
    lt = _outside(lt, spans)
    gt = _outside(places(raw, GT), spans)
    if len(gt) != len(lt) or bool((gt < lt).any()) or bool((gt[:-1] > lt[1:]).any()):
        # A `>` stands in a text or an attribute.
        gt = _ends(data, lt, spans)
    closes = raw[lt + 1] == SLASH
    return Tags(lt, gt, closes, (raw[gt - 1] == SLASH) & ~closes)


def places(raw: np.ndarray, byte: int) -> np.ndarray:
    """Where a byte stands, found piece by piece so that nothing as large as the data is made."""
    size: Any = np.int32 if len(raw) < 2**31 else np.int64
    found = [
        np.flatnonzero(raw[at : at + PIECE] == byte).astype(size) + size(at)
        for at in range(0, len(raw), PIECE)
    ]
    return np.concatenate([np.zeros(0, size), *found])


def _spans(data: bytes, odd: Sequence[int]) -> np.ndarray:
    """First and last byte (exclusive) of each comment, processing instruction and CDATA section."""
    found: list[tuple[int, int]] = []
    for at in odd:
        if not found or at >= found[-1][1]:
            closer = next(end for mark, end in _CLOSERS.items() if data.startswith(mark, at))
            found.append((at, data.index(closer, at + 2) + len(closer)))
    return np.array(found, np.int64).reshape(-1, 2)


def _outside(places: np.ndarray, spans: np.ndarray) -> np.ndarray:
    if not len(spans):
        return places
    span = np.searchsorted(spans[:, 0], places, side="right") - 1
    return places[(span < 0) | (places >= spans[span, 1])]


def _ends(data: bytes, lt: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """The `>` of each tag where quotes have to be looked at."""
    found = np.array([match.end() - 1 for match in _TAG.finditer(data)], lt.dtype)
    found = _outside(found, spans)
    return found[np.searchsorted(found, lt)]


def elements(data: bytes, deep: Sequence[str]) -> Elements:
    """The table of elements; `deep` are the kinds of rows that are spelled with `//`."""
    table = _Table(deep)
    for first, last in _pieces(data):
        table.add(data if last - first == len(data) else data[first:last], first)
    return table.finished()


def _pieces(data: bytes) -> list[tuple[int, int]]:
    """Spans of the data, each up to a closing tag; one alone where comments or the like may hold a `<`."""
    if data.find(b"<!") >= 0 or data.count(b"<?") != data.count(b"<?xml "):
        return [(0, len(data))]
    cuts = [0]
    while (cut := data.find(b"</", cuts[-1] + PIECE)) >= 0:
        cuts.append(cut)
    return list(zip(cuts, [*cuts[1:], len(data)], strict=True))


class _Table:
    """Elements gathered piece by piece: what is open at the end of one goes on in the next."""

    def __init__(self, deep: Sequence[str]) -> None:
        self.deep = deep
        self.known: dict[tuple[str, str], int] = {}
        self.open: list[tuple[int, int]] = []  # place and path of the element open at each depth
        self.count = 0
        self.parts: list[tuple[np.ndarray, ...]] = []
        self.stray: list[Stray] = []

    def add(self, data: bytes, first: int) -> None:
        """One piece, which stands at `first` of the whole."""
        found = tags(data)
        step = np.ones(len(found.lt), np.int8)
        step[found.closes] = -1
        step[found.alone] = 0
        opens = np.flatnonzero(~found.closes)
        depth = (np.cumsum(step, dtype=np.int16) - step)[opens] + np.int16(len(self.open))
        start, close, alone = found.lt[opens], found.gt[opens], found.alone[opens]
        # A piece ends before a closing tag: the one of its last tag, where that one opens an element.
        following = np.append(found.lt, len(data))[opens + 1]
        leaf = np.append(found.closes, True)[opens + 1] & ~alone
        self.stray += [(first + at, text) for at, text in _stray(data, found, opens[leaf])]
        end, more = _name_ends(np.frombuffer(data, np.uint8), start, close, alone)
        names, name = _names(data, start, end)
        parent, path = self.placed(depth, name, names)
        text_end = np.where(leaf, following + first, -1)
        size: Any = np.int32 if first + len(data) < 2**31 else np.int64
        whole = [(part + first).astype(size) for part in (start, close)]
        self.parts.append((*whole, text_end.astype(size), parent, path, more))
        self.close(depth, path, alone, int(step.sum()))

    def placed(self, depth: np.ndarray, name: np.ndarray, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Parent and path of each element of a piece, one level after the other."""
        parent = np.full(len(depth), -1, np.int32)
        path = np.zeros(len(depth), np.int32)
        for level in range(int(depth.min(initial=0)), int(depth.max(initial=-1)) + 1):
            here = np.flatnonzero(depth == level)
            over = np.full(len(here), -1, np.int64)
            if level and len(here):
                above = np.flatnonzero(depth == level - 1)
                which = np.searchsorted(above, here) - 1
                carried = self.open[level - 1] if level <= len(self.open) else (-1, -1)
                inside = above[np.maximum(which, 0)] if len(above) else np.zeros(len(here), np.int64)
                parent[here] = np.where(which < 0, carried[0], inside + self.count)
                over = np.where(which < 0, carried[1], path[inside])
            path[here] = _level(over, name[here], names, self.known, self.deep)
        return parent, path

    def close(self, depth: np.ndarray, path: np.ndarray, alone: np.ndarray, change: int) -> None:
        """Remember what is open at the end of a piece."""
        left = len(self.open) + change
        still: list[tuple[int, int]] = self.open[:left]
        for level in range(left):
            here = np.flatnonzero((depth == level) & ~alone)
            if len(here):
                still[level : level + 1] = [(int(here[-1]) + self.count, int(path[here[-1]]))]
        self.open = still
        self.count += len(depth)

    def finished(self) -> Elements:
        """All pieces put together."""
        columns = [list(column) for column in zip(*self.parts, strict=True)]
        self.parts.clear()
        # Each column's pieces go before the next column is made: they are as large as the whole.
        start, close, text_end, parent, path, more = (
            np.concatenate(columns.pop(0)) for _ in range(len(columns))
        )
        paths = [kind for _, kind in self.known]
        return Elements(start, close, text_end, parent, path, more, paths, self.stray)


def _stray(data: bytes, found: Tags, leaves: np.ndarray) -> list[Stray]:
    """Texts between two tags that are not an element's only content, with their offsets."""
    raw = np.frombuffer(data, np.uint8)
    texts: list[Stray] = []
    own = np.zeros(len(found.lt), bool)
    own[leaves] = True
    for first in range(0, len(found.lt) - 1, CHUNK):
        last = min(first + CHUNK, len(found.lt) - 1)
        begin, end = found.gt[first:last] + 1, found.lt[first + 1 : last + 1]
        bounds = np.empty(2 * len(begin), np.int64)
        bounds[0::2], bounds[1::2] = begin, end
        filled = (np.maximum.reduceat(raw, bounds)[::2] > 32) & (end > begin) & ~own[first:last]
        for at in np.flatnonzero(filled).tolist():
            text = _MARKUP.sub(b"", data[begin[at] : end[at]]).strip(b" \t\r\n\xef\xbb\xbf")
            if text:
                texts.append((int(begin[at]), text.decode("utf-8", "replace")))
    if len(own) and not own[-1] and (text := data[found.gt[-1] + 1 :].strip()):
        texts.append((int(found.gt[-1]) + 1, _MARKUP.sub(b"", text).decode("utf-8", "replace")))
    return [(at, text) for at, text in texts if text]


# --- names --------------------------------------------------------------------------------------------------


def _name_ends(
    raw: np.ndarray, start: np.ndarray, close: np.ndarray, alone: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where each tag's name ends (exclusive), and which tags hold more than the name."""
    end = close - alone
    equals = places(raw, EQUALS)
    tag = np.searchsorted(start, equals, side="right") - 1
    more = np.zeros(len(start), bool)
    more[tag[(tag >= 0) & (equals < close[tag])]] = True
    more |= _WHITE[raw[end - 1]]
    rows = np.flatnonzero(more)
    for first in range(0, len(rows), 100_000):
        part = rows[first : first + 100_000]
        window = start[part, None].astype(np.int64) + np.arange(1, WINDOW)
        white = _WHITE[raw[np.minimum(window, len(raw) - 1)]]
        end[part] = np.where(white.any(axis=1), start[part] + 1 + white.argmax(axis=1), end[part])
    return end, more


def _names(data: bytes, start: np.ndarray, end: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The distinct names, and for each tag which it has; `start` is its `<`."""
    parts = [
        _keys(data, start[at : at + CHUNK] + 1, end[at : at + CHUNK]) for at in range(0, len(start), CHUNK)
    ]
    first, name = distinct(np.concatenate([np.zeros(0, np.uint64), *parts]))
    return [data[start[i] + 1 : end[i]].decode("utf-8") for i in first.tolist()], name


def _keys(data: bytes, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """A number for each name, made of 8 of its bytes at a time."""
    words = np.ndarray((max(len(data) - 7, 0),), np.uint64, data, strides=(1,))
    length = end - start
    key = length.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for at in range(0, int(length.max(initial=0)), 8):
        rows = np.flatnonzero(length > at)
        place = start[rows].astype(np.int64) + at
        inside = np.minimum(place, len(words) - 1)
        word = words[inside] >> ((place - inside) * 8).astype(np.uint64)
        left = np.minimum(length[rows] - at, 8).astype(np.uint64)
        word &= np.uint64(0xFFFFFFFFFFFFFFFF) >> ((np.uint64(8) - left) * np.uint64(8))
        mixed = (key[rows] ^ word) * np.uint64(0xC2B2AE3D27D4EB4F)
        key[rows] = mixed ^ (mixed >> np.uint64(29))
    return key


def distinct(key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A representative of each distinct key, and for each key which one it is; few are expected."""
    slot = ((key * np.uint64(0xFF51AFD7ED558CCD)) >> np.uint64(48)).astype(np.uint16)
    holder = np.full(1 << 16, -1, np.int64)
    holder[slot] = np.arange(len(key), dtype=np.int32)
    kept = key[np.maximum(holder, 0)] if len(key) else key
    if bool((kept[slot] != key).any()):
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        return first, inverse.astype(np.int32)
    used = np.flatnonzero(holder >= 0)
    number = np.zeros(1 << 16, np.int32)
    number[used] = np.arange(len(used))
    return holder[used], number[slot]


# --- paths --------------------------------------------------------------------------------------------------


def _level(
    over: np.ndarray,
    name: np.ndarray,
    names: list[str],
    known: dict[tuple[str, str], int],
    deep: Sequence[str],
) -> np.ndarray:
    """The paths of the elements of one level, from those of their parents and their own names."""
    first, which = distinct(((over + 1) * len(names) + name).astype(np.uint64))
    listed = list(known)
    numbers = []
    for row in first.tolist():
        root, kind = listed[over[row]] if over[row] >= 0 else ("", "")
        own = names[name[row]]
        made = (own, "") if over[row] < 0 else (root, _kind(kind, own, root, deep))
        numbers.append(known.setdefault(made, len(known)))
    return np.array(numbers, np.int32)[which]


def _kind(above: str, name: str, root: str, deep: Sequence[str]) -> str:
    """The kind of an element: its local name below its parent's kind, or a row that is spelled with `//`."""
    prefix = root.rpartition(":")[0]
    local = name.removeprefix(f"{prefix}:") if prefix else name
    for kind in deep:
        base, _, row = kind.rpartition("//")
        if row == local and base in levels(above) and "//" not in above[len(base) :]:
            return kind
    return f"{above}/{local}".lstrip("/")
