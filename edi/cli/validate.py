"""`edi validate`: is a file right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edi.cli._files import FromOption
from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

DEPTHS = {
    "edifact": "envelope, structure, elements, codes, document",
    "delimited": "rows, values, document",
    "flagged": "records, values, document",
    "json": "syntax, values, document",
}
"""What is judged, by syntax."""


def validate(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="The files.")],
    source: FromOption = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Judge files: what is wrong, where, what to do.

    Each file ends with a verdict and the depth it was judged to. Exit code 1 when one is refused.
    """
    from edi.cli._files import library, read_file

    printer = Printer(json)
    rules = library(workspace)
    failed = False
    for path in files:
        result = read_file(path, source, rules)
        printer.findings(result.findings)
        errors = sum(one.severity == "error" for one in result.findings)
        printer.summary(
            f"{path.name}: {'refused' if result.failed else 'accepted'}. {result.format.title}; "
            f"{len(result.staged.messages)} messages, {len(result.refused)} refused, {errors} errors. "
            f"Judged: {DEPTHS[result.format.syntax]}.",
            file=path.name,
            format=result.format.name,
            depth=DEPTHS[result.format.syntax],
            verdict="refused" if result.failed else "accepted",
            messages=len(result.staged.messages),
            refused=len(result.refused),
            errors=errors,
            warnings=len(result.findings) - errors,
        )
        failed |= result.failed
    if failed:
        raise typer.Exit(1)
