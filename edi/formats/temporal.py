"""Dates and timestamps by strftime pattern or EDIFACT 2379 code, whole columns at a time.

Patterns know %Y %y %m %d %H %M %S %f %z and literal text. `iso` is ISO 8601 as XML and JSON write it. Parsing
is exact: a date that does not exist is refused, never moved into the next month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TIMESTAMP = pa.timestamp("us", tz="UTC")

ISO = "iso"
PERIODS = {
    "2": "%d%m%y",
    "101": "%y%m%d",
    "102": "%Y%m%d",
    "201": "%y%m%d%H%M",
    "202": "%y%m%d%H%M%S",
    "203": "%Y%m%d%H%M",
    "204": "%Y%m%d%H%M%S",
}
"""UN/EDIFACT data element 2379 (UNCL): the codes that name one moment."""

_PARTS = {
    "%Y": r"(?P<Y>\d{4})",
    "%y": r"(?P<y>\d{2})",
    "%m": r"(?P<m>\d{2})",
    "%d": r"(?P<d>\d{2})",
    "%H": r"(?P<H>\d{2})",
    "%M": r"(?P<M>\d{2})",
    "%S": r"(?P<S>\d{2})",
    "%f": r"(?P<f>\d{1,6})",
    "%z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
}
_ISO = (
    r"(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"(?:[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.(?P<f>\d{1,6}))?)?(?P<z>Z|[+-]\d{2}:?\d{2})?)?"
)
_LIMITS = {"m": (1, 12), "d": (1, 31), "H": (0, 23), "M": (0, 59), "S": (0, 59)}
PIVOT = 50
"""Two-digit years from 50 on belong to the twentieth century."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What a column of texts says: microseconds since 1970 (UTC, or local where no zone is stated)."""

    micros: np.ndarray
    valid: np.ndarray
    zoned: np.ndarray


def pattern_of(text: str) -> str:
    """The strftime pattern that a declaration means: itself, or the one of a 2379 code; "" when unknown."""
    return text if "%" in text or text == ISO else PERIODS.get(text, "")


@cache
def expression(pattern: str) -> str:
    """The regular expression that a text of this pattern must match."""
    if pattern == ISO:
        return f"^{_ISO}$"
    pieces = re.split(r"(%[A-Za-z])", pattern)
    return "^" + "".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces) + "$"


def known(pattern: str) -> bool:
    """Whether every directive of the pattern is one of ours."""
    return pattern == ISO or all(f"%{d}" in _PARTS for d in re.findall(r"%(.)", pattern))


def parse(text: pa.Array, pattern: str) -> Moments:
    """The moments of a string array; nulls are not valid."""
    found = pc.extract_regex(text, pattern=expression(pattern))
    names = [field.name for field in found.type] if pa.types.is_struct(found.type) else []
    parts = {name: _digits(pc.struct_field(found, name)) for name in names if name not in "fz"}
    valid = np.asarray(pc.is_valid(found).to_numpy(zero_copy_only=False), dtype=bool)
    for name, (low, high) in _LIMITS.items():
        if name in parts:
            # A part that is absent (an ISO date without time) reads as zero.
            valid &= (parts[name] <= high) & (parts[name] >= low)
    day, exists = _days(parts, len(text))
    micros = (day * 86_400 + _seconds(parts)) * 1_000_000 + _fraction(found, names, len(text))
    offset, zoned = _zone(found, names, len(text))
    return Moments(micros - offset * 60_000_000, valid & exists, zoned)


def _digits(column: pa.Array) -> np.ndarray:
    filled = pc.if_else(pc.equal(pc.fill_null(column, ""), ""), "0", column)
    return pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False)


def _days(parts: dict[str, np.ndarray], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970, and whether the day exists in its month."""
    year = parts.get("Y")
    if year is None:
        short = parts.get("y", np.full(rows, PIVOT))
        year = np.where(short < PIVOT, short + 2000, short + 1900)
    month = np.clip(parts.get("m", np.ones(rows, np.int64)), 1, 12)
    start = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    day = start.astype("M8[D]").astype(np.int64) + parts.get("d", np.ones(rows, np.int64)) - 1
    return day, (day.astype("M8[D]").astype("M8[M]") == start) & (year > 0)


def _seconds(parts: dict[str, np.ndarray]) -> np.ndarray | int:
    zero = 0
    return parts.get("H", zero) * 3600 + parts.get("M", zero) * 60 + parts.get("S", zero)


def _fraction(found: pa.Array, names: list[str], rows: int) -> np.ndarray | int:
    if "f" not in names:
        return 0
    return _digits(pc.utf8_rpad(pc.fill_null(pc.struct_field(found, "f"), ""), 6, "0"))


def _zone(found: pa.Array, names: list[str], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Minutes east of UTC, and which rows state a zone."""
    if "z" not in names:
        return np.zeros(rows, np.int64), np.zeros(rows, bool)
    text = pc.fill_null(pc.struct_field(found, "z"), "")
    zoned = pc.not_equal(text, "").to_numpy(zero_copy_only=False)
    plain = pc.replace_substring(pc.if_else(pc.is_in(text, pa.array(["", "Z"])), "+0000", text), ":", "")
    minutes = _digits(pc.utf8_slice_codeunits(plain, 1, 3)) * 60 + _digits(
        pc.utf8_slice_codeunits(plain, 3, 5)
    )
    west = pc.starts_with(plain, "-").to_numpy(zero_copy_only=False)
    return np.where(west, -minutes, minutes), zoned


def typed(moments: Moments, kind: pa.DataType, timezone: str) -> pa.Array:
    """Moments as dates or as timestamps in UTC; those without a zone are local time of `timezone`."""
    invalid = ~moments.valid
    if pa.types.is_date(kind):
        days = (moments.micros // 86_400_000_000).astype(np.int32)
        return pa.Array.from_pandas(days, mask=invalid, type=pa.int32()).cast(pa.date32())
    stamps = pa.Array.from_pandas(np.where(invalid, 0, moments.micros), mask=invalid, type=pa.int64())
    utc = stamps.cast(TIMESTAMP)
    if timezone == "UTC" or moments.zoned.all():
        return utc
    local = pc.assume_timezone(
        stamps.cast(pa.timestamp("us")), timezone, ambiguous="earliest", nonexistent="latest"
    )
    return pc.if_else(pa.array(moments.zoned), utc, local.cast(TIMESTAMP))


def spell(values: pa.Array, pattern: str, timezone: str) -> pa.Array:
    """Dates or timestamps as text. Fractions of a second stand only where the pattern has %f (or is ISO)."""
    if pa.types.is_timestamp(values.type):
        return _spell_stamps(values, pattern, timezone)
    days = values.dictionary_encode()
    return pc.strftime(days.dictionary, format="%Y-%m-%d" if pattern == ISO else pattern).take(days.indices)


def _spell_stamps(values: pa.Array, pattern: str, timezone: str) -> pa.Array:
    fraction = pc.utf8_slice_codeunits(pc.strftime(values, format="%S"), 3, 9)
    # Arrow prints the fraction with %S, so whole seconds are printed from whole seconds.
    whole = pc.floor_temporal(values, unit="second").cast(pa.timestamp("s", tz=timezone), safe=False)
    if pattern == ISO:
        dotted = pc.if_else(pc.equal(fraction, "000000"), "", pc.binary_join_element_wise(".", fraction, ""))
        return pc.binary_join_element_wise(
            pc.strftime(whole.cast(pa.timestamp("s", tz="UTC")), format="%Y-%m-%dT%H:%M:%S"), dotted, "Z", ""
        )
    if "%f" not in pattern:
        return pc.strftime(whole, format=pattern)
    before, after = pattern.split("%f", 1)
    return pc.binary_join_element_wise(
        pc.strftime(whole, format=before), fraction, pc.strftime(whole, format=after) if after else "", ""
    )
