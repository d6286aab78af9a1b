"""The first steps of a stranger: a workspace, then a partner, each usable at once and nothing overwritten."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.workspace import Workspace
from edi.workspace.starting import add_partner, create, slug


def code_of(caught: pytest.ExceptionInfo[EdiError]) -> str:
    return caught.value.findings[0].code


@pytest.fixture
def root(tmp_path: Path) -> Path:
    create(tmp_path / "alpes", "Comptoir des Alpes")
    return tmp_path / "alpes"


def test_a_new_workspace_can_be_opened_at_once(root: Path) -> None:
    workspace = Workspace.open(root)
    assert workspace.name == "Comptoir des Alpes"
    for folder in ("inbox", "outbox", "archive", "codes"):
        assert (root / folder).is_dir()
    assert "/.edi/" in (root / ".gitignore").read_text()


@pytest.mark.parametrize("name", ['Les "Frères" \\ Fils', "Търговска къща", "tab\tand\x01control"])
def test_any_company_name_is_written_as_it_is(tmp_path: Path, name: str) -> None:
    create(tmp_path / "shop", name)
    assert Workspace.open(tmp_path / "shop").name == name


def test_a_workspace_is_never_overwritten(root: Path) -> None:
    before = (root / "edi.toml").read_bytes()
    with pytest.raises(EdiError) as caught:
        create(root)
    assert code_of(caught) == "CLI-003"
    assert (root / "edi.toml").read_bytes() == before


def test_a_partner_is_added_and_the_rest_keeps_every_byte(root: Path) -> None:
    before = (root / "edi.toml").read_bytes()
    added = add_partner(root, "Épicerie Générale", "json/order", "sage100/orders")
    workspace = Workspace.open(root)
    route = workspace.routes[added.route]
    assert (root / "edi.toml").read_bytes().startswith(before)
    assert workspace.partners["epicerie-generale"].name == "Épicerie Générale"
    assert (route.format, route.targets[0].format) == ("json/order", "sage100/orders")
    assert (route.steps, route.targets[0].steps) == (("order/articles",), ("sage100/orders",))
    assert route.checks["unknown_article"] == "reject"
    assert route.checks["already_seen"] == "ignore"
    assert workspace.folder(route.source).is_dir()


def test_the_code_tables_that_the_route_reads_are_begun_and_never_replaced(root: Path) -> None:
    (root / "codes" / "articles.csv").write_text("gtin,sku\n3012345100014,MIEL-500\n")
    added = add_partner(root, "Épicerie Générale", "json/order", "sage100/orders")
    assert "codes/customers.csv" in added.files
    assert "codes/articles.csv" not in added.files
    assert "MIEL-500" in (root / "codes" / "articles.csv").read_text()


def test_without_a_target_documents_become_json(root: Path) -> None:
    added = add_partner(root, "Boutique", "json/stock")
    (target,) = Workspace.open(root).routes[added.route].targets
    assert (target.format, target.name) == ("json/stock", "{stem}.{reference}.json")


def test_a_partner_is_added_once(root: Path) -> None:
    add_partner(root, "Boutique", "json/stock")
    before = (root / "edi.toml").read_bytes()
    with pytest.raises(EdiError) as caught:
        add_partner(root, "BOUTIQUE", "json/stock")
    assert code_of(caught) == "CLI-004"
    assert (root / "edi.toml").read_bytes() == before


@pytest.mark.parametrize(("source", "target"), [("json/ordre", ""), ("json/order", "sage100/ordres")])
def test_with_an_unknown_format_nothing_is_changed(root: Path, source: str, target: str) -> None:
    before = sorted(root.rglob("*")), (root / "edi.toml").read_bytes()
    with pytest.raises(EdiError) as caught:
        add_partner(root, "Boutique", source, target)
    assert caught.value.findings[0].code[:3] in ("CFG", "FMT")
    assert (sorted(root.rglob("*")), (root / "edi.toml").read_bytes()) == before


def test_a_file_without_a_last_line_end_stays_readable(root: Path) -> None:
    path = root / "edi.toml"
    path.write_text(path.read_text().rstrip("\n") + "  # the end")
    path.chmod(0o640)
    add_partner(root, "Boutique", "json/stock")
    assert set(tomllib.loads(path.read_text())["partners"]) == {"boutique"}
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Épicerie Générale", "epicerie-generale"),
        ("  L’Étoile & Cie. ", "letoile-cie"),
        ("Търговска къща", "targovska-kashta"),
        ("Cœur", "coeur"),
        ("你好", ""),
        ("x" * 90, "x" * 40),
    ],
)
def test_an_id_is_made_of_the_name(name: str, id_: str) -> None:
    assert slug(name) == id_
