"""Every command of the README and the runbook is run, in the situation that its section speaks of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from edi import formats
from edi.ledger.states import markdown
from edi.library import Folders, library_root
from tests.console import Reader, commands
from tests.example import ROOT, Example, over_folders

DOCUMENTS = ("README.md", "runbook.md")
LIBRARY = Folders(library_root())


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def sections(document: str) -> list[Any]:
    """The sections of a document that name commands, by their titles."""
    parts = re.split(r"^## ", text_of(document), flags=re.MULTILINE)[1:]
    return [pytest.param(part, id=part.partition("\n")[0]) for part in parts if any(commands(part))]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a newcomer has: the files of the clone, and a virtual environment to activate."""
    folder = tmp_path / "clone"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "activate").touch()
    for name in ("demo", "codes"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """A workspace after a day's work: orders passed and refused, stock sent, one file come again."""
    example = over_folders(tmp_path_factory.mktemp("yesterday"))
    example.drop_all()
    example.run(code=1)
    example.drop("epicerie", "ORDERS_4711.edi")
    return example


@pytest.fixture
def day(yesterday: Example, tmp_path: Path) -> Example:
    """The same workspace in a folder of its own."""
    return yesterday.copied(tmp_path / "day")


def identifiers(day: Example) -> dict[str, str]:
    """What stands for identifiers in the runbook."""
    files = day.said("status")["file"]
    orders, stock = (next(one["id"] for one in files if one["partner"] == who) for who in ("epicerie", "erp"))
    shown = day.said("show", orders)
    delivery = shown["delivery"][0]["id"]
    return {"FILE": orders, "RUN": shown["file"][0]["run"], "DELIVERY": delivery, "STOCK": stock}


def statement(day: Example) -> str:
    """The bank's statement has come, and two of its payments are held; its identifier."""
    day.drop_later("banque")
    day.run(code=1)
    return str(next(one["id"] for one in day.said("status", code=1)["file"] if one["partner"] == "banque"))


@pytest.mark.parametrize("section", sections("README.md"))
def test_the_readme_does_what_it_says(section: str, clone: Path) -> None:
    assert Reader(clone).follows(section) == []


@pytest.mark.parametrize("section", sections("runbook.md"))
def test_the_runbook_does_what_it_says(section: str, day: Example, tmp_path: Path) -> None:
    known = identifiers(day)
    if "$STATEMENT" in section:
        known["STATEMENT"] = statement(day)
    home = tmp_path / "home"
    home.mkdir()
    reader = Reader(home, **known)
    assert reader.follows(f"```console\n$ cd {day.workspace}\n```\n{section}") == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_command_stands_where_nobody_runs_it(document: str) -> None:
    written = re.findall(r"^\$ ", text_of(document), re.MULTILINE)
    assert len(written) == sum(1 for one in sections(document) for _ in commands(one.values[0])) > 0


def test_the_table_of_states_is_the_one_of_the_ledger() -> None:
    expected = f"<!-- states -->\n{markdown()}<!-- /states -->"
    assert expected in text_of("runbook.md"), "put edi.ledger.states.markdown() there"


def test_the_table_of_formats_is_the_library() -> None:
    row = re.compile(r"^\| (`.+/.+`) .* \| (yes)? ?\| (yes)? ?\| (\w+) \|$", re.MULTILINE)
    told = {
        name: (bool(reads), bool(writes), document)
        for names, reads, writes, document in row.findall(text_of("README.md"))
        for name in re.findall(r"`(.+?)`", names)
    }
    known = [formats.load(name, LIBRARY) for name in formats.names(LIBRARY)]
    assert told == {
        one.name: (one.direction != "write", one.direction != "read", one.document.name) for one in known
    }


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", text_of(document)):
        assert (ROOT / target).exists(), target
