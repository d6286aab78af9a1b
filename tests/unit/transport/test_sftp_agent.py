"""Risk: a key that was meant for something else is offered to a partner's server."""

from __future__ import annotations

import socket
from pathlib import Path

import asyncssh
import pytest

from edi.transport import ChannelError
from tests.servers import sftp_server
from tests.unit.transport.conftest import Opener


def test_neither_the_agent_nor_keys_lying_about_are_used(
    tmp_path: Path, sftp: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    agent = socket.socket(socket.AF_UNIX)
    agent.bind("agent")
    agent.listen()
    agent.setblocking(False)
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    monkeypatch.setenv("HOME", str(home))
    with agent, sftp_server(tmp_path / "remote") as server:
        server.folder("epicerie", "out")
        key: asyncssh.SSHKey = server.user_key
        (home / ".ssh" / "id_ed25519").write_bytes(key.export_private_key())
        (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.pin}\n")
        with pytest.raises(ChannelError) as wrong, sftp(server, secrets={"env:PASSWORD": "wrong"}):
            pass
        with pytest.raises(ChannelError) as unpinned, sftp(server, host_keys=[]):
            pass
        with pytest.raises(BlockingIOError):
            agent.accept()
    assert wrong.value.findings[0].code == "NET-008"
    assert unpinned.value.findings[0].code == "NET-006", "known_hosts pins nothing"
