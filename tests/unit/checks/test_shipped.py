"""The checks that come with the toolkit, on orders and stock of the example company."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from edi import checks, documents
from edi.library import Folders, library_root
from edi.model import Finding
from edi.transform import Inputs, code_tables

LIBRARY = Folders(library_root())
CODES = code_tables(LIBRARY)
EPICERIE = {"id": "epicerie", "name": "Épicerie Générale"}

LINE: dict[str, Any] = {"gtin": "3012345100014", "quantity": "4", "unit_price": "5.25"}


def order(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    buyer = {"number": "CMD-1", "order_date": "2026-11-20", "buyer_gln": "3020110000001"}
    return {**buyer, **fields, "lines": [present({**LINE, **line}) for line in lines or ({},)]}


def present(values: dict[str, Any]) -> dict[str, Any]:
    """A field set to None is not there."""
    return {key: value for key, value in values.items() if value is not None}


def failed(name: str, *objects: dict[str, Any], document: str = "order", **inputs: Any) -> list[Finding]:
    tables = documents.load(document, LIBRARY).from_json(list(objects))
    given = Inputs(**{"codes": CODES, "partner": EPICERIE, **inputs})
    return [finding for _, finding in checks.run([checks.load(name, document, LIBRARY)], {}, tables, given)]


@pytest.mark.parametrize("document", ["order", "stock"])
def test_every_shipped_check_binds(document: str) -> None:
    target = documents.load(document, LIBRARY)
    names = checks.names(document, LIBRARY)
    schemas = {name: target.arrow(name, lineage=True) for name in target.tables}
    loaded = [checks.load(name, document, LIBRARY) for name in names]
    assert names
    assert checks.lint(loaded, schemas, Inputs(codes=CODES, partner=EPICERIE)) == []


# --- line_totals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        {"net_amount": "21.00"},
        {"net_amount": "21.01"},
        {"unit_price": None, "net_amount": "99"},
        {"net_amount": None},
        {"gross_unit_price": "7", "unit_price": None, "discount_rate": "25", "net_amount": "21"},
        {
            "net_amount": "19",
            "charges": [{"kind": "allowance", "amount": "3"}, {"kind": "charge", "amount": "1"}],
        },
        {"quantity": "0.333", "unit_price": "3.3333", "net_amount": "1.11"},
    ],
)
def test_a_line_total_that_some_reading_explains(line: dict[str, Any]) -> None:
    assert failed("line_totals", order(line)) == []


def test_a_wrong_line_total() -> None:
    [finding] = failed("line_totals", order({}, {"number": "20", "net_amount": "20.98"}))
    assert (finding.found, finding.expected, finding.location.column) == ("20.98", "21.00", "net_amount")
    assert "Line 20" in finding.text


# --- order_total -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"lines_amount": "42", "net_amount": "42", "tax_amount": "2.31", "gross_amount": "44.31"},
        {"lines_amount": "42.02", "net_amount": "41.98"},
        {"net_amount": "45", "shipping_amount": "5", "discount_amount": "2"},
        {
            "net_amount": "43",
            "charges": [{"kind": "charge", "amount": "3"}, {"kind": "allowance", "amount": "2"}],
        },
        {"net_amount": "45", "shipping_amount": "3", "charges": [{"kind": "charge", "amount": "3"}]},
        {"tax_amount": "2.31", "gross_amount": "44.31"},
    ],
)
def test_an_order_total_that_some_reading_explains(fields: dict[str, Any]) -> None:
    assert failed("order_total", order({}, {}, **fields)) == []


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"lines_amount": "42.03"}, "lines_amount"),
        ({"net_amount": "45"}, "net_amount"),
        ({"net_amount": "42", "tax_amount": "2.31", "gross_amount": "44.99"}, "gross_amount"),
    ],
)
def test_a_wrong_order_total(fields: dict[str, Any], column: str) -> None:
    found = failed("order_total", order({}, {}, **fields))
    assert [finding.location.column for finding in found] == [column]


def test_an_order_with_an_unpriced_line_is_not_judged() -> None:
    unpriced = {"gtin": "3012345100021", "quantity": "1"}
    assert failed("order_total", {**order(net_amount="99"), "lines": [LINE, unpriced]}) == []


# --- articles and customers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [{}, {"gtin": "03012345100014"}, {"gtin": None, "sku": "00123"}, {"gtin": None, "buyer_sku": "EG10021"}],
)
def test_a_known_article(line: dict[str, Any]) -> None:
    assert failed("unknown_article", order_of({**LINE, **line})) == []


def order_of(line: dict[str, Any]) -> dict[str, Any]:
    return {"number": "CMD-1", "lines": [present(line)]}


def test_an_unknown_article_names_the_row_to_add() -> None:
    line = {**LINE, "gtin": "3012345199999", "buyer_sku": "EG999", "description": "Génépi 70 cl"}
    [finding] = failed("unknown_article", order(), order_of(line))
    assert (finding.message, finding.found, finding.location.column) == (1, "3012345199999", "gtin")
    assert "Génépi" in finding.text
    assert "codes/articles.csv: gtin=3012345199999" in finding.hint
    assert "buyer_sku=EG999" in finding.hint


def test_a_line_that_names_no_article() -> None:
    assert "no article at all" in failed("unknown_article", order_of({"quantity": "1"}))[0].text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"buyer_gln": "3020110009999", "ship_to_gln": "3020110000100"},
        {"buyer_gln": "3020110009999", "buyer_vat_number": "FR40303265045"},
        {"buyer_gln": "3020110009999", "buyer_email": "Commandes@Alimentari-Rossi.example"},
        {"buyer_gln": "3020110009999", "customer": "KNOWN"},
    ],
)
def test_a_known_customer(fields: dict[str, Any]) -> None:
    assert failed("unknown_customer", order(**fields)) == []


def test_the_shops_own_account() -> None:
    anybody = {"number": "1", "buyer_email": "anna@example.org", "lines": [LINE]}
    assert failed("unknown_customer", anybody, partner={"id": "boutique"}) == []
    [finding] = failed("unknown_customer", anybody)
    assert "codes/customers.csv: key=anna@example.org, kind=email" in finding.hint


def test_an_unknown_customer_names_the_row_to_add() -> None:
    [finding] = failed("unknown_customer", order(buyer_gln="3020110009999", buyer_name="Халите"))
    assert "Халите" in finding.text
    assert "key=3020110009999, kind=gln" in finding.hint


# --- seen before -------------------------------------------------------------------------------------------


def test_a_tax_rate_without_a_code_of_the_erp_names_the_table() -> None:
    (found,) = failed("unknown_tax_rate", order({"tax_rate": "19.6"}, {"tax_rate": "5.5"}))
    assert "19.6 % in FR" in found.text
    assert "codes/vat.csv" in found.hint
    assert failed("unknown_tax_rate", order({"tax_rate": None})) == []


def test_the_same_order_twice_in_a_batch() -> None:
    found = failed("already_seen", order(), order(number="CMD-2"), order())
    assert [(f.message, f.found) for f in found] == [(2, "CMD-1")]


def test_an_order_that_passed_before_says_when() -> None:
    past = pa.table(
        {
            "number": ["CMD-1", "CMD-2"],
            "function": pa.array(["9", None]),
            "partner": ["epicerie", "another"],
            "passed_at": ["2026-11-19T06:00:00Z", "2026-11-19T06:00:00Z"],
            "_run": ["R-7", "R-8"],
        }
    )
    found = failed("already_seen", order(), order(number="CMD-2"), history={"orders": past})
    assert [f.message for f in found] == [0]
    assert "2026-11-19T06:00:00Z" in found[0].text
    assert "R-7" in found[0].text


def test_a_change_of_an_order_is_not_a_copy_of_it() -> None:
    found = failed("already_seen", order(), order(function="4"), order(function="31"))
    assert [f.message for f in found] == [2]


def test_dates_that_cannot_be_meant() -> None:
    assert failed("dates", order(requested_delivery_date="2026-11-20")) == []
    early = order(requested_delivery_date="2026-11-19", latest_delivery_date="2026-11-18")
    assert [f.location.column for f in failed("dates", early)] == [
        "latest_delivery_date",
        "requested_delivery_date",
    ]


# --- stock -------------------------------------------------------------------------------------------------


def stock(**fields: str) -> dict[str, Any]:
    return {"sku": "MIEL500", "depot": "Entrepôt Annecy", "on_hand": "3", **fields}


def test_quantities() -> None:
    rows = [stock(), {"sku": "TOME1K"}, stock(on_hand="-1"), stock(available="-0.5")]
    assert [f.message for f in failed("quantities", *rows, document="stock")] == [1, 2, 3]


def test_duplicates_within_one_file() -> None:
    """A stock file is one message of many rows: the second row of an article, depot and lot is at fault."""
    rows = [stock(), stock(lot="L1"), stock(depot="Entrepôt Chambéry"), stock()]
    table = documents.load("stock", LIBRARY).from_json(rows)["stock_levels"]
    table = table.set_column(0, "message", pa.array([0] * 4, pa.int32()))
    table = table.set_column(1, "position", pa.array([1, 2, 3, 4], pa.int32()))
    table = table.append_column("_line", pa.array([2, 3, 4, 5], pa.int64()))
    check = checks.load("duplicates", "stock", LIBRARY)
    [(_, finding)] = checks.run([check], {}, {"stock_levels": table}, Inputs())
    assert (finding.location.line, finding.found) == (5, "MIEL500")


def test_articles_and_depots_the_shop_does_not_know() -> None:
    rows = [stock(), stock(sku="VIS-M8"), stock(depot="Hangar"), {"sku": "00123"}]
    assert [f.message for f in failed("unknown_article", *rows, document="stock")] == [1]
    assert [f.message for f in failed("unknown_depot", *rows, document="stock")] == [2]
