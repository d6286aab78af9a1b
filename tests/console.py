"""Runs the ```console blocks of a document: what a reader would type, and what he is told to expect.

A command stands after "$ " and may go on after a backslash. Lines under it must occur in its output, where
"…" stands for anything. It must end with exit code 0, or with N when it carries the comment `# exit code N`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ENDS = re.compile(r"# exit code (\d+)\s*$")
ANYTHING = "…"


@dataclass(frozen=True)
class Command:
    """A command, its line in the document, the exit code and the output lines that the document promises."""

    line: int
    text: str
    code: int
    expected: tuple[str, ...]


def commands(document: str) -> Iterator[Command]:
    """Every command of a document, in order."""
    for block in BLOCK.finditer(document):
        line = document.count("\n", 0, block.start(1)) + 1
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            if part.startswith("$ "):
                text, *expected = part.replace("\\\n", " ").rstrip("\n").split("\n")
                ends = ENDS.search(text)
                shown = tuple(filter(None, (one.strip() for one in expected)))
                yield Command(line, text[2:], int(ends[1]) if ends else 0, shown)
            line += part.count("\n")


class Reader:
    """Somebody who types a document's commands in `folder`, his home, one after the other.

    `variables` are set in his terminal, where `edi` is the command of this tree. `cd` and `export` count for
    the commands after them, as they do for him.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        programs = folder / ".bin"
        programs.mkdir(exist_ok=True)
        (programs / "edi").write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m edi "$@"\n')
        (programs / "edi").chmod(0o755)
        path = f"{programs}:{os.environ['PATH']}"
        self.environment = {"HOME": str(folder), "LANG": "C.UTF-8", "PATH": path, **variables}
        self.kept = folder / ".terminal"
        self.kept.write_text(f"cd {folder}\n")

    def types(self, command: Command) -> str:
        """Runs a command; what went otherwise than promised, or "" when nothing did."""
        keep = f"trap 'code=$?; {{ export -p; echo cd \"$PWD\"; }} > {self.kept}; exit $code' EXIT"
        done = subprocess.run(
            ["bash", "-c", f". {self.kept}\n{keep}\n{command.text}"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        shown = done.stdout + done.stderr
        missing = [line for line in command.expected if not _occurs(line, shown)]
        if not missing and done.returncode == command.code:
            return ""
        return f"line {command.line}: {command.text}\nexit code {done.returncode}, missing {missing}\n{shown}"

    def follows(self, document: str) -> list[str]:
        """Types every command of a document; what went otherwise than it says."""
        return [wrong for command in commands(document) if (wrong := self.types(command))]


def _occurs(line: str, shown: str) -> bool:
    """Whether an output line is there; runs of blanks are one, "…" stands for anything."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in line.split(ANYTHING))
    return any(re.search(pattern, " ".join(one.split())) for one in shown.split("\n"))
