"""The example workspace in a temporary folder, over folders or over SFTP; the command as users call it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import PASSWORD, Server

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "demo" / "files"
LATER = ROOT / "demo" / "later"
DROPS = {
    "epicerie": "orders",
    "boutique": "export",
    "shopify": "export",
    "erp": "export",
    "banque": "statements",
}
INBOXES = {"epicerie": "reports", "boutique": "import", "shopify": "import", "erp": "import"}
CHANNEL = re.compile(r"^\[partners\.(\w+)\.channels\.sftp\]\n(?:\w+ = .*\n)+", re.MULTILINE)

Said = dict[str, list[dict[str, Any]]]


@dataclass
class Example:
    """A workspace under `root/workspace` and its partners' folders under `root/partners/<partner>`."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    @property
    def configuration(self) -> Path:
        return self.workspace / "edi.toml"

    def drop_folder(self, partner: str) -> Path:
        return self.root / "partners" / partner / DROPS[partner]

    def inbox(self, partner: str) -> Path:
        return self.root / "partners" / partner / INBOXES[partner]

    def received(self, partner: str) -> list[Path]:
        """What lies in a partner's inbox, by name; parts of transfers count too, there should be none."""
        return sorted(self.inbox(partner).iterdir())

    def drop(self, partner: str, name: str, data: bytes | None = None) -> Path:
        """A partner drops `data`, or the demo's file of that name."""
        path = self.drop_folder(partner) / name
        path.write_bytes((FILES / partner / name).read_bytes() if data is None else data)
        return path

    def drop_all(self) -> None:
        """Every partner drops the first files of the demo."""
        for file in sorted(FILES.glob("*/*")):
            self.drop(file.parent.name, file.name)

    def drop_later(self, partner: str) -> Path:
        """A partner drops the file that it drops in the second part of the demo."""
        (file,) = (LATER / partner).iterdir()
        return self.drop(partner, file.name, file.read_bytes())

    def edi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command in a process of its own, in the workspace."""
        return subprocess.run(
            [sys.executable, "-m", "edi", *arguments],
            cwd=self.workspace,
            env={**os.environ, **environment(), **self.environment},
            capture_output=True,
            encoding="utf-8",
        )

    def said(self, *arguments: str, code: int = 0) -> Said:
        """What `edi ... --json` says, by kind; it must end with exit code `code`."""
        done = self.edi(*arguments, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        records: Said = {}
        for line in done.stdout.splitlines():
            record = json.loads(line)
            records.setdefault(record["kind"], []).append(record)
        return records

    def run(self, code: int = 0) -> Said:
        return self.said("run", code=code)

    def copied(self, root: Path) -> Example:
        """The same workspace and partners' folders under another root."""
        shutil.copytree(self.root, root)
        copy = Example(root, self.environment)
        text = self.configuration.read_text(encoding="utf-8")
        copy.configuration.write_text(text.replace(str(self.root), str(root)), encoding="utf-8")
        return copy


def environment() -> dict[str, str]:
    """What a command in another folder needs to find this package."""
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])}


def over_folders(root: Path) -> Example:
    """The example with a drop folder a partner."""
    return _made(root, "folder", lambda partner: {"type": "folder", "path": str(root / "partners" / partner)})


def over_sftp(root: Path, server: Server) -> Example:
    """The example with every partner on `server`, whose root must be `root/partners`."""
    example = _made(root, "sftp", lambda partner: {"type": "sftp", **server.settings(partner)})
    example.environment["PASSWORD"] = PASSWORD
    return example


def _made(root: Path, channel: str, settings: Any) -> Example:
    example = Example(root)
    example.workspace.mkdir(parents=True)
    for partner in DROPS:
        example.drop_folder(partner).mkdir(parents=True)
    for partner in INBOXES:
        example.inbox(partner).mkdir(parents=True)
    shutil.copytree(ROOT / "codes", example.workspace / "codes")
    text = (ROOT / "edi.toml").read_text(encoding="utf-8")
    text = CHANNEL.sub(lambda match: section(match[1], channel, settings(match[1])), text)
    example.configuration.write_text(
        text.replace('channel = "sftp"', f'channel = "{channel}"'), encoding="utf-8"
    )
    return example


def section(partner: str, channel: str, settings: Mapping[str, Any]) -> str:
    """The table of a channel in edi.toml; JSON writes text, numbers and lists as TOML does."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()]
    return "\n".join([f"[partners.{partner}.channels.{channel}]", *lines, ""])
