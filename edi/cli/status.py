"""`edi status`: what waits, what is stuck, what came last."""

from __future__ import annotations

import json as json_library
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer


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
        rows = [
            {"what": what, "state": state, "count": count}
            for what, states in counts.items()
            for state, count in states.items()
        ]
        printer.rows("count", rows, ["what", "state", "count"])
        printer.rows(
            "waiting", [file_row(row, zone) for row in ledger.open_files()], FILE_COLUMNS, "Waiting files"
        )
        printer.rows(
            "delivery",
            [delivery_row(row) for row in ledger.open_deliveries()],
            DELIVERY_COLUMNS,
            "Deliveries under way",
        )
        printer.rows(
            "file", [file_row(row, zone) for row in ledger.latest(latest)], FILE_COLUMNS, "Newest files"
        )
        last = {source.id: ledger.endpoint_last_success(source.id) for source in opened.sources()}
    printer.rows(
        "source",
        [{"source": name, "last_file": local(at, zone) if at else "never"} for name, at in last.items()],
        ["source", "last_file"],
        "Sources",
    )
    attention = needs_a_look(counts)
    printer.summary(
        f"{attention} need a look: `edi show ID` says why." if attention else "Nothing needs a look.",
        attention=attention,
    )
    raise typer.Exit(1 if attention else 0)


FILE_COLUMNS = ["id", "partner", "name", "state", "route", "claimed_at"]
DELIVERY_COLUMNS = ["id", "endpoint", "name", "state", "attempt", "not_before"]


def file_row(row: Any, zone: ZoneInfo) -> dict[str, Any]:
    fields = {column: getattr(row, column) for column in FILE_COLUMNS}
    return fields | {"claimed_at": local(row.claimed_at, zone)}


def still_arriving(state: Path) -> list[dict[str, str]]:
    """The files that the last pass left because they were still changing."""
    path = state / "waiting.json"
    rows: list[dict[str, str]] = json_library.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return rows


def local(at: str, zone: ZoneInfo) -> str:
    """A time of the ledger as ISO 8601 in the workspace's zone, to the second."""
    return datetime.fromisoformat(at).astimezone(zone).isoformat(sep=" ", timespec="seconds")


def delivery_row(row: Any) -> dict[str, Any]:
    return {column: getattr(row, column) for column in DELIVERY_COLUMNS}


def needs_a_look(counts: dict[str, dict[str, int]]) -> int:
    """Files set aside or held, deliveries that no one will try again by themselves."""
    files = sum(counts.get("file", {}).get(state, 0) for state in ("quarantined", "held", "rejected"))
    return files + sum(
        counts.get("delivery", {}).get(state, 0) for state in ("refused", "quarantined", "uncertain")
    )
