"""What each outgoing file of a delta told its receiver, and which of these files a new one is compared with.

Layout: `.edi/sent/<route>/<delivery>.parquet`, written before the commit that queues the delivery. Whether it
arrived stands in the ledger alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from edi import delta, history, schedule
from edi.findings import EdiError, finding
from edi.ledger.contract import Ledger, Sending
from edi.model import Outgoing, Route, Sent, Target
from edi.tables import from_ipc

ARRIVED = ("delivered", "confirmed")
PERHAPS = ("pending", "uploaded", "uncertain")
"""States in which a file is there already, or comes by itself at any moment."""
WHOLE = b"whole file"

Earlier = dict[str, list[dict[str, Any]]]
"""Target -> the earlier files that it is compared with, oldest first, as the record of a run holds them."""


def store(folder: Path, outgoing: Mapping[str, Outgoing], compared: Mapping[str, object]) -> None:
    """Keep what the outgoing files (by delivery id) told; those of a target not in `compared` are whole."""
    for delivery, out in outgoing.items():
        if out.rows:
            whole = str(delta.basis_name(out.route, out.target) not in compared)
            path = path_of(folder, out.route, delivery)
            path.parent.mkdir(parents=True, exist_ok=True)
            history.write(from_ipc(out.rows).replace_schema_metadata({WHOLE: whole}), path)


def earlier(ledger: Ledger, folder: Path, routes: Sequence[Route], clock: str, zone: str) -> Earlier:
    """For each target that is due a delta, the files to compare with; the others are due a whole file."""
    found: Earlier = {}
    for route in routes:
        for target in route.targets:
            if target.delta:
                past = ledger.sendings(route.name, target.endpoint.id)
                basis = since_whole(past, folder, route, target, datetime.fromisoformat(clock), zone)
                if basis:
                    found[delta.basis_name(route.name, target.endpoint)] = basis
    return found


def since_whole(
    past: Sequence[Sending], folder: Path, route: Route, target: Target, now: datetime, zone: str
) -> list[dict[str, Any]]:
    """The files since the newest whole one that arrived; none when a whole one is due, or one is unknown."""
    for place in range(len(past) - 1, -1, -1):
        path = path_of(folder, route.name, past[place].delivery)
        if not path.exists():
            return []
        if past[place].state in ARRIVED and is_whole(path):
            basis = past[place]
            break
    else:
        return []
    if schedule.passed(target.full, zone, datetime.fromisoformat(basis.clock), now):
        return []
    late = [one for one in past[:place] if still_matters(one, basis)]
    known = [one for one in late if path_of(folder, route.name, one.delivery).exists()]
    return standing([*known, *past[place:]]) if len(known) == len(late) else []


def still_matters(one: Sending, basis: Sending) -> bool:
    """A file older than the whole one counts when it arrived after it, or perhaps did."""
    return one.state in PERHAPS or (one.state in ARRIVED and one.changed_at >= basis.changed_at)


def standing(files: Sequence[Sending]) -> list[dict[str, Any]]:
    """Each file with its place in the order of arrival (None: not arrived), and whether it perhaps did."""
    moments = sorted({one.changed_at for one in files if one.state in ARRIVED})
    rank = {moment: place for place, moment in enumerate(moments)}
    return [
        {
            "delivery": one.delivery,
            "arrived": rank[one.changed_at] if one.state in ARRIVED else None,
            "perhaps": one.state in PERHAPS,
        }
        for one in files
    ]


def located(folder: Path, recorded: Earlier) -> dict[str, tuple[Sent, ...]]:
    """The recorded files for a task. EdiError RUN-007 when one is not there any more."""
    found = {}
    for target, files in recorded.items():
        route = target.partition(" ")[0]
        paths = [path_of(folder, route, one["delivery"]) for one in files]
        for path in paths:
            if not path.exists():
                raise EdiError(finding("RUN-007", found=str(path)))
        found[target] = tuple(
            Sent(str(path), one["arrived"], one["perhaps"]) for path, one in zip(paths, files, strict=True)
        )
    return found


def path_of(folder: Path, route: str, delivery: str) -> Path:
    return folder / route / f"{delivery}.parquet"


def is_whole(path: Path) -> bool:
    return (pq.read_schema(path).metadata or {}).get(WHOLE) == b"True"
