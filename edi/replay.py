"""Replay: archived inputs run again, with the recorded rules (every byte must be equal) or with others.

With the recorded rules and context the result is compared byte by byte. With current rules, or those of a
folder, it answers *what if* in a sandbox: what each document would say instead, field by field. Neither
delivers anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from edi import rules, runrecord
from edi.archive import Archive
from edi.compare import Change, changes
from edi.executors import Stopped, outcome
from edi.findings import EdiError, finding
from edi.ledger.contract import Ledger, RunRecord
from edi.library import Frozen, Library
from edi.model import Endpoint, Outgoing, Result, Route, Task
from edi.runs import set_aside, task_of
from edi.task import process
from edi.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was: what ("file", "finding", "message", ...), which, then and now."""

    what: str
    which: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run executed again: how many files it wrote, and what differs from the record."""

    run: str
    members: int
    outputs: int
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def selected(
    ledger: Ledger, ids: Sequence[str], since: str, until: str, partner: str | None
) -> list[RunRecord]:
    """The finished runs of the files, runs or deliveries named, or of a span of days, oldest first."""
    found = {run.id: run for one in ids for run in runs_of(ledger, one)}
    if not ids:
        for file in ledger.files_between(since, until, partner):
            if file.run:
                found.setdefault(file.run, ledger.run(file.run))
    return [run for _, run in sorted(found.items()) if run.state == "done"]


def runs_of(ledger: Ledger, prefix: str) -> list[RunRecord]:
    """The runs behind an identifier. EdiError when it is unknown or its file was never run."""
    row = ledger.find(prefix)
    if isinstance(row, RunRecord):
        return [row]
    run = row.run
    if not run:
        raise EdiError(finding("RUN-003", found=prefix, expected=row.state))
    return [ledger.run(run)]


def replay(
    workspace: Workspace, ledger: Ledger, archive: Archive, executor: Executor, run: RunRecord
) -> Replayed:
    """Execute a finished run again as it was, and compare every byte and every finding."""
    record = runrecord.decode(archive.read(run.path))
    task = task_of(ledger, archive, workspace.state, run)
    try:
        result = outcome(executor, process, task, workspace.limits.seconds)
    except Stopped as stopped:
        result = set_aside(task, finding("FILE-004", found=str(stopped)))
    then, now = record["result"], runrecord.closed({}, result)["result"]
    return Replayed(
        run=run.id,
        members=len(task.context.members),
        outputs=len(result.outgoing),
        differences=tuple(differences(then, now)),
        notes=tuple(version_notes(task)),
    )


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """What two results do not have in common, in the order of the record."""
    for what in ("outgoing", "verdicts", "messages", "findings"):
        before, after = plain(then[what]), plain(now[what])
        for place in range(max(len(before), len(after))):
            old = before[place] if place < len(before) else "(nothing)"
            new = after[place] if place < len(after) else "(nothing)"
            if old != new:
                yield Difference(what, f"{what} {place + 1}", old, new)


def plain(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows as canonical text, so that a tuple and a list, or a record read back, compare equal."""
    return [runrecord.encode(row).decode() for row in rows]


def version_notes(task: Task) -> Iterator[str]:
    """The versions that changed since: if bytes differ, they are the first suspects."""
    for name, now in rules.versions().items():
        then = task.context.versions.get(name, now)
        if then != now:
            yield f"{name} was {then}, now {now}"


# --- what if ------------------------------------------------------------------------------------------------


def what_if(
    workspace: Workspace,
    ledger: Ledger,
    archive: Archive,
    executor: Executor,
    run: RunRecord,
    library: Library,
    routes: Mapping[str, Route],
) -> Replayed:
    """Execute a finished run with other rules (and today's routes), and say what each document would say."""
    recorded = task_of(ledger, archive, workspace.state, run)
    current = tuple(routes.get(route.name, route) for route in recorded.routes)
    gathered = rules.gather(current, library)
    task = replace(recorded, routes=current, rules=gathered.files)
    result = outcome(executor, process, task, workspace.limits.seconds)
    record = runrecord.decode(archive.read(run.path))
    paths = {row.reference: row.path for row in ledger.deliveries_of(run.id)}
    before = [
        Outgoing(**known(row), target=Endpoint(**row["target"]), data=archive.read(paths[row["reference"]]))
        for row in record["result"]["outgoing"]
    ]
    return Replayed(
        run=run.id,
        members=len(task.context.members),
        outputs=len(result.outgoing),
        differences=tuple(state_differences(record["result"]["messages"], result)),
        changes=tuple(changes(before, result.outgoing, formats_by_route(current), Frozen(task.rules))),
    )


def known(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an outgoing file from its record, without its size and hash."""
    fields = {key: value for key, value in row.items() if key not in ("size", "sha256", "target")}
    return {**fields, "members": tuple(fields["members"]), "messages": tuple(fields["messages"])}


def state_differences(then: Sequence[Mapping[str, Any]], result: Result) -> Iterator[Difference]:
    """Messages that would be judged otherwise."""
    now = {message.message: message for message in result.messages}
    for row in then:
        new = now.get(row["message"])
        state = new.state if new else "(nothing)"
        if state != row["state"]:
            yield Difference("message", row["number"] or row["reference"], row["state"], state)


def formats_by_route(routes: Sequence[Route]) -> dict[tuple[str, str], str]:
    """(route, kind of outgoing file) -> format, for what has one format only."""
    formats = {}
    for route in routes:
        if len({target.format for target in route.targets}) == 1:
            formats[(route.name, "document")] = route.targets[0].format
        if route.report:
            formats[(route.name, "report")] = route.report.format
    return formats
