"""The pure part of the pipeline: identify, read, check, transform, check, write.

`process` is a function of its task alone: no ledger, no network, no clock, no folder but the members' bytes.
That is what makes a replay exact, a retry harmless and parallel work safe. It runs in a child process with
limits, because partners' bytes are hostile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi import acknowledge, checks, delta, documents, history, naming, transform
from edi.envelope import envelope
from edi.findings import finding, named
from edi.formats import Staged, judging
from edi.identify import identify
from edi.model import Context, Finding, Judged, Location, Outgoing, Result, Route, Target, Task, Verdict
from edi.rules import Rules
from edi.tables import Tables, ipc, messages_in, only

STATES = {"reject": "rejected", "hold": "held", "ignore": "duplicate", "warn": "accepted"}
"""The verdict that a route gives to a check -> the state of the message that fails it."""

GRAVITY = ("accepted", "duplicate", "held", "rejected")
"""States of a message, from the mildest: the gravest of its findings decides."""


@dataclass(slots=True)
class Batch:
    """The files of one route, read: `members` are ordinals in the context, message keys count from 0."""

    route: Route
    members: list[int]
    tables: Tables
    messages: pa.Table
    findings: list[Finding]
    starts: np.ndarray  # where each file begins in the joined bytes
    staged: Staged  # as read, with what no field takes
    states: np.ndarray  # the place in GRAVITY of each message's state
    broken: set[int] = field(default_factory=set)  # places in `members` of files that cannot be used at all


class NotEnoughReferences(Exception):
    """More files are to be written than control references were reserved; the run asks for more."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class References:
    """The reserved control references, handed out in order."""

    def __init__(self, reserved: Sequence[int]) -> None:
        self.reserved = reserved
        self.used = 0

    def take(self, count: int) -> Sequence[int]:
        if self.used + count > len(self.reserved):
            raise NotEnoughReferences(self.used + count)
        taken = self.reserved[self.used : self.used + count]
        self.used += count
        return taken


def process(task: Task) -> Result:
    """Judge every file of the task and write what follows from it. Findings name files by their own names."""
    with Rules(task.rules) as rules:
        return judged_and_written(task, rules)


def judged_and_written(task: Task, rules: Rules) -> Result:
    """Route by route: read, check, transform, write; then the reports owed."""
    chosen = identify(task, rules)
    references = References(task.context.references)
    verdicts = [Verdict(member, "quarantined") for member in chosen.unfit]
    findings = list(chosen.findings)
    judged: list[Judged] = []
    outgoing: list[Outgoing] = []
    kept: dict[str, list[pa.Table]] = defaultdict(list)
    try:
        for route, members in chosen.routes:
            batch = read(task, rules, route, members)
            outgoing += transformed_and_written(task, rules, batch, references)
            told = cited(batch)
            wire = batch.messages["reference"].to_pylist()
            outgoing += acknowledge.reports(task, rules, route, members, told, references, wire)
            findings += renumbered(told, members, len(judged))
            keep(batch, len(judged), kept)
            verdicts += file_verdicts(batch)
            judged += judgements(batch, len(judged))
        outgoing += acknowledge.unfit_reports(task, rules, chosen, references)
    except NotEnoughReferences as short:
        return Result((), (), (), (), {}, references_needed=short.needed)
    names = [member.name for member in task.context.members]
    return Result(
        verdicts=tuple(sorted(verdicts, key=lambda v: v.member)),
        messages=tuple(judged),
        findings=tuple(named(findings, names)),
        outgoing=tuple(outgoing),
        tables={
            name: ipc(pa.concat_tables(parts, promote_options="default")) for name, parts in kept.items()
        },
    )


# --- read and check ---------------------------------------------------------------------------------------


def read(task: Task, rules: Rules, route: Route, members: list[int]) -> Batch:
    """The files of a route as tables, every message judged by syntax, schema and the route's checks."""
    pieces = [Path(task.context.members[m].path).read_bytes() for m in members]
    starts = np.cumsum([0, *map(len, pieces)])[:-1]
    format_ = rules.format(route.format)
    staged = format_.judge(b"".join(pieces), starts.tolist())
    batch = Batch(
        route=route,
        members=members,
        tables=staged.tables,
        messages=staged.messages,
        findings=[],
        starts=starts,
        staged=staged,
        states=np.zeros(len(staged.messages), dtype=np.int8),
    )
    judge(batch, staged.findings)
    check(task, rules, batch, route.checks, format_.document.name, usable(batch, batch.tables))
    return batch


def check(
    task: Task, rules: Rules, batch: Batch, wanted: Mapping[str, str], document: str, tables: Tables
) -> None:
    """Run checks on the messages still accepted, and judge by the verdicts that the route gives."""
    if not wanted or not batch.messages:
        return
    loaded = [checks.load(name, document, rules.library) for name in wanted]
    for verdict, found in checks.run(
        loaded, dict(wanted), tables, inputs(task, rules, batch.route), rules.engine
    ):
        judge(batch, placed(batch, [found]), STATES[verdict])


def judge(batch: Batch, found: Sequence[Finding], state: str = "") -> None:
    """Take findings into the batch; each error (or each finding, when a state is given) moves its message."""
    batch.findings.extend(found)
    for one in found:
        gravity = GRAVITY.index(state or ("rejected" if one.severity == "error" else "accepted"))
        if one.message is not None:
            batch.states[one.message] = max(batch.states[one.message], gravity)
        elif gravity:
            batch.broken.add(one.location.member)
            batch.states[member_of(batch) == one.location.member] = gravity


def placed(batch: Batch, found: Sequence[Finding]) -> list[Finding]:
    """Findings made over the joined tables, each in its own file."""
    return judging.placed(found, batch.messages, batch.starts.tolist())


def member_of(batch: Batch) -> np.ndarray:
    """For each message, the place of its file among the batch's files."""
    return batch.messages["member"].to_numpy()


def usable(batch: Batch, tables: Tables) -> Tables:
    """The rows of messages still accepted; one bad message stops its file where the route says so."""
    if batch.route.partial == "file":
        stop_whole_files(batch)
    return only(tables, np.flatnonzero(batch.states == 0))


def stop_whole_files(batch: Batch) -> None:
    """`partial = "file"`: the neighbours of a refused message are held back with it, and say why."""
    member = member_of(batch)
    stopped = np.isin(member, np.unique(member[batch.states > 0])) & (batch.states == 0)
    batch.states[stopped] = GRAVITY.index("rejected")
    batch.findings.extend(
        finding("RUN-002", Location(member=int(member[key])), message=int(key))
        for key in np.flatnonzero(stopped)
    )


# --- transform, check, write --------------------------------------------------------------------------------


def transformed_and_written(task: Task, rules: Rules, batch: Batch, references: References) -> list[Outgoing]:
    """Every target's tables first, so that a message refused by one target goes to none; then the bytes."""
    ready = [(target, transformed(task, rules, batch, target)) for target in batch.route.targets]
    for target, tables in ready:
        document = rules.format(target.format).document
        judge(batch, placed(batch, document.validate(tables)))
        check(task, rules, batch, target.checks, document.name, usable(batch, tables))
    outgoing: list[Outgoing] = []
    for target, tables in ready:
        news = unknown(task, rules, batch, target, usable(batch, tables))
        outgoing += written(task, rules, batch, target, news, references)
    return outgoing


def transformed(task: Task, rules: Rules, batch: Batch, target: Target) -> Tables:
    """The accepted messages as tables of the target's document."""
    steps = [transform.load(name, rules.library) for name in (*batch.route.steps, *target.steps)]
    tables, poisoned = transform.apply_halving(
        steps, usable(batch, batch.tables), inputs(task, rules, batch.route), rules.engine
    )
    judge(batch, placed(batch, poisoned))
    document = rules.format(target.format).document
    conformed, misfits = document.conform(tables)
    judge(batch, placed(batch, misfits))
    return conformed


def unknown(task: Task, rules: Rules, batch: Batch, target: Target, tables: Tables) -> Tables:
    """What the target's receiver may not know yet: everything, unless it is to be sent a delta."""
    earlier = task.sent.get(delta.basis_name(batch.route.name, target.endpoint))
    if not target.delta or earlier is None:
        return tables
    news = delta.unknown(rules.engine, rules.format(target.format), tables, earlier)
    silent = np.setdiff1d(messages_in(tables), messages_in(news)).tolist()
    batch.findings += placed(batch, [finding("RUN-006", message=key) for key in silent])
    return news


def written(
    task: Task, rules: Rules, batch: Batch, target: Target, tables: Tables, references: References
) -> list[Outgoing]:
    """One outgoing file a file, message or batch, as the target says; all rendered in one pass."""
    format_ = rules.format(target.format)
    accepted = np.flatnonzero(batch.states == 0)
    if target.delta:
        accepted = np.intersect1d(accepted, messages_in(tables))
    if not len(accepted):
        return []
    groups, count = grouping(batch, target.per, accepted)
    numbers = references.take(count)
    envelopes = [envelope(task, batch.route, target, number) for number in numbers]
    outputs, found = format_.write(tables, envelopes, groups, batch.staged)
    judge(batch, found)
    if any(one.severity == "error" for one in found):
        references.used -= count
        return written(task, rules, batch, target, usable(batch, tables), references)
    member = member_of(batch)
    numbered = business_numbers(batch)
    sent = []
    for output, number in zip(outputs, numbers, strict=True):
        members = tuple(batch.members[p] for p in sorted({int(member[key]) for key in output.messages}))
        first = numbered[output.messages[0]] if output.messages else ""
        sent.append(
            Outgoing(
                kind="document",
                route=batch.route.name,
                target=target.endpoint,
                name=file_name(task.context, batch.route, target, number, members, first),
                data=output.data,
                members=members,
                messages=output.messages,
                reference=number,
                rows=delta.carried(format_, tables, output.messages) if target.delta else b"",
            )
        )
    return sent


def grouping(batch: Batch, per: str, accepted: np.ndarray) -> tuple[np.ndarray, int]:
    """For each message key the ordinal of its outgoing file (-1: none), and the number of files."""
    key = {"message": np.arange(len(batch.states)), "file": member_of(batch)}.get(per)
    groups = np.full(len(batch.states), -1, dtype=np.int32)
    chosen = np.zeros(len(accepted), dtype=np.int64) if key is None else key[accepted]
    distinct, ordinal = np.unique(chosen, return_inverse=True)
    groups[accepted] = ordinal
    return groups, len(distinct)


def file_name(
    context: Context, route: Route, target: Target, reference: int, members: Sequence[int], number: str
) -> str:
    """The target's file name pattern filled in; a `{number}` of several documents is the first one's."""
    stem = Path(context.members[members[0]].name).stem if members else ""
    return naming.render(
        target.name,
        naming.fields(
            route=route.name,
            partner=route.source.partner,
            clock=context.clock,
            reference=reference,
            number=number,
            stem=stem,
        ),
    )


# --- what the coordinator records ---------------------------------------------------------------------------


def inputs(task: Task, rules: Rules, route: Route) -> transform.Inputs:
    """What steps and checks may read besides the batch: code tables, partner, route, what passed before."""
    partner = task.partners[route.source.partner]
    return transform.Inputs(
        codes=transform.code_tables(rules.library),
        partner={"id": partner.id, "name": partner.name, **partner.identifiers},
        route={"name": route.name, "format": route.format, "clock": task.context.clock},
        history=passed_before(task, rules),
    )


def passed_before(task: Task, rules: Rules) -> dict[str, pa.Table]:
    """The history tables that the rules read, as of the moment the run was opened."""
    return {
        table: history.upto(
            paths, task.context.history_upto, documents.of_table(table, rules.library).arrow(table)
        )
        for table, paths in task.history.items()
    }


def business_numbers(batch: Batch) -> list[str]:
    """The document's own number of each message ("" where it has none), for people and for file names."""
    numbers = [""] * len(batch.states)
    root = next(iter(batch.tables.values()))
    if "number" in root.column_names:
        for key, number in zip(root["message"].to_pylist(), root["number"].to_pylist(), strict=True):
            numbers[key] = numbers[key] or (number or "")
    return numbers


def judgements(batch: Batch, base: int) -> list[Judged]:
    rows = batch.messages.select(["member", "kind", "reference"]).to_pylist()
    return [
        Judged(
            message=base + key,
            member=batch.members[row["member"]],
            route=batch.route.name,
            kind=row["kind"] or "",
            reference=row["reference"] or "",
            number=number,
            state=GRAVITY[batch.states[key]],
        )
        for key, (row, number) in enumerate(zip(rows, business_numbers(batch), strict=True))
    ]


def file_verdicts(batch: Batch) -> list[Verdict]:
    """A file is processed when its messages could be judged, rejected when it could not be used at all."""
    has_messages = set(np.unique(member_of(batch)).tolist()) if len(batch.messages) else set()
    return [
        Verdict(
            member=member,
            state="rejected" if place in batch.broken or place not in has_messages else "processed",
            route=batch.route.name,
            format=batch.route.format,
        )
        for place, member in enumerate(batch.members)
    ]


def cited(batch: Batch) -> list[Finding]:
    """The findings, each naming its message as people know it: by the document's number or its reference."""
    references = batch.messages["reference"].to_pylist()
    names = [
        number or reference or ""
        for number, reference in zip(business_numbers(batch), references, strict=True)
    ]
    return [
        one
        if one.message is None or one.location.reference
        else replace(one, location=replace(one.location, reference=names[one.message]))
        for one in batch.findings
    ]


def renumbered(found: Sequence[Finding], members: Sequence[int], base: int) -> list[Finding]:
    """A batch's findings with members and messages counted over the whole task."""
    return [
        replace(
            one,
            location=replace(one.location, member=members[one.location.member]),
            message=None if one.message is None else base + one.message,
        )
        for one in found
    ]


def keep(batch: Batch, base: int, kept: dict[str, list[pa.Table]]) -> None:
    """The accepted documents, for the index of all documents; keys counted over the whole task."""
    for name, table in usable(batch, batch.tables).items():
        plain = table.select([c for c in table.column_names if not c.startswith("_")])
        shifted = pc.cast(pc.add(plain["message"], base), pa.int32())
        member = pa.array(
            np.asarray(batch.members, dtype=np.int32)[member_of(batch)[plain["message"].to_numpy()]]
        )
        kept[name].append(plain.set_column(0, "message", shifted).append_column("_member", member))
