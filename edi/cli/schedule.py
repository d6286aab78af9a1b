"""`edi schedule`: when the scheduled routes run next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.ledger.contract import Scheduled
    from edi.model import Route
    from edi.workspace import Workspace

COLUMNS = ("at", "route", "schedule", "state")


def schedule(
    workspace: WorkspaceOption = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many runs of each route.")] = 3,
    json: JsonOption = False,
) -> None:
    """Show the next runs of the routes that have a schedule, and those that were missed.

    `edi watch` keeps the schedule, and so does an `edi run` at the time. However many runs were missed, the
    next pass makes up for them once.
    """
    from zoneinfo import ZoneInfo

    from edi.workspace import located

    opened = located(workspace)
    now, known = datetime.now(ZoneInfo(opened.timezone)), recorded(opened)
    scheduled = [route for route in opened.routes.values() if route.schedule]
    found = [row for route in scheduled for row in runs(route, known, opened.timezone, now, count)]
    rows = sorted(found, key=lambda row: datetime.fromisoformat(row["at"]))
    printer = Printer(json)
    printer.rows("run", rows, COLUMNS)
    printer.summary(
        f"{len(scheduled)} of {len(opened.routes)} routes have a schedule ({opened.timezone})."
        if scheduled
        else "No route has a schedule: files are picked up at every pass.",
        scheduled=len(scheduled),
        routes=len(opened.routes),
    )


def recorded(workspace: Workspace) -> Mapping[str, Scheduled]:
    """How far each schedule is done; nothing before the first pass."""
    from edi.archive import Archive
    from edi.ledger.database import FILE
    from edi.ledger.sqlite import SqliteLedger

    if not (workspace.state / FILE).exists():
        return {}
    archive = Archive(workspace.archive, workspace.temporary)
    with SqliteLedger.open(workspace.state, archive, workspace.name, readonly=True) as ledger:
        return ledger.schedules()


def runs(
    route: Route, known: Mapping[str, Scheduled], zone: str, now: datetime, count: int
) -> Iterator[dict[str, Any]]:
    """What is missed of a route's schedule (its first moment) and what comes next."""
    from edi.schedule import following, upcoming
    from edi.slots import label

    done = known.get(route.name)
    counted = done is not None and done.expression == label(route, zone)
    since = datetime.fromisoformat(done.done_until) if done and counted else now
    missed = following(route.schedule, zone, since)
    moments = [missed] if missed and missed.timestamp() <= now.timestamp() else []
    for moment in [*moments, *upcoming(route.schedule, zone, now, count)]:
        state = "missed: runs at the next pass" if moment in moments else "next"
        at = moment.isoformat(sep=" ", timespec="minutes")
        yield {"at": at, "route": route.name, "schedule": route.schedule, "state": state}
