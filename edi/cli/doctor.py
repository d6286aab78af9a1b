"""`edi doctor`: is this machine fit to run the workspace?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from pathlib import Path

    from edi.doctor import Examined


def doctor(
    workspace: WorkspaceOption = None,
    connect: Annotated[bool, typer.Option("--connect", help="Also connect to every channel.")] = False,
    json: JsonOption = False,
) -> None:
    """Check this machine: versions, permissions, disks, channels.

    Says for every channel what its deliveries promise after a crash (grade A to D). Exit code 2 when
    something must be repaired before files are exchanged.
    """
    printer = Printer(json)
    examined = list(_examined(workspace, connect))
    findings = [one.finding for one in examined if one.finding is not None]
    rows = [{"name": one.name, "seen": one.seen, "state": _state(one)} for one in examined]
    printer.rows("check", rows, ["name", "state", "seen"])
    printer.findings(findings)
    errors = sum(finding.severity == "error" for finding in findings)
    printer.summary(
        "All well." if not findings else f"{errors} to repair, {len(findings) - errors} to know.",
        errors=errors,
        warnings=len(findings) - errors,
    )
    if errors:
        raise typer.Exit(2)


def _state(one: Examined) -> str:
    return one.finding.severity if one.finding else "ok"


def _examined(given: Path | None, connect: bool) -> Iterator[Examined]:
    """The machine first, so that a broken configuration does not hide it."""
    from edi import doctor
    from edi.findings import EdiError
    from edi.workspace import located

    yield from doctor.machine()
    try:
        workspace = located(given)
    except EdiError as error:
        yield from (doctor.Examined("edi.toml", "refused", finding) for finding in error.findings)
        return
    yield from doctor.workspace(workspace)
    yield from doctor.channels(workspace, connect)
