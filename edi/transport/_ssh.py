"""A connection to an SSH server that proves who it is, and that cannot make us wait for ever.

The server's key must be one of those pinned in the channel's settings: none is ever learnt. No agent, no
keys from the home folder, no algorithm that is no longer safe. Every wait has a deadline, and a watchdog
closes the socket under the one that has none.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import paramiko
from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer, SSHException

from edi import model
from edi.findings import Verbatim, finding
from edi.transport import ChannelError, Revealing, place
from edi.transport._keys import algorithms, fingerprint, private_key, public_key
from edi.transport._pipeline import Client, Malformed

logging.getLogger("paramiko").addHandler(logging.NullHandler())

WEAK = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"],
}
"""What paramiko still offers and we do not."""

BROKEN = (SSHException, paramiko.SFTPError, EOFError, OSError, Malformed)
"""What a connection raises when it is of no more use."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, for the greeting, to log in, to open the session, for a reply; for all of it."""

    connect: float = 10
    greeting: float = 10
    login: float = 20
    session: float = 20
    reply: float = 30
    total: float = 60
    farewell: float = 5
    keepalive: int = 15


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an SFTP channel, resolved; secrets stay wrapped until they are used."""

    channel: model.Channel
    host: str
    port: int
    user: str
    pins: tuple[paramiko.PKey, ...]
    in_flight: int
    in_place: bool
    secret: Callable[[str], Revealing]

    def reveal(self, name: str) -> str | None:
        reference = self.channel.settings.get(name)
        return None if reference is None else self.secret(str(reference)).reveal()


def settings(channel: model.Channel, secret: Callable[[str], Revealing]) -> Settings:
    """The channel's settings, checked. ChannelError NET-002 for one that is missing or wrong."""
    given = channel.settings
    for name in ("host", "user"):
        if not given.get(name):
            raise _wrong(channel, name, "it is missing")
    if not ("password" in given or "key" in given):
        raise _wrong(channel, "password", "a password or a key is needed")
    claim = given.get("claim", "rename")
    if claim not in ("rename", "in-place"):
        raise _wrong(channel, "claim", 'it must be "rename" or "in-place"')
    pins = tuple(_pin(channel, str(line)) for line in given.get("host_keys", ()))
    port, in_flight = (_number(channel, name, usual) for name, usual in (("port", 22), ("in_flight", 32)))
    host, user = str(given["host"]), str(given["user"])
    return Settings(channel, host, port, user, pins, in_flight, claim == "in-place", secret)


def _number(channel: model.Channel, name: str, usual: int) -> int:
    value = channel.settings.get(name, usual)
    if not isinstance(value, int) or value < 1:
        raise _wrong(channel, name, "it must be a whole number from 1")
    return value


def _pin(channel: model.Channel, line: str) -> paramiko.PKey:
    try:
        return public_key(line)
    except ValueError as error:
        raise _wrong(channel, "host_keys", 'each is a line like "ssh-ed25519 AAAA..."') from error


class Watchdog(threading.Thread):
    """Cuts the connection when a deadline passes, under whatever call is waiting on it."""

    def __init__(self, cut: Callable[[], None]) -> None:
        super().__init__(name="sftp-watchdog", daemon=True)
        self.cut = cut
        self.expired = False
        self._deadline: float | None = None
        self._over = threading.Event()

    def arm(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def disarm(self) -> None:
        self._deadline = None

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        while not self._over.wait(0.1):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self.expired = True
                self.cut()
                return


class Connection:
    """A session on the server, open until `close`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.at = place(settings.channel)
        self.server = Verbatim(f"{settings.host}:{settings.port}")
        self.socket = self._reach()
        try:
            self.transport = paramiko.Transport(self.socket, disabled_algorithms=WEAK, strict_kex=True)
        except BROKEN as error:
            self.socket.close()
            raise self._failed("NET-015", found=error) from error
        self.watchdog = Watchdog(self.cut)
        self.watchdog.start()
        self.watchdog.arm(PATIENCE.total)
        try:
            self._greet()
            self._know_server()
            self._log_in()
            self.client = self._open()
        except BaseException:
            self.close()
            raise
        self.watchdog.disarm()

    def cut(self) -> None:
        """Ends the connection at once, from any thread."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.transport.close()

    def close(self) -> None:
        """Says goodbye, but not for longer than PATIENCE.farewell."""
        self.watchdog.arm(PATIENCE.farewell)
        with contextlib.suppress(*BROKEN):
            self.transport.close()
        self.transport.join(PATIENCE.farewell)
        self.socket.close()
        self.watchdog.stop()
        self.watchdog.join(PATIENCE.farewell)

    def _reach(self) -> socket.socket:
        try:
            return socket.create_connection((self.settings.host, self.settings.port), PATIENCE.connect)
        except socket.gaierror as error:
            raise self._failed("NET-003", found=self.settings.host) from error
        except OSError as error:
            raise self._failed("NET-004", expected=error.strerror or error) from error

    def _greet(self) -> None:
        self.transport.banner_timeout = PATIENCE.greeting
        self.transport.handshake_timeout = PATIENCE.greeting
        self.transport.auth_timeout = PATIENCE.login
        self.transport.channel_timeout = PATIENCE.session
        self._prefer_pinned()
        self.asked = time.monotonic()
        try:
            self.transport.start_client(timeout=PATIENCE.connect + PATIENCE.greeting)
        except IncompatiblePeer as error:
            raise self._failed("NET-010", retry=False, found=error) from error
        except BROKEN as error:
            raise self._unanswered(error) from error
        if not self.transport.initial_kex_done:
            raise self._failed("NET-005", expected=f"{PATIENCE.connect + PATIENCE.greeting:g}")

    def _prefer_pinned(self) -> None:
        """The kinds of key that are pinned come first, so that a server with several shows the right one."""
        pinned = {name for key in self.settings.pins for name in algorithms(key)}
        options = self.transport.get_security_options()
        options.key_types = sorted(options.key_types, key=lambda name: name not in pinned)

    def _unanswered(self, error: BaseException) -> ChannelError:
        """Silence, or something that is no SSH server."""
        if self.watchdog.expired or time.monotonic() - self.asked >= PATIENCE.greeting:
            return self._failed("NET-005", expected=f"{PATIENCE.greeting:g}")
        return self._failed("NET-015", found=error)

    def _know_server(self) -> None:
        shown = self.transport.get_remote_server_key()
        pins = self.settings.pins
        if shown in pins:
            return
        if not pins:
            line = Verbatim(f"{shown.get_name()} {shown.get_base64()}")
            raise self._failed("NET-006", retry=False, found=fingerprint(shown), line=line)
        pinned = " or ".join(map(fingerprint, pins))
        raise self._failed("NET-007", retry=False, found=fingerprint(shown), expected=pinned)

    def _log_in(self) -> None:
        password = self.settings.reveal("password")
        text = self.settings.reveal("key")
        user = self.settings.user
        if text is not None:
            key = self._key(text)
            with self._login_errors("NET-009", expected=fingerprint(key)):
                more = self.transport.auth_publickey(user, key)
            if not more:
                return
        with self._login_errors("NET-008"):
            self.transport.auth_password(user, password or "")

    @contextlib.contextmanager
    def _login_errors(self, code: str, **values: object) -> Iterator[None]:
        self.asked = time.monotonic()
        try:
            yield
        except AuthenticationException as error:
            if self.watchdog.expired or "timeout" in str(error).lower():
                raise self._failed("NET-005", expected=f"{PATIENCE.login:g}") from error
            raise self._failed(code, retry=False, found=Verbatim(self.settings.user), **values) from error
        except BROKEN as error:
            raise self._unanswered(error) from error

    def _key(self, text: str) -> paramiko.PKey:
        try:
            return private_key(text, self.settings.reveal("passphrase"))
        except ValueError as error:
            problem = "it is no private key, or its passphrase is wrong"
            raise _wrong(self.settings.channel, "key", problem) from error

    def _open(self) -> Client:
        try:
            channel = self.transport.open_session(timeout=PATIENCE.session)
            channel.settimeout(PATIENCE.reply)
            channel.invoke_subsystem("sftp")
            self.transport.set_keepalive(PATIENCE.keepalive)
            return Client(channel)
        except BROKEN as error:
            if self.watchdog.expired or isinstance(error, TimeoutError):
                raise self._failed("NET-005", expected=f"{PATIENCE.reply:g}") from error
            raise self._failed("NET-011", retry=False, found=error) from error

    def lost(self, error: BaseException) -> ChannelError:
        """What to say when the connection broke in the middle of something."""
        if self.watchdog.expired or isinstance(error, TimeoutError):
            return self._failed("NET-005", expected=f"{PATIENCE.reply:g}")
        if isinstance(error, Malformed | paramiko.SFTPError):
            return self._failed("NET-011", found=error)
        return self._failed("NET-015", found=error or type(error).__name__)

    def _failed(self, code: str, *, retry: bool = True, **values: Any) -> ChannelError:
        return ChannelError(finding(code, self.at, **{"found": self.server, **values}), retry=retry)


def _wrong(channel: model.Channel, name: str, problem: str) -> ChannelError:
    return ChannelError(
        finding("NET-002", place(channel), found=Verbatim(name), expected=problem), retry=False
    )
