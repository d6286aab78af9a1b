"""A fault is told once, however many rules it breaks."""

from __future__ import annotations

from edi import formats
from edi.library import shipped
from tests import jobs

HEAD = "Reference;Gamme1;Gamme2;Depot;StockReel;StockReserve;StockCommande;StockDispo"


def codes(name: str, data: bytes) -> list[tuple[str, str]]:
    staged = formats.load(name, shipped()).judge(data)
    return [(one.code, one.location.column) for one in staged.findings if one.severity == "error"]


def test_a_date_that_does_not_exist_is_one_finding_with_the_fields_name() -> None:
    data = jobs.interchange("1", [jobs.order(1, "C-1")]).replace(b"DTM+2:20261127", b"DTM+2:20261131")
    ((code, field),) = codes("edifact/d96a/orders", data)
    assert code.startswith("ELM-")
    assert field == "requested_delivery_date"


def test_a_value_that_does_not_convert_is_not_missing_as_well() -> None:
    data = jobs.interchange("1", [jobs.order(1, "C-1")]).replace(b"QTY+21:12", b"QTY+21:1x")
    assert len(codes("edifact/d96a/orders", data)) == 1


def test_a_value_that_is_missing_is_still_told() -> None:
    data = jobs.interchange("1", [jobs.order(1, "C-1")]).replace(b"QTY+21:12'", b"QTY+192:12'")
    assert codes("edifact/d96a/orders", data) == [("DOC-001", "quantity")]


def test_two_faults_in_two_rows_are_two_findings() -> None:
    rows = "\r\n".join([HEAD, "MIEL500;;;A;x;0;0;1", "TOME1K;;;A;1;0;0;y", ""])
    assert [field for _, field in codes("erp/stock", rows.encode())] == ["on_hand", "available"]


def test_findings_of_the_schema_name_their_file_and_their_place_in_it() -> None:
    good = jobs.interchange("1", [jobs.order(1, "C-1")])
    bad = jobs.interchange("2", [jobs.order(1, "C-2")]).replace(b"QTY+21:12'", b"QTY+192:12'")
    staged = formats.load("edifact/d96a/orders", shipped()).judge(good + bad, (0, len(good)))
    (found,) = [one for one in staged.findings if one.code == "DOC-001"]
    assert found.location.member == 1
    assert bad[found.location.offset :].startswith(b"LIN+1")
