"""`edi show`: everything the ledger knows about one file, run or delivery."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.archive import Archive
    from edi.ledger.contract import DeliveryRecord, FileRecord, Ledger, MessageRow, RunRecord
    from edi.model import Finding


def show(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="A file, run or delivery; its first characters do.")
    ],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show a file, run or delivery: its state, messages, findings, where its bytes lie, what came of it."""
    from edi.archive import Archive
    from edi.ledger.contract import DeliveryRecord, RunRecord
    from edi.ledger.sqlite import SqliteLedger
    from edi.workspace import located

    opened = located(workspace)
    printer = Printer(json)
    archive = Archive(opened.archive, opened.temporary)
    with SqliteLedger.open(opened.state, archive, opened.name, readonly=True) as ledger:
        row = ledger.find(id)
        if isinstance(row, RunRecord):
            show_run(printer, ledger, archive, row)
        elif isinstance(row, DeliveryRecord):
            show_delivery(printer, row)
        else:
            show_file(printer, ledger, archive, row)


def show_file(printer: Printer, ledger: Ledger, archive: Archive, row: FileRecord) -> None:
    shown = {**asdict(row), "raw_name": "", "sha256": row.sha256.hex(), "mtime": written(row.mtime)}
    fields(printer, "file", shown)
    messages = [typed(message) for message in ledger.messages_of(row.id)]
    printer.rows("message", messages, ["key", "type", "number", "reference", "state"], "Messages")
    if row.run:
        found = [one for one in findings_of(archive, ledger.run(row.run)) if one.location.file == row.name]
        printer.findings(found)
    deliveries(printer, ledger.deliveries_of(row.id))


def written(mtime: int | None) -> str:
    """When the partner's system says that the file was last written, as ISO 8601 in UTC."""
    return "" if mtime is None else datetime.fromtimestamp(mtime // 10**9, UTC).isoformat()


def show_run(printer: Printer, ledger: Ledger, archive: Archive, row: RunRecord) -> None:
    shown = {"id": row.id, "endpoint": row.endpoint, "state": row.state, "clock": row.clock, "path": row.path}
    fields(printer, "run", shown)
    files = [asdict(file) | {"raw_name": ""} for file in ledger.files_of_run(row.id)]
    printer.rows("file", files, ["id", "partner", "name", "state", "route"], "Files")
    printer.findings(findings_of(archive, row))
    deliveries(printer, ledger.deliveries_of(row.id))


def show_delivery(printer: Printer, row: DeliveryRecord) -> None:
    fields(printer, "delivery", {**typed(row), "sha256": row.sha256.hex(), "files": ", ".join(row.files)})


def deliveries(printer: Printer, rows: list[DeliveryRecord]) -> None:
    shown = [{**typed(row), "sha256": row.sha256.hex()} for row in rows]
    printer.rows("delivery", shown, ["id", "type", "endpoint", "name", "state", "path"], "Files out")


def findings_of(archive: Archive, run: RunRecord) -> list[Finding]:
    """What a finished run found, from its archived record."""
    from edi import runrecord

    return runrecord.findings_of(runrecord.decode(archive.read(run.path))) if run.path else []


def typed(row: MessageRow | DeliveryRecord) -> dict[str, Any]:
    """A row's fields, its own kind as `type`: in JSON, `kind` says what the line itself is."""
    values = asdict(row)
    return {"type": values.pop("kind"), **values}


def fields(printer: Printer, kind: str, values: dict[str, Any]) -> None:
    """One record as name and value, what is empty left out."""
    printer.emit(kind, values)
    if not printer.json:
        rows = [{"": name, "value": value} for name, value in values.items() if value not in (None, "", ())]
        printer.rows(kind, [row | {"value": str(row["value"])} for row in rows], ["", "value"])
