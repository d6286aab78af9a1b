"""What a partner is told about his files: renderings of the one list of findings.

The error report is an outgoing file like any other, written through a format of the document `report`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from edi import naming
from edi.envelope import envelope
from edi.identify import Chosen
from edi.model import Finding, Outgoing, Route, Target, Task
from edi.rules import Rules
from edi.tables import Tables


class References(Protocol):
    """Hands out reserved control references."""

    def take(self, count: int) -> Sequence[int]: ...


def reports(
    task: Task,
    rules: Rules,
    route: Route,
    members: Sequence[int],
    found: Sequence[Finding],
    references: References,
    wire: Sequence[str | None] = (),
) -> list[Outgoing]:
    """One report for each file of which something was refused; none when all is well or none is wanted.

    `members` are ordinals in the context; a finding's member is a place in `members`. `wire` gives the
    reference that each message has in its file (UNH 0062), where it has one.
    """
    refused = sorted({one.location.member for one in found if one.severity == "error"})
    if route.report is None or not refused:
        return []
    groups = {place: group for group, place in enumerate(refused)}
    told = [one for one in found if one.location.member in groups and one.severity != "notice"]
    names = [task.context.members[member].name for member in members]
    tables = report_tables(told, [groups[one.location.member] for one in told], names, wire)
    taken = references.take(len(refused))
    envelopes = [envelope(task, route, route.report, number) for number in taken]
    format_ = rules.format(route.report.format)
    conformed, _ = format_.document.conform(tables)
    outputs, _ = format_.write(conformed, envelopes, np.arange(len(refused), dtype=np.int32))
    return [
        Outgoing(
            kind="report",
            route=route.name,
            target=route.report.endpoint,
            name=report_name(task, route, route.report, number, names[place]),
            data=output.data,
            members=(members[place],),
            reference=number,
        )
        for output, number, place in zip(outputs, taken, refused, strict=True)
    ]


def unfit_reports(task: Task, rules: Rules, chosen: Chosen, references: References) -> list[Outgoing]:
    """Reports for files that no route could take, where all routes of the folder agree on whom to tell."""
    agreed = all(route.report == task.routes[0].report for route in task.routes)
    if not agreed or not chosen.findings:
        return []
    everyone = range(len(task.context.members))
    return reports(task, rules, task.routes[0], everyone, chosen.findings, references)


def report_tables(
    found: Sequence[Finding], groups: Sequence[int], names: Sequence[str], wire: Sequence[str | None]
) -> Tables:
    """Findings as rows of the document `report`: one message a file, one row a finding."""
    place = [one.location for one in found]
    columns = {
        "message": pa.array(groups, pa.int32()),
        "position": pa.array(ordinals(groups), pa.int32()),
        "file": pa.array([names[where.member] for where in place], pa.string()),
        "reference": pa.array([reference_of(one, wire) for one in found], pa.string()),
        "number": pa.array([where.reference or None for where in place], pa.string()),
        "severity": pa.array([one.severity for one in found], pa.string()),
        "code": pa.array([one.code for one in found], pa.string()),
        "line": pa.array([where.line for where in place], pa.int64()),
        "segment": pa.array([where.segment for where in place], pa.int64()),
        "tag": pa.array([where.tag or None for where in place], pa.string()),
        "field": pa.array([where.column or None for where in place], pa.string()),
        "found": pa.array([one.found or None for one in found], pa.string()),
        "text": pa.array([one.text for one in found], pa.string()),
        "hint": pa.array([one.hint for one in found], pa.string()),
    }
    table = pa.table(columns)
    return {"report_lines": table.sort_by([("message", "ascending"), ("position", "ascending")])}


def reference_of(one: Finding, wire: Sequence[str | None]) -> str | None:
    return wire[one.message] if one.message is not None and wire else None


def ordinals(groups: Sequence[int]) -> list[int]:
    """The place of each entry within its group, from 1."""
    seen: Counter[int] = Counter()
    places = []
    for group in groups:
        seen[group] += 1
        places.append(seen[group])
    return places


def report_name(task: Task, route: Route, target: Target, reference: int, file: str) -> str:
    return naming.render(
        target.name,
        naming.fields(
            route=route.name,
            partner=route.source.partner,
            clock=task.context.clock,
            reference=reference,
            number="",
            stem=Path(file).stem,
        ),
    )
