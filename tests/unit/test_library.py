"""The search path: the workspace first, then the library; code tables from the workspace alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi.library import Folders, Frozen, Recording


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    for name in (
        "mine/formats/a.toml",
        "mine/codes/articles.csv",
        "shipped/formats/a.toml",
        "shipped/formats/b.toml",
        "shipped/codes/articles.csv",
        "shipped/codes/vat.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return Folders(tmp_path / "mine", tmp_path / "shipped")


def test_the_workspace_wins_and_the_library_fills_in(folders: Folders) -> None:
    assert folders.read("formats/a.toml") == b"mine/formats/a.toml"
    assert folders.read("formats/b.toml") == b"shipped/formats/b.toml"
    assert folders.read("library:formats/a.toml") == b"shipped/formats/a.toml"
    assert folders.names("formats") == ["formats/a.toml", "formats/b.toml"]


def test_code_tables_of_the_example_never_reach_another_workspace(folders: Folders) -> None:
    assert folders.names("codes") == ["codes/articles.csv"]
    assert folders.read("codes/articles.csv") == b"mine/codes/articles.csv"
    with pytest.raises(KeyError):
        folders.read("codes/vat.csv")


def test_the_example_itself_has_its_own_code_tables(folders: Folders) -> None:
    example = Folders(folders.roots[1], folders.roots[1])
    assert example.names("codes") == ["codes/articles.csv", "codes/vat.csv"]


@pytest.mark.parametrize(
    "name", ["../edi.toml", "/etc/passwd", "formats/../../edi.toml", "formats/none.toml"]
)
def test_nothing_is_read_from_outside(folders: Folders, name: str) -> None:
    with pytest.raises(KeyError):
        folders.read(name)


def test_what_was_read_can_be_frozen(folders: Folders) -> None:
    recording = Recording(folders)
    recording.read("formats/a.toml")
    frozen = Frozen(recording.seen)
    assert frozen.names() == ["formats/a.toml"]
    assert frozen.read("formats/a.toml") == b"mine/formats/a.toml"
