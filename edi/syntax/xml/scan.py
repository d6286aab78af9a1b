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
CHUNK = 1 << 19
"""Tags judged at a time."""


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
    stray: list[tuple[int, str]]


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
    size: Any = np.int32 if len(data) < 2**31 else np.int64
    lt = np.flatnonzero(raw == LT).astype(size)
    after = raw[lt + 1]
    odd = lt[(after == BANG) | (after == QUERY)]
    spans = _spans(data, odd.tolist())
    lt = _outside(lt, spans)
    gt = _outside(np.flatnonzero(raw == GT).astype(size), spans)
    if len(gt) != len(lt) or bool((gt < lt).any()) or bool((gt[:-1] > lt[1:]).any()):
        # A `>` stands in a text or an attribute.
        gt = _ends(data, lt, spans)
    closes = raw[lt + 1] == SLASH
    return Tags(lt, gt, closes, (raw[gt - 1] == SLASH) & ~closes)


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
    found = tags(data)
    raw = np.frombuffer(data, np.uint8)
    opens = np.flatnonzero(~found.closes)
    step = np.where(found.closes, -1, np.where(found.alone, 0, 1)).astype(np.int16)
    depth = (np.cumsum(step, dtype=np.int32) - step + np.where(found.closes, 0, 1))[opens].astype(np.int16)
    start, close = found.lt[opens], found.gt[opens]
    leaf = np.append(found.closes, True)[opens + 1] & ~found.alone[opens]
    text_end = np.where(leaf, np.append(found.lt, len(data))[opens + 1], -1).astype(found.lt.dtype)
    end, attributes = _name_ends(raw, start, close, found.alone[opens])
    names, name = _names(data, start + 1, end)
    parent, path, paths = _paths(depth, name, names, deep)
    stray = _stray(data, found, opens[leaf])
    return Elements(start, close, text_end, parent, path, attributes, paths, stray)


def _stray(data: bytes, found: Tags, leaves: np.ndarray) -> list[tuple[int, str]]:
    """Texts between two tags that are not an element's only content, with their offsets."""
    raw = np.frombuffer(data, np.uint8)
    texts: list[tuple[int, str]] = []
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
    return texts


# --- names --------------------------------------------------------------------------------------------------


def _name_ends(
    raw: np.ndarray, start: np.ndarray, close: np.ndarray, alone: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where each tag's name ends (exclusive), and which tags hold more than the name."""
    end = close - alone
    equals = np.flatnonzero(raw == EQUALS)
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
    """The distinct names, and for each tag which it has. Names are compared by 8 bytes at a time."""
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
    first, name = distinct(key)
    return [data[start[i] : end[i]].decode("utf-8") for i in first.tolist()], name


def distinct(key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A representative of each distinct key, and for each key which one it is; few are expected."""
    bits = 16
    slot = (key * np.uint64(0xFF51AFD7ED558CCD)) >> np.uint64(64 - bits)
    holder = np.full(1 << bits, -1, np.int64)
    holder[slot] = np.arange(len(key))
    if bool((key[holder[slot]] != key).any()):
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        return first, inverse.astype(np.int32)
    used = np.flatnonzero(holder >= 0)
    number = np.zeros(1 << bits, np.int32)
    number[used] = np.arange(len(used))
    return holder[used], number[slot]


# --- paths --------------------------------------------------------------------------------------------------


def _paths(
    depth: np.ndarray, name: np.ndarray, names: list[str], deep: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Parent and path of each element, one level after the other."""
    parent = np.full(len(depth), -1, np.int32)
    path = np.zeros(len(depth), np.int32)
    known: dict[tuple[str, str], int] = {}
    above = np.zeros(0, np.int64)
    order = np.argsort(depth, kind="stable")
    ends = np.searchsorted(depth[order], np.arange(1, int(depth.max(initial=0)) + 2))
    for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        here = order[first:last]
        if len(above):
            parent[here] = above[np.searchsorted(above, here) - 1]
        over = path[parent[here]].astype(np.int64) if len(above) else np.full(len(here), -1)
        path[here] = _level(over, name[here], names, known, deep)
        above = here
    return parent, path, [kind for _, kind in known]


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
