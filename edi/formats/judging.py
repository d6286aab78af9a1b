"""One list of findings for what is wrong with files: syntax, values and schema, each fault told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from edi.findings import finding
from edi.model import Finding

Cell = tuple[int | None, int | None, int | None, int | None]
"""Message, segment, element, component."""

MISSING = "DOC-001"

WARNINGS = 5
"""Warnings of one kind told for a message; a notice counts the rest."""


def placed(found: Sequence[Finding], messages: pa.Table, starts: Sequence[int]) -> list[Finding]:
    """Findings made over joined tables, each in its own file: the member, and the offset within it."""
    member = messages["member"].to_numpy()
    return [one if one.message is None else _within(one, int(member[one.message]), starts) for one in found]


def _within(one: Finding, member: int, starts: Sequence[int]) -> Finding:
    offset = None if one.location.offset is None else one.location.offset - int(starts[member])
    return replace(one, location=replace(one.location, member=member, offset=offset))


def told_once(found: Sequence[Finding]) -> list[Finding]:
    """Without what only repeats another finding.

    A value that breaks its element's rule does not convert either: the first finding stands and learns the
    field's name. What does not convert is missing from its document: that is not told as well.
    """
    fields = {_cell(one): one.location.column for one in found if one.code.startswith("FLD-")}
    broken = {_cell(one) for one in found if one.code.startswith("ELM-") and one.severity == "error"}
    unread = Counter((one.message, one.location.column) for one in found if one.code.startswith("FLD-"))
    kept = []
    for one in found:
        if one.code.startswith("FLD-") and _cell(one) in broken and one.location.element is not None:
            continue
        if one.code == MISSING and unread[(one.message, one.location.column)] > 0:
            unread[(one.message, one.location.column)] -= 1
            continue
        kept.append(_named(one, fields) if one.code.startswith("ELM-") else one)
    return _few_warnings(kept)


def _few_warnings(found: Sequence[Finding]) -> list[Finding]:
    """At most WARNINGS of one kind a message: a partner who writes small letters does so in every element."""
    kinds = Counter(
        (one.message, one.location.member, one.code) for one in found if one.severity == "warning"
    )
    told: Counter[tuple[int | None, int, str]] = Counter()
    kept = []
    for one in found:
        kind = (one.message, one.location.member, one.code)
        told[kind] += 1
        if one.severity != "warning" or told[kind] <= WARNINGS:
            kept.append(one)
        elif told[kind] == WARNINGS + 1:
            more = kinds[kind] - WARNINGS
            kept.append(finding("FILE-009", one.location, message=one.message, found=more, expected=one.code))
    return kept


def _named(one: Finding, fields: dict[Cell, str]) -> Finding:
    column = fields.get(_cell(one), "")
    return replace(one, location=replace(one.location, column=column)) if column else one


def _cell(one: Finding) -> Cell:
    where = one.location
    return (one.message, where.segment, where.element, where.component)
