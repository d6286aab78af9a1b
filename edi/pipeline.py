"""THE order of steps.

scan -> claim -> fetch -> stage -> release -> identify -> read -> check -> transform -> check -> write
     -> deliver -> confirm

From scan to release a file is brought into the archive (`pickup`). From identify to write is one pure task
(`task.process`), run behind the executor seam and committed in one transaction (`runs`). Then what it wrote
is delivered (`delivery`). Every step takes whatever is in its state, so that a pass after a crash is an
ordinary pass. Incoming acknowledgements are files like any other; no format of them is declared yet, so that
`confirm` has nothing to match.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from edi import delivery, history, pickup, runs, slots
from edi.findings import EdiError, finding
from edi.model import Endpoint, Route
from edi.session import Session, Summary


def run(session: Session, only: str | None = None, among: Collection[Endpoint] | None = None) -> Summary:
    """One pass over all routes that are due. Bad input never raises.

    `only` names a route: its folder is looked at whatever its schedule says. `among` limits the folders that
    are looked at; files that were taken before go on in any case.
    """
    started, at = time.monotonic(), session.now()
    endpoints = sources(session, only)
    due = slots.due(session, endpoints) if only is None else list(endpoints)
    looked_at = [endpoint for endpoint in due if among is None or endpoint in among]

    runs.resume(session)
    for endpoint, entries in pickup.scan(session, looked_at):
        pickup.claim(session, endpoint, entries)
    slots.done(session, endpoints, looked_at, at)
    for endpoint, routes in endpoints.items():
        pickup.fetch_and_stage(session, endpoint)
        pickup.release(session, endpoint)
        process(session, endpoint, routes)
    delivery.deliver(session)
    session.ledger.checkpoint(session.now())

    history.compact(session.workspace.documents)
    session.summary.seconds = time.monotonic() - started
    return session.summary


def process(session: Session, endpoint: Endpoint, routes: Sequence[Route]) -> None:
    """Run what was released there. A route whose rules do not load leaves its files waiting, and says why."""
    try:
        runs.run_released(session, endpoint, routes)
    except EdiError as wrong:
        session.misconfigured(wrong)


def sources(session: Session, only: str | None) -> dict[Endpoint, tuple[Route, ...]]:
    """The endpoints in reach, each with all its routes: a file is identified among them."""
    workspace = session.workspace
    wanted = workspace.sources() if only is None else (workspace.routes[only].source,)
    return {one: workspace.routes_from(one) for one in wanted if one.way not in session.resting}


def again(session: Session, ids: Sequence[str]) -> Summary:
    """Process archived files once more because an operator asked, and deliver.

    What passed before is held against their orders, so that of a file of which some were refused only those
    go out; not so for a file left aside as a duplicate: its orders have passed, and are wanted again.
    """
    started = time.monotonic()
    groups: dict[tuple[Endpoint, bool], list[str]] = {}
    for file in (session.ledger.file(one) for one in ids):
        groups.setdefault((source(session, file.endpoint), file.state == "duplicate"), []).append(file.id)
    for (endpoint, repeated), files in groups.items():
        session.ledger.reopen(files, "an operator asked for it", session.now())
        runs.run_released(session, endpoint, session.workspace.routes_from(endpoint), again=repeated)
    delivery.deliver(session)
    session.ledger.checkpoint(session.now())
    session.summary.seconds = time.monotonic() - started
    return session.summary


def source(session: Session, where: str) -> Endpoint:
    """The endpoint that files came from. EdiError RUN-004 when no route picks up there any more."""
    endpoints = {endpoint.id: endpoint for endpoint in session.workspace.sources()}
    if where not in endpoints:
        raise EdiError(finding("RUN-004", found=where))
    return endpoints[where]
