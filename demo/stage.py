"""The folders of one demonstration, and how the partners and the operator act in them."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from demo.server import make_key

ROOT = Path(__file__).resolve().parent.parent
FILES = Path(__file__).resolve().parent / "files"
LATER = Path(__file__).resolve().parent / "later"
PATIENCE = 60.0
"""Seconds after which the demo gives up waiting for something."""

DROPS = {
    "epicerie": "orders",
    "boutique": "export",
    "shopify": "export",
    "erp": "export",
    "banque": "statements",
}
"""Where each partner drops the files of `demo/files/<partner>`, inside the own SFTP folder."""

INBOXES = {"epicerie": "reports", "boutique": "import", "shopify": "import", "erp": "import"}
"""Where each partner finds what we deliver."""

KEYS = ("epicerie", "erp", "banque")
"""Who logs in with a key."""

PASSWORDS = {"boutique": "BOUTIQUE_PASSWORD", "shopify": "SHOPIFY_PASSWORD"}
"""Who logs in with a password, and the environment variable that holds it."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)

Said = dict[str, list[dict[str, Any]]]
"""What a command said with `--json`: its records by kind."""


@dataclass(slots=True)
class Stage:
    """`root` holds the workspace and the partners' folders; `environment` is what `edi` gets besides ours."""

    root: Path
    steps: int
    environment: dict[str, str] = field(default_factory=lambda: {"PYTHONPATH": str(ROOT)})
    step: int = 0

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    def partner(self, name: str) -> Path:
        return self.root / "partners" / name

    def inbox(self, name: str) -> Path:
        return self.partner(name) / INBOXES[name]

    def received(self, name: str, pattern: str = "*") -> list[Path]:
        """What a partner finds, oldest first; what is still on its way is hidden."""
        files = [path for path in self.inbox(name).glob(pattern) if not path.name.startswith(".")]
        return sorted(files, key=lambda path: path.stat().st_mtime_ns)

    def say(self, text: str) -> None:
        self.step += 1
        console.print(f"[bold]\\[{self.step}/{self.steps}][/bold] {text}")


# --- the folders ------------------------------------------------------------------------------------------


def copy_workspace(stage: Stage) -> dict[str, str]:
    """The example workspace with fresh secrets; gives the partners' public keys."""
    stage.workspace.mkdir()
    shutil.copy(ROOT / "edi.toml", stage.workspace)
    shutil.copytree(ROOT / "codes", stage.workspace / "codes")
    (stage.workspace / "secrets").mkdir(mode=0o700)
    stage.environment |= {variable: secrets.token_urlsafe(16) for variable in PASSWORDS.values()}
    return {name: make_key(stage.workspace / "secrets" / name) for name in KEYS}


def passwords(stage: Stage) -> dict[str, str]:
    """The passwords that the server expects, by partner."""
    return {name: stage.environment[variable] for name, variable in PASSWORDS.items()}


def open_partners(stage: Stage) -> None:
    for places in (DROPS, INBOXES):
        for name, folder in places.items():
            (stage.partner(name) / folder).mkdir(parents=True)


def pin(configuration: Path, port: int, host_key: str) -> None:
    """Write the server's port and host key into edi.toml, as an operator does for each partner."""
    text = configuration.read_text(encoding="utf-8")
    text = re.sub(r"^port = .*$", f"port = {port}", text, flags=re.MULTILINE)
    text = re.sub(r"^host_keys = .*$", f'host_keys = ["{host_key}"]', text, flags=re.MULTILINE)
    configuration.write_text(text, encoding="utf-8")


def drop(stage: Stage, file: Path) -> None:
    """The partner after whom the file's folder is named uploads it: complete at once, under its own name."""
    name = file.parent.name
    folder = stage.partner(name) / DROPS[name]
    shutil.copy(file, stage.root / file.name)
    (stage.root / file.name).rename(folder / file.name)
    console.print(f"      {name:<9} {folder.name}/{file.name}  ({file.stat().st_size:,} bytes)", markup=False)


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


def asked(stage: Stage, *arguments: str) -> Said:
    """What `edi ... --json` says. RuntimeError with its output when it could not do its work."""
    done = edi(stage, *arguments, "--json")
    if done.returncode not in (0, 1):
        raise RuntimeError(
            f"edi {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        )
    found: Said = {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        found.setdefault(record["kind"], []).append(record)
    return found


def shown(stage: Stage, *arguments: str) -> int:
    """Call `edi`, print what it says, and give its exit code."""
    done = edi(stage, *arguments)
    console.print(f"[bold green]$ edi {' '.join(arguments)}[/bold green]")
    show(done.stdout + done.stderr)
    console.print(f"  [dim](exit code {done.returncode})[/dim]\n")
    return done.returncode


def show(text: str) -> None:
    """The output of a command, without its empty lines."""
    for line in filter(str.strip, text.splitlines()):
        console.print(f"  {line}", markup=False, soft_wrap=True)


def watched(stage: Stage, act: Callable[[], None], done: Callable[[], bool]) -> int:
    """`edi watch` in a process of its own while `act` is done and until `done`; its exit code after SIGTERM.

    Shows its lines with a time and its sums. RuntimeError when nothing comes of it, or it ends by itself.
    """
    log = stage.root / "watch.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "edi", "watch", "--interval", "1"],
            cwd=stage.workspace,
            env={**os.environ, **stage.environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(process, lambda: "Watching" in log.read_text(encoding="utf-8"))
            act()
            wait_until(process, done)
            process.send_signal(signal.SIGTERM)
            return process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            show("\n".join(re.findall(r"^\d.*", log.read_text(encoding="utf-8"), re.MULTILINE)))


def wait_until(process: subprocess.Popen[bytes], true: Callable[[], bool]) -> None:
    with busy("edi watch"):
        end = time.monotonic() + PATIENCE
        while not true():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("edi watch did not do what was expected of it")
            time.sleep(0.1)
