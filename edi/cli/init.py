"""`edi init`: a new workspace, or a partner added to one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer
from edi.findings import EdiError, finding


def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder of the new workspace.")
    ] = None,
    name: Annotated[str, typer.Option(help="Our company's name, as partners should see it.")] = "",
    partner: Annotated[str, typer.Option(help="Add this partner to the workspace instead.")] = "",
    source: Annotated[str, typer.Option("--from", metavar="FORMAT", help="What the partner sends.")] = "",
    target: Annotated[
        str, typer.Option("--to", metavar="FORMAT", help="What it becomes; JSON without it.")
    ] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make a workspace, or add a partner to one.

    `edi init DIR` writes an edi.toml with comments and the folders inbox, outbox, archive and codes.
    `edi init --partner NAME --from FORMAT` adds a partner, his folders and a route; the rest of edi.toml
    stays as it is.
    """
    printer = Printer(json)
    if partner and source:
        _add(printer, folder or workspace, partner, source, target)
    elif partner or source or target or folder is None:
        raise EdiError(finding("CLI-002"))
    else:
        _create(printer, folder, name)


def _create(printer: Printer, folder: Path, name: str) -> None:
    from edi.workspace.starting import create

    written = create(folder, name)
    printer.rows("file", [{"name": file} for file in written], ["name"], title=f"New in {folder}")
    printer.summary(
        f"Next: edi init --workspace {folder} --partner NAME --from FORMAT",
        workspace=folder,
        files=len(written),
    )


def _add(printer: Printer, given: Path | None, partner: str, source: str, target: str) -> None:
    from edi.workspace import find
    from edi.workspace.starting import add_partner

    root = given or find(Path.cwd())
    added = add_partner(root, partner, source, target)
    printer.rows("file", [{"name": file} for file in added.files], ["name"], title=f"Changed in {root}")
    printer.summary(
        f"Put files into inbox/{added.partner} and say: edi run. `edi lint` checks the whole workspace.",
        partner=added.partner,
        route=added.route,
    )
