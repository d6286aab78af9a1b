"""`edi audit`: is everything still as it was recorded?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer, progress

if TYPE_CHECKING:
    from edi.ledger.sqlite import SqliteLedger

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def audit() -> None:
    """Verify and read the audit trail, and print its anchor.

    The trail is tamper-evident, not tamper-proof: changes are found, not prevented.
    """


@app.command()
def verify(
    workspace: WorkspaceOption = None,
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="DAY", help="Read archived bytes from this day on only (2026-11-22)."
        ),
    ] = "",
    json: JsonOption = False,
) -> None:
    """Compute everything again and compare: events, signatures, states, the bytes of every archived file.

    Exit code 1 when something differs.
    """
    from edi.ledger.verify import Verifier

    printer = Printer(json)
    with _ledger(workspace) as ledger:
        with progress("verifying", ledger.sequence() + ledger.object_count()) as advance:
            verifier = Verifier(ledger, ledger.archive, _midnight(since), lambda what, steps: advance(steps))
            printer.findings(verifier.findings())
        summary = verifier.summary
    differences = "1 difference." if summary.errors == 1 else f"{summary.errors} differences."
    verdict = differences if summary.errors else "Everything is as it was recorded."
    printer.summary(
        f"{summary.events} events, {summary.checkpoints} signed checkpoints (the newest over {summary.signed}"
        f" events), {summary.objects} archived files ({summary.bytes} bytes) read, {summary.erased} erased."
        f"\n{verdict}",
        verdict="differs" if summary.errors else "intact",
        events=summary.events,
        checkpoints=summary.checkpoints,
        signed=summary.signed,
        objects=summary.objects,
        bytes=summary.bytes,
        erased=summary.erased,
        errors=summary.errors,
        notices=summary.notices,
    )
    raise typer.Exit(1 if summary.errors else 0)


@app.command()
def log(
    identifier: Annotated[
        str, typer.Argument(metavar="[ID]", help="Only about this file, run or delivery.")
    ] = "",
    workspace: WorkspaceOption = None,
    partner: Annotated[str, typer.Option("--partner", help="Only about this partner's files.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="The newest N events; 0 for all.")] = 50,
    json: JsonOption = False,
) -> None:
    """Print the events: what happened to which file, when, by whom. The newest comes last."""
    from edi.ledger import log as events

    with _ledger(workspace) as ledger:
        chosen = None
        if identifier:
            chosen = events.related(ledger, identifier)
        elif partner:
            chosen = events.of_partner(ledger, partner)
        rows = events.told(ledger, limit, chosen)
    Printer(json).rows("event", rows, ["seq", "at", "event", "what", "id", "told", "by"])


@app.command()
def anchor(
    workspace: WorkspaceOption = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Compare an anchor that was kept with the ledger."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print the newest signed checkpoint, to be kept where the operator of this machine cannot change it.

    With --check: does the ledger still begin with exactly the events of that anchor? Exit code 1 when not.
    """
    printer = Printer(json)
    with _ledger(workspace) as ledger:
        if check is not None:
            _compare(printer, ledger, check)
        else:
            _print(printer, ledger)


def _compare(printer: Printer, ledger: SqliteLedger, path: Path) -> None:
    from edi.findings import EdiError, finding
    from edi.ledger.verify import check_anchor
    from edi.model import Location

    try:
        kept = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EdiError(finding("AUD-017", Location(file=str(path)), found=error)) from None
    found = check_anchor(ledger, kept)
    printer.findings(found)
    verdict = "differs" if found else "continues"
    words = "does not continue" if found else "continues"
    printer.summary(f"The ledger {words} the anchor.", verdict=verdict)
    raise typer.Exit(1 if found else 0)


def _print(printer: Printer, ledger: SqliteLedger) -> None:
    from edi.findings import EdiError, finding

    newest = ledger.last_checkpoint()
    if newest is None:
        raise EdiError(finding("AUD-019"))
    fields = {"origin": ledger.origin, "size": newest.size, "root": newest.root, "note": newest.note}
    printer.emit("anchor", fields)
    printer.say(newest.note.removesuffix("\n"))


@contextmanager
def _ledger(workspace: Path | None) -> Iterator[SqliteLedger]:
    from edi.archive import Archive
    from edi.ledger.sqlite import SqliteLedger
    from edi.workspace import located

    opened = located(workspace)
    archive = Archive(opened.archive, opened.temporary)
    with SqliteLedger.open(opened.state, archive, opened.name, readonly=True) as ledger:
        yield ledger


def _midnight(day: str) -> str:
    """The beginning of a day in UTC; BadParameter when it is none."""
    from datetime import date

    try:
        return f"{date.fromisoformat(day)}T00:00:00+00:00" if day else ""
    except ValueError:
        raise typer.BadParameter("a day looks like 2026-11-22", param_hint="--since") from None
