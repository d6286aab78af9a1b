"""Secrets by reference: the configuration names where a secret is, never the secret itself.

"env:NAME" is a variable of the environment; "file:path" a file that only its owner may read, relative to the
workspace. A secret shows itself only to who calls `reveal`, and cannot be printed, compared or pickled.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

from edi.findings import EdiError, finding

LARGEST = 65_536
"""Bytes of a secret file; a private key has some hundreds to some thousands."""


class Secret:
    """A value that masks itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, to be handed on at once and stored nowhere."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never stored or sent to another process")


def resolve(reference: str, base: Path) -> Secret:
    """The secret that `reference` names. EdiError (SEC-xxx) when it is absent or open to others."""
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        return _from_environment(name)
    if kind == "file" and name:
        return _from_file(base / Path(name).expanduser(), reference)
    raise EdiError(finding("SEC-001"))


def _from_environment(name: str) -> Secret:
    value = os.environ.get(name)
    if not value:
        raise EdiError(finding("SEC-002", found=name))
    return Secret(value)


def _from_file(path: Path, reference: str) -> Secret:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise EdiError(finding("SEC-003", found=reference, why=error.strerror)) from None
    try:
        why = _exposed(os.fstat(handle))
        data = b"" if why else os.read(handle, LARGEST)
    finally:
        os.close(handle)
    if not why:
        try:
            return Secret(data.decode().rstrip("\r\n"))
        except UnicodeDecodeError:
            why = "it is not UTF-8 text"
    raise EdiError(finding("SEC-003", found=reference, why=why))


def _exposed(status: os.stat_result) -> str:
    """Why a file with this status is no place for a secret; "" when it is one."""
    if not stat.S_ISREG(status.st_mode):
        return "it is not a plain file"
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    return "others may read it (its mode must be 0600)" if status.st_mode & 0o077 else ""
