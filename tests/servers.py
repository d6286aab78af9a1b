"""A real SFTP server on 127.0.0.1, in a thread, for as long as a test needs it.

    with sftp_server(tmp_path) as server:
        server.folder("epicerie", "out/orders")      # a folder of that user, on this machine
        server.settings("epicerie")                  # settings of a channel that logs in with a password

Each user is confined to a folder of his own. `behaviour` is a subclass of `Behaviour` (an asyncssh SFTP
server) that misbehaves in its own way.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

PASSWORD = "bien-gardé"
"""The password of every user."""


class Behaviour(asyncssh.SFTPServer):
    """A well-behaved SFTP server, confined to the folder of the user who logged in."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        root = channel.get_connection().get_extra_info("root") / channel.get_extra_info("username")
        super().__init__(channel, chroot=str(root).encode())


@dataclass
class Server:
    """A running server: where it listens, its keys, and the folder above its users' folders.

    `logins` names the users who tried to log in, with or without success.
    """

    root: Path
    host_key: asyncssh.SSHKey
    user_key: asyncssh.SSHKey
    behaviour: type[Behaviour] = Behaviour
    options: dict[str, Any] = field(default_factory=dict)
    logins: list[str] = field(default_factory=list)
    port: int = 0
    host: str = "127.0.0.1"

    @property
    def pin(self) -> str:
        """The server's public key, as a line of `host_keys`."""
        return self.host_key.export_public_key().decode().strip()

    def folder(self, user: str, name: str) -> Path:
        path = self.root / user / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def settings(self, user: str, **changes: Any) -> dict[str, Any]:
        """Settings of a channel; the reference "env:PASSWORD" stands for PASSWORD."""
        usual = {"host": self.host, "port": self.port, "user": user, "password": "env:PASSWORD"}
        return {**usual, "host_keys": [self.pin], **changes}


class _Login(asyncssh.SSHServer):
    def __init__(self, server: Server) -> None:
        self.server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        conn.set_extra_info(root=self.server.root)

    def begin_auth(self, username: str) -> bool:
        self.server.logins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == PASSWORD

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key.public_data == self.server.user_key.public_data


@contextlib.contextmanager
def sftp_server(
    root: Path,
    behaviour: type[Behaviour] = Behaviour,
    *,
    host_key: str = "ssh-ed25519",
    more_host_keys: Sequence[asyncssh.SSHKey] = (),
    **options: Any,
) -> Iterator[Server]:
    """A server that runs until the block ends. `options` are those of `asyncssh.listen`."""
    own, users = asyncssh.generate_private_key(host_key), asyncssh.generate_private_key("ssh-ed25519")
    server = Server(root, own, users, behaviour, {"server_host_keys": [*more_host_keys, own], **options})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sftp-server", daemon=True)
    thread.start()
    listener = asyncio.run_coroutine_threadsafe(_listen(server), loop).result(10)
    server.port = listener.get_port()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_stop(listener), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listen(server: Server) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        server.host,
        server.port,
        server_factory=lambda: _Login(server),
        **{"sftp_factory": server.behaviour, **server.options},
    )


async def _stop(listener: asyncssh.SSHAcceptor) -> None:
    listener.close()
    await listener.wait_closed()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
