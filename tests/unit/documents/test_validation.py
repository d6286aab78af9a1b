"""What an operator is told about a document that breaks its schema."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from edi import documents
from edi.documents.validation import SHOWN
from edi.library import shipped
from edi.model import Finding
from edi.tables import Tables

ORDER = documents.load("order", shipped())
STOCK = documents.load("stock", shipped())


def order(**fields: Any) -> dict[str, Any]:
    return {"number": "4500012345", "lines": [{"quantity": "2"}], **fields}


def faults(*objects: dict[str, Any]) -> list[Finding]:
    return ORDER.validate(ORDER.from_json(objects))


@pytest.mark.parametrize(
    ("fields", "code", "column", "found"),
    [
        ({"number": ""}, "DOC-003", "number", ""),
        ({"currency": "euro"}, "DOC-002", "currency", "euro"),
        ({"currency": "eur"}, "DOC-004", "currency", "eur"),
        ({"buyer_gln": "302011000000"}, "DOC-004", "buyer_gln", "302011000000"),
        ({"lines": []}, "DOC-007", "lines", ""),
        ({"lines": [{"sku": "MIEL-500"}]}, "DOC-001", "quantity", ""),
        ({"charges": [{"kind": "rabais"}]}, "DOC-005", "kind", "rabais"),
    ],
)
def test_each_rule_names_code_field_and_value(
    fields: dict[str, Any], code: str, column: str, found: str
) -> None:
    told = [f for f in faults(order(**fields)) if f.code == code]
    assert [(f.location.column, f.found, f.severity) for f in told] == [(column, found, "error")]


def test_neighbours_of_a_bad_order_are_untouched() -> None:
    told = faults(order(), order(buyer_country="France"), order())
    assert {f.message for f in told} == {1}


def test_an_integer_below_its_minimum_is_found() -> None:
    report = documents.load("report", shipped())
    told = report.validate(report.from_json([{"line": 1}, {"line": 0}]))
    assert [(f.code, f.message, f.location.column) for f in told] == [("DOC-006", 1, "line")]


def test_the_place_in_the_file_comes_from_the_row() -> None:
    tables = with_lineage(ORDER.from_json([order(), order(lines=[{"quantity": "1"}, {"gtin": "12"}])]))
    told = {f.code: f.location for f in ORDER.validate(tables)}
    assert told["DOC-001"].line == told["DOC-004"].line == 102
    assert (told["DOC-001"].segment, told["DOC-001"].offset) == (12, 1002)


def with_lineage(tables: Tables) -> Tables:
    staged = {}
    for name, table in tables.items():
        for column, start, kind in (
            ("_line", 100, "int64"),
            ("_segment", 10, "int32"),
            ("_offset", 1000, "int64"),
        ):
            table = table.append_column(column, pa.array(range(start, start + len(table)), kind))
        staged[name] = table
    return staged


def test_text_and_hint_are_for_people() -> None:
    (told,) = faults(order(currency="eur"))
    assert told.text == "orders 1: currency is eur; expected ISO 4217 currency code."
    assert told.hint.startswith("Ask the partner to correct currency, or map it")
    (told,) = faults(order(lines=[{}]))
    assert told.text == "order_lines 1: quantity is missing."
    assert told.hint.startswith(
        "Ask the partner to fill quantity (Quantity ordered, in the unit of the line)"
    )


def test_a_child_without_its_parent_is_found() -> None:
    tables = ORDER.from_json([order(charges=[{"kind": "charge"}]), order()])
    told = ORDER.validate({**tables, "orders": tables["orders"].slice(1)})
    assert {(f.code, f.message) for f in told} == {("DOC-008", 0)}
    assert len(told) == 2  # the line and the charge


def test_parents_in_any_order_find_their_children() -> None:
    tables = ORDER.from_json([order(), order(lines=[{"quantity": "1"}] * 2), order()])
    turned = tables["orders"].take([2, 0, 1])
    assert ORDER.validate({**tables, "orders": turned}) == []


def test_lines_of_one_order_do_not_serve_another() -> None:
    tables = ORDER.from_json([order(lines=[{"quantity": "1"}] * 2), order()])
    lines = tables["order_lines"].slice(0, 2)
    told = ORDER.validate({**tables, "order_lines": lines})
    assert [(f.code, f.message) for f in told] == [("DOC-007", 1)]


def test_a_missing_child_table_is_an_empty_one() -> None:
    tables = ORDER.from_json([order()])
    told = ORDER.validate({"orders": tables["orders"]})
    assert [f.code for f in told] == ["DOC-007"]


def test_a_column_of_another_type_condemns_the_batch() -> None:
    tables = STOCK.from_json([{"sku": "MIEL-500", "on_hand": "12"}])
    place = tables["stock_levels"].schema.get_field_index("on_hand")
    wrong = tables["stock_levels"].set_column(place, "on_hand", pa.array([12.0]))
    (told,) = STOCK.validate({"stock_levels": wrong})
    assert (told.code, told.message, told.found) == ("DOC-009", None, "double")


def test_repeated_faults_are_cut_by_message_but_every_message_is_judged() -> None:
    many = {"number": "1", "lines": [{}] * (SHOWN + 7)}
    told = faults(many, order(), {"number": "2", "lines": [{}]})
    first = [f for f in told if f.message == 0]
    assert len(first) == SHOWN + 1
    assert first[-1].code == "DOC-010" and first[-1].found == "7"
    assert [f.code for f in told if f.message == 2] == ["DOC-001"]
