"""Exact conversion of columns: what does not fit becomes null and is counted, never rounded or guessed.

Every function is vectorised. A value that was there and has no exact counterpart is null in the result; the
caller compares with `lost`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"


class Inexact(Exception):
    """No exact conversion exists between two types (a float, a time without a zone)."""


def is_text(kind: pa.DataType) -> bool:
    """Whether a type holds strings, in any of Arrow's layouts."""
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One plain array: chunks joined, dictionaries decoded."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array.dictionary_decode() if pt.is_dictionary(array.type) else array


def lost(before: pa.Array, after: pa.Array) -> np.ndarray:
    """Mask of the values that were there before and are not any more."""
    if after.null_count == before.null_count:
        return np.zeros(len(after), dtype=bool)
    return np.asarray(pc.and_(pc.is_valid(before), pc.is_null(after)))


def exact(column: pa.Array | pa.ChunkedArray, wanted: pa.DataType) -> pa.Array:
    """`column` as `wanted`, null where a value does not fit. Raises Inexact when the types never do."""
    array = flat(column)
    if array.type == wanted:
        return array
    if pt.is_null(array.type):
        return pa.nulls(len(array), wanted)
    if is_text(array.type):
        text = array.cast(pa.string())
        return text if is_text(wanted) else parse(text, wanted)
    for accepts, convert in _CONVERSIONS:
        if accepts(array.type, wanted):
            return convert(array, wanted)
    raise Inexact(f"{array.type} to {wanted}")


def parse(text: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Strings, spelled as in a document's JSON form, as `wanted`; null where they are spelled otherwise."""
    if is_text(wanted):
        return text
    if pt.is_decimal(wanted):
        return _matching(text, decimal_pattern(wanted)).cast(wanted)
    if pt.is_date(wanted):
        return _parse_date(text)
    if pt.is_timestamp(wanted):
        return _parse_timestamp(text, wanted)
    if pt.is_boolean(wanted):
        return _matching(text, "^(true|false)$").cast(wanted)
    return _matching(text, "^-?(0|[1-9][0-9]{0,17})$").cast(wanted)


def decimal_pattern(kind: pa.DataType) -> str:
    """How a decimal of this precision and scale is spelled: a sign, digits, a point, no exponent."""
    return rf"^-?[0-9]{{1,{kind.precision - kind.scale}}}(\.[0-9]{{1,{kind.scale}}})?$"


def spell(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Values as canonical strings: decimals without trailing zeros, ISO dates, timestamps in UTC with Z."""
    array = flat(column)
    if pt.is_decimal(array.type) and array.type.scale:
        return pc.utf8_rtrim(pc.utf8_rtrim(array.cast(pa.string()), "0"), ".")
    text = array.cast(pa.string())
    if not pt.is_timestamp(array.type):
        return text
    text = pc.replace_substring(text, " ", "T", max_replacements=1)
    return pc.replace_substring_regex(text, r"\.?0*Z$|(\.[0-9]*[1-9])0*Z$", r"\1Z")


def words(kind: pa.DataType) -> str:
    """A type for people."""
    if pt.is_decimal(kind):
        whole = kind.precision - kind.scale
        return f"a decimal number with at most {whole} digits before and {kind.scale} after the point"
    if pt.is_date(kind):
        return "a date such as 2026-03-31"
    if pt.is_timestamp(kind):
        return "a time with its zone such as 2026-03-31T14:05:00+02:00"
    if pt.is_boolean(kind):
        return "true or false"
    return "a whole number" if pt.is_integer(kind) else "text"


def _matching(text: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(text, pattern), text, None)


def _parse_date(text: pa.Array) -> pa.Array:
    """strptime lets 30 February roll over into March; spelling the result again shows it."""
    days = pc.strptime(_matching(text, f"^{DATE}$"), format="%Y-%m-%d", unit="s", error_is_null=True)
    dates = days.cast(pa.date32())
    exists = pc.and_(pc.equal(dates.cast(pa.string()), text), pc.invert(pc.starts_with(text, "0000")))
    return pc.if_else(exists, dates, None)


def _parse_timestamp(text: pa.Array, wanted: pa.DataType) -> pa.Array:
    shaped = _matching(text, f"^{DATE}T{CLOCK}$")
    day = _parse_date(pc.utf8_slice_codeunits(shaped, 0, 10))
    return pc.if_else(pc.is_valid(day), shaped, None).cast(wanted)


def _to_decimal(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pt.is_integer(array.type):
        array = array.cast(pa.decimal128(20, 0))
    whole = pc.equal(pc.round(array, wanted.scale, round_mode="towards_zero"), array)
    limit = pa.scalar(Decimal(10) ** (wanted.precision - wanted.scale))
    fits = pc.and_(whole, pc.less(pc.abs(array), limit))
    return pc.if_else(fits, array, None).cast(wanted)


def _to_integer(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Integers by way of decimals: one comparison serves every width."""
    bits = wanted.bit_width - 1
    wide = array.cast(pa.decimal128(20, 0)) if pt.is_integer(array.type) else array
    whole = pc.equal(pc.round(wide, 0, round_mode="towards_zero"), wide)
    below = pc.less(wide, pa.scalar(Decimal(2**bits)))
    above = pc.greater_equal(wide, pa.scalar(Decimal(-(2**bits))))
    return pc.if_else(pc.and_(whole, pc.and_(below, above)), wide, None).cast(wanted)


def _to_date(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Only midnight is a date; a time of day would be lost."""
    dates = array.cast(wanted, safe=False)
    return pc.if_else(pc.equal(dates.cast(array.type), array), dates, None)


def _to_timestamp(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    coarse = array.cast(wanted, safe=False)
    back = coarse.cast(array.type)
    return pc.if_else(pc.equal(back, array), coarse, None)


def _numeric(kind: pa.DataType) -> bool:
    return bool(pt.is_integer(kind) or pt.is_decimal(kind))


def _naive_or_date(kind: pa.DataType) -> bool:
    return bool(pt.is_date(kind) or (pt.is_timestamp(kind) and kind.tz is None))


def _zoned(kind: pa.DataType) -> bool:
    return bool(pt.is_timestamp(kind) and kind.tz is not None)


Accepts = Callable[[pa.DataType, pa.DataType], bool]
Convert = Callable[[pa.Array, pa.DataType], pa.Array]

_CONVERSIONS: tuple[tuple[Accepts, Convert], ...] = (
    (lambda source, wanted: _numeric(source) and pt.is_decimal(wanted), _to_decimal),
    (lambda source, wanted: _numeric(source) and pt.is_integer(wanted), _to_integer),
    (lambda source, wanted: _naive_or_date(source) and pt.is_date(wanted), _to_date),
    (lambda source, wanted: _zoned(source) and _zoned(wanted), _to_timestamp),
)
