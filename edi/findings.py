"""The catalogue of findings: what each code means, how grave it is, what to do about it.

`edi explain CODE` prints an entry. Codes are stable: an entry may be reworded, never renumbered or reused.
Templates are filled from `found`, `expected` and the keywords given to `finding`; nothing else is formatted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from edi.model import Finding, Location

EXCERPT = 40
"""Characters of partner data that a finding may quote."""


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


class EdiError(Exception):
    """An expected failure that stops a command: its findings say what, where and what to do (exit code 2)."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f.text for f in findings))
        self.findings = findings


def excerpt(value: object) -> str:
    """`value` as a short, printable quotation: control characters escaped, at most EXCERPT characters."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: EXCERPT + 1])
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


def finding(
    code: str,
    location: Location = Location(),
    *,
    message: int | None = None,
    found: object = "",
    expected: object = "",
    severity: str = "",
    **names: Any,
) -> Finding:
    """A finding of `code`, its sentence rendered. Unknown codes are a bug and raise KeyError."""
    entry = CATALOGUE[code]
    shown, wanted = excerpt(found), str(expected)
    values = {"found": shown, "expected": wanted, **{k: excerpt(v) for k, v in names.items()}}
    return Finding(
        code=code,
        severity=severity or entry.severity,
        text=entry.template.format_map(values),
        hint=entry.hint.format_map(values),
        location=location,
        message=message,
        found=shown,
        expected=wanted,
    )


def named(findings: Iterable[Finding], files: list[str]) -> list[Finding]:
    """The same findings with each location's `file` set from its member's ordinal."""
    return [replace(f, location=replace(f.location, file=files[f.location.member])) for f in findings]


def nearest(word: str, choices: Iterable[str]) -> str:
    """", did you mean 'x'?" for the closest of `choices`, or an empty string."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f", did you mean '{close[0]}'?" if close else ""


def place(location: Location) -> str:
    """A location for people: "orders.edi: message 1: line 3: segment 7 LIN element 3.1"."""
    parts = [location.file] if location.file else []
    if location.reference:
        parts.append(f"message {location.reference}")
    if location.line is not None:
        parts.append(f"line {location.line}")
    if location.segment is not None:
        parts.append(f"segment {location.segment} {location.tag}".rstrip())
    elif location.tag:
        parts.append(location.tag)
    if location.element is not None:
        dot = f".{location.component}" if location.component is not None else ""
        parts.append(f"element {location.element}{dot}")
    if location.column:
        parts.append(location.column)
    return ": ".join(parts)


CATALOGUE: dict[str, Entry] = {
    # --- FILE: what a file is, before it is read ------------------------------------------------------
    "FILE-001": Entry(
        "error",
        "Empty file",
        "The file is empty.",
        "Ask the partner to send it again; an empty file is never processed.",
    ),
    "FILE-002": Entry(
        "error",
        "Unknown content",
        "No route of this folder expects this content: it looks like {found}; expected {expected}.",
        "Check that the file was put in the right folder, or add a route for it in edi.toml.",
    ),
    "FILE-003": Entry(
        "error",
        "Content fits several routes",
        "This content fits more than one route: {found}.",
        "Give the routes different folders or file patterns; `edi lint` names the routes that overlap.",
    ),
    "FILE-004": Entry(
        "error",
        "Processing was stopped",
        "Processing this file was stopped: {found}.",
        "The file is kept and set aside. Look at it with `edi inspect`; raise [limits] in edi.toml if it is genuine.",
    ),
    "FILE-005": Entry(
        "error",
        "Same content received before",
        "The same content was received before as {found}.",
        "Nothing to do if it was sent twice by mistake. To process it all the same: `edi replay --file ID --deliver`.",
    ),
    # --- TEXT: bytes that are not the text they claim to be ---------------------------------------------
    "TEXT-001": Entry(
        "error",
        "Wrong character encoding",
        "The bytes {found} are not valid {expected}.",
        "Declare the encoding that the partner really uses in the descriptor, or ask him to send {expected}.",
    ),
    # --- ENV: envelopes (UNB/UNZ, ISA/IEA) -----------------------------------------------------------------
    # --- MSG: messages and their structure -----------------------------------------------------------------
    # --- SEG, ELM: segments and elements ---------------------------------------------------------------------
    # --- CSV: delimited files ----------------------------------------------------------------------------------
    # --- FLG: flagged files (one field a line) ---------------------------------------------------------------
    # --- JSON ----------------------------------------------------------------------------------------------------
    # --- FLD: a field's value, whatever the syntax -----------------------------------------------------------
    # --- DOC: documents against their schema -----------------------------------------------------------------
    # --- CHK: checks of a route ----------------------------------------------------------------------------------
    # --- FMT: descriptors ------------------------------------------------------------------------------------------
    # --- SQL: transforms and checks as code ------------------------------------------------------------------
    # --- CFG: edi.toml -----------------------------------------------------------------------------------------------
    # --- NET: channels (folders and servers) -----------------------------------------------------------------
    # --- AUD: the audit trail ------------------------------------------------------------------------------------
    # --- RUN: runs and replays -----------------------------------------------------------------------------------
    # --- CLI: how a command was called -----------------------------------------------------------------
    "CLI-001": Entry(
        "error",
        "Unknown code",
        "There is no finding with the code {found}{guess}.",
        "`edi explain` without a code lists all of them.",
    ),
}
