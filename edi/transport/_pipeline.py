"""Many SFTP requests in flight over one channel.

The request mechanism of paramiko's client (`_async_request`, `_read_response`, `_expecting`, `_send_version`)
is what its own prefetch uses; it is not public, so it is touched here and nowhere else, and the minor version
is pinned. Replies are parsed here too, strictly: paramiko fills a packet that is too short with zeros.

A job is a generator: it yields the requests it wants to have sent together and receives their replies, in
order. `Pipeline.run` keeps a number of jobs going at the same time, in one thread.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from paramiko import sftp as wire
from paramiko.message import Message
from paramiko.sftp_client import SFTPClient

CHUNK = 32_768
"""Bytes a request reads or writes: what every server accepts."""

OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE = range(5)
UNSUPPORTED, EXISTS, NO_SPACE, QUOTA = 8, 11, 14, 15

_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 1, 2, 4, 8, 0x80000000
_READ, _CREATE_NEW = 0x01, 0x02 | 0x08 | 0x20

T = TypeVar("T")


class Malformed(Exception):
    """A packet that is not what the protocol allows: nothing this server says can be trusted any more."""


@dataclass(frozen=True, slots=True)
class Status:
    """How a request ended. `text` is the server's own."""

    code: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Handle:
    """An open file or folder."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a server says of a file: bytes, mode bits, seconds since 1970; None where it says nothing."""

    size: int | None
    mode: int | None
    mtime: int | None


@dataclass(frozen=True, slots=True)
class Name:
    """One entry of a listing, its name as raw bytes."""

    raw: bytes
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Names:
    """One page of a listing."""

    entries: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a file."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A command of the protocol and its arguments."""

    command: int
    arguments: tuple[Any, ...]


Reply: TypeAlias = Status | Handle | Attributes | Names | Data
Job: TypeAlias = Generator[Sequence[Request], Sequence[Reply], T]


# --- requests -----------------------------------------------------------------------------------------------


def open_read(path: bytes) -> Request:
    return Request(wire.CMD_OPEN, (path, _READ, 0))


def open_new(path: bytes, mode: int) -> Request:
    """Creates a file that must not exist yet, with the mode bits given."""
    return Request(wire.CMD_OPEN, (path, _CREATE_NEW, _MODE, mode))


def read(handle: Handle, offset: int, size: int) -> Request:
    return Request(wire.CMD_READ, (handle.value, wire.int64(offset), size))


def write(handle: Handle, offset: int, data: bytes) -> Request:
    return Request(wire.CMD_WRITE, (handle.value, wire.int64(offset), data))


def fsync(handle: Handle) -> Request:
    """OpenSSH's extension: ask before whether the server offers it."""
    return Request(wire.CMD_EXTENDED, (b"fsync@openssh.com", handle.value))


def fstat(handle: Handle) -> Request:
    return Request(wire.CMD_FSTAT, (handle.value,))


def close(handle: Handle) -> Request:
    return Request(wire.CMD_CLOSE, (handle.value,))


def lstat(path: bytes) -> Request:
    return Request(wire.CMD_LSTAT, (path,))


def rename(source: bytes, target: bytes) -> Request:
    """The plain rename, which servers refuse when the target exists."""
    return Request(wire.CMD_RENAME, (source, target))


def remove(path: bytes) -> Request:
    return Request(wire.CMD_REMOVE, (path,))


def open_folder(path: bytes) -> Request:
    return Request(wire.CMD_OPENDIR, (path,))


def read_folder(handle: Handle) -> Request:
    return Request(wire.CMD_READDIR, (handle.value,))


# --- replies ------------------------------------------------------------------------------------------------


class _Cursor:
    """Reads the fields of a packet, and never more than it holds."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise Malformed("packet shorter than it says")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def number(self, form: str = ">I") -> int:
        value: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def string(self) -> bytes:
        return self.take(self.number())

    def attributes(self) -> Attributes:
        flags = self.number()
        size = self.number(">Q") if flags & _SIZE else None
        if flags & _OWNER:
            self.take(8)
        mode = self.number() if flags & _MODE else None
        mtime = struct.unpack(">II", self.take(8))[1] if flags & _TIMES else None
        if flags & _EXTENDED:
            for _ in range(2 * self.number()):
                self.string()
        return Attributes(size, mode, mtime)

    def name(self) -> Name:
        raw = self.string()
        self.string()  # the line of a long listing
        return Name(raw, self.attributes())


def parse(kind: int, data: bytes) -> Reply:
    """The reply in a packet of type `kind`, its request number removed. Malformed when it is not one."""
    cursor = _Cursor(data)
    if kind == wire.CMD_STATUS:
        code = cursor.number()
        text = cursor.string().decode("utf-8", "replace") if cursor.at < len(data) else ""
        return Status(code, text)
    if kind == wire.CMD_HANDLE:
        return Handle(cursor.string())
    if kind == wire.CMD_DATA:
        return Data(cursor.string())
    if kind == wire.CMD_NAME:
        return Names(tuple(cursor.name() for _ in range(cursor.number())))
    if kind == wire.CMD_ATTRS:
        return cursor.attributes()
    raise Malformed(f"packet of unknown type {kind}")


class Client(SFTPClient):  # type: ignore[misc]
    """paramiko's client, which also keeps the extensions that the server announces."""

    extensions: frozenset[bytes] = frozenset()

    def _send_version(self) -> int:
        greeting = Message()
        greeting.add_int(3)
        self._send_packet(wire.CMD_INIT, greeting)
        kind, data = self._read_packet()
        if kind != wire.CMD_VERSION:
            raise Malformed("no SFTP greeting")
        cursor = _Cursor(data)
        version = cursor.number()
        self.extensions = frozenset(_pairs(cursor))
        return version


def _pairs(cursor: _Cursor) -> Iterator[bytes]:
    while cursor.at < len(cursor.data):
        yield cursor.string()
        cursor.string()


# --- the loop -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Running:
    index: int
    job: Job[Any]
    replies: list[Any] = field(default_factory=list)
    missing: int = 0


class Pipeline:
    """Runs jobs over one client, `in_flight` of them at a time.

    `heard` is called at every reply: whoever watches the connection knows that the server lives.
    """

    def __init__(self, client: Client, in_flight: int, heard: Callable[[], None]) -> None:
        self.client = client
        self.in_flight = in_flight
        self.heard = heard
        self._owners: dict[int, tuple[_Running, int]] = {}
        self._running: dict[int, _Running] = {}
        self._results: dict[int, Any] = {}

    def run(self, jobs: Sequence[Job[T]]) -> list[T]:
        """The results of all jobs, in their order. Raises what the connection raises, and Malformed."""
        waiting = enumerate(jobs)
        self.heard()
        try:
            while self._fill(waiting):
                self.client._read_response()
            return [self._results[index] for index in range(len(jobs))]
        finally:
            for running in self._running.values():
                running.job.close()
            self._owners, self._running, self._results = {}, {}, {}

    def _fill(self, waiting: Iterator[tuple[int, Job[Any]]]) -> bool:
        """Starts jobs while there is room; whether any is running then."""
        while len(self._running) < self.in_flight:
            index, job = next(waiting, (-1, None))
            if job is None:
                break
            self._running[index] = _Running(index, job)
            self._advance(self._running[index], None)
        return bool(self._running)

    def _advance(self, running: _Running, replies: Sequence[Reply] | None) -> None:
        try:
            requests = running.job.send(replies)  # type: ignore[arg-type]
        except StopIteration as stop:
            self._results[running.index] = stop.value
            del self._running[running.index]
            return
        running.replies = [None] * len(requests)
        running.missing = len(requests)
        for place, request in enumerate(requests):
            number = self.client._async_request(self, request.command, *request.arguments)
            self._owners[number] = (running, place)

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        """Called by the client with the reply to request `number`."""
        self.heard()
        running, place = self._owners.pop(number)
        running.replies[place] = parse(kind, message.get_remainder())
        running.missing -= 1
        if not running.missing:
            self._advance(running, running.replies)
