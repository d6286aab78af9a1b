"""Runs: released files become a task, the task's result becomes facts and deliveries in one transaction.

The clock, the control references and the view of history are reserved before the task starts; a run that was
interrupted is executed again with the same ones and gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from edi import history, rules, runrecord, sent
from edi.archive import Archive, Deposit, Stored, outbound_path, rule_path, run_path
from edi.executors import Stopped, outcome
from edi.failpoint import failpoint
from edi.findings import EdiError, finding
from edi.ledger.contract import (
    DeliveryRow,
    FileRecord,
    FileVerdict,
    FinishedRun,
    Ledger,
    MessageRow,
    ObjectRef,
    RuleRef,
    RunRecord,
)
from edi.ledger.ids import ALPHABET, LENGTH, new_id
from edi.model import Context, Endpoint, Finding, Location, Member, Partner, Result, Route, Task, Verdict
from edi.session import Session, day_of
from edi.task import process
from edi.workspace import Limits, Workspace

SPARE_REFERENCES = 16


# --- which files run together -------------------------------------------------------------------------------


def run_released(session: Session, endpoint: Endpoint, routes: Sequence[Route], again: bool = False) -> None:
    """Open and execute runs for the endpoint's released files that belong to none.

    `again`: an operator asked for files to be processed once more, so what passed before is not held against
    them.
    """
    waiting = [row for row in session.ledger.open_files(endpoint.id, ("released",)) if row.run is None]
    if not waiting:
        return
    gathered, done = rules.gather(routes, session.workspace.library), 0
    for files in batches(waiting, session.workspace.limits):
        session.progress(f"processing {endpoint.id}", done, len(waiting))
        execute(session, opened(session, endpoint, routes, files, gathered, again))
        done += len(files)


def resume(session: Session) -> None:
    """Execute the runs that an earlier pass opened and did not finish."""
    for run in session.ledger.open_runs():
        execute(session, run)


def batches(files: Sequence[FileRecord], limits: Limits) -> Iterator[list[FileRecord]]:
    """Files that share one pass: bounded in number and bytes; a large file goes alone."""
    group: list[FileRecord] = []
    size = 0
    for file in files:
        if group and (len(group) == limits.batch_files or size + (file.size or 0) > limits.batch_bytes):
            yield group
            group, size = [], 0
        group.append(file)
        size += file.size or 0
    if group:
        yield group


def opened(
    session: Session,
    endpoint: Endpoint,
    routes: Sequence[Route],
    files: Sequence[FileRecord],
    gathered: rules.Gathered,
    again: bool = False,
) -> RunRecord:
    """Reserve what the run may use and record it, rules and all, before anything is read."""
    at = session.now()
    run = new_id(at)
    references = len(files) * (1 + max(len(route.targets) for route in routes)) + SPARE_REFERENCES
    context = Context(
        run=run,
        clock=at,
        references=(),
        members=tuple(member(session, file) for file in files),
        versions=rules.versions(),
    )
    task = Task(context, tuple(routes), parties(session.workspace), gathered.files)
    record = {
        **runrecord.opened(task),
        "history": sorted(gathered.history),
        "again": again,
        "sent": {} if again else earlier_files(session, routes, at),
    }
    session.ledger.reserve(
        run, endpoint.id, [f.id for f in files], references, at, archived(session, gathered.files), record, at
    )
    failpoint("run-opened")
    return session.ledger.run(run)


def earlier_files(session: Session, routes: Sequence[Route], at: str) -> sent.Earlier:
    """What the deltas of this run are made against, as the ledger knows it now."""
    workspace = session.workspace
    return sent.earlier(session.ledger, workspace.sent, routes, at, workspace.timezone)


def parties(workspace: Workspace) -> dict[str, Partner]:
    """Partners as a task sees them, ourselves under ""."""
    everyone = {"": workspace.own, **workspace.partners}
    return {name: without_channels(partner) for name, partner in everyone.items()}


def without_channels(partner: Partner) -> Partner:
    """A partner without the ways to him, and so without the names of secrets."""
    return replace(partner, channels={})


def member(session: Session, file: FileRecord) -> Member:
    return Member(id=file.id, name=file.name, path=str(session.archive.path(file.path)), size=file.size or 0)


def archived(session: Session, files: dict[str, bytes]) -> list[RuleRef]:
    """Keep every version of every rule that a run uses: rules are evidence too."""
    refs = []
    for name, data in sorted(files.items()):
        digest = hashlib.sha256(data).digest()
        refs.append(RuleRef(name=name, sha256=digest, size=len(data), path=rule_path(digest, name)))
    known = session.ledger.rules_known([ref.sha256 for ref in refs])
    fresh = {ref.path: files[ref.name] for ref in refs if ref.sha256 not in known}
    session.archive.store([Deposit(path, data=data) for path, data in fresh.items()])
    return refs


# --- execution ----------------------------------------------------------------------------------------------


def execute(session: Session, run: RunRecord) -> None:
    """Run the task in the executor and commit its result. What stops the process stops only its own file."""
    task = task_of(session.ledger, session.archive, session.workspace.state, run)
    try:
        result = outcome(session.executor, process, task, session.workspace.limits.seconds)
    except Stopped as stopped:
        isolate(session, run, task, finding("FILE-004", Location(), found=str(stopped)))
        return
    except EdiError as wrong:
        session.ledger.abandon(run.id, "a rule of the route is wrong", session.now())
        session.misconfigured(wrong)
        return
    except Exception as bug:
        isolate(session, run, task, session.bug(bug, f"run {run.id} of {run.endpoint}"))
        return
    if result.references_needed:
        session.ledger.extend(run.id, result.references_needed - len(task.context.references), session.now())
        execute(session, session.ledger.run(run.id))
        return
    failpoint("run-executed")
    commit(session, run, task, result)


def task_of(ledger: Ledger, archive: Archive, state: Path, run: RunRecord) -> Task:
    """The task of a run as it was opened: the same members, clock, references and rules.

    Only where the members' bytes lie is looked up anew: a workspace may have been restored to another folder.
    """
    context = runrecord.context_of(run.record)
    taken = {file.id: file for file in ledger.files_of_run(run.id)}
    files = [taken.get(one.id) or ledger.file(one.id) for one in context.members]
    members = tuple(
        replace(one, path=str(archive.path(file.path)))
        for one, file in zip(context.members, files, strict=True)
    )
    references = tuple(n for first, count in run.references for n in range(first, first + count))
    past: list[str] = run.record["history"]
    known = history.paths(state / "documents", past)
    return Task(
        context=replace(context, members=members, references=references, history_upto=run.sequence),
        routes=runrecord.routes_of(run.record),
        partners=runrecord.partners_of(run.record),
        rules={ref.name: archive.read(ref.path) for ref in ledger.rules_of_run(run.id)},
        history={table: [] for table in past} if run.record["again"] else known,
        sent=sent.located(state / "sent", run.record.get("sent", {})),
    )


def isolate(session: Session, run: RunRecord, task: Task, why: Finding) -> None:
    """Halve a batch that stopped its process until the file is found that does it; that one is set aside."""
    members = task.context.members
    if len(members) == 1:
        commit(session, run, task, set_aside(task, why))
        return
    session.ledger.abandon(run.id, why.text, session.now())
    files = {file.id: file for file in (session.ledger.file(one.id) for one in members)}
    middle = len(members) // 2
    again = run.record["again"]
    endpoint = task.routes[0].source
    gathered = rules.gather(task.routes, session.workspace.library)
    for half in (members[:middle], members[middle:]):
        halved = [files[one.id] for one in half]
        execute(session, opened(session, endpoint, task.routes, halved, gathered, again))


def set_aside(task: Task, why: Finding) -> Result:
    """The result of a task whose one file stopped its process."""
    found = replace(why, location=Location(file=task.context.members[0].name))
    return Result((Verdict(0, "quarantined"),), (), (found,), (), {})


# --- commit -------------------------------------------------------------------------------------------------


def commit(session: Session, run: RunRecord, task: Task, result: Result) -> None:
    """Everything the run decided, durable first and then in one transaction."""
    copies, record = kept(session, run, task, result)
    failpoint("outputs-archived")
    origin = [
        (member.id, task.routes[0].source.partner, verdict.route)
        for member, verdict in zip(task.context.members, result.verdicts, strict=True)
    ]
    clock = task.context.clock
    history.store(session.workspace.documents, run.id, run.sequence, clock, result.tables, origin)
    outgoing = {delivery_id(run.id, n): out for n, out in enumerate(result.outgoing)}
    sent.store(session.workspace.sent, outgoing, task.sent)
    failpoint("documents-stored")
    session.ledger.finish(
        run.id, finished(task, result, deliveries(run, task, result, copies), record), session.now()
    )
    failpoint("run-committed")
    tally(session, task, result)


def kept(session: Session, run: RunRecord, task: Task, result: Result) -> tuple[list[Stored], Stored]:
    """The archived copies of what is to be delivered, and of the run's record."""
    day = day_of(task.context.clock)
    record = runrecord.encode(runrecord.closed({**run.record, **runrecord.opened(task)}, result))
    deposits = [
        Deposit(outbound_path(day, out.target.partner, delivery_id(run.id, n), out.name), data=out.data)
        for n, out in enumerate(result.outgoing)
    ]
    *copies, last = session.archive.store([*deposits, Deposit(run_path(day, run.id), data=record)])
    return copies, last


def deliveries(run: RunRecord, task: Task, result: Result, copies: Sequence[Stored]) -> list[DeliveryRow]:
    """The outbox: one row an outgoing file."""
    return [
        DeliveryRow(
            id=delivery_id(run.id, n),
            kind=out.kind,
            route=out.route,
            endpoint=out.target.id,
            name=out.name,
            path=copy.path,
            sha256=copy.sha256,
            size=copy.size,
            files=tuple(task.context.members[m].id for m in out.members),
            reference=out.reference,
        )
        for n, (out, copy) in enumerate(zip(result.outgoing, copies, strict=True))
    ]


def finished(task: Task, result: Result, queued: list[DeliveryRow], record: Stored) -> FinishedRun:
    members = task.context.members
    return FinishedRun(
        files=[FileVerdict(members[v.member].id, v.state, v.route, v.format) for v in result.verdicts],
        messages=[
            MessageRow(members[m.member].id, m.message, m.route, m.kind, m.reference, m.number, m.state)
            for m in result.messages
        ],
        deliveries=queued,
        references_used=len(result.outgoing),
        record=ObjectRef(record.path, record.sha256, record.size),
    )


def delivery_id(run: str, ordinal: int) -> str:
    """The same identifier each time the run is executed: a second execution finds its own files again."""
    digest = hashlib.sha256(f"{run}/{ordinal}".encode()).digest()
    return run[:10] + "".join(ALPHABET[byte & 31] for byte in digest[: LENGTH - 10])


def tally(session: Session, task: Task, result: Result) -> None:
    """Count for the operator's table."""
    summary = session.summary
    for verdict in result.verdicts:
        summary.files[verdict.state] += 1
        summary.routes[verdict.route or "(no route)"]["files in"] += 1
    for message in result.messages:
        summary.documents += 1
        summary.states[message.state] += 1
        summary.routes[message.route][message.state] += 1
    for out in result.outgoing:
        summary.routes[out.route]["files out" if out.kind == "document" else "reports"] += 1
    summary.findings.extend(result.findings)
