"""`edi convert`: a file of one format written in another."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edi.cli._files import FileArgument, FromOption
from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.cli._files import Read
    from edi.formats import Format
    from edi.model import Envelope, Finding


def convert(
    file: FileArgument,
    to: Annotated[str, typer.Option("--to", "-t", metavar="FORMAT", help="The format to write.")],
    source: FromOption = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; otherwise standard output."),
    ] = None,
    sender: Annotated[
        str, typer.Option(help="Sender in the written envelope, where the format has one.")
    ] = "",
    receiver: Annotated[str, typer.Option(help="Receiver in the written envelope.")] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write a file's documents in another format.

    Refused messages are left out. Both formats must carry the same document: what one system says is put
    into the other's form, nothing is looked up or computed (that is what a route's steps are for). What the
    format does not map is written only into a file of the same format. Findings go to standard error; exit
    code 1 when something was refused.
    """
    from dataclasses import replace

    from edi import formats
    from edi.cli._files import library, read_file
    from edi.model import Envelope

    rules = library(workspace)
    target = formats.load(to, rules)
    result = read_file(file, source, rules)
    said = result.staged.records.envelopes
    envelope = said[0] if said else Envelope(reference="1")
    envelope = replace(envelope, sender=sender or envelope.sender, receiver=receiver or envelope.receiver)
    data, found = converted(result, target, envelope)
    Printer(json, out=sys.stderr).findings([*result.findings, *found])
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)
    if result.failed or any(one.severity == "error" for one in found):
        raise typer.Exit(1)


def converted(result: Read, target: Format, envelope: Envelope) -> tuple[bytes, list[Finding]]:
    """The accepted documents in the target's format, and what could not be written (and was left out)."""
    import numpy as np

    from edi.findings import EdiError, finding
    from edi.tables import only

    if target.document.name != result.format.document.name:
        names = f"{result.format.document.name} ({result.format.name})"
        raise EdiError(finding("FMT-021", found=names, expected=f"{target.document.name} ({target.name})"))
    good = np.setdiff1d(np.arange(len(result.staged.messages)), list(result.refused))
    tables, found = target.document.conform(only(result.staged.tables, good))
    outputs, misfits = target.write(tables, [envelope], beside=result.staged)
    errors = {one.message for one in misfits if one.severity == "error"}
    if errors:
        kept = np.setdiff1d(good, [key for key in errors if key is not None])
        outputs, _ = target.write(only(tables, kept), [envelope], beside=result.staged)
    return (outputs[0].data if outputs else b""), [*found, *misfits]
