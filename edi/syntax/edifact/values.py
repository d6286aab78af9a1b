"""Checks of values by their bytes: numbers, letters, codes, dates, characters. Vectorised, no string made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.syntax.edifact.directory import Directory, code_slot
from edi.syntax.edifact.scan import FILLER, Chunk, Style
from edi.syntax.edifact.suspects import Suspects, of_tokens
from edi.syntax.edifact.text import LATIN, UTF8, undefined

Array = npt.NDArray[Any]

LONGEST_NUMBER = 40
"""Bytes of a number that are looked at; longer ones are too long anyway."""

LEVEL_A = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/='+:?!\"%&*;<>"
LEVEL_B = LEVEL_A + b"abcdefghijklmnopqrstuvwxyz"
"""Repertoires of ISO 9735 for UNOA and UNOB."""

# --- numbers ---------------------------------------------------------------------------------------------

START, SIGN, WHOLE, MARK, FRACTION, BARE_MARK, WRONG, BARE = range(8)
DIGIT, MINUS, POINT, OTHER = range(4)
STEPS = np.array(
    [
        # digit, minus, mark, other
        [WHOLE, SIGN, BARE_MARK, WRONG],  # START
        [WHOLE, WRONG, BARE_MARK, WRONG],  # SIGN
        [WHOLE, WRONG, MARK, WRONG],  # WHOLE
        [FRACTION, WRONG, WRONG, WRONG],  # MARK
        [FRACTION, WRONG, WRONG, WRONG],  # FRACTION
        [BARE, WRONG, WRONG, WRONG],  # BARE_MARK
        [WRONG, WRONG, WRONG, WRONG],  # WRONG
        [BARE, WRONG, WRONG, WRONG],  # BARE: ".5"
    ],
    np.uint8,
)


def numbers(chunk: Chunk, token: Array, size: Array, style: Style) -> Iterator[tuple[str, Array]]:
    """Tokens that are no number (ISO 9735: digits, one decimal mark between digits, a leading minus).

    ELM-004 not numeric, ELM-012 decimal mark in the wrong place or a wrong one, ELM-013 no digit before it.
    """
    state = _number_states(chunk, token, size, style)
    yield "ELM-013", token[state == BARE]
    wrong = token[(state != WHOLE) & (state != FRACTION) & (state != BARE)]
    marks = np.zeros(256, np.bool_)
    marks[list(b"0123456789.,-")] = True
    decimal = _all_bytes(chunk, wrong, marks)
    yield "ELM-012", wrong[decimal]
    yield "ELM-004", wrong[~decimal]


def _number_states(chunk: Chunk, token: Array, size: Array, style: Style) -> Array:
    """The state of a small automaton after each token, all tokens stepped together byte by byte."""
    classes = np.full(256, OTHER, np.uint8)
    classes[48:58], classes[ord("-")], classes[ord(style.decimal)] = DIGIT, MINUS, POINT
    steps = STEPS.ravel()
    state = np.zeros(len(token), np.uint8)
    rows, at, left = np.arange(len(token)), chunk.cut[token] + 1, size
    for _ in range(LONGEST_NUMBER):
        if not len(rows):
            break
        state[rows] = steps[state[rows] * 4 + classes[chunk.data[at]]]
        more = np.flatnonzero(left > 1)
        rows, at, left = rows[more], at[more] + 1, left[more] - 1
    return state


def _all_bytes(chunk: Chunk, token: Array, allowed: Array) -> Array:
    """Whether every byte of each token is allowed."""
    if not len(token):
        return np.zeros(0, np.bool_)
    return np.asarray(_count(~allowed[chunk.data], chunk.cut[token] + 1, chunk.cut[token + 1]) == 0)


def not_letters(chunk: Chunk, token: Array, size: Array) -> Array:
    """Tokens with a digit in a field of letters."""
    digits = np.zeros(256, np.bool_)
    digits[48:58] = True
    wrong = np.zeros(len(token), np.bool_)
    for place in range(int(size[token].max(initial=0))):
        inside = np.flatnonzero(size[token] > place)
        wrong[inside] |= digits[chunk.data[chunk.cut[token[inside]] + 1 + place]]
    return token[wrong]


def characters_in(chunk: Chunk, token: Array, numeric: Array, style: Style) -> Array:
    """How many characters count towards a token's length."""
    if not len(token):
        return token
    start, end = chunk.cut[token] + 1, chunk.cut[token + 1]
    number = end - start
    number -= np.searchsorted(chunk.released, end) - np.searchsorted(chunk.released, start)
    signs = (chunk.data == ord("-")) | (chunk.data == ord(style.decimal))
    number -= np.where(numeric, _count(signs, start, end), 0)
    if style.charset == "UNOW":
        number -= _count((chunk.data & 0xC0) == 0x80, start, end)
    return np.asarray(number)


def _count(hits: Array, start: Array, end: Array) -> Array:
    at = np.flatnonzero(hits)
    return np.asarray(np.searchsorted(at, end) - np.searchsorted(at, start))


# --- codes -----------------------------------------------------------------------------------------------


def packed(chunk: Chunk, token: Array, size: Array) -> Array:
    """The first four bytes of each token as a little-endian number, zero beyond its end."""
    padded = np.append(chunk.data, np.zeros(4, np.uint8))
    words = np.ndarray(len(chunk.data) + 1, "<u4", padded.data, strides=(1,))
    masks = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF], np.uint32)
    return np.asarray(words[chunk.cut[token] + 1] & masks[np.minimum(size, 4)])


def unlisted(chunk: Chunk, token: Array, size: Array, lists: Array, directory: Directory) -> Array:
    """Tokens whose value is not in the code list of their element."""
    keys = lists | packed(chunk, token, size).astype(np.uint64)
    slots = directory.code_slots
    missed = np.flatnonzero((slots[code_slot(keys)] != keys) | (size > 4))
    known = directory.code_keys
    at = np.minimum(np.searchsorted(known, keys[missed]), len(known) - 1)
    return np.asarray(token[missed[(known[at] != keys[missed]) | (size[missed] > 4)]])


# --- dates -----------------------------------------------------------------------------------------------

YEAR4, YEAR2, MONTH, DAY, HOUR, MINUTE, SECOND = "CCYY", "YY", "MM", "DD", "HH", "MI", "SS"
DATE_FORMATS: dict[bytes, tuple[str, ...]] = {
    b"2": (DAY, MONTH, YEAR2),
    b"101": (YEAR2, MONTH, DAY),
    b"102": (YEAR4, MONTH, DAY),
    b"201": (YEAR2, MONTH, DAY, HOUR, MINUTE),
    b"202": (YEAR2, MONTH, DAY, HOUR, MINUTE, SECOND),
    b"203": (YEAR4, MONTH, DAY, HOUR, MINUTE),
    b"204": (YEAR4, MONTH, DAY, HOUR, MINUTE, SECOND),
    b"401": (HOUR, MINUTE),
    b"402": (HOUR, MINUTE, SECOND),
    b"602": (YEAR4,),
    b"609": (YEAR2, MONTH),
    b"610": (YEAR4, MONTH),
    b"718": (YEAR4, MONTH, DAY, YEAR4, MONTH, DAY),
}
"""Code list 2379: what stands where in the value. Formats not named here are not checked."""

DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def impossible_dates(chunk: Chunk, token: Array, size: Array) -> Array:
    """Tokens (element 2380) that are no date in the format that the component behind them (2379) names."""
    token = token[chunk.element[np.searchsorted(chunk.element, token, side="right")] != token + 1]
    code = packed(chunk, token + 1, size[token + 1])
    wrong = [token[:0]]
    for name, parts in DATE_FORMATS.items():
        rows = token[code == int.from_bytes(name, "little")]
        if len(rows):
            wrong.append(rows[~_are_dates(chunk, rows, size[rows], parts)])
    return np.concatenate(wrong)


def _are_dates(chunk: Chunk, token: Array, size: Array, parts: tuple[str, ...]) -> Array:
    length = sum(map(len, parts))
    start = chunk.cut[token] + 1
    hyphen = len(parts) == 6 and parts[0] == parts[3]
    dashed = (size == length + 1) & hyphen
    fine = (size == length) | dashed
    token, start, dashed = token[fine], start[fine], dashed[fine]
    column = np.arange(length) + np.where(dashed[:, None] & (np.arange(length) >= length // 2), 1, 0)
    digits = chunk.data[start[:, None] + column].astype(np.int32) - 48
    good = ((digits >= 0) & (digits <= 9)).all(axis=1)
    if hyphen:
        good &= ~dashed | (chunk.data[start + length // 2 * dashed] == ord("-"))
    fine[fine] = good & _exist(np.where(good[:, None], digits, 0), parts)
    return np.asarray(fine)


def _exist(digits: Array, parts: tuple[str, ...]) -> Array:
    """Whether the digits make a day of the calendar and a time of day (24:00 is one)."""
    good = np.ones(len(digits), np.bool_)
    at = 0
    read: dict[str, Array] = {}
    for part in parts:
        value = digits[:, at : at + len(part)] @ (10 ** np.arange(len(part) - 1, -1, -1))
        at += len(part)
        read[part] = value
        if part == MONTH:
            good &= (value >= 1) & (value <= 12)
        elif part in (HOUR, MINUTE, SECOND):
            good &= value <= {HOUR: 24, MINUTE: 59, SECOND: 59}[part]
        if DAY in read and MONTH in read and (YEAR2 in read or YEAR4 in read):
            good &= _day_exists(read)
            read = {}
    return good


def _day_exists(read: dict[str, Array]) -> Array:
    year = read[YEAR4] if YEAR4 in read else read[YEAR2]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month = np.clip(read[MONTH], 1, 12)
    most = np.where((month == 2) & ~leap, 28, DAYS[month])
    good: Array = (read[DAY] >= 1) & (read[DAY] <= most)
    return good


# --- characters ------------------------------------------------------------------------------------------


CONTROLS = np.array([*range(0x20), *range(0x7F, 0xA0)])


def characters(chunk: Chunk, style: Style, directory: Directory) -> Iterator[Suspects]:
    """Bytes that the declared character set does not have, one suspicion a token.

    ELM-009 not in the set, ELM-010 lower case under UNOA, ELM-014 a line end inside a value.
    """
    codec = directory.charsets.get(style.charset, LATIN)
    at = np.flatnonzero(_forbidden_bytes(chunk.data, style.charset, codec))
    at = np.concatenate([_inside(chunk, at), _invalid_utf8(chunk) if codec == UTF8 else at[:0]])
    if not len(at):
        return
    byte = chunk.data[at]
    lower = (byte >= ord("a")) & (byte <= ord("z"))
    breaks = (byte == 13) | (byte == 10)
    for code, hits in (("ELM-010", lower), ("ELM-014", breaks), ("ELM-009", ~lower & ~breaks)):
        token = np.unique(np.searchsorted(chunk.cut, at[hits]) - 1)
        yield of_tokens(code, token, chunk.element, chunk.segment)


def forbidden(charset: str, codec: str) -> Array:
    """Which of the 256 bytes may not stand in a value of this character set."""
    if charset not in ("UNOA", "UNOB"):
        return undefined(codec)
    table = np.ones(256, np.bool_)
    table[list(LEVEL_A if charset == "UNOA" else LEVEL_B)] = False
    return table


def _forbidden_bytes(data: Array, charset: str, codec: str) -> Array:
    """A flag for each byte; where control characters are all that is forbidden, without a table."""
    table = forbidden(charset, codec)
    controls = np.flatnonzero(table)
    if np.array_equal(controls, CONTROLS):
        return np.asarray((data & 0x60 == 0) | (data == 0x7F))
    if np.array_equal(controls, CONTROLS[: len(controls)]):
        return np.asarray((data < 0x20) | (data == 0x7F))
    return np.asarray(table[data])


def _inside(chunk: Chunk, at: Array) -> Array:
    """Positions that are part of a value: no separator, no line end before a tag."""
    at = at[chunk.cut[np.minimum(np.searchsorted(chunk.cut, at), len(chunk.cut) - 1)] != at]
    segment = np.searchsorted(chunk.cut[chunk.element[chunk.segment[:-1]]], at) - 1
    return at[(at >= chunk.start[segment]) & (chunk.tag[segment] > 1) | ~FILLER[chunk.data[at]]]


def _invalid_utf8(chunk: Chunk) -> Array:
    """Positions where the chunk is not UTF-8: the first thousand."""
    data, at = chunk.data.tobytes(), 0
    found: list[int] = []
    while len(found) < 1000:
        try:
            data[at:].decode(UTF8)
            break
        except UnicodeDecodeError as error:
            found.append(at + error.start)
            at += error.end
    return np.array(found, np.int64)
