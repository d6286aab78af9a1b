"""`edi watch`: the routes, for as long as it lives."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer
from edi.cli.run import report

if TYPE_CHECKING:
    from edi.model import Finding
    from edi.session import Summary


def watch(
    workspace: WorkspaceOption = None,
    interval: Annotated[
        float,
        typer.Option("--interval", min=1, metavar="SECONDS", help="Look at all folders this often."),
    ] = 30,
    here: Annotated[
        bool,
        typer.Option("--here", help="Allow a workspace inside a git work tree."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run the routes until you stop it.

    Local folders are noticed at once, servers every --interval seconds; routes with a schedule wait for it.
    Other commands may run beside it, and so may a second watch: each waits for its turn. A changed edi.toml
    is used from the next pass on. Stop it with Ctrl-C or SIGTERM: it ends after the pass at work.
    """
    from edi.doorbell import Doorbell
    from edi.watch import Watch
    from edi.workspace import located

    opened = located(workspace)
    opened.refuse_git_tree(here=here)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    told = Told(Printer(json), ZoneInfo(opened.timezone))
    with closing(Doorbell()) as bell:
        watching = Watch(opened.root, bell, told, interval=interval)
        stop_on_signals(watching.stop, bell.wake)
        told.say(f"Watching {len(opened.routes)} routes of {opened.name}. Ctrl-C stops.")
        watching.run()
    told.say("Stopped.")


def stop_on_signals(*actions: Callable[[], None]) -> None:
    """SIGTERM and Ctrl-C ask for the end; asked again, the program ends at once, which loses nothing."""

    def asked(number: int, frame: object) -> None:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.default_int_handler)
        for action in actions:
            action()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, asked)


class Told:
    """Prints what a watch does, each time with the time."""

    def __init__(self, printer: Printer, zone: ZoneInfo) -> None:
        self.printer = printer
        self.zone = zone

    def say(self, text: str) -> None:
        self.printer.say(f"{datetime.now(self.zone):%Y-%m-%d %H:%M:%S} {text}")

    def passed(self, summary: Summary) -> None:
        self.say("a pass:")
        report(self.printer, summary)

    def stumbled(self, findings: Sequence[Finding]) -> None:
        self.say("no pass was possible, or edi.toml is not usable as it stands:")
        self.printer.findings(findings)

    def reloaded(self) -> None:
        self.say("edi.toml has changed and is used from now on.")
        self.printer.emit("configuration", {"file": "edi.toml"})
