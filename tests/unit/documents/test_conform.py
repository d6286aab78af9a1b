"""Tables of a transform made to fit the document: exactly, or with a finding."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import documents
from edi.documents.values import lost, parse, spell
from edi.library import shipped
from edi.model import Finding
from tests.strategies import tables

ORDER = documents.load("order", shipped())
STOCK = documents.load("stock", shipped())


def stock(**columns: Any) -> pa.Table:
    count = len(next(iter(columns.values())))
    keys = {"message": pa.array(range(count), pa.int64()), "position": pa.array([1] * count, pa.int64())}
    return pa.table({**keys, "sku": [f"A{i}" for i in range(count)], **columns})


def conformed(**columns: Any) -> tuple[pa.Table, list[Finding]]:
    made, found = STOCK.conform({"stock_levels": stock(**columns)})
    return made["stock_levels"], found


@given(made=tables(ORDER))
def test_conforming_tables_are_left_alone(made: dict[str, pa.Table]) -> None:
    assert ORDER.conform(made) == (made, [])


def test_columns_are_ordered_missing_ones_null_and_extra_ones_last() -> None:
    table, found = conformed(shelf=["B2"], on_hand=pa.array([Decimal("1.5")]))
    assert table.column_names == [*STOCK.arrow("stock_levels").names, "shelf"]
    assert table.column("depot").to_pylist() == [None]
    assert found == []


def test_lineage_is_kept_where_it_was() -> None:
    table, _ = conformed(_line=[7], _segment=[2], _offset=[70])
    assert table.schema == STOCK.arrow("stock_levels", lineage=True)
    assert table.column("_line").to_pylist() == [7]


def test_missing_tables_are_empty_and_unknown_ones_handed_on() -> None:
    note = pa.table({"text": ["x"]})
    made, found = STOCK.conform({"notes": note})
    assert made["stock_levels"].num_rows == 0 and made["notes"] is note and found == []


@pytest.mark.parametrize(
    ("column", "values", "good"),
    [
        ("on_hand", pa.array(["1.5", "1.1234567"]).cast(pa.decimal128(38, 10)), Decimal("1.500000")),
        ("on_hand", pa.array([12, 10**12]), Decimal("12.000000")),
        ("on_hand", pa.array(["12", "1" * 13]).cast(pa.decimal128(38, 0)), Decimal("12.000000")),
        ("on_hand", pa.array(["0", "x"]), Decimal("0.000000")),
        ("on_hand", pa.array(["9" * 12 + ".999999", "9" * 13]), Decimal("9" * 12 + ".999999")),
        ("as_of", pa.array(["2024-02-29", "2026-02-29"]), dt.date(2024, 2, 29)),
        (
            "as_of",
            pa.array([dt.datetime(2026, 3, 2), dt.datetime(2026, 3, 2, 14)], pa.timestamp("us")),
            dt.date(2026, 3, 2),
        ),
    ],
)
def test_what_does_not_fit_exactly_is_a_finding_on_its_message(
    column: str, values: pa.Array, good: object
) -> None:
    table, found = conformed(**{column: values})
    assert table.column(column).to_pylist() == [good, None]
    assert [(f.code, f.message, f.location.column) for f in found] == [("DOC-011", 1, column)]


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.float16()])
def test_a_float_column_is_refused_for_the_whole_batch(kind: pa.DataType) -> None:
    table, found = conformed(on_hand=pa.array([1.5, 2.0]).cast(kind))
    assert table.column("on_hand").null_count == 2
    assert [(f.code, f.message) for f in found] == [("DOC-009", None)]


def test_a_code_that_became_a_number_is_refused() -> None:
    _, found = conformed(gtin=[123])
    assert [f.code for f in found] == ["DOC-009"]


@pytest.mark.parametrize("keys", [{}, {"position": pa.array([None], pa.int32())}])
def test_a_missing_key_is_said_once(keys: dict[str, pa.Array]) -> None:
    made, found = STOCK.conform({"stock_levels": pa.table({"sku": ["A"], "message": [0], **keys})})
    assert [(f.code, f.message, f.text) for f in found] == [
        ("DOC-012", None, "stock_levels has rows without position.")
    ]
    assert made["stock_levels"].num_rows == 0


def test_rows_are_put_in_order() -> None:
    rows = {"message": [1, 0, 0], "position": [1, 2, 1], "sku": ["C", "B", "A"]}
    made, found = STOCK.conform({"stock_levels": pa.table(rows)})
    assert made["stock_levels"].column("sku").to_pylist() == ["A", "B", "C"] and found == []


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_every_layout_of_text_is_text(kind: pa.DataType) -> None:
    table, found = conformed(name=pa.array(["été", None]).cast(kind))
    assert table.column("name").to_pylist() == ["été", None] and found == []


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    when = pa.array([dt.datetime(2026, 3, 2, 10)], pa.timestamp("ms", tz="Europe/Paris"))
    order = pa.table({"message": [0], "position": [1], "number": ["1"], "ordered_at": when})
    made, found = ORDER.conform({"orders": order})
    assert spell(made["orders"].column("ordered_at")).to_pylist() == ["2026-03-02T10:00:00Z"] and found == []


def test_a_time_without_a_zone_is_refused() -> None:
    naive = pa.array([dt.datetime(2026, 3, 2, 10)], pa.timestamp("us"))
    order = pa.table({"message": [0], "position": [1], "number": ["1"], "ordered_at": naive})
    _, found = ORDER.conform({"orders": order})
    assert [f.code for f in found] == ["DOC-009"]


def test_a_time_finer_than_a_microsecond_is_a_finding() -> None:
    fine = pa.array([1, 1000], pa.int64()).cast(pa.timestamp("ns", tz="UTC"))
    order = pa.table({"message": [0, 1], "position": [1, 1], "number": ["1", "2"], "ordered_at": fine})
    _, found = ORDER.conform({"orders": order})
    assert [(f.code, f.message) for f in found] == [("DOC-011", 0)]


@given(units=st.lists(st.integers(-(10**18) + 1, 10**18 - 1)))
def test_decimals_are_spelled_and_parsed_without_loss(units: list[int]) -> None:
    kind = pa.decimal128(18, 6)
    column = pa.array([Decimal(u).scaleb(-6) for u in units], kind)
    spelled = spell(column)
    assert parse(spelled, kind) == column
    assert not lost(column, parse(spelled, kind)).any()
    assert not any("." in text and text.endswith(("0", ".")) for text in spelled.to_pylist())


@given(moments=st.lists(st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))))
def test_timestamps_are_spelled_and_parsed_without_loss(moments: list[dt.datetime]) -> None:
    kind = pa.timestamp("us", tz="UTC")
    column = pa.array([moment.replace(tzinfo=dt.UTC) for moment in moments], kind)
    assert parse(spell(column), kind) == column
    assert spell(column).to_pylist() == [
        moment.isoformat().rstrip("0").rstrip(".") + "Z" if moment.microsecond else moment.isoformat() + "Z"
        for moment in moments
    ]
