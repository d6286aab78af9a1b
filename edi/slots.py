"""Which folders are due: without a schedule always, with one once a moment of it has come.

How far each schedule is done stands in the ledger, so that a moment that nobody was there for is made up for,
once however many were missed, and no moment is used twice. A moment is done when its folder could be listed
and no file there was still arriving; until then the folder stays due. A schedule that is new, or changed,
counts from when it is first seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from edi import schedule
from edi.ledger.contract import Scheduled
from edi.model import Endpoint, Route
from edi.session import Session

Sources = Mapping[Endpoint, Sequence[Route]]


def due(session: Session, sources: Sources) -> list[Endpoint]:
    """The folders to look at now."""
    known = begun(session, [route for routes in sources.values() for route in routes if route.schedule])
    return [
        endpoint
        for endpoint, routes in sources.items()
        if any(not route.schedule or come(session, route, known[route.name]) for route in routes)
    ]


def begun(session: Session, routes: Iterable[Route]) -> dict[str, Scheduled]:
    """How far the schedule of each route is done; one that is new is recorded as done until now."""
    known, at = session.ledger.schedules(), session.now()
    zone = session.workspace.timezone
    new = {
        route.name: Scheduled(label(route, zone), at)
        for route in routes
        if route.name not in known or known[route.name].expression != label(route, zone)
    }
    if new:
        session.ledger.scheduled(new, at)
    return {**known, **new}


def come(session: Session, route: Route, done: Scheduled) -> bool:
    """Whether a moment of the route's schedule came since it was last done."""
    since = datetime.fromisoformat(done.done_until)
    return schedule.passed(route.schedule, session.workspace.timezone, since, session.clock())


def done(session: Session, sources: Sources, looked_at: Iterable[Endpoint], until: str) -> None:
    """Record that the moments up to `until` are done for the folders that were looked at to the end."""
    finished = [one for one in looked_at if one not in session.unreached and one not in session.arriving]
    zone = session.workspace.timezone
    routes = {
        route.name: Scheduled(label(route, zone), until)
        for endpoint in finished
        for route in sources[endpoint]
        if route.schedule
    }
    if routes:
        session.ledger.scheduled(routes, session.now())


def label(route: Route, zone: str) -> str:
    """The schedule as the ledger knows it; another zone makes it another schedule."""
    return f"{route.schedule} {zone}"
