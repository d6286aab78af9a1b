"""The cells of records of one kind: their text, and which hold one of a few values, read from the bytes.

Where an element begins is looked up once for all of its components; a cell that no record has costs nothing.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from edi.syntax.edifact.messages import Layout
from edi.syntax.edifact.scan import Tokens
from edi.syntax.edifact.text import in_codecs

Array = npt.NDArray[Any]

WORD = 7
"""Bytes of a value that are compared at once: with its size they fill 64 bits."""
MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)


class Cells:
    """The cells of the segments `rows` (ascending): of one kind, so that a cell means the same in all."""

    def __init__(self, tokens: Tokens, plan: Layout, rows: Array) -> None:
        self.tokens = tokens
        self.plan = plan
        self.rows = rows
        self.tag = tokens.segment[rows]
        self.count = tokens.segment[rows + 1] - self.tag
        self.elements: dict[int, tuple[Array, Array]] = {}

    def column(self, cell: Hashable) -> pa.Array:
        """The text of a cell (element, component) in every record; null where it is absent or empty."""
        token, here = self.token(*cast(tuple[int, int], cell))
        if not here.any():
            return pa.nulls(len(here), pa.string())
        return in_codecs(self.tokens, token, here, self.plan.codecs_of(self.rows), self.plan.codecs)

    def among(self, cell: Hashable, values: tuple[str, ...]) -> Array:
        """Whether the cell holds one of `values`, a flag a record."""
        token, here = self.token(*cast(tuple[int, int], cell))
        if not here.any():
            return here
        if not all(value.isascii() and 0 < len(value) <= WORD for value in values):
            return self._compared(cell, values)
        word = self.word(token, here)
        found = np.logical_or.reduce([word == pack(value.encode()) for value in values])
        escaped = self.tokens.escaped[token] & here
        return np.where(escaped, self._compared(cell, values), found) if escaped.any() else found

    def _compared(self, cell: Hashable, values: tuple[str, ...]) -> Array:
        same = pc.is_in(self.column(cell), value_set=pa.array(values, pa.string()))
        return np.asarray(same.to_numpy(zero_copy_only=False), np.bool_)

    def word(self, token: Array, here: Array) -> Array:
        """Each token as `pack` has it, but only the size of one that is longer than a word."""
        start, end = self.tokens.span(token)
        size = (end - start) * here
        first = _words(self.tokens.data, start) & MASKS[np.where(size > WORD, 0, size)]
        return np.asarray(first | np.minimum(size, 255).astype(np.uint64) << np.uint64(8 * WORD))

    def token(self, element: int, component: int) -> tuple[Array, Array]:
        """The token of a cell in each record, and whether the record has it."""
        begin, size = self.element(element)
        here = size >= component
        token = begin + (component - 1)
        return token if here.all() else np.where(here, token, begin), here

    def element(self, number: int) -> tuple[Array, Array]:
        """The first token of an element in each record, and how many components it has there."""
        if number not in self.elements:
            here = self.count > number
            at = self.tag + number * here
            begin = self.tokens.element[at]
            self.elements[number] = begin, (self.tokens.element[at + 1] - begin) * here
        return self.elements[number]

    def filled(self) -> list[Hashable]:
        """Every (element, component) that is filled in some record."""
        return [
            (element, component)
            for element in range(1, int(self.count.max(initial=1)))
            for component in range(1, int(self.element(element)[1].max(initial=0)) + 1)
            if self._some(element, component)
        ]

    def _some(self, element: int, component: int) -> bool:
        token, here = self.token(element, component)
        start, end = self.tokens.span(token)
        return bool((here & (end > start)).any())


def pack(value: bytes) -> np.uint64:
    """At most seven bytes as a little-endian number, their count in the eighth."""
    return np.uint64(int.from_bytes(value, "little") | len(value) << 8 * WORD)


def _words(data: bytes, start: Array) -> Array:
    """The eight bytes at each offset as a little-endian number; those beyond the end are zero."""
    last = max(len(data) - 8, 0)
    words = np.ndarray(last + 1, "<u8", data.ljust(8, b"\0"), strides=(1,))
    if start.max() <= last:
        return words[start]
    at = np.minimum(start, last)
    return words[at] >> ((start - at) * 8).astype(np.uint64)
