"""Who the server is, who we are, and what is said when either is not as agreed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from edi.model import Finding
from edi.transport import ChannelError
from tests.servers import Server, sftp_server
from tests.unit.transport.conftest import Opener


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with sftp_server(tmp_path / "remote") as running:
        running.folder("epicerie", "out")
        yield running


def refused(channel: Any) -> tuple[Finding, bool]:
    with pytest.raises(ChannelError) as caught, channel:
        pass
    assert "sftp-watchdog" not in [thread.name for thread in threading.enumerate()]
    return caught.value.findings[0], caught.value.retry


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


def private(key: asyncssh.SSHKey, **options: Any) -> str:
    return key.export_private_key(**options).decode()


def test_a_password_opens_the_channel(server: Server, sftp: Opener) -> None:
    with sftp(server) as channel:
        assert channel.list("out") == []
        assert channel.connection.transport.agreed_on_strict_kex  # type: ignore[attr-defined]


def test_the_grade_is_known_before_connecting_and_lower_when_files_are_read_in_place(
    server: Server, sftp: Opener
) -> None:
    assert (sftp(server).grade, sftp(server, claim="in-place").grade) == ("A", "B")
    assert "new name for each file" in sftp(server, claim="in-place").promise


def test_a_changed_key_shows_both_fingerprints_and_never_sends_the_password(
    server: Server, sftp: Opener
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    found, retry = refused(sftp(server, host_keys=[public(other)]))
    assert (found.code, retry) == ("NET-007", False)
    assert server.host_key.get_fingerprint() in found.text
    assert other.get_fingerprint() in found.text
    assert server.logins == []


def test_a_key_that_nobody_pinned_is_shown_with_the_line_to_pin_it(server: Server, sftp: Opener) -> None:
    found, retry = refused(sftp(server, host_keys=[]))
    assert (found.code, retry) == ("NET-006", False)
    assert server.host_key.get_fingerprint() in found.text
    assert server.pin in found.hint
    assert server.logins == []


def test_two_pins_of_one_kind_let_a_key_be_exchanged(server: Server, sftp: Opener) -> None:
    old = public(asyncssh.generate_private_key("ssh-ed25519"))
    with sftp(server, host_keys=[old, server.pin + " new key"]) as channel:
        assert channel.list("out") == []


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp256"])
def test_the_pinned_kind_is_asked_for_when_the_server_has_several(
    tmp_path: Path, sftp: Opener, kind: str
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    with sftp_server(tmp_path / "remote", host_key=kind, more_host_keys=[other]) as server:
        server.folder("epicerie", "out")
        with sftp(server) as channel:
            assert channel.list("out") == []


def test_a_wrong_password(server: Server, sftp: Opener) -> None:
    found, retry = refused(sftp(server, secrets={"env:PASSWORD": "wrong"}))
    assert (found.code, retry) == ("NET-008", False)
    assert "epicerie" in found.text
    assert "wrong" not in found.text + found.hint


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
@pytest.mark.parametrize("passphrase", [None, "à garder"])
def test_a_key_opens_the_channel(server: Server, sftp: Opener, passphrase: str | None, form: str) -> None:
    key = private(server.user_key, format_name=form, passphrase=passphrase)
    secrets = {"file:key": key, "env:PHRASE": passphrase or ""}
    phrase = "env:PHRASE" if passphrase else None
    with sftp(server, secrets, password=None, key="file:key", passphrase=phrase) as channel:
        assert channel.list("out") == []


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp384", "ssh-ed25519"])
def test_a_key_that_the_server_does_not_know(server: Server, sftp: Opener, kind: str, form: str) -> None:
    key = asyncssh.generate_private_key(kind)
    text = private(key, format_name=form)
    found, retry = refused(sftp(server, {"file:key": text}, password=None, key="file:key"))
    assert (found.code, retry) == ("NET-009", False)
    assert key.get_fingerprint() in found.text


def test_a_key_file_that_holds_no_key(server: Server, sftp: Opener) -> None:
    found, retry = refused(sftp(server, {"file:key": "not a key"}, password=None, key="file:key"))
    assert (found.code, retry) == ("NET-002", False)


def test_a_server_with_nothing_but_weak_algorithms(tmp_path: Path, sftp: Opener) -> None:
    with sftp_server(tmp_path, encryption_algs=["aes128-cbc"], mac_algs=["hmac-sha1"]) as server:
        found, retry = refused(sftp(server))
    assert (found.code, retry) == ("NET-010", False)


def test_a_server_without_sftp(tmp_path: Path, sftp: Opener) -> None:
    with sftp_server(tmp_path, sftp_factory=None) as server:
        found, retry = refused(sftp(server))
    assert (found.code, retry) == ("NET-011", False)


def test_a_server_that_nobody_runs(server: Server, sftp: Opener) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        found, retry = refused(sftp(server, port=unused.getsockname()[1]))
    assert (found.code, retry) == ("NET-004", True)


def test_a_name_that_nobody_knows(server: Server, sftp: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    channel = sftp(server, host="sftp.epicerie.example")
    monkeypatch.setattr(socket, "create_connection", unknown)
    found, retry = refused(channel)
    assert (found.code, retry) == ("NET-003", True)
    assert "sftp.epicerie.example" in found.text


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 400\r\n\r\n"])
def test_a_server_that_says_nothing_more(server: Server, sftp: Opener, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        accepting = threading.Thread(target=_greet, args=(silent, greeting))
        accepting.start()
        found, retry = refused(sftp(server, port=silent.getsockname()[1]))
        accepting.join(10)
    assert (found.code, retry) == ("NET-005", True)


def _greet(listening: socket.socket, greeting: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.sendall(greeting)
        while connection.recv(4096):
            pass


def test_a_server_that_hangs_up_at_once(server: Server, sftp: Opener) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        hanging_up = threading.Thread(target=lambda: rude.accept()[0].close())
        hanging_up.start()
        found, retry = refused(sftp(server, port=rude.getsockname()[1]))
        hanging_up.join(10)
    assert (found.code, retry) == ("NET-015", True)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"host": None}, "host"),
        ({"user": ""}, "user"),
        ({"password": None}, "password"),
        ({"claim": "steal"}, "claim"),
        ({"port": "22"}, "port"),
        ({"in_flight": 0}, "in_flight"),
        ({"host_keys": ["AAAA"]}, "host_keys"),
        ({"host_keys": ["ssh-ed25519 nonsense"]}, "host_keys"),
        ({"host_keys": ["ssh-unknown AAAA"]}, "host_keys"),
    ],
)
def test_a_wrong_setting_is_named(server: Server, sftp: Opener, settings: dict[str, Any], name: str) -> None:
    with pytest.raises(ChannelError) as caught:
        sftp(server, **settings)
    found = caught.value.findings[0]
    assert (found.code, found.found, caught.value.retry) == ("NET-002", name, False)
