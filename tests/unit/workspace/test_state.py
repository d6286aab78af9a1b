"""The state of a workspace: made for its owner, refused when others could change it; and its secrets."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.secret import resolve
from edi.workspace import Workspace


def code_of(caught: pytest.ExceptionInfo[EdiError]) -> str:
    return caught.value.findings[0].code


def test_state_folders_are_made_for_their_owner_alone(root: Path) -> None:
    workspace = Workspace.open(root)
    workspace.prepare()
    workspace.prepare()
    for folder in (workspace.state, workspace.temporary, workspace.logs, root / ".edi" / "claims"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_channel_may_keep_its_claims_on_its_own_disk(root: Path) -> None:
    text = (root / "edi.toml").read_text()
    (root / "edi.toml").write_text(text.replace('path = "erp"', 'path = "erp"\nclaims = "erp/.claims"'))
    workspace = Workspace.open(root)
    workspace.prepare()
    own = workspace.claims(workspace.partners["erp"].channels["folder"])
    other = workspace.claims(workspace.partners["epicerie"].channels["sftp"])
    assert (own, other) == (root / "erp" / ".claims", root / ".edi" / "claims")
    assert own.is_dir()


@pytest.mark.parametrize("name", [".edi", "archive"])
@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_state_that_others_may_change_is_refused(root: Path, name: str, mode: int) -> None:
    workspace = Workspace.open(root)
    workspace.prepare()
    (root / name).chmod(mode)
    with pytest.raises(EdiError) as caught:
        workspace.prepare()
    assert code_of(caught) == "CFG-030"


def test_a_state_that_is_a_link_is_refused(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / ".edi").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(EdiError) as caught:
        Workspace.open(root).prepare()
    assert code_of(caught) == "CFG-032"


@pytest.mark.parametrize("tree", ["shop", "."])
def test_a_workspace_in_a_git_work_tree_is_refused_unless_meant(tmp_path: Path, tree: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "edi.toml").write_text('[workspace]\nname = "Comptoir des Alpes"\n')
    workspace = Workspace.open(tmp_path / "shop")
    workspace.refuse_git_tree()
    (tmp_path / tree / ".git").mkdir()
    with pytest.raises(EdiError) as caught:
        workspace.refuse_git_tree()
    assert code_of(caught) == "CFG-031"
    workspace.refuse_git_tree(here=True)


def test_a_secret_comes_from_the_environment_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPICERIE_PASSWORD", "fraise-des-bois")
    (tmp_path / "key").write_text("myrtille\n")
    (tmp_path / "key").chmod(0o600)
    assert resolve("env:EPICERIE_PASSWORD", tmp_path).reveal() == "fraise-des-bois"
    assert resolve("file:key", tmp_path).reveal() == "myrtille"


def test_a_secret_shows_itself_to_nobody_by_accident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICERIE_PASSWORD", "fraise-des-bois")
    secret = resolve("env:EPICERIE_PASSWORD", tmp_path)
    assert "fraise" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "key").write_text("myrtille")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(EdiError) as caught:
        resolve("file:key", tmp_path)
    assert code_of(caught) == "SEC-003"


@pytest.mark.parametrize("reference", ["file:absent", "file:folder", "file:link", "file:binary"])
def test_a_secret_that_is_no_plain_text_file_is_refused(tmp_path: Path, reference: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "target").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "binary").chmod(0o600)
    (tmp_path / "folder").chmod(0o700)
    with pytest.raises(EdiError) as caught:
        resolve(reference, tmp_path)
    assert code_of(caught) == "SEC-003"


@pytest.mark.parametrize(
    ("reference", "code"), [("hunter2", "SEC-001"), ("env:", "SEC-001"), ("env:NONE", "SEC-002")]
)
def test_what_is_no_reference_is_refused_without_showing_it(
    tmp_path: Path, reference: str, code: str
) -> None:
    with pytest.raises(EdiError) as caught:
        resolve(reference, tmp_path)
    assert code_of(caught) == code
    assert "hunter2" not in str(caught.value)
