"""Tokens to Arrow strings, a column at a time: gathered, release characters removed, decoded.

Nothing is decoded but the columns that somebody asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edi.syntax.edifact.scan import Tokens

Array = npt.NDArray[Any]
UTF8, LATIN = "utf-8", "iso8859-1"


def codec_of(charset: str, charsets: Mapping[str, str]) -> str:
    """The codec of a 0001 value; an unknown one is taken as ISO 8859-1 (and is a finding elsewhere)."""
    return charsets.get(charset, LATIN)


def strings(tokens: Tokens, token: Array, here: Array, codec: str) -> pa.Array:
    """The tokens as text, one entry each; null where `here` is false or nothing stands there."""
    start, end = tokens.span(token)
    end = end if here.all() else np.where(here, end, start)
    offsets, raw = _gather(tokens.data, start, end)
    rows = np.flatnonzero(tokens.escaped[token] & here)
    if len(rows):
        raw, offsets = _without_releases(tokens, raw, offsets, rows, start)
    raw, offsets = _transcode(raw, offsets, codec)
    return _array(offsets, raw, np.asarray(end > start))


def in_codecs(tokens: Tokens, token: Array, here: Array, codec: Array, codecs: list[str]) -> pa.Array:
    """Like `strings`, with a codec for each entry (`codec` indexes `codecs`)."""
    used = np.unique(codec)
    if len(used) <= 1:
        return strings(tokens, token, here, codecs[int(used[0])] if len(used) else UTF8)
    parts, order = [], []
    for number in used:
        rows = np.flatnonzero(codec == number)
        parts.append(strings(tokens, token[rows], here[rows], codecs[int(number)]))
        order.append(rows)
    return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(order))))


def _gather(data: bytes, start: Array, end: Array) -> tuple[Array, Array]:
    """Offsets and bytes of the spans one after the other.

    Spans are taken as every second value of a binary array over the data itself, so they need to be in
    ascending order; where they are not, they are sorted first.
    """
    if len(start) > 1 and bool((start[1:] < end[:-1]).any()):
        order = np.argsort(start, kind="stable")
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        values = _spans(data, start[order], end[order]).take(pa.array(back))
    else:
        values = _spans(data, start, end)
    _, offsets, raw = values.buffers()
    size = np.int32 if values.type == pa.binary() else np.int64
    ends = np.frombuffer(offsets, size, len(values) + 1).astype(np.int64)
    return ends, np.frombuffer(raw, np.uint8, int(ends[-1])) if raw and ends[-1] else np.zeros(0, np.uint8)


def _spans(data: bytes, start: Array, end: Array) -> pa.Array:
    large = len(data) >= 2**31
    edges = np.empty(2 * len(start) + 1, np.int64 if large else np.int32)
    edges[0:-1:2], edges[1::2] = start, end
    edges[-1] = edges[-2] if len(start) else 0
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(data)]
    every = pa.Array.from_buffers(pa.large_binary() if large else pa.binary(), 2 * len(start), buffers)
    return every.take(pa.array(np.arange(0, 2 * len(start), 2)))


def _without_releases(
    tokens: Tokens, raw: Array, offsets: Array, rows: Array, start: Array
) -> tuple[Array, Array]:
    """The same values without the release characters that `rows` have."""
    end = start[rows] + offsets[rows + 1] - offsets[rows]
    first, last = np.searchsorted(tokens.released, start[rows]), np.searchsorted(tokens.released, end)
    number = last - first
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    at = tokens.released[np.repeat(first, number) + within] - np.repeat(start[rows] - offsets[rows], number)
    shift = np.zeros(len(offsets), np.int64)
    shift[rows + 1] = number
    return np.delete(raw, at), offsets - np.cumsum(shift)


def _transcode(raw: Array, offsets: Array, codec: str) -> tuple[Array, Array]:
    """The same values in UTF-8; bytes that the codec does not know become U+FFFD."""
    if not len(raw) or raw.max() < 0x80:
        return raw, offsets
    if codec == UTF8:
        return _repair_utf8(raw, offsets)
    text = raw.tobytes().decode(codec, "replace").encode()
    wide = np.flatnonzero(raw >= 0x80)
    rows = np.searchsorted(offsets, wide, side="right")
    growth = np.bincount(rows, utf8_sizes(codec)[raw[wide]] - 1, len(offsets)).astype(np.int64)
    return np.frombuffer(text, np.uint8), offsets + np.cumsum(growth)


def _repair_utf8(raw: Array, offsets: Array) -> tuple[Array, Array]:
    """UTF-8 as it is when valid; otherwise value by value with U+FFFD (such a file is refused anyway)."""
    data = raw.tobytes()
    try:
        data.decode(UTF8)
        split = (raw[np.minimum(offsets, len(raw) - 1)] & 0xC0) == 0x80
        if not split[offsets < len(raw)].any():
            return raw, offsets
    except UnicodeDecodeError:
        pass
    values = [data[a:b].decode(UTF8, "replace").encode() for a, b in pairwise(offsets)]
    ends = np.concatenate([[0], np.cumsum([len(value) for value in values])])
    return np.frombuffer(b"".join(values), np.uint8), ends


@lru_cache(maxsize=32)
def utf8_sizes(codec: str) -> Array:
    """Bytes that each of the 256 bytes of a single-byte codec takes in UTF-8."""
    return np.array([len(bytes([b]).decode(codec, "replace").encode()) for b in range(256)], np.int64)


@lru_cache(maxsize=32)
def undefined(codec: str) -> Array:
    """Which of the 256 bytes a single-byte codec does not define, control characters included."""
    return np.array([_is_undefined(b, codec) for b in range(256)], np.bool_)


def _is_undefined(byte: int, codec: str) -> bool:
    if codec == UTF8:
        return byte < 0x20 or byte == 0x7F
    text = bytes([byte]).decode(codec, "replace")
    return text == "\ufffd" or ord(text) < 0x20 or 0x7F <= ord(text) < 0xA0


def _array(offsets: Array, raw: Array, filled: Array) -> pa.Array:
    """A string array; null where nothing stands."""
    size, kind = (np.int64, pa.large_string()) if offsets[-1] >= 2**31 else (np.int32, pa.string())
    valid = None if filled.all() else pa.py_buffer(np.packbits(filled, bitorder="little"))
    buffers = [valid, pa.py_buffer(offsets.astype(size)), pa.py_buffer(raw)]
    return pa.Array.from_buffers(kind, len(filled), buffers)
