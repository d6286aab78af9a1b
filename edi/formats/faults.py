"""A converted column and what was wrong with it: what every step from text to value gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows (ascending) that a finding of `code` holds for; `expected` says what should stand there."""

    code: str
    rows: np.ndarray
    expected: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Converted:
    """The converted column and what was wrong with it."""

    values: pa.Array
    faults: list[Fault] = field(default_factory=list)


def flagged(mask: pa.Array) -> np.ndarray:
    """The rows (ascending) for which a Boolean array is true."""
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))
