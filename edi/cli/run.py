"""`edi run`: one pass over the routes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.session import Summary

COLUMNS = ("files in", "accepted", "rejected", "held", "duplicate", "files out", "reports")


def run(
    workspace: WorkspaceOption = None,
    route: Annotated[
        str | None, typer.Option("--route", help="Only this route, whatever its schedule says.")
    ] = None,
    here: Annotated[
        bool,
        typer.Option("--here", help="Allow a workspace inside a git work tree."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Pick up, check, transform, deliver what waits now, then stop.

    Safe to run at any time, from cron or by hand, also after a crash: it continues where it was. Exit code 1
    means that something was refused or a partner could not be reached; the text says what and what to do.
    While an `edi watch` or another run is at work in the workspace, it waits for its turn.
    """
    from edi import pipeline
    from edi.findings import EdiError, finding, nearest
    from edi.session import PATIENCE, Session
    from edi.workspace import located

    opened = located(workspace)
    opened.refuse_git_tree(here=here)
    if route is not None and route not in opened.routes:
        raise EdiError(finding("RUN-005", found=route, guess=nearest(route, opened.routes)))
    with Session(opened, progress=told(json), patience=PATIENCE) as session:
        summary = pipeline.run(session, route)
    report(Printer(json), summary)
    raise typer.Exit(summary.exit_code)


def told(json: bool) -> Callable[[str, int, int], None]:
    """Says each step once on standard error, where a person is watching."""
    said: set[str] = set()

    def progress(step: str, done: int, total: int) -> None:
        if step not in said and sys.stderr.isatty() and not json:
            said.add(step)
            print(f"… {step}" + (f" ({total})" if total else ""), file=sys.stderr)

    return progress


def report(printer: Printer, summary: Summary) -> None:
    """The table by route, what was refused and why, what could not be reached, one last line."""
    rows = [{"route": name, **counts} for name, counts in summary.routes.items()]
    printer.rows("route", rows, ["route", *COLUMNS])
    printer.findings(sorted(summary.findings, key=lambda one: one.location.file))
    printer.findings(summary.problems)
    printer.findings(summary.wrong_rules)
    for path in summary.delivered:
        printer.emit("file", {"direction": "out", "path": path})
    for path in summary.bugs:
        printer.say(f"An error in the program itself was logged in {path}; please report it.")
    printer.summary(
        sentence(summary),
        files_in=summary.files_in,
        documents=summary.documents,
        files_out=summary.files_out,
        waiting=summary.waiting,
        messages=summary.states,
        files=summary.files,
        problems=len(summary.problems),
        seconds=f"{summary.seconds:.3f}",
    )


def sentence(summary: Summary) -> str:
    """The pass in one line."""
    if not (summary.files_in or summary.files_out or summary.files):
        return f"Nothing to do ({summary.seconds:.1f} s)."
    states = ", ".join(f"{count} {state}" for state, count in sorted(summary.states.items())) or "none judged"
    return (
        f"{summary.files_in} files in, {summary.documents} documents ({states}), "
        f"{summary.files_out} files out, in {summary.seconds:.1f} s."
    )
