"""The catalogue of findings: what each code means, how grave it is, what to do about it.

`edi explain CODE` prints an entry. Codes are stable: an entry may be reworded, never renumbered or reused.
Templates are filled from `found`, `expected` and the keywords given to `finding`; nothing else is formatted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from edi.findings import audit, channels, configuration, documents, edifact, files, rules, syntaxes
from edi.findings.entry import Entry
from edi.masking import masked
from edi.model import Finding, Location

EXCERPT = 40
"""Characters of partner data that a finding may quote."""


class EdiError(Exception):
    """An expected failure that stops a command: its findings say what, where and what to do (exit code 2)."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f.text for f in findings))
        self.findings = findings

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.findings


class Verbatim(str):
    """A value of the operator's own or of ours (a host, a setting, a fingerprint): quoted whole."""

    __slots__ = ()


def excerpt(value: object) -> str:
    """`value` as a short, printable quotation of at most EXCERPT characters.

    Control characters are escaped, personal data are shown in part (edi.masking).
    """
    if isinstance(value, Verbatim):
        return str(value)
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    text = masked(text[: 4 * EXCERPT])
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
    shown, wanted = excerpt(found), expected if isinstance(expected, Verbatim) else masked(str(expected))
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
    """ ", did you mean 'x'?" for the closest of `choices`, or an empty string."""
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
    **files.ENTRIES,
    **edifact.ENTRIES,
    **syntaxes.ENTRIES,
    **documents.ENTRIES,
    **rules.ENTRIES,
    **configuration.ENTRIES,
    **channels.ENTRIES,
    **audit.ENTRIES,
}
