"""`edi lint`: what would go wrong with the first order of the day is said before it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from edi.linting import doubles, lint
from edi.model import Finding
from edi.workspace import Workspace
from edi.workspace.starting import add_partner, create

STEP = "transforms/order/articles/order_lines.sql"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    create(tmp_path / "alpes", "Comptoir des Alpes")
    add_partner(tmp_path / "alpes", "Épicerie Générale", "json/order", "json/order")
    return tmp_path / "alpes"


@pytest.fixture
def linted(root: Path) -> Callable[[str, str], list[Finding]]:
    """The findings after one file of the workspace was written."""

    def written(name: str, text: str) -> list[Finding]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return list(lint(Workspace.open(root)))

    return written


def test_a_new_partner_needs_no_repair(root: Path) -> None:
    assert [one for one in lint(Workspace.open(root)) if one.severity == "error"] == []


def test_an_unknown_column_of_a_step_is_named_with_its_file(
    linted: Callable[[str, str], list[Finding]],
) -> None:
    (found,) = linted(STEP, "SELECT * REPLACE (upper(skuu) AS sku) FROM order_lines")
    assert found.code.startswith("SQL-")
    assert found.location.file == STEP
    assert "sku" in f"{found.text} {found.hint}"


def test_a_step_that_would_make_floats_is_refused(linted: Callable[[str, str], list[Finding]]) -> None:
    found = linted(STEP, "SELECT * REPLACE (net_amount / quantity AS unit_price) FROM order_lines")
    assert found and found[0].location.file == STEP


def test_a_check_that_cannot_run_is_named(linted: Callable[[str, str], list[Finding]]) -> None:
    found = linted("transforms/checks/order/dates.sql", "SELECT message FROM orders")
    assert [one.location.file for one in found] == ["transforms/checks/order/dates.sql"]


def test_a_broken_descriptor_is_named(linted: Callable[[str, str], list[Finding]]) -> None:
    found = linted("formats/json/order.toml", 'title = "x"\ndocument = "ordr"\nsyntax = "json"\n')
    assert found and all(one.code.startswith("FMT-") for one in found)


def test_a_code_table_that_cannot_be_read_is_named(linted: Callable[[str, str], list[Finding]]) -> None:
    found = linted("codes/articles.csv", "gtin,gtin\n1,2\n")
    assert "codes/articles.csv" in {one.location.file for one in found}


def test_a_doubled_key_of_a_code_table_is_named_with_both_lines(
    linted: Callable[[str, str], list[Finding]],
) -> None:
    text = "key,kind,customer,name,accounting_category,depot,delivery_label\n"
    text += "3020110000001,gln,EPIC,,1,,\n3020110000001,vat,EPIC,,1,,\n3020110000001,gln,AUTRE,,1,,\n"
    (found,) = [one for one in linted("codes/customers.csv", text) if one.code == "CFG-040"]
    assert (found.location.file, found.location.line) == ("codes/customers.csv", 4)
    assert "line 2" in found.text


def test_two_formats_that_cannot_be_told_apart_are_named(root: Path) -> None:
    text = (root / "edi.toml").read_text(encoding="utf-8")
    (root / "formats" / "twin.toml").write_text('extends = "library:json/order"\ntitle = "Twin"\n')
    twin = text[text.index("[routes.") :].replace("routes.order-epicerie-generale", "routes.twin")
    twin = twin.replace('"json/order"', '"twin"', 1)
    (root / "edi.toml").write_text(f"{text}\n{twin}", encoding="utf-8")
    found = [one for one in lint(Workspace.open(root)) if one.code == "CFG-041"]
    assert "twin" in found[0].text and "json/order.example.json" in found[0].text


@pytest.mark.parametrize(("direction", "place"), [("write", 0), ("read", 1)])
def test_a_format_is_used_in_the_direction_that_it_has(root: Path, direction: str, place: int) -> None:
    own = f'extends = "library:json/order"\ntitle = "Own"\ndirection = "{direction}"\n'
    (root / "formats" / "own.toml").write_text(own)
    parts = (root / "edi.toml").read_text(encoding="utf-8").split('format = "json/order"')
    parts[place] += 'format = "own"'
    parts[1 - place] += 'format = "json/order"'
    (root / "edi.toml").write_text("".join(parts), encoding="utf-8")
    assert "CFG-042" in {one.code for one in lint(Workspace.open(root))}


def test_an_empty_key_is_no_double() -> None:
    table = pa.table({"gtin": pa.array([None, None, "1"], pa.string()), "sku": ["a", "b", "c"]})
    assert doubles("articles", table) == []


def test_a_table_of_ones_own_is_doubled_when_whole_rows_are() -> None:
    table = pa.table({"a": ["1", "1", "1"], "b": ["x", "y", "x"]})
    assert [one.location.line for one in doubles("own", table)] == [4]
