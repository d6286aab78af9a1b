"""Folders of this machine (or mounted on it): claims by rename, deliveries by token rename. Grade A.

Whoever may write into a drop folder may also put links, pipes and devices there, or swap a folder for a link
while we look. Everything is therefore opened relative to folder descriptors and never through a link, and a
claimed file is looked at again after the rename, when its name is out of the partner's reach.
"""

from __future__ import annotations

import contextlib
import errno
import heapq
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from edi import model
from edi.findings import finding
from edi.model import Finding, Location
from edi.transport import (
    ChannelError,
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
    _posix,
    names,
    place,
)

QUIET_SECONDS = 2
"""A file that changed after it was listed is taken when it has not been written to for this long."""

CHUNK = 1 << 20
"""Bytes copied at a time, at most."""

Item = TypeVar("Item", Fetch, Upload, Publish)
Outcome = TypeVar("Outcome")

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def connect(
    channel: model.Channel, base: Path, secret: Callable[[str], Revealing], claims: Path
) -> FolderChannel:
    """The channel of `settings.path`, relative to the workspace's root `base`; folders know no secrets."""
    return FolderChannel(channel, base, claims)


class FolderChannel:
    """See `edi.transport.Channel`."""

    grade = "A"
    promise = "A file appears once, complete, under its final name, whatever crashes and when."

    def __init__(self, channel: model.Channel, base: Path, claims: Path) -> None:
        self.channel = channel
        self.base = base
        self.path = base / str(channel.settings.get("path", "."))
        self.below = os.path.relpath(self.path, base)
        self.inside = not self.below.startswith("..")
        self.claims_path = claims
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self.claims_path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.ExitStack() as opening:
            self.root = self._open_root()
            opening.callback(os.close, self.root)
            self.claims = os.open(self.claims_path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            opening.callback(os.close, self.claims)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    # --- picking up ---------------------------------------------------------------------------------------

    def list(self, folder: str, *, limit: int = 10_000) -> list[Entry]:
        with self._folder(folder) as here, self._whole_channel(folder), os.scandir(here) as found:
            self._same_filesystem(folder, here)
            entries = (entry for item in found if (entry := self._entry(folder, item)) is not None)
            return heapq.nsmallest(limit, entries, key=lambda e: (e.mtime_ns or 0, e.raw))

    def settled(self, folder: str, entries: Sequence[Entry]) -> Sequence[bool | None]:
        with self._folder(folder) as here:
            return [_no_writer(entry.raw, here) for entry in entries]

    def fetch(self, items: Sequence[Fetch], limit_bytes: int) -> Sequence[Fetched | Gone | Failed]:
        return self._each(items, lambda item, here: self._fetch(item, here, limit_bytes))

    def release(self, items: Sequence[Fetch]) -> Sequence[Done | Failed]:
        outcomes = [self._guarded(item, self._release, self.claims) for item in items]
        with self._whole_channel():
            os.fsync(self.claims)
        return outcomes

    def restore(self, items: Sequence[Fetch]) -> Sequence[Done | Failed]:
        return self._each(items, self._restore)

    def _entry(self, folder: str, item: os.DirEntry[str]) -> Entry | None:
        raw = os.fsencode(item.name)
        if names.unfinished(raw) or item.is_dir(follow_symlinks=False):
            return None
        try:
            status = item.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        at = place(self.channel, folder, names.shown(raw))
        identity = f"{status.st_dev}:{status.st_ino}"
        refused = _refusal(raw, status, at)
        return Entry(raw, names.shown(raw), status.st_size, status.st_mtime_ns, identity, refused)

    def _fetch(self, item: Fetch, here: int, limit: int) -> Fetched | Gone | Failed:
        claimed = item.id.encode()
        if not _posix.exists(claimed, self.claims):
            try:
                status = os.stat(item.raw, dir_fd=here, follow_symlinks=False)
            except FileNotFoundError:
                return Gone(item.id)
            refused = _refusal(item.raw, status, self._at(item)) or self._too_large(item, status, limit)
            if refused:
                return Failed(item.id, refused, retry=False)
            os.rename(item.raw, claimed, src_dir_fd=here, dst_dir_fd=self.claims)
        return self._take(item, here, limit)

    def _take(self, item: Fetch, here: int, limit: int) -> Fetched | Failed:
        """Looks at the claimed file again, now that nobody can swap it; puts back what may not be taken."""
        try:
            descriptor = _posix.open_file(item.id.encode(), self.claims)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            return self._put_back(item, here, finding("NET-020", self._at(item)), retry=False)
        try:
            status = os.fstat(descriptor)
            refused = _refusal(item.raw, status, self._at(item)) or self._too_large(item, status, limit)
            if refused:
                return self._put_back(item, here, refused, retry=False)
            if _still_written(descriptor, status, item):
                return self._put_back(item, here, finding("NET-023", self._at(item)), retry=True)
        finally:
            os.close(descriptor)
        return Fetched(item.id, self.claims_path / item.id, status.st_size)

    def _put_back(self, item: Fetch, here: int, found: Finding, *, retry: bool) -> Failed:
        self._restore(item, here)
        return Failed(item.id, found, retry)

    def _release(self, item: Fetch, claims: int) -> Done | Failed:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(item.id.encode(), dir_fd=claims)
        return Done(item.id)

    def _restore(self, item: Fetch, here: int) -> Done | Failed:
        try:
            _posix.rename_new(item.id.encode(), self.claims, item.raw, here)
        except FileExistsError:
            return Failed(item.id, finding("NET-035", self._at(item), found=item.id), retry=True)
        except FileNotFoundError:
            return Done(item.id)
        return Done(item.id)

    def _too_large(self, item: Fetch, status: os.stat_result, limit: int) -> Finding | None:
        if status.st_size <= limit:
            return None
        return finding("NET-024", self._at(item), found=status.st_size, expected=limit)

    # --- delivering ---------------------------------------------------------------------------------------

    def upload(self, items: Sequence[Upload]) -> Sequence[Done | Failed]:
        outcomes = self._each(items, self._write_part)
        with self._whole_channel():
            _posix.sync_filesystem(self.root)
        return outcomes

    def publish(self, items: Sequence[Publish]) -> Sequence[Published | Failed]:
        return self._each(items, self._publish)

    def _write_part(self, item: Upload, here: int) -> Done | Failed:
        problem = names.outgoing_problem(item.name)
        if problem:
            return Failed(
                item.id, finding("NET-030", self._at(item), found=item.name, expected=problem), False
            )
        try:
            source = item.path.open("rb", buffering=0)
        except OSError as error:
            return Failed(item.id, finding("NET-034", self._at(item), found=error.strerror or error), False)
        with source, os.fdopen(_new_file(_part(item.id), here), "wb") as part:
            shutil.copyfileobj(source, part, min(CHUNK, item.size + 1))
            written = part.tell()
        if written != item.size:
            return Failed(
                item.id, finding("NET-032", self._at(item), found=written, expected=item.size), True
            )
        return Done(item.id)

    def _publish(self, item: Publish, here: int) -> Published | Failed:
        problem = names.outgoing_problem(item.name)
        if problem:
            return Failed(
                item.id, finding("NET-030", self._at(item), found=item.name, expected=problem), False
            )
        try:
            _posix.rename_new(_part(item.id), here, item.name.encode(), here)
        except FileNotFoundError:
            return Published(item.id, fresh=False)
        except FileExistsError:
            return Failed(item.id, finding("NET-031", self._at(item), found=item.name), retry=False)
        return Published(item.id, fresh=True)

    def _unnamable(self, item: Upload | Publish, problem: str) -> Failed:
        found = finding("NET-030", self._at(item), found=item.name, expected=problem)
        return Failed(item.id, found, retry=False)

    # --- folders and their errors -------------------------------------------------------------------------

    def _open_root(self) -> int:
        """The channel's own folder; inside the workspace it is made when missing and links are refused."""
        if not self.inside:
            with self._whole_channel():
                return os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with self._whole_channel():
            base = os.open(self.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                return _posix.open_beneath(base, self.below, create=True)
            finally:
                os.close(base)

    @contextlib.contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        """A folder of the channel, open. ChannelError when it is missing, a link, or outside."""
        if problem := names.folder_problem(folder):
            raise FolderError(
                finding("NET-002", self._place(folder), found=folder, expected=problem), retry=False
            )
        with self._whole_channel(folder):
            here = _posix.open_beneath(self.root, folder, create=self.inside)
        try:
            yield here
        finally:
            os.close(here)

    def _each(self, items: Sequence[Item], act: Callable[[Item, int], Outcome]) -> Sequence[Outcome | Failed]:
        """`act` on every item and its open folder; each folder is opened once, and flushed at the end."""
        outcomes: MutableSequence[Outcome | Failed] = []
        with contextlib.ExitStack() as stack:
            folders: dict[str, int] = {}
            for item in items:
                try:
                    if item.folder not in folders:
                        folders[item.folder] = stack.enter_context(self._folder(item.folder))
                except ChannelError as error:
                    outcomes.append(Failed(item.id, error.findings[0], error.retry))
                    continue
                outcomes.append(self._guarded(item, act, folders[item.folder]))
            with self._whole_channel():
                for descriptor in (*folders.values(), self.claims):
                    os.fsync(descriptor)
        return outcomes

    def _guarded(self, item: Item, act: Callable[[Item, int], Outcome], here: int) -> Outcome | Failed:
        try:
            return act(item, here)
        except OSError as error:
            return Failed(item.id, _explained(error, self._at(item)), error.errno not in _PERMANENT)

    @contextlib.contextmanager
    def _whole_channel(self, folder: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as error:
            found = _explained(error, self._place(folder))
            raised = FolderError if folder else ChannelError
            raise raised(found, retry=error.errno not in _PERMANENT) from error

    def _same_filesystem(self, folder: str, here: int) -> None:
        if os.fstat(here).st_dev != os.fstat(self.claims).st_dev:
            raise FolderError(finding("NET-014", self._place(folder)), retry=False)

    def _place(self, folder: str) -> Location:
        return place(self.channel, folder)

    def _at(self, item: Fetch | Upload | Publish) -> Location:
        name = names.shown(item.raw) if isinstance(item, Fetch) else item.name
        return place(self.channel, item.folder, name)


_CODES = {
    errno.ENOENT: "NET-012",
    errno.ENOTDIR: "NET-012",
    errno.ELOOP: "NET-012",
    errno.EACCES: "NET-013",
    errno.EPERM: "NET-013",
    errno.EROFS: "NET-013",
    errno.EXDEV: "NET-014",
    errno.ENOSPC: "NET-033",
    errno.EDQUOT: "NET-033",
}
_PERMANENT = frozenset((errno.EXDEV, errno.ELOOP, errno.ENOTDIR))


def _explained(error: OSError, at: Location) -> Finding:
    return finding(_CODES.get(error.errno or 0, "NET-027"), at, found=error.strerror or error)


def _refusal(raw: bytes, status: os.stat_result, at: Location) -> Finding | None:
    """Why an entry is never touched: its name, what it is, or that it has a second name elsewhere."""
    if problem := names.incoming_problem(raw):
        return finding("NET-022", at, found=names.shown(raw), expected=problem)
    if not stat.S_ISREG(status.st_mode):
        return finding("NET-020", at)
    return finding("NET-021", at) if status.st_nlink != 1 else None


def _no_writer(raw: bytes, folder: int) -> bool | None:
    try:
        descriptor = _posix.open_file(raw, folder)
    except OSError:
        return None
    try:
        return _posix.has_no_writer(descriptor)
    finally:
        os.close(descriptor)


def _still_written(descriptor: int, status: os.stat_result, item: Fetch) -> bool:
    free = _posix.has_no_writer(descriptor)
    if free is not None:
        return not free
    changed = (status.st_size, status.st_mtime_ns) != (item.size, item.mtime_ns)
    return changed and time.time_ns() - status.st_mtime_ns < QUIET_SECONDS * 1_000_000_000


def _part(id: str) -> bytes:
    return f".{id}.part".encode()


def _new_file(name: bytes, folder: int) -> int:
    """A file of our own; what an earlier attempt left (or someone put there) is unlinked, not written to."""
    try:
        descriptor = os.open(name, _NEW, 0o640, dir_fd=folder)
    except FileExistsError:
        os.unlink(name, dir_fd=folder)
        descriptor = os.open(name, _NEW, 0o640, dir_fd=folder)
    os.fchmod(descriptor, 0o640)
    return descriptor
