"""`edi status`: what waits, what is stuck, what came last."""

from __future__ import annotations

import json as json_library
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.ledger.contract import FileRecord


def status(
    workspace: WorkspaceOption = None,
    latest: Annotated[int, typer.Option("--latest", "-n", min=0, help="How many of the newest files.")] = 10,
    json: JsonOption = False,
) -> None:
    """Show what the ledger knows: files and deliveries by state, what waits and why, the newest files.

    Exit code 1 when something needs a look: files set aside or held, deliveries that failed.
    """
    from edi.archive import Archive
    from edi.ledger.sqlite import SqliteLedger
    from edi.workspace import located

    opened = located(workspace)
    archive = Archive(opened.archive, opened.temporary)
    printer = Printer(json)
    zone = ZoneInfo(opened.timezone)
    with SqliteLedger.open(opened.state, archive, opened.name, readonly=True) as ledger:
        counts = ledger.counts()
        printer.rows("count", count_rows(counts), ["what", "state", "count"])
        files(printer, "waiting", ledger.open_files(), "Waiting files", zone)
        printer.rows(
            "arriving", arriving(opened.state), ["source", "name"], "Still arriving at the last pass"
        )
        under_way = [
            {column: getattr(row, column) for column in DELIVERY} for row in ledger.open_deliveries()
        ]
        printer.rows("delivery", under_way, DELIVERY, "Deliveries under way")
        files(printer, "file", ledger.latest(latest), "Newest files", zone)
        last = {source.id: ledger.endpoint_last_success(source.id) for source in opened.sources()}
    sources = [{"source": name, "last_file": local(at, zone) if at else "never"} for name, at in last.items()]
    printer.rows("source", sources, ["source", "last_file"], "Sources")
    attention = needs_a_look(counts)
    printer.summary(sentence(counts, attention), attention=attention)
    raise typer.Exit(1 if attention else 0)


FILE = ["id", "partner", "name", "state", "route", "claimed_at"]
DELIVERY = ["id", "endpoint", "name", "state", "attempt", "not_before"]


def count_rows(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return [
        {"what": what, "state": state, "count": count}
        for what, states in counts.items()
        for state, count in states.items()
    ]


def files(printer: Printer, kind: str, rows: Sequence[FileRecord], title: str, zone: ZoneInfo) -> None:
    shown = [
        {column: getattr(row, column) for column in FILE} | {"claimed_at": local(row.claimed_at, zone)}
        for row in rows
    ]
    printer.rows(kind, shown, FILE, title)


def arriving(state: Path) -> list[dict[str, str]]:
    """The files that the last pass left because they were still changing."""
    path = state / "waiting.json"
    rows: list[dict[str, str]] = json_library.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return rows


def local(at: str, zone: ZoneInfo) -> str:
    """A time of the ledger as ISO 8601 in the workspace's zone, to the second."""
    return datetime.fromisoformat(at).astimezone(zone).isoformat(sep=" ", timespec="seconds")


STUCK = {
    "file": ("quarantined", "held", "rejected"),
    "message": ("held",),
    "delivery": ("pending", "uploaded", "refused", "quarantined", "uncertain"),
}
"""What waits for someone: between two passes a delivery under way is one that could not be made."""


def needs_a_look(counts: Mapping[str, Mapping[str, int]]) -> int:
    """How many files, messages and deliveries wait for someone."""
    return sum(counts.get(what, {}).get(state, 0) for what, states in STUCK.items() for state in states)


def sentence(counts: Mapping[str, Mapping[str, int]], attention: int) -> str:
    """The last line: what needs a look, and what was refused and told."""
    look = f"{attention} need a look: `edi show ID` says why." if attention else "Nothing needs a look."
    refused = counts.get("message", {}).get("rejected", 0)
    return f"{look} {refused} messages were refused so far." if refused else look
