"""One entry of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: severity, title, template of the sentence, hint (what to do), acknowledgement codes.

    `contrl` is the EDIFACT 0085 code, `x12` the 997/999 code (AK304, AK403 or AK502).
    """

    severity: str
    title: str
    template: str
    hint: str
    contrl: str = ""
    x12: str = ""
