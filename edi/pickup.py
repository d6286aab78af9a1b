"""Pick-up: scan, claim, fetch, stage, release. A file is the partner's until its bytes are durable here.

Each function takes everything of an endpoint that is in its state, whether it came there a moment ago or
before a crash: recovery is the ordinary way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from edi.archive import Deposit, inbound_path
from edi.executors import prepare
from edi.failpoint import failpoint
from edi.findings import finding
from edi.ledger.contract import Claim, FileRecord, StagedFile
from edi.ledger.ids import new_ids
from edi.model import Endpoint, Finding, Location
from edi.session import Session, batched, day_of
from edi.transport import ChannelError, Entry, Failed, Fetch, Fetched, Gone

BATCH = 500
"""Files that share one flush and one commit."""

WAITING = "waiting.json"
"""In the state folder: the files that were still arriving at the last pass."""

SKEW_SECONDS = 60
"""How far a partner's clock may differ from ours before a file's age says nothing."""


# --- scan ------------------------------------------------------------------------------------------------


def scan(session: Session, endpoints: Sequence[Endpoint]) -> Iterator[tuple[Endpoint, list[Entry]]]:
    """The files that are ready, by endpoint. Waits once for those that are still settling."""
    first = {endpoint: listed(session, endpoint) for endpoint in endpoints}
    quiet = session.workspace.limits.quiet_seconds
    ready = {endpoint: settled(session, endpoint, found) for endpoint, found in first.items()}
    waiting = {endpoint: set(found) - set(ready[endpoint]) for endpoint, found in first.items()}
    if any(waiting.values()):
        session.summary.waiting = sum(map(len, waiting.values()))
        session.progress(f"waiting {quiet:g} s for files that are still arriving", 0, 0)
        time.sleep(quiet)
    for endpoint, unsettled in waiting.items():
        again = set(listed(session, endpoint)) if unsettled else set()
        ready[endpoint] += sorted(unsettled & again, key=lambda entry: (entry.mtime_ns or 0, entry.raw))
        changing = {entry.raw for entry in unsettled - again}
        waiting[endpoint] = {entry for entry in again if entry.raw in changing}
    still_arriving(session, waiting)
    yield from ready.items()


def still_arriving(session: Session, waiting: Mapping[Endpoint, set[Entry]]) -> None:
    """Say which files are left for the next pass, and keep their names for `edi status`."""
    session.arriving |= {where for where, entries in waiting.items() if entries}
    named = [(where, entry.name) for where, entries in waiting.items() for entry in entries]
    for where, name in sorted(named, key=lambda one: (one[0].id, one[1])):
        session.problem(finding("FILE-007", Location(file=f"{where.id}/{name}")))
    rows = [{"source": where.id, "name": name} for where, name in named]
    path = session.workspace.state / WAITING
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    others = {where.id for where in session.workspace.sources()} - {where.id for where in waiting}
    elsewhere = [row for row in before if row["source"] in others]
    path.write_text(json.dumps(elsewhere + rows), encoding="utf-8")


def listed(session: Session, endpoint: Endpoint) -> list[Entry]:
    """What lies there and is not claimed yet. What may not be touched is recorded once, with a reason."""
    try:
        entries = session.channel(endpoint).list(endpoint.folder)
    except ChannelError as failed:
        session.failed(endpoint, failed)
        return []
    claimed = {row.raw_name for row in session.ledger.open_files(endpoint.id, ("claiming", "staged"))}
    taken: list[Entry] = []
    for entry in entries:
        refused = entry.refused or too_large(session, entry)
        if refused is not None:
            refuse(session, endpoint, entry, refused)
        elif entry.raw not in claimed:
            taken.append(entry)
    return taken


def settled(session: Session, endpoint: Endpoint, entries: Sequence[Entry]) -> list[Entry]:
    """The files that have been quiet for long enough to be taken without a second look."""
    if not entries:
        return []
    before = session.clock().timestamp() - SKEW_SECONDS - session.workspace.limits.quiet_seconds
    known = session.channel(endpoint).settled(endpoint.folder, entries)
    return [
        entry
        for entry, closed in zip(entries, known, strict=True)
        if (closed if closed is not None else quiet_since(entry, before))
    ]


def quiet_since(entry: Entry, moment: float) -> bool:
    """Whether a file was last changed at `moment` (seconds since 1970) or earlier; False if nobody knows."""
    return entry.mtime_ns is not None and entry.mtime_ns / 1e9 <= moment


def too_large(session: Session, entry: Entry) -> Finding | None:
    limit = session.workspace.limits.max_file_bytes
    if entry.size is None or entry.size <= limit:
        return None
    found, expected = f"{entry.size:,} bytes", f"{limit:,} bytes"
    return finding("FILE-008", Location(file=entry.name), found=found, expected=expected)


def refuse(session: Session, endpoint: Endpoint, entry: Entry, reason: Finding) -> None:
    """A file that stays where it is: recorded the first time it is seen, told each time."""
    session.ledger.refuse_entry(
        endpoint.id, entry.raw, asdict(reason), session.now(), size=entry.size, mtime=entry.mtime_ns
    )
    session.summary.files["refused"] += 1
    session.summary.findings.append(reason)


# --- claim -----------------------------------------------------------------------------------------------


def claim(session: Session, endpoint: Endpoint, entries: Sequence[Entry]) -> None:
    """Write down which files are about to be taken, before any is touched."""
    if entries:
        prepare(session.executor)
    for group in batched(entries, BATCH):
        at = session.now()
        claims = [
            Claim(id=file, raw_name=entry.raw, name=entry.name, size=entry.size, mtime=entry.mtime_ns)
            for file, entry in zip(new_ids(len(group), at), group, strict=True)
        ]
        session.ledger.claim(endpoint.id, endpoint.partner, claims, at)
        failpoint("claim-committed")
        session.summary.files_in += len(claims)


# --- fetch and stage -------------------------------------------------------------------------------------


def fetch_and_stage(session: Session, endpoint: Endpoint) -> None:
    """Bring claimed files here, make them durable in the archive, and commit that."""
    waiting = session.ledger.open_files(endpoint.id, ("claiming",))
    for done, rows in enumerate(batched(waiting, BATCH)):
        session.progress(f"fetching from {endpoint.id}", done * BATCH, len(waiting))
        try:
            outcomes = session.channel(endpoint).fetch(
                [wanted(endpoint, row) for row in rows], session.workspace.limits.max_file_bytes
            )
        except ChannelError as failed:
            session.failed(endpoint, failed)
            return
        failpoint("fetched")
        by_id = {row.id: row for row in rows}
        gone = [one.id for one in outcomes if isinstance(one, Gone)]
        if gone:
            session.ledger.void(gone, "the file was gone before it could be taken", session.now())
        not_fetched(session, endpoint, [one for one in outcomes if isinstance(one, Failed)])
        stage(session, endpoint, [(by_id[one.id], one) for one in outcomes if isinstance(one, Fetched)])


def stage(session: Session, endpoint: Endpoint, fetched: Sequence[tuple[FileRecord, Fetched]]) -> None:
    """One flush for all, then one commit: the bytes are durable before the ledger says so."""
    if not fetched:
        return
    deposits = [
        Deposit(inbound_path(day_of(row.claimed_at), row.partner, row.id, row.name), source=one.path)
        for row, one in fetched
    ]
    stored = session.archive.store(deposits)
    failpoint("archived")
    session.ledger.stage(
        [
            StagedFile(id=row.id, path=copy.path, sha256=copy.sha256, size=copy.size)
            for (row, _), copy in zip(fetched, stored, strict=True)
        ],
        duplicates_policy(session, endpoint),
        session.now(),
    )
    failpoint("staged-committed")


def wanted(endpoint: Endpoint, row: FileRecord) -> Fetch:
    return Fetch(id=row.id, folder=endpoint.folder, raw=row.raw_name, size=row.size, mtime_ns=row.mtime)


def not_fetched(session: Session, endpoint: Endpoint, failures: Sequence[Failed]) -> None:
    """A file that could not be brought here: left for the next pass, or set aside when that cannot help."""
    for failure in failures:
        if failure.retry:
            session.problem(failure.finding)
            continue
        session.summary.findings.append(failure.finding)
        session.ledger.quarantine({failure.id: asdict(failure.finding)}, session.now())
        session.summary.files["quarantined"] += 1


def duplicates_policy(session: Session, endpoint: Endpoint) -> str:
    """The policy of the endpoint's routes; where they differ, the safe one."""
    policies = {route.duplicates for route in session.workspace.routes.values() if route.source == endpoint}
    return policies.pop() if len(policies) == 1 else "reject"


# --- release ---------------------------------------------------------------------------------------------


def release(session: Session, endpoint: Endpoint) -> None:
    """Remove the sources of staged files; only then do they go on, or end as duplicates."""
    for rows in batched(session.ledger.open_files(endpoint.id, ("staged",)), BATCH):
        try:
            outcomes = session.channel(endpoint).release([wanted(endpoint, row) for row in rows])
        except ChannelError as failed:
            session.failed(endpoint, failed)
            return
        failpoint("released")
        for failure in outcomes:
            if isinstance(failure, Failed):
                session.problem(failure.finding)
        gone = [one.id for one in outcomes if not isinstance(one, Failed)]
        session.ledger.release(gone, session.now())
        failpoint("release-committed")
        tell_duplicates(session, endpoint, [row for row in rows if row.id in set(gone)])


def tell_duplicates(session: Session, endpoint: Endpoint, rows: Sequence[FileRecord]) -> None:
    """A file whose content came before goes no further; the operator is told which one it repeats."""
    for row in rows:
        if not row.duplicate_of:
            continue
        original = session.ledger.file(row.duplicate_of)
        when = datetime.fromisoformat(original.claimed_at).astimezone(session.clock().tzinfo)
        state = session.ledger.file(row.id).state
        session.summary.files[state] += 1
        session.summary.findings.append(
            finding(
                "FILE-005",
                Location(file=row.name),
                found=original.name,
                when=f"{when:%Y-%m-%d %H:%M}",
                original=original.id,
                id=row.id,
            )
        )
