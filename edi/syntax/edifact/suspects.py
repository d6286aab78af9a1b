"""What is suspected to be wrong, as arrays; only what is kept becomes a finding.

A file may hold a million faults: the first error of each message is always kept (it rejects the message), the
rest up to MAX_FINDINGS a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Suspects:
    """Places where one thing is wrong: segments, element and component numbers (0: none), tokens (-1: none).

    `expected` says what should stand there; empty where the element's rule says it.
    """

    code: str
    segment: Array
    element: Array
    component: Array
    token: Array
    expected: str = ""

    def __len__(self) -> int:
        return len(self.segment)

    def moved(self, segments: int, tokens: int) -> Suspects:
        """The same in numbers of the joined data."""
        token = np.where(self.token >= 0, self.token + tokens, -1)
        return Suspects(
            self.code, self.segment + segments, self.element, self.component, token, self.expected
        )


def of_segments(code: str, segments: Array, expected: str = "") -> Suspects:
    """Whole segments."""
    none = np.zeros(len(segments), np.int64)
    return Suspects(code, segments, none, none, none - 1, expected)


def of_cells(code: str, segments: Array, element: Array | int, component: Array | int) -> Suspects:
    """Cells that are absent."""
    size = len(segments)
    return Suspects(
        code,
        segments,
        np.broadcast_to(np.asarray(element, np.int64), size),
        np.broadcast_to(np.asarray(component, np.int64), size),
        np.full(size, -1, np.int64),
    )


def of_tokens(code: str, token: Array, elements: Array, segments: Array, expected: str = "") -> Suspects:
    """Tokens, by the arrays of where elements and segments begin."""
    element = np.searchsorted(elements, token, side="right") - 1
    segment = np.searchsorted(segments, element, side="right") - 1
    number, component = element - segments[segment], token - elements[element] + 1
    return Suspects(code, segment, number, component, token, expected)
