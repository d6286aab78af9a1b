"""`edi read`: a file as documents."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from edi.cli._files import FileArgument, FromOption
from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    import pyarrow as pa

    from edi.cli._files import Read

MOST = 50
"""Documents printed for people."""

KEYS = ("message", "position")


def read(
    file: FileArgument,
    source: FromOption = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Read a file and print its documents.

    Findings go to standard error.
    Exit code 1 when something in the file is wrong. All documents are printed, the refused ones too.
    """
    from edi.cli._files import library, read_file

    result = read_file(file, source, library(workspace))
    print_documents(Printer(json), result)
    Printer(json, out=sys.stderr).findings(result.findings)
    if result.failed:
        raise typer.Exit(1)


def print_documents(printer: Printer, result: Read) -> None:
    """JSON: one object a document. For people: each document, with the fields that have a value."""
    if printer.json:
        for message, document in result.format.document.to_json(result.staged.tables):
            refused = message in result.refused
            head = {"message": message, "format": result.format.name, "refused": refused}
            printer.emit("document", {**head, "type": result.format.document.name, "document": document})
        return
    printer.say(f"{result.format.title} ({result.format.name})")
    root, *children = result.staged.tables.values()
    shown = root.slice(0, MOST)
    if children:
        for row in filled(shown):
            print_document(printer, result, row)
    else:
        table(printer, filled(shown))
    left = len(root) - len(shown)
    if left:
        printer.say(f"... and {left} more; --json prints all.")


def print_document(printer: Printer, result: Read, row: dict[str, Any]) -> None:
    """A document's own fields one below the other, its lines and charges as tables."""
    import pyarrow.compute as pc

    document = result.format.document
    printer.say(f"\n{document.title} {row.get('number', row['position'])}")
    values = [{"field": name, "value": value} for name, value in row.items() if name not in KEYS]
    printer.rows("", values, ["field", "value"])
    for name in list(document.tables)[1:]:
        rows = result.staged.tables[name]
        table(printer, filled(rows.filter(pc.equal(rows["message"], row["message"]))), name)


def table(printer: Printer, rows: list[dict[str, Any]], title: str = "") -> None:
    """Rows with the columns that any of them fills."""
    columns = dict.fromkeys(column for row in rows for column in row if column not in KEYS)
    printer.rows("", rows, list(columns), title)


def filled(rows: pa.Table) -> list[dict[str, Any]]:
    """Rows with the fields that have a value, lineage left out, decimals without trailing zeros."""
    return [
        {name: plain(value) for name, value in row.items() if value is not None and name[0] != "_"}
        for row in rows.to_pylist()
    ]


def plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
