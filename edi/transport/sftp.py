"""SFTP: claims by rename (or in place), deliveries by token rename, many files in flight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from stat import S_ISDIR
from types import TracebackType
from typing import Self, TypeVar

from edi import model
from edi.findings import finding
from edi.transport import (
    Done,
    Entry,
    Failed,
    Fetch,
    Fetched,
    FolderError,
    Gone,
    Publish,
    Published,
    Revealing,
    Upload,
    _ssh,
    names,
    place,
)
from edi.transport._jobs import Jobs, listing, refusal, unfit
from edi.transport._pipeline import Job, Name, Pipeline, Status

T = TypeVar("T")

BY_RENAME = "A", "A file appears once, complete, under its final name; after a crash the rename is finished."
IN_PLACE = (
    "B",
    (
        "Deliveries as in grade A. A file that the partner rewrites just before we remove it is lost: "
        "ask for a new name for each file."
    ),
)
"""Grade and promise, by the way in which files are claimed."""

REQUESTS = 512
"""Requests in flight at most, shared by the files in flight; at 32 KiB each, 16 MiB of memory."""


def connect(
    channel: model.Channel, base: Path, secret: Callable[[str], Revealing], claims: Path
) -> SftpChannel:
    """The channel of settings.host, port, user, password | key (and passphrase), host_keys, in_flight, claim.

    Secrets are references; `host_keys` are lines as in an OpenSSH file. ChannelError NET-002 for a wrong one.
    """
    return SftpChannel(_ssh.settings(channel, secret), claims)


class SftpChannel:
    """See `edi.transport.Channel`. Read in place, the grade is B."""

    def __init__(self, settings: _ssh.Settings, claims: Path) -> None:
        self.settings = settings
        self.channel = settings.channel
        self.claims = claims
        self.grade, self.promise = IN_PLACE if settings.in_place else BY_RENAME

    def __enter__(self) -> Self:
        self.claims.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.connection = _ssh.Connection(self.settings)
        in_flight, client = self.settings.in_flight, self.connection.client
        self.pipeline = Pipeline(client, in_flight, self._heard)
        self.jobs = Jobs(
            channel=self.channel,
            claims=self.claims,
            in_place=self.settings.in_place,
            window=max(2, min(64, REQUESTS // in_flight)),
            fsync=b"fsync@openssh.com" in client.extensions,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def list(self, folder: str, *, limit: int = 10_000) -> list[Entry]:
        at = place(self.channel, folder)
        if ".." in folder.split("/"):
            raise FolderError(finding("NET-002", at, found=folder, expected=".. is not allowed"), retry=False)
        [found] = self._run([listing(folder, _wanted, limit)])
        if isinstance(found, Status):
            raise FolderError(refusal(found, at), retry=False)
        entries = [self._entry(folder, name) for name in found]
        return sorted(entries, key=lambda entry: (entry.mtime_ns or 0, entry.raw))

    def settled(self, folder: str, entries: Sequence[Entry]) -> Sequence[bool | None]:
        return [None] * len(entries)

    def fetch(self, items: Sequence[Fetch], limit_bytes: int) -> Sequence[Fetched | Gone | Failed]:
        return self._run([self.jobs.fetch(item, limit_bytes) for item in items])

    def release(self, items: Sequence[Fetch]) -> Sequence[Done | Failed]:
        return self._run([self.jobs.release(item) for item in items])

    def restore(self, items: Sequence[Fetch]) -> Sequence[Done | Failed]:
        return self._run([self.jobs.restore(item) for item in items])

    def upload(self, items: Sequence[Upload]) -> Sequence[Done | Failed]:
        return self._run([self.jobs.upload(item) for item in items])

    def publish(self, items: Sequence[Publish]) -> Sequence[Published | Failed]:
        return self._run([self.jobs.publish(item) for item in items])

    def _run(self, jobs: Sequence[Job[T]]) -> Sequence[T]:
        try:
            return self.pipeline.run(jobs)
        except _ssh.BROKEN as error:
            raise self.connection.lost(error) from error
        finally:
            self.connection.watchdog.disarm()

    def _heard(self) -> None:
        self.connection.watchdog.arm(_ssh.PATIENCE.reply)

    def _entry(self, folder: str, name: Name) -> Entry:
        shown, seen = names.shown(name.raw), name.attributes
        at = place(self.channel, folder, shown)
        problem = names.incoming_problem(name.raw)
        refused = finding("NET-022", at, found=shown, expected=problem) if problem else unfit(seen, at)
        mtime = None if seen.mtime is None else seen.mtime * 1_000_000_000
        return Entry(name.raw, shown, seen.size, mtime, "", refused)


def _wanted(name: Name) -> bool:
    """Neither a folder nor unfinished; what is wrong with the rest is said, not hidden."""
    mode = name.attributes.mode
    return not names.unfinished(name.raw) and not (mode is not None and S_ISDIR(mode))
