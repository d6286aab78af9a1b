"""Values of one field, whole columns at a time: text of the file -> typed values, and back.

Nothing here raises for bad values: a `Fault` names a finding's code and the rows it holds for, and those rows
become null.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import nearest
from edi.formats import temporal
from edi.formats.descriptor import FieldRule
from edi.formats.faults import Converted, Fault, flagged

TRUE = ("1", "true")
FALSE = ("0", "false")


@dataclass(frozen=True, slots=True)
class Style:
    """How values look where the field says nothing: the decimal mark, date pattern, zone, booleans."""

    decimal: str = "."
    date: str = temporal.ISO
    timezone: str = "UTC"
    booleans: tuple[str, str] = ("1", "0")


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


# --- text of the file -> values ---------------------------------------------------------------------------


def parse(text: pa.Array, rule: FieldRule, style: Style, marks: pa.Array | None = None) -> Converted:
    """The typed values of a string column. `marks` gives a date pattern or 2379 code for each row."""
    text = _flat(text)
    if rule.const is not None:
        text = pa.repeat(pa.scalar(rule.const), len(text))
        return _by_type(text, rule, style, None)
    mapped = coded(text, rule) if rule.codes else Converted(text)
    if rule.default is not None:
        # A default is a value of the document: it is not looked up among the file's codes.
        mapped = Converted(pc.fill_null(mapped.values, rule.default), mapped.faults)
    parsed = _by_type(mapped.values, rule, style, marks)
    return Converted(parsed.values, [*mapped.faults, *parsed.faults])


def _by_type(text: pa.Array, rule: FieldRule, style: Style, marks: pa.Array | None) -> Converted:
    if pa.types.is_string(rule.type):
        return Converted(text)
    if pa.types.is_decimal(rule.type):
        return decimals(text, rule.type, rule.decimal or style.decimal)
    if pa.types.is_temporal(rule.type):
        return moments(text, rule, style, marks)
    if pa.types.is_boolean(rule.type):
        return booleans(text, style)
    return integers(text)


def coded(text: pa.Array, rule: FieldRule) -> Converted:
    """The document's value for each code of the file; one outside the list is that of "*", else a fault."""
    codes = rule.codes or {}
    words = text.dictionary_encode()
    keys = words.dictionary.to_pylist()
    translated = pa.array([codes.get(key, codes.get("*")) for key in keys], pa.string())
    values = translated.take(words.indices)
    unknown = flagged(pc.and_(pc.is_valid(text), pc.is_null(values)))
    if not len(unknown):
        return Converted(values)
    near = nearest(text[int(unknown[0])].as_py(), codes)
    return Converted(values, [Fault("FLD-003", unknown, ", ".join(list(codes)[:12]), {"near": near})])


def decimals(text: pa.Array, kind: pa.DataType, mark: str) -> Converted:
    """Exact decimals. Digits beyond the scale are a fault unless they are zeros; exponents are refused."""
    plain = text if mark == "." else _with_point(text, mark)
    try:
        if not _has_letter(plain):
            return Converted(pc.cast(plain, kind))
    except pa.ArrowInvalid:
        pass
    return _decimals_with_faults(text, plain, kind, mark)


def _with_point(text: pa.Array, mark: str) -> pa.Array:
    """A declared comma becomes a point; a point that stood there is made invalid, not taken for one."""
    return _exchanged(text, bytes.maketrans(f".{mark}".encode(), b"#."))


def _exchanged(text: pa.Array, exchange: bytes) -> pa.Array:
    """The text with ASCII characters exchanged for others, as `bytes.translate` does."""
    validity, offsets, data = text.buffers()
    if data is None:
        return text
    changed = pa.py_buffer(data.to_pybytes().translate(exchange))
    buffers = [validity, offsets, changed]
    return pa.Array.from_buffers(pa.string(), len(text), buffers, text.null_count, text.offset)


def _has_letter(text: pa.Array) -> bool:
    """Whether any byte of the values could be an exponent (Arrow would accept it)."""
    buffer = text.buffers()[2]
    if buffer is None:
        return False
    data = np.frombuffer(buffer, np.uint8)
    return bool(((data | 0x20) == 0x65).any())


def _decimals_with_faults(text: pa.Array, plain: pa.Array, kind: pa.DataType, mark: str) -> Converted:
    whole, scale = kind.precision - kind.scale, kind.scale
    number = pc.match_substring_regex(plain, r"^[+-]?(\d+\.?\d*|\.\d+)$")
    exact = pc.match_substring_regex(plain, rf"^[+-]?\d*(\.\d{{0,{scale}}}0*)?$")
    small = pc.match_substring_regex(plain, rf"^[+-]?0*\d{{0,{whole}}}(\.\d*)?$")
    good = pc.and_(number, pc.and_(exact, small))
    values = pc.cast(pc.if_else(good, plain, None), kind)
    other = "," if mark == "." else "."
    swapped = pc.and_(
        pc.invert(number),
        pc.match_substring_regex(text, r"^[+-]?\d+" + ("," if other == "," else r"\.") + r"\d+$"),
    )
    faults = [
        Fault("FLD-002", flagged(swapped), mark, {"mark": other}),
        Fault("FLD-001", flagged(pc.and_not(pc.invert(number), swapped)), "a number"),
        Fault("FLD-004", flagged(pc.and_not(number, exact)), str(scale)),
        Fault("FLD-005", flagged(pc.and_(pc.and_not(number, small), exact)), str(whole)),
    ]
    return Converted(values, [fault for fault in faults if len(fault.rows)])


def integers(text: pa.Array) -> Converted:
    """Whole numbers of at most 18 digits."""
    good = pc.match_substring_regex(text, r"^[+-]?\d{1,18}$")
    values = pc.cast(pc.if_else(good, pc.utf8_ltrim(text, "+"), None), pa.int64())
    wrong = flagged(pc.invert(good))
    return Converted(values, [Fault("FLD-001", wrong, "a whole number")] if len(wrong) else [])


def booleans(text: pa.Array, style: Style) -> Converted:
    """Booleans as the style writes them, or 1/0, true/false."""
    yes = pc.is_in(text, pa.array([style.booleans[0], *TRUE]))
    no = pc.is_in(text, pa.array([style.booleans[1], *FALSE]))
    wrong = flagged(pc.and_(pc.is_valid(text), pc.invert(pc.or_(yes, no))))
    values = pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))
    expected = f"{style.booleans[0]} or {style.booleans[1]}"
    return Converted(values, [Fault("FLD-006", wrong, expected)] if len(wrong) else [])


def moments(text: pa.Array, rule: FieldRule, style: Style, marks: pa.Array | None) -> Converted:
    """Dates and timestamps; without a pattern of its own each row's is the one that `marks` names."""
    if rule.date or marks is None:
        pattern = temporal.pattern_of(rule.date or style.date)
        return _moments(text, np.arange(len(text)), pattern, rule, style)
    marks = _flat(marks)
    parts: list[Converted] = []
    places: list[np.ndarray] = []
    for mark in pc.unique(marks).to_pylist():
        rows = flagged(pc.is_null(marks) if mark is None else pc.equal(marks, mark))
        part = text.take(pa.array(rows))
        pattern = temporal.pattern_of(mark if mark is not None else "102")
        parts.append(
            _moments(part, rows, pattern, rule, style) if pattern else _unknown_period(part, rows, rule, mark)
        )
        places.append(rows)
    if len(parts) == 1:
        return parts[0]
    order = np.argsort(np.concatenate([np.zeros(0, np.int64), *places]))
    values = pa.concat_arrays([pa.nulls(0, rule.type), *(p.values for p in parts)]).take(pa.array(order))
    return Converted(values, [fault for part in parts for fault in part.faults])


def _moments(text: pa.Array, rows: np.ndarray, pattern: str, rule: FieldRule, style: Style) -> Converted:
    words = text.dictionary_encode()
    found = temporal.parse(words.dictionary, pattern)
    values = temporal.typed(found, rule.type, style.timezone).take(words.indices)
    wrong = flagged(pc.and_(pc.is_valid(text), pc.is_null(values)))
    return Converted(values, [Fault("FLD-007", rows[wrong], pattern)] if len(wrong) else [])


def _unknown_period(text: pa.Array, rows: np.ndarray, rule: FieldRule, mark: str) -> Converted:
    present = flagged(pc.is_valid(text))
    faults = [Fault("FLD-008", rows[present], ", ".join(temporal.PERIODS), {"period": mark})]
    return Converted(pa.nulls(len(text), rule.type), faults if len(present) else [])


# --- values -> text of the file -----------------------------------------------------------------------------


def spell(values: pa.Array, rule: FieldRule, style: Style) -> Converted:
    """The text of a typed column; nulls stay null. Faults: codes without a word, decimals that do not fit."""
    values = _flat(values)
    if rule.const is not None:
        return Converted(pa.repeat(pa.scalar(rule.const), len(values)))
    spelled = _spell_by_type(values, rule, style)
    return _uncoded(spelled, rule) if rule.codes else spelled


def _spell_by_type(values: pa.Array, rule: FieldRule, style: Style) -> Converted:
    kind = values.type
    if pa.types.is_decimal(kind):
        return _spell_decimals(values, rule, rule.decimal or style.decimal)
    if pa.types.is_temporal(kind):
        pattern = temporal.pattern_of(rule.date or style.date)
        return Converted(temporal.spell(values, pattern, style.timezone))
    if pa.types.is_boolean(kind):
        yes, no = ("true", "false") if rule.codes else style.booleans
        return Converted(pc.if_else(values, yes, no))
    text = pc.cast(values, pa.string())
    return Converted(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))


def _spell_decimals(values: pa.Array, rule: FieldRule, mark: str) -> Converted:
    """Fixed decimals at the declared scale, otherwise no trailing zeros."""
    faults: list[Fault] = []
    if rule.scale is not None and rule.scale < values.type.scale:
        rounded = pc.round(values, ndigits=rule.scale)
        lossy = flagged(pc.not_equal(rounded, values))
        faults = [Fault("FLD-004", lossy, str(rule.scale))] if len(lossy) else []
        kind = pa.decimal128(values.type.precision, rule.scale)
        values = pc.cast(rounded, kind)
    text = pc.cast(values, pa.string())
    if rule.scale is None and values.type.scale:
        text = pc.ascii_rtrim(pc.ascii_rtrim(text, "0"), ".")
    marked = text if mark == "." else _exchanged(text, bytes.maketrans(b".", mark.encode()))
    return Converted(marked, faults)


def _uncoded(spelled: Converted, rule: FieldRule) -> Converted:
    """The file's code for each value of the document: the first one listed for it."""
    words: dict[str, str] = {}
    for code, value in (rule.codes or {}).items():
        words.setdefault(value, code)
    encoded = spelled.values.dictionary_encode()
    known = [words.get(value) for value in encoded.dictionary.to_pylist()]
    values = pa.array(known, pa.string()).take(encoded.indices)
    unknown = flagged(pc.and_(pc.is_valid(spelled.values), pc.is_null(values)))
    faults = [Fault("FLD-003", unknown, ", ".join(list(words)[:12]), {"near": ""})] if len(unknown) else []
    return Converted(values, [*spelled.faults, *faults])
