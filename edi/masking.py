"""Personal data in what is quoted: e-mail addresses, IBANs and telephone numbers, shown in part only.

What we say about a file is printed, logged by cron and kept with the run; its place leads an operator
to the whole value. Codes (GLN, GTIN, numbers of orders) stay whole: they are what is looked for.
"""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.%+-]+@(?=[\w-]+(\.[\w-]+)+)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b")
PHONE = re.compile(r"(?<![\w+])(?:\+\d[\d .()/-]{6,18}\d|0[1-9](?:[ .-]\d\d){4}(?!\d))")
AMOUNT = re.compile(r"\+\d+[.,]\d{1,6}")
"""A signed amount begins like a number abroad."""


def masked(text: str) -> str:
    """`text` with the middle of addresses, account and telephone numbers left out."""
    if "@" in text:
        text = EMAIL.sub(lambda found: f"{found[0][0]}…@", text)
    return PHONE.sub(_phone, IBAN.sub(_iban, text))


def _iban(found: re.Match[str]) -> str:
    """An account number is known by its check digits (ISO 13616), with or without a last short group."""
    for whole in (found[0], found[0].rpartition(" ")[0]):
        if len(whole) >= 15 and _checks(whole.replace(" ", "")):
            return f"{whole[:4]}…{whole[-4:]}{found[0][len(whole) :]}"
    return found[0]


def _checks(iban: str) -> bool:
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def _phone(found: re.Match[str]) -> str:
    whole = found[0]
    return whole if AMOUNT.fullmatch(whole) else f"{whole[:3]}…{whole[-2:]}"
