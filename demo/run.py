"""The demonstration: `make demo` (or `python -m demo [--keep]`).

Copies the example workspace to a temporary folder, starts an SFTP server with the partners' drop folders, has
every partner drop a file, and calls the real `edi` command. Exit code 0 when all happened as expected.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from demo.server import HOST, DropServer, make_key

ROOT = Path(__file__).resolve().parent.parent
FILES = Path(__file__).resolve().parent / "files"
STEPS = 7
PASSWORD = "BOUTIQUE_PASSWORD"

DROPS = {
    "epicerie": "orders",
    "boutique": "export",
    "erp": "export",
}
"""Where each partner drops the files of `demo/files/<partner>`, inside the own SFTP folder."""

INBOXES = {"epicerie": "reports", "boutique": "import", "erp": "import"}
"""Where each partner finds what we deliver."""

EXPECTED = {
    "files picked up": 3,
    "documents read": 10,
    "documents accepted": 8,
    "orders refused": 2,
    "files delivered": 4,
}

console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)


@dataclass(slots=True)
class Stage:
    """The folders of one demonstration, and what `edi` needs to know from the environment."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PYTHONPATH": str(ROOT)})
    step: int = 0

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    def partner(self, name: str) -> Path:
        return self.root / "partners" / name

    def inbox(self, name: str) -> Path:
        return self.partner(name) / INBOXES[name]

    def say(self, text: str) -> None:
        self.step += 1
        console.print(f"[bold]\\[{self.step}/{STEPS}][/bold] {text}")


# --- the stage --------------------------------------------------------------------------------------------


def copy_workspace(stage: Stage) -> dict[str, str]:
    """The example workspace with fresh secrets; gives the partners' public keys."""
    stage.workspace.mkdir()
    shutil.copy(ROOT / "edi.toml", stage.workspace)
    shutil.copytree(ROOT / "codes", stage.workspace / "codes")
    (stage.workspace / "secrets").mkdir(mode=0o700)
    stage.environment[PASSWORD] = secrets.token_urlsafe(16)
    return {name: make_key(stage.workspace / "secrets" / name) for name in ("epicerie", "erp")}


def open_partners(stage: Stage) -> None:
    for name in DROPS:
        for folder in (DROPS[name], INBOXES[name]):
            (stage.partner(name) / folder).mkdir(parents=True)


def pin(configuration: Path, port: int, host_key: str) -> None:
    """Write the server's port and host key into edi.toml, as an operator does for each partner."""
    text = configuration.read_text(encoding="utf-8")
    text = re.sub(r"^port = .*$", f"port = {port}", text, flags=re.MULTILINE)
    text = re.sub(r"^host_keys = .*$", f'host_keys = ["{host_key}"]', text, flags=re.MULTILINE)
    configuration.write_text(text, encoding="utf-8")


def drop_files(stage: Stage) -> None:
    """Every partner uploads what is in `demo/files` under the own name."""
    for name, folder in DROPS.items():
        for file in sorted((FILES / name).iterdir()):
            shutil.copy(file, stage.partner(name) / folder)
            console.print(
                f"      {name:<9} {folder}/{file.name}  ({file.stat().st_size:,} bytes)", markup=False
            )


# --- the command ------------------------------------------------------------------------------------------


@contextmanager
def busy(text: str) -> Iterator[None]:
    """A spinner while something takes time, where a person is watching."""
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def edi(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call `edi` in the workspace, as an operator would."""
    with busy(f"edi {' '.join(arguments)}"):
        return subprocess.run(
            [sys.executable, "-m", "edi", *arguments],
            cwd=stage.workspace,
            env={**os.environ, **stage.environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def shown(stage: Stage, *arguments: str) -> int:
    """Call `edi`, print what it says, and give its exit code."""
    done = edi(stage, *arguments)
    console.print(f"[bold green]$ edi {' '.join(arguments)}[/bold green]")
    for line in filter(str.strip, (done.stdout + done.stderr).splitlines()):
        console.print(f"  {line}", markup=False, soft_wrap=True)
    console.print(f"  [dim](exit code {done.returncode})[/dim]\n")
    return done.returncode


# --- what happened ----------------------------------------------------------------------------------------


def records(done: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, Any]]]:
    """What `edi run --json` said, by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        found.setdefault(record["kind"], []).append(record)
    return found


def refused(said: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [record for record in said.get("finding", []) if record["severity"] == "error"]


def table_of(said: dict[str, list[dict[str, Any]]]) -> Table:
    """The result by route and in total, as people want to see it."""
    columns = ("files in", "documents", "accepted", "rejected", "files out", "reports")
    table = Table(title="What happened", title_justify="left", box=box.SIMPLE_HEAD, show_footer=True)
    rows = [{**row, "documents": row.get("accepted", 0) + row.get("rejected", 0)} for row in said["route"]]
    table.add_column("route", footer="together")
    for column in columns:
        table.add_column(column, justify="right", footer=str(sum(row.get(column, 0) for row in rows)))
    for row in rows:
        table.add_row(row["route"], *(str(row.get(column, 0)) for column in columns))
    return table


def tell_refused(said: dict[str, list[dict[str, Any]]]) -> None:
    console.print("[bold]Refused, and why[/bold]")
    for record in refused(said):
        where = record.get("reference") or record.get("file", "")
        console.print(f"  [red]order {where}[/red]  {record['text']}", soft_wrap=True)
        console.print(f"  [dim]what to do: {record['hint']}[/dim]\n", soft_wrap=True)


def tell_delivered(stage: Stage) -> None:
    """The files that partners found in their inboxes, and how the first of them begin."""
    console.print("[bold]Where to look[/bold]")
    places = {
        "orders for Sage 100": stage.inbox("erp"),
        "stock for the shop": stage.inbox("boutique"),
        "report for the retailer": stage.inbox("epicerie"),
    }
    for what, folder in places.items():
        for file in sorted(folder.iterdir()):
            console.print(f"  {what:<24} {file}", markup=False, soft_wrap=True)
    console.print(f"  {'archive':<24} {stage.workspace / 'archive'}", markup=False, soft_wrap=True)
    console.print(f"  {'ledger':<24} {stage.workspace / '.edi'}\n", markup=False, soft_wrap=True)


def counted(stage: Stage, said: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    """What `EXPECTED` speaks of, as it came out."""
    (summary,) = said["summary"]
    states = summary["messages"]
    return {
        "files picked up": summary["files_in"],
        "documents read": summary["documents"],
        "documents accepted": states.get("accepted", 0),
        "orders refused": states.get("rejected", 0),
        "files delivered": sum(len(list(stage.inbox(name).iterdir())) for name in INBOXES),
    }


def play(stage: Stage) -> list[str]:
    """The whole demonstration; gives what did not happen as expected, in words."""
    stage.say("A copy of the example workspace, with keys and a password made on the spot")
    keys = copy_workspace(stage)
    open_partners(stage)
    with DropServer(stage.root / "partners", keys, {"boutique": stage.environment[PASSWORD]}) as server:
        pin(stage.workspace / "edi.toml", server.port, server.host_key)
        stage.say(f"An SFTP server on {HOST}:{server.port}; its host key is pinned in edi.toml")
        stage.say("The partners drop their files")
        drop_files(stage)
        return perform(stage)


def perform(stage: Stage) -> list[str]:
    """The main job and what can be asked about it afterwards."""
    stage.say("edi run: pick up, archive, check, transform, deliver")
    done = edi(stage, "run", "--json")
    if done.returncode not in (0, 1):
        console.print(done.stdout + done.stderr, markup=False)
        return [f"edi run ended with exit code {done.returncode}"]
    said = records(done)
    console.print(table_of(said))
    console.print(f"  Picked up and delivered over SFTP in {said['summary'][0]['seconds']} seconds.\n")
    tell_refused(said)
    wrong = compare(EXPECTED, counted(stage, said))
    stage.say("What the operator asks next")
    wrong += asked(stage)
    stage.say("The results")
    tell_delivered(stage)
    return wrong


def asked(stage: Stage) -> list[str]:
    """The questions of the day: state, evidence, replay, and whether a second run repeats anything."""
    codes = {
        "edi status": shown(stage, "status"),
        "edi audit verify": shown(stage, "audit", "verify"),
        "edi replay": shown(stage, "replay"),
        "edi run, a second time": shown(stage, "run"),
    }
    return compare(dict.fromkeys(codes, 0), codes)


def compare(expected: dict[str, int], found: dict[str, int]) -> list[str]:
    return [
        f"{what}: {found[what]}, expected {wanted}"
        for what, wanted in expected.items()
        if found[what] != wanted
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration in a fresh folder; 0 when all went as expected."""
    parser = argparse.ArgumentParser(
        description="Runs the example workspace against an SFTP server of its own."
    )
    parser.add_argument("--keep", action="store_true", help="leave the workspace in place and print its path")
    keep = parser.parse_args(arguments).keep or bool(os.environ.get("KEEP"))
    stage = Stage(Path(tempfile.mkdtemp(prefix="edi-demo-")))
    try:
        wrong = play(stage)
    except BaseException:
        shutil.rmtree(stage.root, ignore_errors=True)
        raise
    stage.say("Not everything happened as expected" if wrong else "Done: everything happened as expected")
    for one in wrong:
        console.print(f"      {one}", style="red", markup=False)
    leave(stage, keep or bool(wrong))
    return 1 if wrong else 0


def leave(stage: Stage, keep: bool) -> None:
    """Remove everything, or print where it is, on a line of its own."""
    if keep:
        console.print("The workspace is left in:")
        print(stage.workspace)
        return
    shutil.rmtree(stage.root, ignore_errors=True)
    console.print("The folder is removed again; `make demo KEEP=1` keeps it.")
