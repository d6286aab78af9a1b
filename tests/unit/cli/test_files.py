"""Commands about files: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from edi.cli import app
from edi.library import shipped

ORDERS = "formats/edifact/d96a/orders.example.edi"


def edi(command: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, [command, *arguments])


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "orders.edi"
    path.write_bytes(shipped().read(ORDERS))
    return path


@pytest.fixture
def broken(orders: Path) -> Path:
    orders.write_bytes(orders.read_bytes().replace(b"QTY+21:48:", b"QTY+21:x48:"))
    return orders


def test_read_prints_one_document_a_line(orders: Path) -> None:
    result = edi("read", str(orders), "--json")
    first, second = objects(result.stdout)
    assert (result.exit_code, first["kind"], second["document"]["number"]) == (0, "document", "4500012878")
    assert first["document"]["lines"][0]["quantity"] == "24"
    assert not any(key.startswith("_") for key in first["document"])


def test_validate_ends_with_a_verdict(orders: Path, broken: Path) -> None:
    result = edi("validate", str(broken), "--json")
    *findings, summary = objects(result.stdout)
    assert result.exit_code == 1
    assert (summary["verdict"], summary["messages"], summary["refused"]) == ("refused", 2, 1)
    assert {(one["tag"], one["segment"]) for one in findings if "tag" in one} == {("QTY", 40)}


def test_convert_leaves_out_what_is_refused(broken: Path, tmp_path: Path) -> None:
    target = tmp_path / "orders.jsonl"
    result = edi("convert", str(broken), "--to", "json/order", "--output", str(target))
    assert result.exit_code == 1
    assert [one["number"] for one in objects(target.read_text("utf-8"))] == ["4500012878"]


def test_convert_there_and_back_gives_the_same_bytes(orders: Path, tmp_path: Path) -> None:
    there, back = tmp_path / "orders.jsonl", tmp_path / "back.edi"
    assert edi("convert", str(orders), "--to", "json/order", "-o", str(there)).exit_code == 0
    assert edi("convert", str(there), "--to", "edifact/d96a/orders", "-o", str(back)).exit_code == 0
    segments = [data.read_bytes().split(b"\r\n")[1:-2] for data in (orders, back)]
    assert segments[0] == segments[1]


def test_inspect_names_segments_and_shows_findings_in_place(broken: Path) -> None:
    result = edi("inspect", str(broken))
    lines = result.stdout.splitlines()
    place = next(n for n, line in enumerate(lines) if "x48" in line)
    assert "QTY Quantity" in "\n".join(lines[place - 4 : place])
    assert any(line.startswith("error ELM-") for line in lines[place : place + 5])


def test_formats_are_listed_and_tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed = objects(edi("formats", "list", "--json").stdout)
    assert {"sage100/orders", "edifact/d96a/orders", "prestashop/stock"} <= {one["name"] for one in listed}
    assert edi("formats", "test", "sage100/orders", "erp/stock").exit_code == 0
    assert edi("formats", "diff", "sage100/orders", "sage100/v14/orders").exit_code == 1
    assert edi("formats", "diff", "erp/stock", "erp/stock").exit_code == 0
