"""What is done with one file on a server, as jobs of the pipeline: each yields requests, returns an outcome.

A server's word is never enough: a file counts as fetched when the bytes counted equal the size before and the
size after, a rename as done when the old name is gone. Steps that depend on each other are never in flight
together, because servers may answer out of order.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edi import model
from edi.findings import finding
from edi.model import Finding, Location
from edi.transport import (
    Done,
    Failed,
    Fetch,
    Fetched,
    Gone,
    Publish,
    Published,
    Upload,
    _pipeline,
    names,
    place,
)
from edi.transport._pipeline import CHUNK, Attributes, Data, Handle, Job, Name, Names, Reply, Status

SLOWEST = 10_000
"""Bytes a second: a file that comes or goes more slowly is given up."""

GRACE = 60
"""Seconds that a file may take whatever its size; a listing may take ten times as long."""

_LOCAL = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def join(folder: str, name: bytes) -> bytes:
    """The path of a file in a folder of the configuration; "" and "." are the folder of the login."""
    if folder in ("", "."):
        return name
    return folder.rstrip("/").encode() + b"/" + name


def listing(folder: str, wanted: Callable[[Name], bool], limit: int) -> Job[list[Name] | Status]:
    """At most `limit` wanted entries; the status when the folder cannot be read. Never looks at more than ten
    times as many, nor for ever."""
    deadline = time.monotonic() + 10 * GRACE
    [opened] = yield [_pipeline.open_folder(folder.encode() or b".")]
    if not isinstance(opened, Handle):
        return _status(opened)
    found: dict[bytes, Name] = {}
    seen = 0
    refused: Status | None = None
    while len(found) < limit and seen < 10 * limit and time.monotonic() < deadline:
        [page] = yield [_pipeline.read_folder(opened)]
        if not isinstance(page, Names):
            refused = None if _is(page, _pipeline.EOF) else _status(page)
            break
        if not page.entries:
            break
        seen += len(page.entries)
        found.update((entry.raw, entry) for entry in page.entries if wanted(entry))
    yield [_pipeline.close(opened)]
    return refused or list(found.values())[:limit]


@dataclass(frozen=True, slots=True)
class Jobs:
    """Makes the jobs of one channel. `window` is the number of requests that one file may have in flight."""

    channel: model.Channel
    claims: Path
    in_place: bool
    window: int
    fsync: bool

    # --- picking up ---------------------------------------------------------------------------------------

    def fetch(self, item: Fetch, limit: int) -> Job[Fetched | Gone | Failed]:
        if problem := names.incoming_problem(item.raw):
            shown = names.shown(item.raw)
            return Failed(item.id, finding("NET-022", self._at(item), found=shown, expected=problem), False)
        seen = yield from (self._check(item, limit) if self.in_place else self._claim(item, limit))
        if not isinstance(seen, Attributes):
            return seen
        return (yield from self._download(item, seen))

    def release(self, item: Fetch) -> Job[Done | Failed]:
        if self.in_place:
            [seen] = yield [_pipeline.lstat(self._source(item))]
            if isinstance(seen, Attributes) and _changed(item, seen):
                return Done(item.id)  # another file by now, which the next listing shows
        [removed] = yield [_pipeline.remove(self._source(item))]
        if not _is(removed, _pipeline.OK, _pipeline.NO_SUCH_FILE):
            return self._refused(item, removed)
        self._local(item).unlink(missing_ok=True)
        return Done(item.id)

    def restore(self, item: Fetch) -> Job[Done | Failed]:
        if not self.in_place:
            claimed, original = self._source(item), join(item.folder, item.raw)
            there, taken = yield [_pipeline.lstat(claimed), _pipeline.lstat(original)]
            if isinstance(there, Attributes):
                if isinstance(taken, Attributes):
                    shown = names.shown(_claimed(item))
                    return Failed(item.id, finding("NET-035", self._at(item), found=shown), retry=True)
                [moved] = yield [_pipeline.rename(claimed, original)]
                if not _is(moved, _pipeline.OK):
                    return self._refused(item, moved)
        self._local(item).unlink(missing_ok=True)
        return Done(item.id)

    def _claim(self, item: Fetch, limit: int) -> Job[Gone | Failed | Attributes]:
        """Renames the file out of the way of whoever writes or reads there."""
        claimed, original = join(item.folder, _claimed(item)), join(item.folder, item.raw)
        ours, seen = yield [_pipeline.lstat(claimed), _pipeline.lstat(original)]
        if isinstance(ours, Attributes):
            found = self._unusable(item, ours, limit)
            return Failed(item.id, found, retry=False) if found else ours
        judged = self._judge(item, seen, limit)
        if not isinstance(judged, Attributes):
            return judged
        [moved] = yield [_pipeline.rename(original, claimed)]
        if _is(moved, _pipeline.OK):
            return judged
        return Failed(item.id, finding("NET-026", self._at(item), found=_text(moved)), retry=True)

    def _check(self, item: Fetch, limit: int) -> Job[Gone | Failed | Attributes]:
        [seen] = yield [_pipeline.lstat(self._source(item))]
        return self._judge(item, seen, limit)

    def _judge(self, item: Fetch, seen: Reply, limit: int) -> Gone | Failed | Attributes:
        """Whether the file is there, is what was listed, and may be taken."""
        if _is(seen, _pipeline.NO_SUCH_FILE):
            return Gone(item.id)
        if not isinstance(seen, Attributes):
            return self._refused(item, seen)
        if _changed(item, seen):
            return Gone(item.id)
        found = self._unusable(item, seen, limit)
        return Failed(item.id, found, retry=False) if found else seen

    def _unusable(self, item: Fetch, seen: Attributes, limit: int) -> Finding | None:
        at = self._at(item)
        if found := unfit(seen, at):
            return found
        if seen.size is None or seen.size <= limit:
            return None
        return finding("NET-024", at, found=seen.size, expected=limit)

    def _download(self, item: Fetch, seen: Attributes) -> Job[Fetched | Failed]:
        path, local = self._source(item), self._local(item)
        half = local.with_name(f"{item.id}.part")
        [opened] = yield [_pipeline.open_read(path)]
        if not isinstance(opened, Handle):
            return self._refused(item, opened)
        received = yield from self._receive(item, opened, seen.size or 0, half)
        _, after = yield [_pipeline.close(opened), _pipeline.lstat(path)]
        if not isinstance(received, Failed) and after == seen:
            half.replace(local)
            return Fetched(item.id, local, received)
        half.unlink(missing_ok=True)
        if isinstance(received, Failed):
            return received
        told = after.size if isinstance(after, Attributes) else _text(after)
        return Failed(item.id, finding("NET-025", self._at(item), found=received, expected=told), retry=True)

    def _receive(self, item: Fetch, handle: Handle, size: int, half: Path) -> Job[int | Failed]:
        """The number of bytes written to `half`: `size`, or a failure."""
        try:
            with os.fdopen(os.open(half, _LOCAL, 0o600), "wb", buffering=0) as file:
                return (yield from self._read(item, handle, size, file.fileno()))
        except OSError as error:
            return Failed(item.id, finding("NET-033", self._at(item), found=error.strerror or error), True)

    def _read(self, item: Fetch, handle: Handle, size: int, file: int) -> Job[int | Failed]:
        """Exactly `size` bytes, and not one more, within the time that so many bytes may take."""
        seconds = GRACE + size / SLOWEST
        deadline = time.monotonic() + seconds
        missing = deque((at, min(CHUNK, size - at)) for at in range(0, size, CHUNK))
        missing.append((size, 1))  # the end: nothing may follow
        counted = 0
        while missing:
            if time.monotonic() > deadline:
                return Failed(item.id, finding("NET-029", self._at(item), expected=f"{seconds:.0f}"), True)
            asked = [missing.popleft() for _ in range(min(self.window, len(missing)))]
            reads = (_pipeline.read(handle, at, length) for at, length in asked)
            told, *replies = yield [_pipeline.fstat(handle), *reads]
            if not isinstance(told, Attributes) or told.size != size:
                return self._short(item, told, counted, size)
            for (at, length), reply in zip(asked, replies, strict=True):
                if at == size and _is(reply, _pipeline.EOF):
                    continue
                if not isinstance(reply, Data) or not 0 < len(reply.value) <= length or at == size:
                    return self._short(item, reply, counted, size)
                os.pwrite(file, reply.value, at)
                counted += len(reply.value)
                if len(reply.value) < length:
                    missing.append((at + len(reply.value), length - len(reply.value)))
        return counted

    def _short(self, item: Fetch, reply: Reply, counted: int, size: int) -> Failed:
        """Fewer bytes than announced, or more, or a server that changed its mind about how many there are."""
        if isinstance(reply, Status) and reply.code != _pipeline.EOF:
            return self._refused(item, reply)
        told = reply.size if isinstance(reply, Attributes) else size
        more = len(reply.value) if isinstance(reply, Data) else 0
        found = finding("NET-025", self._at(item), found=counted + more, expected=told)
        return Failed(item.id, found, retry=True)

    # --- delivering ---------------------------------------------------------------------------------------

    def upload(self, item: Upload) -> Job[Done | Failed]:
        if problem := names.outgoing_problem(item.name):
            return Failed(
                item.id, finding("NET-030", self._at(item), found=item.name, expected=problem), False
            )
        try:
            source = os.open(item.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            return Failed(item.id, finding("NET-034", self._at(item), found=error.strerror or error), False)
        try:
            if os.fstat(source).st_size != item.size:
                return self._incomplete(item, os.fstat(source).st_size)
            return (yield from self._write_part(item, source))
        finally:
            os.close(source)

    def publish(self, item: Publish) -> Job[Published | Failed]:
        if problem := names.outgoing_problem(item.name):
            return Failed(
                item.id, finding("NET-030", self._at(item), found=item.name, expected=problem), False
            )
        part, final = join(item.folder, _part(item)), join(item.folder, item.name.encode())
        token, taken = yield [_pipeline.lstat(part), _pipeline.lstat(final)]
        if _is(token, _pipeline.NO_SUCH_FILE):
            return Published(item.id, fresh=False)
        if not isinstance(token, Attributes):
            return self._refused(item, token)
        if isinstance(taken, Attributes):
            return Failed(item.id, finding("NET-031", self._at(item), found=item.name), retry=False)
        [moved] = yield [_pipeline.rename(part, final)]
        if not _is(moved, _pipeline.OK):
            return self._refused(item, moved)
        [token] = yield [_pipeline.lstat(part)]
        if not _is(token, _pipeline.NO_SUCH_FILE):
            return self._refused(item, Status(_pipeline.FAILURE, "renamed, but the old name is still there"))
        return Published(item.id, fresh=True)

    def _write_part(self, item: Upload, source: int) -> Job[Done | Failed]:
        path = join(item.folder, _part(item))
        opened = yield from _create(path)
        if not isinstance(opened, Handle):
            return self._refused(item, opened)
        failed = yield from self._send(item, opened, source)
        [closed] = yield [_pipeline.close(opened)]
        if failed:
            return failed
        if not _is(closed, _pipeline.OK):
            return self._refused(item, closed)
        [written] = yield [_pipeline.lstat(path)]
        if not isinstance(written, Attributes) or written.size != item.size:
            return self._incomplete(item, written.size if isinstance(written, Attributes) else None)
        return Done(item.id)

    def _send(self, item: Upload, handle: Handle, source: int) -> Job[Failed | None]:
        seconds = GRACE + item.size / SLOWEST
        deadline = time.monotonic() + seconds
        for start in range(0, item.size, CHUNK * self.window):
            if time.monotonic() > deadline:
                return Failed(item.id, finding("NET-029", self._at(item), expected=f"{seconds:.0f}"), True)
            end = min(start + CHUNK * self.window, item.size)
            offsets = range(start, end, CHUNK)
            replies = yield [_pipeline.write(handle, at, os.pread(source, CHUNK, at)) for at in offsets]
            if bad := [reply for reply in replies if not _is(reply, _pipeline.OK)]:
                return self._refused(item, bad[0])
        if self.fsync:
            [flushed] = yield [_pipeline.fsync(handle)]
            if not _is(flushed, _pipeline.OK, _pipeline.UNSUPPORTED):
                return self._refused(item, flushed)
        return None

    def _unnamable(self, item: Upload | Publish, problem: str) -> Failed:
        found = finding("NET-030", self._at(item), found=item.name, expected=problem)
        return Failed(item.id, found, retry=False)

    def _incomplete(self, item: Upload, size: int | None) -> Failed:
        return Failed(item.id, finding("NET-032", self._at(item), found=size, expected=item.size), retry=True)

    # --- names and answers --------------------------------------------------------------------------------

    def _source(self, item: Fetch) -> bytes:
        return join(item.folder, item.raw if self.in_place else _claimed(item))

    def _local(self, item: Fetch) -> Path:
        return self.claims / item.id

    def _at(self, item: Fetch | Upload | Publish) -> Location:
        name = names.shown(item.raw) if isinstance(item, Fetch) else item.name
        return place(self.channel, item.folder, name)

    def _refused(self, item: Fetch | Upload | Publish, reply: Reply) -> Failed:
        return Failed(item.id, refusal(_status(reply), self._at(item)), retry=True)


def refusal(status: Status, at: Location) -> Finding:
    """The finding for a status that is not OK."""
    codes = {
        _pipeline.NO_SUCH_FILE: "NET-012",
        _pipeline.PERMISSION_DENIED: "NET-013",
        _pipeline.NO_SPACE: "NET-033",
        _pipeline.QUOTA: "NET-033",
    }
    words = status.text.lower()
    full = "no space" in words or "quota" in words
    return finding("NET-033" if full else codes.get(status.code, "NET-027"), at, found=_text(status))


def unfit(seen: Attributes, at: Location) -> Finding | None:
    """Why something listed is no file to take: unknown kind or size, or not a regular file."""
    if seen.mode is None or seen.size is None:
        return finding("NET-036", at)
    return None if stat.S_ISREG(seen.mode) else finding("NET-020", at)


def _create(path: bytes) -> Job[Reply]:
    """A new file of our own; what an earlier attempt left there is removed first, never appended to."""
    [opened] = yield [_pipeline.open_new(path, 0o640)]
    if _is(opened, _pipeline.FAILURE, _pipeline.EXISTS):
        yield [_pipeline.remove(path)]
        [opened] = yield [_pipeline.open_new(path, 0o640)]
    return opened


def _changed(item: Fetch, seen: Attributes) -> bool:
    listed = None if item.mtime_ns is None else item.mtime_ns // 1_000_000_000
    return (item.size, listed) != (seen.size, seen.mtime)


def _claimed(item: Fetch) -> bytes:
    return f".edi-{item.id}".encode()


def _part(item: Upload | Publish) -> bytes:
    return f".{item.id}.part".encode()


def _is(reply: Reply, *codes: int) -> bool:
    return isinstance(reply, Status) and reply.code in codes


def _status(reply: Reply) -> Status:
    """The reply as a status: one of another type than the request asks for is a failure."""
    return reply if isinstance(reply, Status) else Status(_pipeline.FAILURE, "an answer of the wrong kind")


def _text(reply: Reply) -> str:
    status = _status(reply)
    return status.text or f"status {status.code}"
