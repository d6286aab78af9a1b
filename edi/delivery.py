"""Delivery by token rename: write the part, commit `uploaded`, rename, commit `delivered`.

The part is the token. Found again in `uploaded`, it is renamed; gone, it was published, whatever the receiver
has done since. Asking whether the final file exists would send twice when the receiver was quicker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from edi.failpoint import failpoint
from edi.ledger.contract import DeliveryRecord
from edi.model import Endpoint
from edi.session import Session, batched
from edi.transport import ChannelError, Done, Failed, Publish, Published, Upload

BATCH = 500
ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)


def deliver(session: Session) -> None:
    """Bring every delivery that is due one or two steps further, receiver by receiver."""
    due: dict[str, list[DeliveryRecord]] = defaultdict(list)
    for row in session.ledger.due_deliveries(session.now()):
        due[row.endpoint].append(row)
    for where, rows in due.items():
        endpoint = endpoint_of(where)
        if endpoint.way in session.resting:
            continue
        for done, group in enumerate(batched(rows, BATCH)):
            session.progress(f"delivering to {where}", done * BATCH, len(rows))
            if not send(session, endpoint, group):
                break


def send(session: Session, endpoint: Endpoint, rows: Sequence[DeliveryRecord]) -> bool:
    """Upload what is pending, then publish all. False when the channel failed and the rest must wait."""
    pending = [row for row in rows if row.state == "pending"]
    ready = {row.id: row for row in rows if row.state == "uploaded"}
    try:
        ready |= upload(session, endpoint, pending)
        publish(session, endpoint, list(ready.values()))
    except ChannelError as failed:
        session.failed(endpoint, failed)
        return False
    return True


def upload(session: Session, endpoint: Endpoint, rows: Sequence[DeliveryRecord]) -> dict[str, DeliveryRecord]:
    """Write the parts and commit that they are complete; gives the rows now in `uploaded`."""
    if not rows:
        return {}
    items = [
        Upload(row.id, endpoint.folder, row.name, session.archive.path(row.path), row.size) for row in rows
    ]
    outcomes = session.channel(endpoint).upload(items)
    failpoint("parts-written")
    done = {one.id for one in outcomes if isinstance(one, Done)}
    session.ledger.uploaded(sorted(done), session.now())
    failpoint("uploaded-committed")
    settle(session, rows, outcomes)
    return {row.id: row for row in rows if row.id in done}


def publish(session: Session, endpoint: Endpoint, rows: Sequence[DeliveryRecord]) -> None:
    """Rename the parts and commit that they are visible."""
    if not rows:
        return
    outcomes = session.channel(endpoint).publish([Publish(row.id, endpoint.folder, row.name) for row in rows])
    failpoint("published")
    done = {one.id for one in outcomes if isinstance(one, Published)}
    session.ledger.delivered(sorted(done), session.now())
    failpoint("delivered-committed")
    session.summary.files_out += len(done)
    session.summary.delivered += [f"{row.endpoint}/{row.name}" for row in rows if row.id in done]
    settle(session, rows, outcomes)


def settle(session: Session, rows: Sequence[DeliveryRecord], outcomes: Sequence[object]) -> None:
    """What failed is tried again later, with growing pauses; what cannot succeed alone waits for someone."""
    attempts = {row.id: row.attempt for row in rows}
    for failure in (one for one in outcomes if isinstance(one, Failed)):
        session.problem(failure.finding)
        if not failure.retry:
            session.ledger.refused([failure.id], asdict(failure.finding), session.now())
        elif attempts[failure.id] + 1 >= ATTEMPTS:
            session.ledger.quarantine_deliveries({failure.id: asdict(failure.finding)}, session.now())
        else:
            later = not_before(session.clock, attempts[failure.id])
            session.ledger.retry([failure.id], failure.finding.code, later, session.now())


def not_before(clock: Callable[[], datetime], attempt: int) -> str:
    """When to try again: one minute, then twice as long each time, at most six hours."""
    return (clock() + min(FIRST_WAIT * 2**attempt, LONGEST_WAIT)).isoformat(timespec="milliseconds")


def endpoint_of(where: str) -> Endpoint:
    """The endpoint of a delivery's "partner/channel/folder"."""
    partner, channel, folder = where.split("/", 2)
    return Endpoint(partner, channel, folder)
