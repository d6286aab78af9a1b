"""How some formats spell a signed amount: the sign in another cell or in the last digit, decimals without a
mark.

`Number` is what a descriptor says about it (`sign`, `implied`); `read` makes plain numbers of such texts, and
`spell` the texts of plain numbers, whole columns at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from edi.formats.faults import Converted, Fault, flagged

PLUS = pa.array(list("{ABCDEFGHI"))
"""The last character of a positive number, by its digit (overpunch of punched cards, as in CFONB)."""
MINUS = pa.array(list("}JKLMNOPQR"))
OVERPUNCH = "overpunch"


@dataclass(frozen=True, slots=True)
class Number:
    """`overpunch`: the last digit carries the sign. `sign_at`: addresses of a sign, `codes` its words as +
    or -.

    `implied`: decimals without a mark; where `implied_at` names a cell with their number, only its default.
    """

    overpunch: bool = False
    sign_at: tuple[Any, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    implied: int | None = None
    implied_at: tuple[Any, ...] = ()


def number_of(raw: Mapping[str, Any]) -> Number | None:
    """What the options of a field say about its sign and its implied decimals; None when nothing."""
    sign, implied = raw.get("sign"), raw.get("implied")
    if sign is None and implied is None:
        return None
    at = sign if isinstance(sign, Mapping) else {}
    places = implied if isinstance(implied, Mapping) else {"default": implied}
    return Number(
        overpunch=sign == OVERPUNCH,
        sign_at=tuple(at["first"]) if "first" in at else ((at["at"],) if "at" in at else ()),
        codes=at.get("codes", {}),
        implied=places.get("default"),
        implied_at=(places["at"],) if "at" in places else (),
    )


def read(
    text: pa.Array,
    number: Number,
    mark: str,
    sign: pa.Array | None = None,
    places: pa.Array | None = None,
    room: int | None = None,
) -> Converted:
    """Texts as plain numbers with the decimal `mark`; `sign` and `places` are the cells beside, if any.

    An overpunched number fills its `room`: a shorter one has lost its last character, and with it the sign.
    """
    faults: list[Fault] = []
    negative = pc.starts_with(text, "-")
    digits = pc.utf8_ltrim(text, "+-")
    if number.overpunch:
        negative, digits, faults = _punched(text, room or 1)
    if sign is not None:
        words = pa.array(list(number.codes.values()), pa.string())
        meant = words.take(pc.index_in(sign, pa.array(list(number.codes), pa.string())))
        unknown = pc.and_(pc.is_valid(digits), pc.is_null(meant))
        if len(rows := flagged(unknown)):
            faults = [*faults, Fault("FLD-018", rows, ", ".join(number.codes))]
            digits = pc.if_else(unknown, pa.scalar(None, pa.string()), digits)
        negative = pc.xor(negative, pc.equal(meant, "-"))
    if number.implied is not None:
        digits = _pointed(digits, number.implied, places, mark)
    signed = pc.binary_join_element_wise(pc.if_else(pc.fill_null(negative, False), "-", ""), digits, "")
    return Converted(signed, faults)


def _punched(text: pa.Array, room: int) -> tuple[pa.Array, pa.Array, list[Fault]]:
    """Sign, digits and faults of numbers whose last digit may carry the sign."""
    last = pc.utf8_slice_codeunits(text, -1)
    plus, minus = pc.index_in(last, PLUS), pc.index_in(last, MINUS)
    digit = pc.coalesce(plus.cast(pa.string()), minus.cast(pa.string()), last)
    digits = pc.binary_join_element_wise(pc.utf8_slice_codeunits(text, 0, -1), digit, "")
    wrong = pc.invert(pc.match_substring_regex(digits, rf"^\d{{{room},}}$"))
    rows = flagged(wrong)
    faults = [Fault("FLD-017", rows)] if len(rows) else []
    digits = pc.if_else(wrong, pa.scalar(None, pa.string()), digits)
    return pc.is_valid(minus), digits, faults


def _pointed(digits: pa.Array, default: int, places: pa.Array | None, mark: str) -> pa.Array:
    """Digits with the decimal mark where it is implied; `places` gives the number of decimals of each row."""
    if places is None:
        return _with_mark(digits, default, mark)
    count = pc.fill_null(pc.if_else(pc.match_substring_regex(places, r"^\d$"), places, None), str(default))
    result = pa.nulls(len(digits), pa.string())
    for one in pc.unique(count).to_pylist():
        result = pc.if_else(pc.equal(count, one), _with_mark(digits, int(one), mark), result)
    return result


def _with_mark(digits: pa.Array, places: int, mark: str) -> pa.Array:
    if not places:
        return digits
    padded = pc.utf8_lpad(digits, places + 1, "0")
    whole, part = pc.utf8_slice_codeunits(padded, 0, -places), pc.utf8_slice_codeunits(padded, -places)
    return pc.binary_join_element_wise(whole, part, mark)


def spell(text: pa.Array, number: Number, mark: str) -> pa.Array:
    """Plain numbers as the file spells them, all but a sign in another cell (`signs`)."""
    if number.implied is not None:
        bare = pc.utf8_ltrim(pc.replace_substring(pc.utf8_ltrim(text, "-"), mark, ""), "0")
        bare = pc.if_else(pc.equal(bare, ""), "0", bare)
        minus = pc.if_else(pc.starts_with(text, "-"), "-", "")
        text = pc.binary_join_element_wise(minus, bare, "")
    if number.overpunch:
        digits = pc.utf8_ltrim(text, "-")
        digit = pc.utf8_slice_codeunits(digits, -1).cast(pa.int64())
        punched = pc.if_else(pc.starts_with(text, "-"), MINUS.take(digit), PLUS.take(digit))
        text = pc.binary_join_element_wise(pc.utf8_slice_codeunits(digits, 0, -1), punched, "")
    return text


def signs(text: pa.Array, number: Number) -> pa.Array:
    """The word for the sign of each plain number."""
    words = {sign: word for word, sign in reversed(list(number.codes.items()))}
    return pc.if_else(pc.starts_with(text, "-"), words.get("-", "-"), words.get("+", "+"))
