"""Documents as nested objects and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import documents
from edi.findings import EdiError
from edi.library import shipped
from tests.strategies import objects, tables

ORDER = documents.load("order", shipped())
STOCK = documents.load("stock", shipped())


@given(made=st.lists(objects(ORDER), max_size=3))
def test_objects_survive_the_way_through_tables(made: list[dict[str, Any]]) -> None:
    assert ORDER.to_json(ORDER.from_json(made)) == list(enumerate(made))


@given(made=tables(STOCK, one_message=True))
def test_rows_of_one_file_are_one_object_each(made: documents.Tables) -> None:
    assert [message for message, _ in STOCK.to_json(made)] == [0] * len(made["stock_levels"])


def test_children_are_numbered_within_their_message() -> None:
    line = {"quantity": "1", "charges": [{"kind": "charge"}]}
    made = ORDER.from_json(
        [{"number": "1", "lines": [{"quantity": "1"}, line]}, {"number": "2", "lines": [line]}]
    )
    keys = made["order_line_charges"].select(["message", "position", "parent"]).to_pylist()
    assert keys == [
        {"message": 0, "position": 1, "parent": 2},
        {"message": 1, "position": 1, "parent": 1},
    ]


def test_only_declared_fields_are_shown() -> None:
    made = STOCK.from_json([{"sku": "A"}])["stock_levels"]
    assert STOCK.to_json({"stock_levels": made.append_column("shelf", [["B2"]])}) == [(0, {"sku": "A"})]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ({"sku": 123}, "DOC-013", "sku is 123; expected a string."),
        ({"sku": None}, "DOC-013", "sku is null; expected a string."),
        (
            {"sku": "A", "on_hand": "1,5"},
            "DOC-013",
            "on_hand is 1,5; expected a string with a decimal number",
        ),
        (
            {"sku": "A", "as_of": "31/03/2026"},
            "DOC-013",
            "as_of is 31/03/2026; expected a string with a date",
        ),
        ({"sku": "A", "stok": "1"}, "DOC-014", "The document has no field 'stok'"),
        (["sku"], "DOC-013", "stock_levels is an array; expected an object."),
    ],
)
def test_what_is_no_document_is_refused_with_its_reason(value: object, code: str, text: str) -> None:
    with pytest.raises(EdiError) as error:
        STOCK.from_json([{"sku": "good"}, value])
    (found,) = error.value.findings
    assert (found.code, found.message) == (code, 1)
    assert found.text.startswith(text)


def test_an_array_must_be_one() -> None:
    with pytest.raises(EdiError) as error:
        ORDER.from_json([{"number": "1", "lines": {"quantity": "1"}}])
    assert error.value.findings[0].text == "lines is an object; expected an array of objects."
