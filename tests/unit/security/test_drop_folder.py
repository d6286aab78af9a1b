"""Risk: what lies in a drop folder is not a partner's file, but a way to our own files, or a trap."""

from __future__ import annotations

import os
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example import FILES, Example, Said, over_folders

OUTSIDE = b"root:x:0:0: nobody's business"
LONG = b"x" * 201 + b".edi"
NAMES = (
    b"line\nbreak.edi",
    b"\x1b[31mred.edi",
    b"invoice\xe2\x80\xaeide.exe",
    b"no-text-\xff\xfe.edi",
    b"back\\slash.edi",
    LONG,
)
"""Names with a line end, a terminal's command, reversed direction, no UTF-8, a path of Windows, no end."""


def names(folder: Path) -> list[bytes]:
    """The bytes of all names in a folder."""
    with os.scandir(os.fsencode(folder)) as entries:
        return sorted(entry.name for entry in entries)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Example, Said, list[bytes]]]:
    """The retailer's drop folder full of traps after a run: what was said, what lay there before."""
    root = tmp_path_factory.mktemp("traps")
    example = over_folders(root)
    folder = example.drop_folder("epicerie")
    (root / "outside").mkdir()
    (root / "outside" / "passwd").write_bytes(OUTSIDE)
    (folder / "link.edi").symlink_to(root / "outside" / "passwd")
    (folder / "linked-folder").symlink_to(root / "outside")
    os.link(root / "outside" / "passwd", folder / "second-name.edi")
    os.mkfifo(folder / "pipe.edi")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.relpath(folder / "door.edi"))
    for name in NAMES:
        (folder / os.fsdecode(name)).write_bytes(b"UNB+trap'")
    before = names(folder)
    said = example.run(code=1)
    listener.close()
    yield example, said, before


def test_nothing_but_plain_files_is_touched(swept: tuple[Example, Said, list[bytes]]) -> None:
    example, said, before = swept
    assert names(example.drop_folder("epicerie")) == before
    assert said["summary"][0]["files_in"] == 0


def test_each_refusal_is_told_on_one_harmless_line(swept: tuple[Example, Said, list[bytes]]) -> None:
    _, said, before = swept
    told = [one["text"] for one in said["finding"]]
    assert all(text.isprintable() for text in told)
    links = {b"linked-folder"}
    assert len(told) >= len(before) - len(links)
    assert any("\\x1b[31mred.edi" in text for text in told)


def test_no_byte_from_outside_came_in(swept: tuple[Example, Said, list[bytes]]) -> None:
    example, _, _ = swept
    ours = [path for path in example.workspace.rglob("*") if path.is_file() and not path.is_symlink()]
    assert ours and not [path for path in ours if OUTSIDE in path.read_bytes()]
    assert (example.root / "outside" / "passwd").read_bytes() == OUTSIDE


def test_names_that_differ_only_in_how_an_accent_is_written_are_two_files(tmp_path: Path) -> None:
    """Risk: the second of two such names replaces the first, on a system that takes them for one."""
    example = over_folders(tmp_path)
    data = (FILES / "epicerie" / "ORDERS_4711.edi").read_bytes()
    one, other = unicodedata.normalize("NFC", "été.edi"), unicodedata.normalize("NFD", "été.edi")
    example.drop("epicerie", one, data)
    example.drop("epicerie", other, data.replace(b"4711", b"4712"))
    said = example.run(code=1)
    assert said["summary"][0]["files_in"] == 2
    kept = [p for p in (example.workspace / "archive").rglob("*.edi") if "in" in p.parts]
    assert len({p.read_bytes() for p in kept}) == 2
    assert len({unicodedata.normalize("NFC", p.name).casefold() for p in kept}) == 2
