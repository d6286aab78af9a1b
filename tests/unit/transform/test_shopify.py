"""Shopify's orders made net of VAT for an ERP, and the ERP's stock given to Shopify's variants."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from edi import checks, documents, formats
from edi.library import Folders, library_root
from edi.tables import Tables
from edi.transform import Inputs, apply, code_tables, lint, load, misfits, trace

LIBRARY = Folders(library_root())
INPUTS = Inputs(codes=code_tables(LIBRARY), partner={"id": "boutique", "name": "Boutique"})
ORDERS = formats.load("shopify/orders", LIBRARY)
INVENTORY = formats.load("shopify/inventory", LIBRARY)


def example() -> Tables:
    return ORDERS.read(LIBRARY.read("formats/shopify/orders.example.csv")).tables


def through(tables: Tables, *steps: str) -> Tables:
    return apply([load(step, LIBRARY) for step in steps], tables, INPUTS)


def stock(*levels: dict[str, Any]) -> Tables:
    made = documents.load("stock", LIBRARY).from_json(list(levels))["stock_levels"]
    one_file = made.set_column(0, made.schema.field(0), pa.array([0] * len(made), pa.int32()))
    return through({"stock_levels": one_file}, "shopify/stock")


@pytest.mark.parametrize(
    ("steps", "document"),
    [
        (["shopify/orders"], "order"),
        (["shopify/orders", "order/articles", "sage100/orders"], "order"),
        (["shopify/stock"], "stock"),
    ],
)
def test_the_steps_bind_and_give_what_the_document_says(steps: list[str], document: str) -> None:
    target = documents.load(document, LIBRARY)
    schemas = {name: target.arrow(name, lineage=True) for name in target.tables}
    loaded = [load(step, LIBRARY) for step in steps]
    assert lint(loaded, schemas, INPUTS, target) == []
    after, _ = trace(loaded, schemas, INPUTS)
    assert misfits(after, target) == []


def test_amounts_of_the_order_lose_the_vat_that_is_in_them() -> None:
    [order, *_] = through(example(), "shopify/orders")["orders"].to_pylist()
    assert [str(order[f]) for f in ("net_amount", "shipping_amount", "discount_amount")] == [
        "52.810000",
        "5.060000",
        "5.660000",
    ]


def test_discount_and_shipping_are_charges_of_the_order() -> None:
    rows = through(example(), "shopify/orders")["order_charges"].to_pylist()
    assert [(r["message"], r["kind"], r["code"], r["description"], str(r["amount"])) for r in rows] == [
        (0, "allowance", "BIENVENUE", "BIENVENUE", "5.660000"),
        (0, "charge", None, "Colissimo", "5.060000"),
        (2, "charge", None, "Colissimo international", "4.080000"),
    ]


def test_lines_get_the_rate_of_their_article() -> None:
    lines = through(example(), "shopify/orders")["order_lines"].to_pylist()
    assert [str(line["tax_rate"]) for line in lines[:2]] == ["5.5000", "20.0000"]


def test_sage_gets_the_order_with_its_discount_and_shipping_as_lines() -> None:
    made = through(example(), "shopify/orders", "order/articles", "sage100/orders")
    lines = [line for line in made["order_lines"].to_pylist() if line["message"] == 0]
    assert sorted(line["sku"] for line in lines) == ["00123", "MIEL500", "PORT", "REMISE"]
    assert made["orders"]["shipping_amount"].to_pylist()[0] is None, "or Sage would ask for it twice"


@pytest.mark.parametrize(
    ("name", "found"), [("cancelled", [(2, "cancellation")]), ("unsettled", [(1, "pending")])]
)
def test_orders_that_somebody_must_look_at(name: str, found: list[tuple[int, str]]) -> None:
    judged = checks.run([checks.load(name, "order", LIBRARY)], {}, example(), INPUTS)
    assert [(one.message, one.found) for _, one in judged] == found


def test_a_test_order_is_not_delivered() -> None:
    order = {"number": "#9", "kind": "paid", "payment_method": "bogus", "lines": [{"quantity": "1"}]}
    tables = documents.load("order", LIBRARY).from_json([order])
    [(_, one)] = checks.run([checks.load("cancelled", "order", LIBRARY)], {}, tables, INPUTS)
    assert "is a test" in one.text


def test_stock_goes_to_the_variants_and_locations_of_the_shop() -> None:
    made = stock(
        {"sku": "MIEL500", "depot": "ANNECY", "on_hand": "100.75", "reserved": "4"},
        {"sku": "MIEL-500", "depot": "Entrepôt Chambéry", "on_hand": "20"},
        {"sku": "MIEL500", "depot": "EVIAN", "on_hand": "500"},
        {"sku": "UNKNOWN", "depot": "ANNECY", "on_hand": "1"},
    )
    rows = made["stock_levels"].to_pylist()
    assert [(r["handle"], r["option1_value"], r["depot"], str(r["on_hand"])) for r in rows] == [
        ("miel-de-montagne", "500 g", "WEB", "120.000000")
    ]


def test_the_import_file_names_variant_location_and_quantity() -> None:
    [output], findings = INVENTORY.write(stock({"sku": "00123", "depot": "ANNECY", "available": "8"}))
    assert findings == []
    header, row = output.data.decode().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert {name: value for name, value in cells.items() if value} == {
        "Handle": "coffret-decouverte",
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "SKU": "00123",
        "Location": "WEB",
        "On hand (new)": "8",
    }
