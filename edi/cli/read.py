"""`edi read`: a file as documents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from edi.cli._files import FileArgument, FromOption
from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.cli._files import Read


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
    """JSON: one object a document. For people: each table with the columns that have a value."""
    if printer.json:
        for message, document in result.format.document.to_json(result.staged.tables):
            refused = message in result.refused
            head = {"message": message, "format": result.format.name, "refused": refused}
            printer.emit("document", {**head, "type": result.format.document.name, "document": document})
        return
    printer.say(f"{result.format.title} ({result.format.name})")
    for name, table in result.staged.tables.items():
        filled = [c for c in table.column_names if not c.startswith("_") and table[c].null_count < len(table)]
        if len(table):
            printer.rows(name, table.select(filled).to_pylist(), filled, f"{name}: {len(table)}")
