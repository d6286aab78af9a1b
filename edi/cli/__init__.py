"""The command line: one module a command, loaded when it is called.

`edi --help` is answered from the table below alone, so that neither Arrow nor DuckDB nor paramiko is imported
for it. A new command adds its line to COMMANDS; a test compares each summary with the command's own help.
"""

from __future__ import annotations

import importlib
import os
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from edi import __version__
from edi.cli._errors import EXIT_CODES, boundary


class Command(NamedTuple):
    """A command: its name, where it is (a function or a `typer.Typer` of sub-commands), one line of help."""

    name: str
    module: str
    attribute: str
    summary: str


COMMANDS: tuple[Command, ...] = (
    Command("init", "edi.cli.init", "init", "Make a workspace, or add a partner to one."),
    Command("run", "edi.cli.run", "run", "Pick up, check, transform, deliver what waits now, then stop."),
    Command("watch", "edi.cli.watch", "watch", "Run the routes until you stop it."),
    Command(
        "schedule",
        "edi.cli.schedule",
        "schedule",
        "Show the next runs of the routes that have a schedule, and those that were missed.",
    ),
    Command(
        "status",
        "edi.cli.status",
        "status",
        "Show what the ledger knows: files and deliveries by state, what waits and why, the newest files.",
    ),
    Command(
        "show",
        "edi.cli.show",
        "show",
        "Show a file, run or delivery: its state, messages, findings, where its bytes lie, what came of it.",
    ),
    Command("replay", "edi.cli.replay", "replay", "Run archived files again, from the archived bytes."),
    Command("read", "edi.cli.read", "read", "Read a file and print its documents."),
    Command("validate", "edi.cli.validate", "validate", "Judge files: what is wrong, where, what to do."),
    Command("convert", "edi.cli.convert", "convert", "Write a file's documents in another format."),
    Command(
        "inspect",
        "edi.cli.inspect",
        "inspect",
        "Print any file for people: every value with its place, its name and what is wrong with it.",
    ),
    Command("formats", "edi.cli.formats", "app", "List, show, test and compare the formats of files."),
    Command("audit", "edi.cli.audit", "app", "Verify and read the audit trail, and print its anchor."),
    Command(
        "lint",
        "edi.cli.lint",
        "lint",
        "Check the configuration, the formats, the transforms, the code tables.",
    ),
    Command(
        "explain", "edi.cli.explain", "explain", "Say what a finding's code means and what to do about it."
    ),
    Command(
        "doctor", "edi.cli.doctor", "doctor", "Check this machine: versions, permissions, disks, channels."
    ),
)


def load(command: Command) -> Any:
    """The real command behind a line of the table."""
    target = getattr(importlib.import_module(command.module), command.attribute)
    if not isinstance(target, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(command.name)(target)
        target = single
    loaded = typer.main.get_command(target)
    loaded.name = command.name
    return loaded


class Lazy(TyperGroup):
    """Lists commands from the table and imports only the one that is called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.table = {command.name: command for command in COMMANDS}
        for command in COMMANDS:
            self.add_command(TyperCommand(command.name, help=command.summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, stub, rest = super().resolve_command(ctx, args)
        return name, load(self.table[name]) if name in self.table else stub, rest


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"edi {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=Lazy,
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog="Exit codes: " + ", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + ".",
)


@app.callback()
def edi(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Moves business files between shops, marketplaces, logistics partners, banks and ERPs.

    Files are picked up, checked, transformed, delivered, and kept in an archive from which any day can be
    replayed. Start with `edi init DIR`; `edi COMMAND --help` explains a command.
    """


def main() -> None:
    """The entry point of `edi`: files are made for their owner alone, and no traceback reaches the screen."""
    os.umask(0o077)
    with boundary():
        typer.main.get_command(app)(prog_name="edi")
