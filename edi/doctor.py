"""What could go wrong here before a partner notices: versions, permissions, disks, channels, clock.

Every check is an `Examined`: what was looked at, what was seen, and a finding when something should be done.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import os
import platform
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from edi.findings import EdiError, finding
from edi.model import Channel, Endpoint, Finding, Location
from edi.workspace import Workspace

OLDEST = {
    "lxml": ("6.1.1", "older releases resolve external entities (XXE)"),
    "duckdb": ("2.0.0", "older releases lose exact decimals, before 1.5.6 they also escape their folder"),
    "paramiko": ("5.1.0", "before 3.4 the Terrapin attack (CVE-2023-48795) works"),
    "pyarrow": ("26.0.0", "other releases are not tested"),
    "cryptography": ("46.0.0", "older releases are no longer repaired"),
}
"""Distribution -> the oldest release that is safe here, and why."""

SAFE_WAL = "3.51.3"
"""SQLite before this could corrupt a database in WAL mode; the ledger then keeps a rollback journal."""

LITTLE_SPACE = 2_000_000_000
NO_SPACE = 200_000_000
"""Free bytes on the archive's disk that are a warning, and that are an error."""

CLOCK_STEP = 2.0
"""Seconds by which files may be newer than the clock (network file systems round)."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing looked at: its name, what was seen, and what is wrong with it (None: nothing)."""

    name: str
    seen: str
    finding: Finding | None = None


def machine() -> Iterator[Examined]:
    """Python, SQLite and the libraries, against releases known to be bad."""
    yield Examined("python", platform.python_version())
    journal = (
        "WAL"
        if _parts(sqlite3.sqlite_version) >= _parts(SAFE_WAL)
        else "rollback journal (older than WAL needs)"
    )
    yield Examined("sqlite", f"{sqlite3.sqlite_version}, {journal}")
    for name, (oldest, why) in OLDEST.items():
        yield _library(name, oldest, why)


def _library(name: str, oldest: str, why: str) -> Examined:
    try:
        seen = version(name)
    except PackageNotFoundError:
        return Examined(name, "missing", finding("SYS-001", found=name, expected=oldest, why="it is missing"))
    bad = _parts(seen) < _parts(oldest)
    wrong = finding("SYS-001", found=f"{name} {seen}", expected=oldest, why=why) if bad else None
    return Examined(name, seen, wrong)


def _parts(release: str) -> tuple[int, ...]:
    """The numbers of a release, for comparing: "6.1.1.post2" is (6, 1, 1)."""
    match = re.match(r"\d+(\.\d+)*", release)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def workspace(one: Workspace) -> Iterator[Examined]:
    """The workspace's folders: who may change them, on which disks they are, how full; leases; the clock."""
    yield _quietly("state", ".edi and archive belong to this user alone", one.prepare)
    yield _quietly("place", str(one.root), one.refuse_git_tree)
    yield _configuration(one.root / "edi.toml")
    yield _same_disk(one)
    yield _space(one.archive if one.archive.exists() else one.root)
    yield _leases(one)
    yield _clock(one)


def _quietly(name: str, seen: str, examine: Callable[[], None]) -> Examined:
    try:
        examine()
    except EdiError as error:
        return Examined(name, "refused", error.findings[0])
    return Examined(name, seen)


def _configuration(path: Path) -> Examined:
    mode = path.stat().st_mode & 0o777
    wrong = finding("SYS-002", Location(file=path.name), found=f"{mode:04o}") if mode & 0o022 else None
    return Examined("configuration", f"edi.toml has mode {mode:04o}", wrong)


def _same_disk(one: Workspace) -> Examined:
    same = (
        one.state.is_dir() and one.archive.is_dir() and one.state.stat().st_dev == one.archive.stat().st_dev
    )
    wrong = None if same else finding("SYS-003", found=str(one.archive), other=str(one.state))
    return Examined("disks", "archive and state are on one file system" if same else "differ", wrong)


def _space(folder: Path) -> Examined:
    free = shutil.disk_usage(folder).free
    severity = "error" if free < NO_SPACE else "warning"
    megabytes = free // 1_000_000
    wrong = finding("SYS-004", found=f"{megabytes} MB", severity=severity) if free < LITTLE_SPACE else None
    return Examined("space", f"{megabytes} MB free for the archive", wrong)


def _leases(one: Workspace) -> Examined:
    """Whether the kernel tells us that nobody still writes to a file (read lease on a file of ours)."""
    folder = one.temporary if one.temporary.is_dir() else one.root
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".lease-") as file:
        handle = os.open(file.name, os.O_RDONLY | os.O_CLOEXEC)
        file.close()
        try:
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError:
            return Examined("leases", "not offered by this file system", finding("SYS-005"))
        finally:
            os.close(handle)
    return Examined("leases", "files still being written are recognised")


def _clock(one: Workspace) -> Examined:
    """The clock against the youngest file that we wrote: it must not be behind."""
    written = [path.stat().st_mtime for path in one.state.glob("ledger.sqlite3*")]
    behind = max(written, default=0.0) - time.time()
    wrong = finding("SYS-006", found=f"{behind:.0f} s") if behind > CLOCK_STEP else None
    return Examined("clock", time.strftime("%Y-%m-%d %H:%M:%S %z"), wrong)


# --- channels ---------------------------------------------------------------------------------------------


def channels(one: Workspace, connect: bool = False) -> Iterator[Examined]:
    """Each channel's grade and promise; its pinned host keys; with `connect`, a look into every folder."""
    for partner in one.partners.values():
        for channel in partner.channels.values():
            yield from _host_keys(channel)
            yield _promise(one, channel, connect)


def _host_keys(channel: Channel) -> Iterator[Examined]:
    place = Location(file=f"{channel.partner}/{channel.name}")
    for number, key in enumerate(channel.settings.get("host_keys", ()), 1):
        name = f"{channel.partner}/{channel.name} host key {number}"
        try:
            yield Examined(name, fingerprint(key))
        except ValueError:
            yield Examined(name, "not a public key", finding("SYS-007", place, found=key))


def fingerprint(key: str) -> str:
    """ "SHA256:..." of "ssh-ed25519 AAAA...", as OpenSSH prints it. ValueError when it is no public key."""
    kind, _, text = key.partition(" ")
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if blob[4 : 4 + len(kind)] != kind.encode() or int.from_bytes(blob[:4]) != len(kind):
        raise ValueError("the key is of another kind than it says")
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"{kind} SHA256:{digest}"


def _promise(one: Workspace, channel: Channel, connect: bool) -> Examined:
    from edi.transport import open_channel

    name = f"{channel.partner}/{channel.name}"
    try:
        opened = open_channel(channel, one.root, one.secret, one.claims(channel))
        if connect:
            with opened:
                seen = [f"{folder}: {len(opened.list(folder))}" for folder in _folders(one, channel)]
            return Examined(name, f"grade {opened.grade}. {opened.promise} Files: {', '.join(seen)}")
    except EdiError as error:
        return Examined(name, "cannot be used", error.findings[0])
    return Examined(name, f"grade {opened.grade}. {opened.promise}")


def _folders(one: Workspace, channel: Channel) -> list[str]:
    """The folders of a channel that the routes pick up from."""

    def here(endpoint: Endpoint) -> bool:
        return (endpoint.partner, endpoint.channel) == (channel.partner, channel.name)

    return [source.folder for source in one.sources() if here(source)]
