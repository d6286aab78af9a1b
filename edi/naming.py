"""Names of outgoing files: a pattern of the configuration filled with fields from a fixed list, then checked.

Values may come from partners (a document's number, the stem of a received name), so every character that a
file name should not have becomes "-". Nothing is ever formatted with the values' own attributes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from edi.findings import EdiError, finding, nearest

FIELDS = ("route", "partner", "date", "time", "reference", "number", "stem")
"""What may stand in braces: route and partner id; date YYYYMMDD and time HHMMSS of the run; the control
reference; the document's number; the received file's name without its last extension."""

LONGEST = 200
"""Bytes of a file name in UTF-8: room is left for the suffixes that a transfer adds."""

PUNCTUATION = frozenset(" ._+@=,()-")
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
UNUSUAL = re.compile(r"[^A-Za-z0-9 ._+@=,()-]")
"""Characters that need a second look."""

PLACE = re.compile(r"\{([^{}]*)\}")


def fields(*, route: str, partner: str, clock: str, reference: int, number: str, stem: str) -> dict[str, str]:
    """The fields of one file. `clock` is an ISO 8601 time, shown in its own zone."""
    at = datetime.fromisoformat(clock)
    return {
        "route": route,
        "partner": partner,
        "date": at.strftime("%Y%m%d"),
        "time": at.strftime("%H%M%S"),
        "reference": str(reference),
        "number": number,
        "stem": stem,
    }


def render(pattern: str, values: Mapping[str, str]) -> str:
    """`pattern` with its fields filled in. EdiError (NAM-001, NAM-002) when it cannot become a safe name."""
    unknown = unknown_field(pattern)
    if unknown is not None:
        raise EdiError(finding("NAM-001", found=unknown, expected=", ".join(FIELDS), guess=_guess(unknown)))
    name = PLACE.sub(lambda match: cleaned(values[match[1]]), pattern)
    why = unsafe(name)
    if why:
        raise EdiError(finding("NAM-002", found=name, why=why, pattern=pattern))
    return name


def unknown_field(pattern: str) -> str | None:
    """The first thing in braces that is no field (or a brace left alone), None when all is well."""
    for field in PLACE.findall(pattern):
        if field not in FIELDS:
            return str(field)
    rest = PLACE.sub("", pattern)
    return next((character for character in rest if character in "{}"), None)


def cleaned(value: str) -> str:
    """`value` in NFC with every character that a file name should not have replaced by "-"."""
    return UNUSUAL.sub(lambda c: c[0] if allowed(c[0]) else "-", unicodedata.normalize("NFC", value))


def allowed(character: str) -> bool:
    """Letters and digits of any script, and a little punctuation; no separators, controls or brackets."""
    return character.isalnum() or character in PUNCTUATION or unicodedata.category(character) == "Mn"


def unsafe(name: str) -> str:
    """Why `name` is no safe file name on Linux, Windows and in a shell; "" when it is one."""
    wrong = next((c for c in UNUSUAL.findall(name) if not allowed(c)), "")
    if wrong:
        return f"the character {wrong!r} is not allowed"
    if not name.strip(". "):
        return "it is empty"
    if name[0] in ".- " or name[-1] in ". ":
        return "it begins with a dot, dash or space, or ends with a dot or space"
    if len(name.encode()) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    return "Windows reserves it for a device" if RESERVED.match(name) else ""


def _guess(field: str) -> str:
    return nearest(field, FIELDS)
