"""What the commands about files share: the library in force, reading a file, its findings by its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from edi.formats import Format, Staged
    from edi.library import Folders
    from edi.model import Finding

FromOption = Annotated[
    str, typer.Option("--from", "-f", metavar="FORMAT", help="The file's format; otherwise it is recognised.")
]
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")]


def library(workspace: Path | None) -> Folders:
    """The workspace's formats before the shipped ones; outside any workspace the shipped ones alone."""
    from edi.findings import EdiError
    from edi.library import shipped
    from edi.workspace import find, located

    if workspace is not None:
        return located(workspace).library
    try:
        root = find(Path.cwd())
    except EdiError:
        return shipped()
    return shipped([root])


@dataclass(frozen=True, slots=True)
class Read:
    """One file read: its format, what it says, and everything wrong with it, named by the file."""

    format: Format
    staged: Staged
    findings: list[Finding]

    @property
    def refused(self) -> set[int]:
        """Keys of the messages that have an error; all of them when the file itself has one."""
        errors = [one for one in self.findings if one.severity == "error"]
        if any(one.message is None for one in errors):
            return set(range(len(self.staged.messages)))
        return {one.message for one in errors if one.message is not None}

    @property
    def failed(self) -> bool:
        """Whether anything was refused."""
        return any(one.severity == "error" for one in self.findings)


def read_file(path: Path, name: str, rules: Folders) -> Read:
    """Read and validate one file, its format given or recognised."""
    from edi import formats
    from edi.formats.detect import detect

    data = path.read_bytes()
    format_ = formats.load(name, rules) if name else detect(data, rules, path.name)
    staged = format_.judge(data)
    return Read(format_, staged, [_named(one, path.name, staged) for one in staged.findings])


def _named(one: Finding, file: str, staged: Staged) -> Finding:
    """The finding with the file's name and its message's reference."""
    reference = one.location.reference
    if one.message is not None and not reference:
        reference = staged.messages["reference"][one.message].as_py() or ""
    return replace(one, location=replace(one.location, file=file, reference=reference))
