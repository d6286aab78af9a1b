"""`edi doctor --connect` against a real server: what works comes with its promise, what fails with why."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi import doctor
from edi.doctor import Examined
from edi.workspace import Workspace
from tests.servers import PASSWORD, Server, sftp_server

OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDS1ftnrfNMtb9ZEAcjpBGLwIfgHMPHpSRdFCH8gi5UN"


def examined(root: Path, server: Server, pin: str) -> Examined:
    """What the doctor says about the one SFTP channel of a workspace with a route from it."""
    (root / "formats").mkdir()
    (root / "formats" / "demo.toml").touch()
    (root / "edi.toml").write_text(f"""
[workspace]
name = "Comptoir des Alpes"
[partners.epicerie]
name = "Épicerie Générale"
[partners.epicerie.channels.sftp]
type = "sftp"
host = "{server.host}"
port = {server.port}
user = "epicerie"
password = "env:EPICERIE_PASSWORD"
host_keys = ["{pin}"]
[routes.orders]
from = {{ partner = "epicerie", channel = "sftp", folder = "orders" }}
format = "demo"
[[routes.orders.to]]
partner = "epicerie"
channel = "sftp"
folder = "done"
format = "demo"
name = "{{reference}}"
""")
    workspace = Workspace.open(root)
    workspace.prepare()
    (found,) = [one for one in doctor.channels(workspace, connect=True) if one.name == "epicerie/sftp"]
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EPICERIE_PASSWORD", PASSWORD)
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


def test_a_server_that_answers_is_said_with_grade_and_files(root: Path, tmp_path: Path) -> None:
    with sftp_server(tmp_path / "server") as server:
        (server.folder("epicerie", "orders") / "one.edi").write_text("x")
        found = examined(root, server, server.pin)
    assert found.finding is None
    assert found.seen.startswith("grade ") and found.seen.endswith("Files: orders: 1")


def test_a_server_with_another_key_is_refused_and_said(root: Path, tmp_path: Path) -> None:
    with sftp_server(tmp_path / "server") as server:
        found = examined(root, server, OTHER)
    assert found.finding is not None and found.finding.severity == "error"
    assert "SHA256:" in f"{found.finding.text} {found.finding.hint} {found.finding.found}"
    assert server.logins == []


def test_a_wrong_password_is_said(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICERIE_PASSWORD", "myrtille-42")
    with sftp_server(tmp_path / "server") as server:
        found = examined(root, server, server.pin)
    assert found.finding is not None
    assert "myrtille-42" not in repr(found)
