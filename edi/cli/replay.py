"""`edi replay`: run archived files again and compare."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer, progress

if TYPE_CHECKING:
    from edi.replay import Replayed
    from edi.workspace import Workspace


FIRST, LAST = datetime(2000, 1, 1), datetime(2999, 12, 31)


def replay(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Files, runs or deliveries; none: all.")
    ] = None,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day.")] = FIRST,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day.")] = LAST,
    partner: Annotated[str | None, typer.Option(help="Only files of this partner.")] = None,
    rules: Annotated[
        str,
        typer.Option(help="recorded: as it was, every byte must be equal. current, or a folder: what if."),
    ] = "recorded",
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Process the named files once more for real, and deliver.")
    ] = False,
    here: Annotated[
        bool, typer.Option("--here", help="Allow --deliver in a workspace inside a git work tree.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Run archived files again, from the archived bytes.

    With the recorded rules every byte and every finding must be the same; exit code 1 says that one is not.
    With --rules current (or a folder of formats and transforms) it shows what each document would say.
    Nothing is delivered unless --deliver is given with the files' identifiers.
    """
    from edi.workspace import located

    opened = located(workspace)
    printer = Printer(json)
    if deliver:
        opened.refuse_git_tree(here=here)
        raise typer.Exit(once_more(printer, opened, ids or []))
    raise typer.Exit(compared(printer, opened, ids or [], since, until, partner, rules))


def compared(
    printer: Printer,
    opened: Workspace,
    ids: list[str],
    since: datetime,
    until: datetime,
    partner: str | None,
    rules: str,
) -> int:
    """Replay the chosen runs and print what differs; 1 when anything does."""
    from edi import replay as replays
    from edi.archive import Archive
    from edi.executors import Ceiling, Child
    from edi.ledger.sqlite import SqliteLedger
    from edi.library import Folders

    archive = Archive(opened.archive, opened.temporary)
    with ExitStack() as stack:
        ledger = stack.enter_context(SqliteLedger.open(opened.state, archive, opened.name, readonly=True))
        child = stack.enter_context(Child(Ceiling(opened.limits.memory_bytes)))
        days = (since.date().isoformat(), until.date().isoformat())
        runs = replays.selected(ledger, ids, *days, partner)
        results: list[Replayed] = []
        advance = stack.enter_context(progress("replaying", len(runs)))
        for run in runs:
            if rules == "recorded":
                results.append(replays.replay(opened, ledger, archive, child, run))
            else:
                folders = opened.library.roots if rules == "current" else [Path(rules), *opened.library.roots]
                library = Folders(*folders)
                results.append(replays.what_if(opened, ledger, archive, child, run, library, opened.routes))
            advance(1)
    return printed(printer, results, exact=rules == "recorded")


def printed(printer: Printer, results: list[Replayed], exact: bool) -> int:
    differences = [{"run": one.run, **asdict(d)} for one in results for d in one.differences]
    printer.rows("difference", differences, ["run", "which", "then", "now"], "Differences")
    changes = [{"run": one.run, **asdict(change)} for one in results for change in one.changes]
    printer.rows("change", changes, ["file", "document", "row", "field", "then", "now"], "What would change")
    for note in dict.fromkeys(note for one in results for note in one.notes):
        printer.say(f"Since then: {note}.")
    files, outputs = sum(one.members for one in results), sum(one.outputs for one in results)
    same = "every byte and every finding is the same" if exact else "nothing would change"
    verdict = f"{len(differences) + len(changes)} differences" if differences or changes else same
    printer.summary(
        f"{len(results)} runs, {files} files in, {outputs} files out replayed: {verdict}.",
        runs=len(results),
        files=files,
        outputs=outputs,
        differences=len(differences),
        changes=len(changes),
    )
    return 1 if differences or changes else 0


def once_more(printer: Printer, opened: Workspace, ids: list[str]) -> int:
    """Put files back into the flow, process them with today's rules, deliver."""
    from edi import pipeline
    from edi.cli.run import report
    from edi.session import PATIENCE, Session

    with Session(opened, patience=PATIENCE) as session:
        summary = pipeline.again(session, ids)
    report(printer, summary)
    return summary.exit_code
