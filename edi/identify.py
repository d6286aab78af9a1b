"""Which route a file belongs to: by its content and the route's file pattern, never by its extension.

One format for one content signature. Two routes that fit are not guessed between: the file is set aside.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from edi.findings import finding
from edi.model import Finding, Location, Member, Route, Task
from edi.rules import Rules

HEAD = 65_536
"""Bytes at the start of a file that decide what it is."""


@dataclass(slots=True)
class Chosen:
    """Members by route; `unfit` holds those that have none."""

    routes: list[tuple[Route, list[int]]] = field(default_factory=list)
    unfit: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def identify(task: Task, rules: Rules) -> Chosen:
    """Sort the task's members by route. A file without one gets a finding and is set aside."""
    chosen = Chosen()
    members: dict[str, list[int]] = defaultdict(list)
    for ordinal, member in enumerate(task.context.members):
        decided = route_of(member, task.routes, rules, Location(member=ordinal))
        if isinstance(decided, Route):
            members[decided.name].append(ordinal)
        else:
            chosen.findings.append(decided)
            chosen.unfit.append(ordinal)
    chosen.routes = [(route, members[route.name]) for route in task.routes if route.name in members]
    return chosen


def route_of(member: Member, routes: tuple[Route, ...], rules: Rules, place: Location) -> Route | Finding:
    """The one route whose format this content has; failing that, the one whose kind of file it is."""
    if member.size == 0:
        return finding("FILE-001", place)
    candidates = [route for route in routes if fnmatchcase(member.name, route.files)]
    if not candidates:
        return finding("FILE-006", place, found=member.name, expected=", ".join(r.files for r in routes))
    with Path(member.path).open("rb") as file:
        head = file.read(HEAD)
    fits = [(route, rules.format(route.format).fits(head)) for route in candidates]
    for score in (2, 1):
        best = [route for route, fit in fits if fit.score == score]
        if len(best) == 1:
            return best[0]
        if best:
            return finding("FILE-003", place, found=", ".join(route.name for route in best))
    return finding(
        "FILE-002",
        place,
        found="; ".join(dict.fromkeys(fit.why for _, fit in fits)),
        expected=" or ".join(dict.fromkeys(route.format for route in candidates)),
    )
