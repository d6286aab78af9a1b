"""The archive: every byte that came in or went out, as plain read-only files in dated folders.

Write-once: an object is written to a temporary file, made durable, and only then appears under its name; a
name that exists is never replaced. One flush makes a large batch durable.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from edi.failpoint import failpoint
from edi.findings import EdiError, finding
from edi.model import Location

CHUNK = 1 << 20
FEW = 16
"""Up to so many files are flushed one by one: a flush of all waits for what other programs wrote, too."""

NAME_BYTES = 100
"""Length of a safe name in UTF-8; with an identifier before it, it fits every file system."""

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
_UNUSUAL = re.compile(r"[^A-Za-z0-9.+@=,()-]")
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
_libc = ctypes.CDLL(None, use_errno=True)


class ArchiveConflict(EdiError):
    """Other content already stands under the name; nothing was overwritten (AUD-042)."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """What to store under `path` (relative, "/"): `data`, or the file `source`; at most `limit` bytes."""

    path: str
    data: bytes | None = None
    source: Path | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the archive: relative path, SHA-256 (32 bytes), size in bytes."""

    path: str
    sha256: bytes
    size: int


# --- names ------------------------------------------------------------


def safe_name(raw: bytes) -> str:
    """A short name for people, made of a name from outside; never empty, never a path, the same if repeated.

    Letters and digits of any script stay, and `.+@=,()-`; everything else becomes "_". No leading dot or
    dash, no trailing dot, no name that Windows reserves, at most NAME_BYTES bytes, the extension kept.
    """
    text = unicodedata.normalize("NFC", raw.decode("utf-8", "replace"))
    kept = _UNUSUAL.sub(lambda found: found[0] if _harmless(found[0]) else "_", text)
    while "__" in kept:
        kept = kept.replace("__", "_")
    name = _shortened(kept.lstrip(".-_").rstrip("._"))
    if name.split(".")[0].upper() in _RESERVED:
        name = "x" + name
    return name or "file"


def _harmless(character: str) -> bool:
    """Whether a character is a letter or digit of any script."""
    return unicodedata.category(character) in {"Lu", "Ll", "Lo", "Lt", "Nd"}


def _shortened(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = NAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip("._") + dot + extension


def inbound_path(day: date, partner: str, file_id: str, name: str) -> str:
    """Where a received file lies: "2026/11/22/epicerie/in/<id>_<safe name>"."""
    return _dated(day, partner, "in", f"{file_id}_{safe_name(os.fsencode(name))}")


def outbound_path(day: date, partner: str, delivery_id: str, name: str) -> str:
    """Where a file to deliver lies: "2026/11/22/erp/out/<id>_<safe name>"."""
    return _dated(day, partner, "out", f"{delivery_id}_{safe_name(os.fsencode(name))}")


def rule_path(sha256: bytes, name: str) -> str:
    """Where a version of a descriptor, transform or code table lies: "rules/<sha256>_<safe name>"."""
    return f"rules/{sha256.hex()}_{safe_name(os.fsencode(name.replace('/', '-')))}"


def run_path(day: date, run: str) -> str:
    """Where the record of a run lies: "2026/11/22/_runs/<run>.json"."""
    return f"{day:%Y/%m/%d}/_runs/{run}.json"


def _dated(day: date, partner: str, direction: str, name: str) -> str:
    return f"{day:%Y/%m/%d}/{safe_name(os.fsencode(partner))}/{direction}/{name}"


# --- the store ------------------------------------------------------------


class Archive:
    """The folder `root`; `tmp` takes unfinished files and must lie on the same file system."""

    def __init__(self, root: Path, tmp: Path) -> None:
        self.root = root
        self.tmp = tmp

    def path(self, relative: str) -> Path:
        """The place of an object. ValueError for a path that would leave the archive."""
        steps = relative.split("/")
        if relative.startswith("/") or ".." in steps or not any(steps) or steps == ["."] or "\0" in relative:
            raise ValueError(f"not a path inside the archive: {relative!r}")
        return Path(self.root, relative)

    def read(self, relative: str) -> bytes:
        """The bytes of an object. FileNotFoundError when it is not there."""
        return self.path(relative).read_bytes()

    def store(self, items: Sequence[Deposit]) -> list[Stored]:
        """Store a batch durably; on return every object is there under its name, also after a power cut.

        An identical object that is already there is kept. Raises ArchiveConflict when other content has the
        name, EdiError AUD-043 for more than `limit` bytes, AUD-044 when the disk refuses. What was stored
        before the failure stays; it is harmless, because nothing is recorded about it.
        """
        places = [self.path(item.path) for item in items]
        parts: list[Path] = []
        try:
            return self._store(items, places, parts)
        except OSError as error:
            place = Location(file=os.fsdecode(error.filename or self.root))
            raise EdiError(finding("AUD-044", place, found=error.strerror)) from error
        finally:
            for part in parts:
                part.unlink(missing_ok=True)

    def _store(self, items: Sequence[Deposit], places: list[Path], parts: list[Path]) -> list[Stored]:
        self.root.mkdir(parents=True, exist_ok=True)
        self.tmp.mkdir(parents=True, exist_ok=True)
        few = len(items) <= FEW
        stored = [self._write(item, parts, flush=few) for item in items]
        failpoint("archive-written")
        if not few:
            _sync_file_system(self.tmp)
        failpoint("archive-flushed")
        made = _make_folders({place.parent for place in places}, self.root)
        for part, place, entry in zip(parts, places, stored, strict=True):
            _place(part, place, entry)
        parts.clear()
        failpoint("archive-placed")
        _sync_folders({place.parent for place in places} | made)
        failpoint("archive-durable")
        return stored

    def sweep(self) -> int:
        """Remove the temporary files of a crash; only for the process that may write. Returns how many."""
        leftovers = list(self.tmp.glob("archive-*.part"))
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        return len(leftovers)

    def objects(self) -> Iterator[str]:
        """The relative paths of all objects, in no particular order."""
        for folder, _, names in os.walk(self.root):
            for name in names:
                yield Path(folder, name).relative_to(self.root).as_posix()

    def digest(self, relative: str) -> tuple[bytes, int]:
        """SHA-256 and size of an object as it is on disk now. FileNotFoundError when it is not there."""
        return _digest(self.path(relative))

    def _write(self, item: Deposit, parts: list[Path], flush: bool) -> Stored:
        part = self.tmp / f"archive-{secrets.token_hex(12)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        parts.append(part)
        sha, size = hashlib.sha256(), 0
        try:
            for chunk in _chunks(item):
                size += len(chunk)
                if item.limit is not None and size > item.limit:
                    raise EdiError(finding("AUD-043", Location(file=item.path), expected=item.limit))
                sha.update(chunk)
                _write_all(descriptor, chunk)
            os.fchmod(descriptor, 0o444)
            if flush:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return Stored(item.path, sha.digest(), size)


def _chunks(item: Deposit) -> Iterator[bytes]:
    if item.data is not None:
        yield item.data
    elif item.source is not None:
        descriptor = os.open(item.source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb", buffering=0) as source:
            piece = min(CHUNK, os.fstat(descriptor).st_size + 1)
            while chunk := source.read(piece):
                yield chunk
    else:
        raise ValueError("a deposit needs data or a source")


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


def _digest(path: Path) -> tuple[bytes, int]:
    sha, size = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as source:
        while chunk := source.read(CHUNK):
            sha.update(chunk)
            size += len(chunk)
    return sha.digest(), size


def _place(part: Path, place: Path, entry: Stored) -> None:
    try:
        _rename_new(part, place)
    except FileExistsError:
        if _digest(place) != (entry.sha256, entry.size):
            raise ArchiveConflict(finding("AUD-042", Location(file=entry.path), found=entry.path)) from None
        part.unlink()


def _rename_new(part: Path, place: Path) -> None:
    """Rename without replacing. FileExistsError when the name is taken; link where renameat2 is missing."""
    if _libc.renameat2(_AT_FDCWD, os.fsencode(part), _AT_FDCWD, os.fsencode(place), _RENAME_NOREPLACE) == 0:
        return
    code = ctypes.get_errno()
    if code not in {errno.EINVAL, errno.ENOSYS}:
        raise OSError(code, os.strerror(code), str(part), None, str(place))
    os.link(part, place)
    part.unlink()


def _make_folders(folders: Iterable[Path], root: Path) -> set[Path]:
    """Make missing folders; returns the parents whose list of names changed."""
    changed: set[Path] = set()
    for folder in folders:
        missing = [f for f in (folder, *folder.parents) if f != root and root in f.parents and not f.exists()]
        for step in reversed(missing):
            with suppress(FileExistsError):
                step.mkdir()
            changed.add(step.parent)
    return changed


def _sync_file_system(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if not hasattr(_libc, "syncfs"):
            os.sync()
        elif _libc.syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(descriptor)


def _sync_folders(folders: Iterable[Path]) -> None:
    for folder in sorted(folders):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
