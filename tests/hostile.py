"""SFTP servers that lie, refuse, stall or hang up, each in its own way."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

from asyncssh import SFTPAttrs, SFTPFailure, SFTPName, SFTPNoSpaceOnFilesystem

from tests.servers import Behaviour

REGULAR = 0o100644


class SaysLarger(Behaviour):
    """Every file is said to be five bytes longer than it is."""

    def lie(self, size: int) -> int:
        return size + 5

    def _lied(self, status: Any) -> SFTPAttrs:
        attributes = SFTPAttrs.from_local(status)
        attributes.size = self.lie(attributes.size or 0)
        return attributes

    def lstat(self, path: bytes) -> Any:
        return self._lied(super().lstat(path))

    def fstat(self, file_obj: Any) -> Any:
        return self._lied(super().fstat(file_obj))

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        async for name in super().scandir(path):
            name.attrs.size = self.lie(name.attrs.size or 0)
            yield name


class SaysSmaller(SaysLarger):
    """Every file is said to be five bytes shorter than it is."""

    def lie(self, size: int) -> int:
        return size - 5


class SaysHuge(SaysLarger):
    """Every file is said to have 2^62 bytes."""

    def lie(self, size: int) -> int:
        return 2**62


class GrowsWhileRead(Behaviour):
    """A file gets a byte longer each time it is read."""

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        with open(file_obj.name, "ab") as file:  # noqa: PTH123
            file.write(b"+")
        return super().read(file_obj, offset, size)


class EndsEarly(Behaviour):
    """A file ends after 1,000 bytes, whatever its size is said to be."""

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        return super().read(file_obj, offset, max(0, min(size, 1000 - offset)))


class DripsBytes(Behaviour):
    """Each read gives a seventh of what was asked for: allowed, and to be coped with."""

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        return super().read(file_obj, offset, max(1, size // 7))


class GivesTooMuch(Behaviour):
    """Each read gives more than was asked for."""

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        return b"x" * (size + 1)


class HidesAttributes(Behaviour):
    """Nothing is said of any file."""

    def lstat(self, path: bytes) -> Any:
        super().lstat(path)
        return SFTPAttrs()

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        async for name in super().scandir(path):
            yield SFTPName(name.filename, attrs=SFTPAttrs())


EVIL_NAMES = (
    *(b"../../evil", b"/etc/passwd", b"a/b", b"", b"nul\0byte", b"line\nfeed", b"\x1b[2J", b"\xff\xfe"),
    *("facture\u202efdp.exe".encode(), b"n" * 5000, b"back\\slash"),
)


class ListsEvilNames(Behaviour):
    """The listing is made of names that are no names of files."""

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        for raw in (*EVIL_NAMES, *EVIL_NAMES):
            yield SFTPName(raw, attrs=SFTPAttrs(size=1, permissions=REGULAR, atime=0, mtime=0))


class ListsWithoutEnd(Behaviour):
    """The listing never ends."""

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        number = 0
        while True:
            number += 1
            yield SFTPName(b"%d" % number, attrs=SFTPAttrs(size=1, permissions=REGULAR, atime=0, mtime=0))


class RefusesRename(Behaviour):
    """No right to rename."""

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        raise SFTPFailure("rename is not allowed here")


class PretendsRename(Behaviour):
    """Says that it renamed, and did not."""

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        return None


class RenamesAndDenies(Behaviour):
    """Renames, then says that it could not."""

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        super().rename(oldpath, newpath)
        raise SFTPFailure("failure")


class OverwritingRename(Behaviour):
    """The plain rename overwrites, as some servers do."""

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        return super().posix_rename(oldpath, newpath)


class Full(Behaviour):
    """The disk is full after 40,000 bytes of a file."""

    def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
        if offset + len(data) > 40_000:
            raise SFTPNoSpaceOnFilesystem("No space left on device")
        return super().write(file_obj, offset, data)


class QuotaAtClose(Behaviour):
    """The quota is found to be exceeded when the file is closed."""

    def close(self, file_obj: Any) -> Any:
        super().close(file_obj)
        raise SFTPFailure("quota exceeded")


class LosesWrites(Behaviour):
    """Says that it wrote, and wrote only the first chunk."""

    def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
        return super().write(file_obj, offset, data) if offset == 0 else len(data)


class RefusesRemove(Behaviour):
    """No right to delete."""

    def remove(self, path: bytes) -> Any:
        raise PermissionError(13, "Permission denied")


class Stalls(Behaviour):
    """Says nothing more once a file is read."""

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        try:
            await asyncio.Event().wait()
        finally:
            file_obj.close()
        return b""


class HangsUp(Behaviour):
    """Breaks the connection in the middle of the second chunk."""

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        if offset:
            self.channel.get_connection().abort()
        return super().read(file_obj, offset, size)


class SwapsWhileRead(Behaviour):
    """The file is replaced by another of the same size while it is read."""

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        data = super().read(file_obj, offset, size)
        os.utime(file_obj.name, (1, 1))
        return data
