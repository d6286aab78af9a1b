"""A real SFTP server on loopback for the demo: every partner sees the own folder and nothing else.

Host key and partners' keys are made on the spot and vanish with the demo.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh

HOST = "127.0.0.1"
ALGORITHM = "ssh-ed25519"


def make_key(path: Path) -> str:
    """Write a new private key to `path`, for its owner alone; give the public one ("ssh-ed25519 AAAA...")."""
    key = asyncssh.generate_private_key(ALGORITHM)
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return public(key)


def public(key: asyncssh.SSHKey) -> str:
    kind, blob = key.export_public_key().decode().split()[:2]
    return f"{kind} {blob}"


class Doorkeeper(asyncssh.SSHServer):
    """Lets a partner in by key or by password."""

    def __init__(self, keys: Mapping[str, str], passwords: Mapping[str, str]) -> None:
        self.keys = keys
        self.passwords = passwords

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username in self.passwords and self.passwords[username] == password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username in self.keys and self.keys[username] == public(key)


class DropServer:
    """Serves `root/<user>` to each user, from a thread, while the `with` block runs.

    `keys` holds the public keys of users, `passwords` the passwords of others. `port` and `host_key` are
    known inside the block.
    """

    def __init__(self, root: Path, keys: Mapping[str, str], passwords: Mapping[str, str]) -> None:
        self.root = root
        self.keys = keys
        self.passwords = passwords
        self.port = 0
        self._key = asyncssh.generate_private_key(ALGORITHM)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="drop-server", daemon=True)

    @property
    def host_key(self) -> str:
        """The public key to pin."""
        return public(self._key)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=30)
        self.port = self._server.get_port()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)
        self._loop.close()

    async def _listen(self) -> Any:
        return await asyncssh.listen(
            HOST,
            0,
            server_host_keys=[self._key],
            server_factory=lambda: Doorkeeper(self.keys, self.passwords),
            sftp_factory=self._jail,
            login_timeout=30,
        )

    def _jail(self, channel: Any) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(
            channel, chroot=str(self.root / channel.get_extra_info("username")).encode()
        )

    async def _close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
