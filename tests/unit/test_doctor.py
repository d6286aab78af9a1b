"""`edi doctor`: each thing that could go wrong on a machine is noticed, and said with what to do."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

import pytest

from edi import doctor
from edi.doctor import Examined
from edi.workspace import Workspace

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDS1ftnrfNMtb9ZEAcjpBGLwIfgHMPHpSRdFCH8gi5UN"
CONFIGURATION = f"""\
[workspace]
name = "Comptoir des Alpes"

[partners.erp]
name = "Sage 100"
[partners.erp.channels.folder]
type = "folder"
path = "erp"

[partners.epicerie]
name = "Épicerie Générale"
[partners.epicerie.channels.sftp]
type = "sftp"
host = "sftp.epicerie.example"
user = "comptoir"
password = "env:EPICERIE_PASSWORD"
host_keys = ["{KEY}"]
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("EPICERIE_PASSWORD", "fraise-des-bois")
    (tmp_path / "erp").mkdir()
    (tmp_path / "edi.toml").write_text(CONFIGURATION)
    (tmp_path / "edi.toml").chmod(0o600)
    return Workspace.open(tmp_path)


def codes(examined: list[Examined]) -> list[str]:
    return [one.finding.code for one in examined if one.finding is not None]


def test_a_healthy_workspace_has_nothing_to_repair(workspace: Workspace) -> None:
    assert set(codes(list(doctor.workspace(workspace)))) <= {"SYS-004", "SYS-005"}


def test_this_environment_has_no_library_known_to_be_bad() -> None:
    assert codes(list(doctor.machine())) == []


@pytest.mark.parametrize(
    ("seen", "bad"), [("6.1.0", True), ("5.4", True), ("6.1.1", False), ("6.10.0", False)]
)
def test_a_release_known_to_be_bad_is_named(monkeypatch: pytest.MonkeyPatch, seen: str, bad: bool) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: seen if name == "lxml" else "999")
    found = [one for one in doctor.machine() if one.finding]
    assert [one.name for one in found] == (["lxml"] if bad else [])


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise doctor.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", absent)
    assert set(codes(list(doctor.machine()))) == {"SYS-001"}


def test_a_state_open_to_others_is_refused(workspace: Workspace) -> None:
    workspace.prepare()
    workspace.state.chmod(0o777)
    assert "CFG-030" in codes(list(doctor.workspace(workspace)))


def test_a_configuration_open_to_others_is_told(workspace: Workspace) -> None:
    (workspace.root / "edi.toml").chmod(0o666)
    assert "SYS-002" in codes(list(doctor.workspace(workspace)))


def test_a_workspace_under_git_is_told(workspace: Workspace) -> None:
    (workspace.root / ".git").mkdir()
    assert "CFG-031" in codes(list(doctor.workspace(workspace)))


@pytest.mark.parametrize(("free", "severity"), [(1_000_000, "error"), (1_000_000_000, "warning")])
def test_a_full_disk_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, free: int, severity: str
) -> None:
    usage = doctor.shutil.disk_usage(workspace.root)._replace(free=free)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    found = [one.finding for one in doctor.workspace(workspace) if one.finding and one.name == "space"]
    assert [(one.code, one.severity) for one in found] == [("SYS-004", severity)]


def test_a_clock_behind_the_ledger_is_told(workspace: Workspace) -> None:
    workspace.prepare()
    ledger = workspace.state / "ledger.sqlite3"
    ledger.touch()
    os.utime(ledger, (time.time() + 3600,) * 2)
    assert "SYS-006" in codes(list(doctor.workspace(workspace)))


def test_every_channel_says_its_grade_and_its_pinned_keys(workspace: Workspace) -> None:
    seen = {one.name: one.seen for one in doctor.channels(workspace)}
    assert (
        seen["epicerie/sftp host key 1"] == "ssh-ed25519 SHA256:+lYkgHl/OWoBu6T1TxpCTLD3GEcWEJIS6+9WlT+tCp0"
    )
    assert seen["erp/folder"].startswith("grade A")
    assert seen["epicerie/sftp"].startswith("grade ")


@pytest.mark.parametrize(
    "key",
    [
        "ssh-rsa " + KEY.split()[1],
        "ssh-ed25519 AAAA",
        "ssh-ed25519 " + base64.b64encode(b"x").decode(),
        "x =",
    ],
)
def test_a_host_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        doctor.fingerprint(key)


def test_a_channel_without_its_secret_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EPICERIE_PASSWORD")
    assert codes(list(doctor.channels(workspace, connect=True)))


def test_connecting_looks_into_the_folders_that_routes_pick_up(workspace: Workspace) -> None:
    root = workspace.root
    (root / "formats").mkdir()
    (root / "formats" / "demo.toml").touch()
    (root / "erp" / "out").mkdir()
    (root / "erp" / "out" / "one.edi").write_text("x")
    route = """
[routes.orders]
from = { partner = "erp", channel = "folder", folder = "out" }
format = "demo"
[[routes.orders.to]]
partner = "erp"
channel = "folder"
folder = "in"
format = "demo"
name = "{reference}"
"""
    (root / "edi.toml").write_text(CONFIGURATION + route)
    opened = Workspace.open(root)
    opened.prepare()
    seen = {one.name: one.seen for one in doctor.channels(opened, connect=True)}
    assert seen["erp/folder"].endswith("Files: out: 1")
