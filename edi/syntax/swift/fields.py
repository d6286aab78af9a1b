"""The parts of the fields of a statement, taken from and put into whole columns of field texts.

The layouts are those of the SWIFT User Handbook for MT940 and MT942; :86: has three dialects in use: the
German one (`?20` ... after a code of three digits), words between slashes (`/EREF/...`), and free text.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BALANCE = r"(?s)^(?P<mark>[CD])(?P<date>\d{6})(?P<currency>[A-Z]{3})(?P<amount>\d+,?\d*|,\d+)[ ]*(?:\n.*)?$"
MOVEMENT = (
    r"(?s)^(?P<value_date>\d{6})(?:(?P<entry_date>\d{4})| {4})?(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?"
    r"(?P<amount>\d+,\d*|,\d+)(?P<type>[NSF][A-Z0-9]{3})?(?P<customer_reference>(?:[^/\n]|/[^/\n])*)"
    r"(?://(?P<bank_reference>[^\n]*))?(?:\n(?P<extra>.*))?$"
)
BALANCES = ("60F", "60M", "62F", "62M", "64", "65")
MOVEMENT_CELLS = (
    "value_date", "booking_date", "mark", "funds", "amount", "type", "customer_reference", "bank_reference",
    "extra",
)  # fmt: skip
BALANCE_CELLS = ("mark", "date", "currency", "amount")
WORDS = (
    "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "OAMT", "COAM", "PREF", "RTRN", "MARF",
    "CSID", "CNTP", "REMI", "IBAN", "BIC", "NAME", "TRCD", "ORDP", "BENM", "ISDT", "PURP",
)  # fmt: skip
"""Words of :86: that head a part of it, in German statements (`EREF+`) or between slashes (`/EREF/`)."""
PURPOSE = (*(str(n) for n in range(20, 30)), *(str(n) for n in range(60, 64)))
PARTS = {
    "text00": ("00",),
    "voucher": ("10",),
    "bic": ("30",),
    "bank_code": ("30",),
    "iban": ("31",),
    "account": ("31",),
    "name": ("32", "33"),
    "key": ("34",),
}
IBAN = r"^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$"
BIC = r"^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$"
EITHER = {"iban": (IBAN, True), "account": (IBAN, False), "bic": (BIC, True), "bank_code": (BIC, False)}
"""Parts that share a place: an IBAN or another account number, a BIC or a national bank code."""
DETAIL_CELLS = ("text", "code", "purpose", *PARTS, *WORDS)

_CODED = r"(?s)^\d{3}[?>@~^<](?:\d{2}|$)"
_SLASHED = rf"^/(?:{'|'.join(WORDS)})/"
_PLUS = rf"(?:{'|'.join(WORDS)})\+"


def cells_of(tag: str) -> tuple[str, ...]:
    """The parts that a field has; "" is its whole text."""
    if tag == "61":
        return MOVEMENT_CELLS
    if tag in BALANCES:
        return BALANCE_CELLS
    if tag in ("25", "25P"):
        return ("iban", "account")
    return DETAIL_CELLS if tag == "86" else ("",)


def part(tag: str, text: pa.Array, cell: str) -> pa.Array:
    """One part of every field of a tag; null where a field does not have it."""
    if tag == "61":
        movement = pc.extract_regex(text, pattern=MOVEMENT)
        value = booking_date(movement) if cell == "booking_date" else pc.struct_field(movement, cell)
    elif tag in BALANCES:
        value = pc.struct_field(pc.extract_regex(text, pattern=BALANCE), cell)
    elif tag == "86":
        value = detail(text, cell)
    else:
        value = text
    value = pc.utf8_trim(value, characters=" \n")
    if cell in EITHER:
        pattern, wanted = EITHER[cell]
        fits = pc.equal(pc.match_substring_regex(value, pattern), wanted)
        value = pc.if_else(fits, value, pa.scalar(None, pa.string()))
    return pc.if_else(pc.equal(value, ""), pa.scalar(None, pa.string()), value)


def understood(tag: str, text: pa.Array) -> pa.Array:
    """Whether each field has the layout of its tag."""
    if tag == "61":
        return pc.match_substring_regex(text, MOVEMENT)
    if tag in BALANCES:
        return pc.match_substring_regex(text, BALANCE)
    return pa.array(np.ones(len(text), bool))


def booking_date(movement: pa.Array) -> pa.Array:
    """The entry date with its year (YYMMDD): the value date's, but for days around New Year."""
    value, entry = pc.struct_field(movement, "value_date"), pc.struct_field(movement, "entry_date")
    year = pc.fill_null(pc.utf8_slice_codeunits(value, 0, 2), "0").cast(pa.int64())
    before = pc.and_(pc.equal(pc.utf8_slice_codeunits(value, 2, 4), "01"), pc.starts_with(entry, "12"))
    after = pc.and_(pc.equal(pc.utf8_slice_codeunits(value, 2, 4), "12"), pc.starts_with(entry, "01"))
    shift = pc.if_else(before, -1, pc.if_else(after, 1, 0))
    moved = pa.array((pc.add(year, shift).to_numpy(zero_copy_only=False) + 100) % 100)
    full = pc.binary_join_element_wise(pc.utf8_lpad(moved.cast(pa.string()), 2, "0"), entry, "")
    return pc.if_else(pc.equal(entry, ""), value, full)


# --- :86: ---------------------------------------------------------------------------------------------------


def detail(text: pa.Array, cell: str) -> pa.Array:
    """One part of :86: fields, each in the dialect that it is written in."""
    coded = pc.match_substring_regex(text, _CODED)
    flat = pc.replace_substring(text, "\n", "")
    slashed = pc.and_not(pc.match_substring_regex(flat, _SLASHED), coded)
    nothing = pa.scalar(None, pa.string())
    if cell == "text":
        return pc.if_else(pc.or_(coded, slashed), nothing, pc.replace_substring(text, "\n", " "))
    if cell == "code":
        return pc.if_else(coded, pc.utf8_slice_codeunits(flat, 0, 3), nothing)
    if cell in PARTS:
        return pc.if_else(coded, _joined(flat, PARTS[cell]), nothing)
    purpose = _joined(flat, PURPOSE)
    worded = pc.match_substring_regex(purpose, _PLUS)
    if cell == "purpose":
        free = pc.struct_field(pc.extract_regex(purpose, pattern=rf"^(?P<v>.*?)(?:{_PLUS}|$)"), "v")
        return pc.if_else(coded, pc.if_else(worded, free, purpose), nothing)
    plus = rf"{cell}\+(?P<v>.*?)(?:{_PLUS}|$)"
    slash = rf"/{cell}/(?P<v>.*?)(?:/(?:{'|'.join(WORDS)})/|$)"
    found = pc.struct_field(pc.extract_regex(purpose, pattern=plus), "v")
    other = pc.struct_field(pc.extract_regex(flat, pattern=slash), "v")
    return pc.if_else(coded, found, pc.if_else(slashed, pc.utf8_trim(other, characters="/"), nothing))


def _joined(flat: pa.Array, keys: tuple[str, ...]) -> pa.Array:
    """The subfields `keys` of coded fields, joined; the separator is the character after the code."""
    # All separators become one that no text holds.
    mark = pc.utf8_slice_codeunits(flat, 3, 4)
    plain = flat
    for one in pc.unique(mark).to_pylist():
        if one and one in "?>@~^<":
            plain = pc.if_else(pc.equal(mark, one), pc.replace_substring(plain, one, "\x1f"), plain)
    parts = [
        pc.fill_null(pc.struct_field(pc.extract_regex(plain, pattern=f"\x1f{key}(?P<v>[^\x1f]*)"), "v"), "")
        for key in keys
    ]
    return pc.binary_join_element_wise(*parts, "")
