"""Channels: the ways to a partner. One contract, one explicit table, one conformance suite.

Every operation takes a batch and answers in the order of its items. What goes wrong with one item is a value
(`Failed`); only the failure of the whole channel raises `ChannelError`. Every operation may be called again
after a crash at any point: it finishes what was begun, or says that nothing is left to do.

Picking up: `list`, then (after the ledger's commit) `fetch`, then (once the bytes are durable) `release`, or
`restore` for a claim that must be undone. Delivering: `upload` writes `.<id>.part` beside the final name,
`publish` renames it. The part is the token: where it is gone, the file was published, whatever the receiver
has done with it since.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from edi import model
from edi.findings import EdiError, finding
from edi.model import Finding, Location


@dataclass(frozen=True, slots=True)
class Entry:
    """A file seen in a folder. `raw` is the partner's name as bytes, `name` the same for people.

    `size` is in bytes, `mtime_ns` in nanoseconds since 1970, None where a server does not say. `identity`
    ("device:inode") pins the file itself, where the channel can tell. An entry with `refused` is never
    touched.
    """

    raw: bytes
    name: str
    size: int | None
    mtime_ns: int | None
    identity: str = ""
    refused: Finding | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """A claimed file: the claim's id, its folder, and name, size and mtime as they were listed."""

    id: str
    folder: str
    raw: bytes
    size: int | None
    mtime_ns: int | None


@dataclass(frozen=True, slots=True)
class Upload:
    """The local file at `path`, `size` bytes, to be written as the part of `name` in `folder`."""

    id: str
    folder: str
    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Publish:
    """The uploaded part of `id` is to get its final name."""

    id: str
    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The complete file lies at `path` on this machine."""

    id: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The file as it was listed is no longer there: someone took it, or wrote another in its place.

    What lies there now, if anything, is a file of its own that the next listing shows.
    """

    id: str


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do for this item, now or from an earlier attempt."""

    id: str


@dataclass(frozen=True, slots=True)
class Published:
    """The final name was given: by this call (`fresh`), or by an earlier one whose answer was lost."""

    id: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """This item failed alone. `retry` says whether a later attempt may succeed without anyone's help."""

    id: str
    finding: Finding
    retry: bool


class ChannelError(EdiError):
    """The whole channel failed; outcomes of the batch are unknown, and it may be called again as it was.

    `retry` is False when it cannot succeed before someone changes something (a setting, a key, a password).
    """

    def __init__(self, found: Finding, *, retry: bool) -> None:
        super().__init__(found)
        self.retry = retry


class FolderError(ChannelError):
    """One folder cannot be used (missing, a link, no permission); the channel itself works."""


class Revealing(Protocol):
    """A secret that shows itself only when asked."""

    def reveal(self) -> str: ...


class Channel(Protocol):
    """The contract. A context manager: entering connects, leaving disconnects.

    `grade` ("A" to "D") and `promise` say what a delivery over this channel guarantees after a crash.
    """

    grade: str
    promise: str

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def list(self, folder: str, *, limit: int = 10_000) -> list[Entry]:
        """At most `limit` regular files of a folder, oldest first, and what is refused there.

        Raises FolderError when this folder cannot be read.
        """

    def settled(self, folder: str, entries: Sequence[Entry]) -> Sequence[bool | None]:
        """Whether no program has the file open for writing any more; None where that cannot be told."""

    def fetch(self, items: Sequence[Fetch], limit_bytes: int) -> Sequence[Fetched | Gone | Failed]:
        """Takes the files out of the partner's reach and brings them to this machine, whole or not at all."""

    def release(self, items: Sequence[Fetch]) -> Sequence[Done | Failed]:
        """Removes the claimed sources for good: only after their bytes are durable elsewhere.

        Where files are read in place, one that was replaced after it had been fetched is kept.
        """

    def restore(self, items: Sequence[Fetch]) -> Sequence[Done | Failed]:
        """Puts claimed files back under their own names, overwriting nothing."""

    def upload(self, items: Sequence[Upload]) -> Sequence[Done | Failed]:
        """Writes the parts, flushed and of the right size; a part of an earlier attempt is replaced."""

    def publish(self, items: Sequence[Publish]) -> Sequence[Published | Failed]:
        """Gives the parts their final names, overwriting nothing."""


CHANNELS: dict[str, str] = {
    "folder": "edi.transport.folder",
    "sftp": "edi.transport.sftp",
}
"""Type of a channel in edi.toml -> module. Imported when first used."""


def open_channel(
    channel: model.Channel, base: Path, secret: Callable[[str], Revealing], claims: Path
) -> Channel:
    """The channel that the settings describe, not yet connected: use it in a `with` statement.

    `base` is the workspace's root, `secret` resolves a reference such as "env:NAME", `claims` is the folder
    for claimed files. Raises ChannelError NET-001 for an unknown type and NET-002 for a bad setting.
    """
    module = CHANNELS.get(channel.type)
    if module is None:
        known = ", ".join(CHANNELS)
        raise ChannelError(
            finding("NET-001", place(channel), found=channel.type, expected=known), retry=False
        )
    opened: Channel = importlib.import_module(module).connect(channel, base, secret, claims)
    return opened


def place(channel: model.Channel, folder: str = "", name: str = "") -> Location:
    """Where a finding of a channel belongs: "partner/channel/folder/name"."""
    return Location(file="/".join(part for part in (channel.partner, channel.name, folder, name) if part))
