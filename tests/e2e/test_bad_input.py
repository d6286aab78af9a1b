"""Bad files through the whole pipeline: each is refused with a reason, neighbours go on, no byte is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bad_files import RETAILER, SHOPKEEPER
from tests.example import Example, Said, over_folders

LIMIT = 200_000_000
OURS = ("714", "715")
"""Ends of the numbers of the two orders that are wrong in every copy of the demo's interchange."""

REFUSED = {
    "empty.edi": {"FILE-001"},
    "cut.edi": {"ENV-003", "ENV-004", "MSG-002"},
    "interchange_count.edi": {"ENV-005"},
    "interchange_reference.edi": {"ENV-006"},
    "segment_count.edi": {"MSG-003"},
    "message_reference.edi": {"MSG-004"},
    "utf8_as_ascii.edi": {"ELM-009"},
    "latin1_as_utf8.edi": {"ELM-009"},
    "no_such_day.edi": {"ELM-011"},
    "invoice.edi": {"MSG-001"},
    "only_invoices.edi": {"MSG-001"},
    "bell.edi": {"ELM-009"},
    "text.edi": {"FILE-002"},
    "garbage.edi": {"FILE-002"},
    "huge.edi": {"FILE-008"},
    "link.edi": {"NET-020"},
    "open_quote.csv": {"CSV-001"},
    "decimal_comma.csv": {"FLD-002"},
    "no_such_day.csv": {"FLD-007"},
    "latin1.csv": {"TEXT-001"},
    "short_row.csv": {"CSV-006"},
    "zero_byte.csv": {"CSV-002"},
    "empty.csv": {"FILE-001"},
}
"""File -> the codes of the errors that it gets; one that is not here gets none."""

TOLD = {"missing_column.csv": "CSV-011", "extra_column.csv": "CSV-010"}
"""File -> what is told about it although it passes."""

ONE_BAD_ORDER = {
    "segment_count.edi": 3,
    "message_reference.edi": 3,
    "no_such_day.edi": 3,
    "invoice.edi": 3,
    "bell.edi": 3,
    "decimal_comma.csv": 2,
    "no_such_day.csv": 2,
    "short_row.csv": 2,
    "zero_byte.csv": 2,
}
"""File with one bad order -> how many of its other orders pass."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Example, Said]]:
    """One run over all of them at once, and what it said."""
    example = over_folders(tmp_path_factory.mktemp("bad"))
    for name, data in RETAILER.items():
        example.drop("epicerie", name, data)
    for name, data in SHOPKEEPER.items():
        example.drop("boutique", name, data)
    folder = example.drop_folder("epicerie")
    for name, size in (("garbage.edi", LIMIT), ("huge.edi", LIMIT + 1)):
        (folder / name).touch()
        os.truncate(folder / name, size)
    (folder / "link.edi").symlink_to("/etc/passwd")
    yield example, example.run(code=1)
    for large in example.root.rglob("*garbage.edi"):
        large.unlink()


def findings(said: Said, name: str, severity: str = "error") -> list[dict[str, Any]]:
    """What was said about a file, without the two orders that are always wrong."""
    return [
        one
        for one in said["finding"]
        if one["file"].endswith(name)
        and one["severity"] == severity
        and not one.get("reference", "").endswith(OURS)
    ]


@pytest.mark.parametrize("name", [*RETAILER, *SHOPKEEPER, "garbage.edi", "huge.edi", "link.edi"])
def test_each_gets_the_errors_that_fit_and_no_other(day: tuple[Example, Said], name: str) -> None:
    found = findings(day[1], name)
    assert {one["code"] for one in found} == REFUSED.get(name, set())
    assert all(one["text"] and one["hint"] for one in found)


@pytest.mark.parametrize("name", TOLD)
def test_what_is_odd_but_harmless_is_told(day: tuple[Example, Said], name: str) -> None:
    said = findings(day[1], name, "warning") + findings(day[1], name, "notice")
    assert TOLD[name] in {one["code"] for one in said}


def messages(example: Example, name: str) -> list[str]:
    """The states of a file's messages, as `edi show` tells them."""
    status = example.said("status", "--latest", "50", code=1)
    file = next(one for one in status["file"] if one["name"] == name)
    return [message["state"] for message in example.said("show", file["id"])["message"]]


@pytest.mark.parametrize("name", ["good.edi", "good.csv"])
def test_good_neighbours_go_on(day: tuple[Example, Said], name: str) -> None:
    assert messages(day[0], name).count("accepted") == {"good.edi": 4, "good.csv": 3}[name]


@pytest.mark.parametrize("name", ONE_BAD_ORDER)
def test_a_bad_order_stops_alone(day: tuple[Example, Said], name: str) -> None:
    assert messages(day[0], name).count("accepted") == ONE_BAD_ORDER[name]


def test_nothing_is_lost(day: tuple[Example, Said]) -> None:
    """Every byte is in the archive, or still where the partner left it."""
    example, _ = day
    archive = example.workspace / "archive"
    for name, data in (RETAILER | SHOPKEEPER).items():
        copies = [path for path in archive.rglob(f"*_{name}") if "/in/" in path.as_posix()]
        assert data in [path.read_bytes() for path in copies], name
    left = {path.name for path in example.drop_folder("epicerie").iterdir()}
    assert left == {"huge.edi", "link.edi"}
    assert not list(example.drop_folder("boutique").iterdir())
    assert b"root:" not in b"".join(path.read_bytes() for path in archive.rglob("*passwd*"))


def test_everything_can_be_explained_afterwards(day: tuple[Example, Said]) -> None:
    example, _ = day
    assert example.said("audit", "verify")["summary"][0]["errors"] == 0
    assert example.said("replay")["summary"][0]["differences"] == 0
    assert example.run(code=1)["summary"][0]["files_in"] == 0


def test_a_file_that_is_still_being_written_is_left_for_the_next_run(tmp_path: Path) -> None:
    example = over_folders(tmp_path)
    path = example.drop("erp", "STOCK_20261122_2200.csv")
    with path.open("ab") as writing:
        said = example.run()
        assert [one["code"] for one in said["finding"]] == ["NET-023"]
        assert path.exists()
        writing.write(b"")
    assert example.run()["summary"][0]["files_out"] == 2
    assert len(example.received("boutique")) == len(example.received("shopify")) == 1


def test_no_file_stopped_the_program(day: tuple[Example, Said]) -> None:
    example, _ = day
    assert not list((example.workspace / ".edi" / "logs").iterdir())
    assert not list(Path(example.workspace / ".edi" / "claims").rglob("*.edi"))


def test_a_code_table_that_lacks_is_named_and_the_next_run_goes_on(tmp_path: Path) -> None:
    example = over_folders(tmp_path)
    table = example.workspace / "codes" / "vat.csv"
    kept = table.rename(tmp_path / "vat.csv")
    example.drop("boutique", "request_sql_7.csv")
    assert [one["found"] for one in example.run(code=2)["finding"]] == ["codes.vat"]

    kept.rename(table)
    assert example.run()["summary"][0]["messages"] == {"accepted": 3}
