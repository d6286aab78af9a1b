"""The transforms that come with the toolkit: what Sage 100 and PrestaShop get."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from edi import documents
from edi.library import Folders, library_root
from edi.tables import Tables
from edi.transform import Inputs, apply, code_tables, lint, load, names_used, rules_of

LIBRARY = Folders(library_root())
CODES = code_tables(LIBRARY)
EPICERIE = {"id": "epicerie", "name": "Épicerie Générale"}
BOUTIQUE = {"id": "boutique", "name": "Boutique"}

LINE: dict[str, Any] = {"gtin": "3012345100014", "quantity": "4", "unit_price": "5.25", "tax_rate": "5.5"}
ORDER: dict[str, Any] = {
    "number": "CMD-1",
    "order_date": "2026-11-20",
    "buyer_gln": "3020110000001",
    "ship_to_gln": "3020110000209",
    "lines": [LINE],
}


def through(*steps: str, order: dict[str, Any], partner: dict[str, str] = EPICERIE) -> Tables:
    tables = documents.load("order", LIBRARY).from_json([order])
    return apply([load(step, LIBRARY) for step in steps], tables, Inputs(codes=CODES, partner=partner))


def present(values: dict[str, Any]) -> dict[str, Any]:
    """A field set to None is not there."""
    return {key: value for key, value in values.items() if value is not None}


def sage(partner: dict[str, str] = EPICERIE, **fields: Any) -> Tables:
    return through("order/articles", "sage100/orders", order=present({**ORDER, **fields}), partner=partner)


def header(partner: dict[str, str] = EPICERIE, **fields: Any) -> dict[str, Any]:
    [row] = sage(partner, **fields)["orders"].to_pylist()
    return dict(row)


def lines(**fields: Any) -> list[dict[str, Any]]:
    return list(sage(**fields)["order_lines"].to_pylist())


@pytest.mark.parametrize(
    ("steps", "document"),
    [
        (["order/articles"], "order"),
        (["order/articles", "sage100/orders"], "order"),
        (["prestashop/stock", "stock/safety_margin"], "stock"),
    ],
)
def test_every_shipped_step_binds(steps: list[str], document: str) -> None:
    target = documents.load(document, LIBRARY)
    schemas = {name: target.arrow(name, lineage=True) for name in target.tables}
    loaded = [load(step, LIBRARY) for step in steps]
    assert lint(loaded, schemas, Inputs(codes=CODES, partner=EPICERIE), target) == []


def test_the_code_tables_a_route_needs() -> None:
    used = names_used(rules_of([load("sage100/orders", LIBRARY)]))
    assert {name for name in used if name.startswith("codes.")} == {
        "codes.articles",
        "codes.customers",
        "codes.depots",
        "codes.payment_methods",
        "codes.vat",
    }


@pytest.mark.parametrize(
    ("line", "sku"),
    [
        ({}, "MIEL-500"),
        ({"gtin": "03012345100021"}, "CONF-ABR"),
        ({"gtin": None, "buyer_sku": "EG10038"}, "TOME-1K"),
        ({"sku": "00123"}, "00123"),
        ({"sku": "EG-OLD"}, "MIEL-500"),
        ({"gtin": "3012345199999", "sku": "NEW"}, "NEW"),
    ],
)
def test_our_article_number(line: dict[str, Any], sku: str) -> None:
    given = {**ORDER, "lines": [present({**LINE, **line})]}
    [row] = through("order/articles", order=given)["order_lines"].to_pylist()
    assert row["sku"] == sku


def test_the_account_and_its_labels() -> None:
    row = header()
    assert (row["customer"], row["accounting_category"]) == ("EPICERIE", 1)
    assert (row["depot_label"], row["delivery_label"]) == ("Entrepôt Chambéry", "Magasin Chambéry")


def test_the_shop_has_one_account() -> None:
    row = header(BOUTIQUE, buyer_gln=None, ship_to_gln=None, buyer_email="anna@example.org")
    assert (row["customer"], row["accounting_category"], row["depot_label"]) == ("WEB", 2, "Entrepôt Annecy")


def test_a_customer_that_the_order_names_wins() -> None:
    assert header(customer="refuge")["customer"] == "REFUGE"


def test_numbers_fit_and_stay_different() -> None:
    assert header(number="web1001")["number"] == "WEB1001"
    assert header(number="CMD-123456789")["number"] == "CMD-123456789"
    long = [header(number=f"COMMANDE-2026-{n:06d}") for n in range(1, 4)]
    assert len({row["number"] for row in long}) == 3
    assert all(len(row["number"]) == 13 and row["number"].isupper() for row in long)
    assert long[0] == header(number="COMMANDE-2026-000001")


def test_the_number_in_the_shop() -> None:
    assert header(number="web1001")["external_id"] == "web1001"
    assert header(external_id="4711")["external_id"] == "4711"
    assert len(header(number="COMMANDE-2026-000001-A")["external_id"]) == 13


def test_prices_without_and_with_tax() -> None:
    [net] = lines()
    assert (net["sku"], net["unit_price"], net["price_includes_tax"]) == ("MIEL500", Decimal("5.25"), False)
    [gross] = lines(prices_include_tax=True, lines=[{**LINE, "gross_unit_price": "5.54"}])
    assert (gross["unit_price"], gross["price_includes_tax"]) == (Decimal("5.54"), True)


@pytest.mark.parametrize(("rate", "text"), [("10", "10%"), ("5.5", "5,5%"), ("100", "100%")])
def test_a_discount_is_a_text(rate: str, text: str) -> None:
    [row] = lines(lines=[{**LINE, "gross_unit_price": "7", "discount_rate": rate}])
    assert (row["discount"], row["unit_price"]) == (text, Decimal(7))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "C05"),
        ({"lines": [{**LINE, "tax_rate": "20", "tax_category": "S"}]}, "C20"),
        ({"lines": [{**LINE, "tax_rate": "0"}], "ship_to_country": "IT"}, "CUE"),
        ({"lines": [{"gtin": "3012345100069", "quantity": "1", "unit_price": "30"}]}, "C20"),
    ],
)
def test_the_vat_code(fields: dict[str, Any], code: str) -> None:
    assert [row["tax_code"] for row in lines(**fields)] == [code]


def test_descriptions_fit_the_character_set_of_sage() -> None:
    rows = lines(
        lines=[{**LINE, "gtin": "3012345100021"}, {"sku": "X", "quantity": "1", "description": "“Bœuf”"}]
    )
    assert [row["description"] for row in rows] == ["Confiture d'abricot 370 g", '"Boeuf"']
    assert all(row["description"].encode("cp850") for row in rows)


def test_charges_of_the_order_become_lines() -> None:
    charges = [
        {"kind": "allowance", "amount": "2"},
        {"kind": "charge", "amount": "7.5", "description": "Port"},
    ]
    rows = lines(charges=charges, shipping_amount="7.5")
    assert [(r["position"], r["sku"], r["quantity"], r["unit_price"]) for r in rows[1:]] == [
        (2, "PORT", Decimal(1), Decimal("7.5")),
        (3, "REMISE", Decimal(-1), Decimal(2)),
    ]
    assert header(charges=charges, shipping_amount="7.5")["shipping_amount"] is None


def test_stated_shipping_and_discount() -> None:
    stated = {"shipping_amount": "5", "discount_amount": "2"}
    assert header(**stated)["shipping_amount"] == Decimal(5)
    assert [(r["sku"], r["unit_price"]) for r in lines(**stated)[1:]] == [("REMISE", Decimal(2))]


def test_payments() -> None:
    [listed] = sage(payments=[{"method": "Chèque", "amount": "12", "reference": "0042"}])[
        "order_payments"
    ].to_pylist()
    assert (listed["payment_mode"], listed["reference"]) == (1, "Chèque à encaisser 0042")
    [stated] = sage(payment_method="carte bancaire", paid_amount="22.16")["order_payments"].to_pylist()
    assert (stated["payment_mode"], stated["amount"]) == (5, Decimal("22.16"))
    assert stated["paid_on"].isoformat() == "2026-11-20"
    assert len(sage()["order_payments"]) == 0


# --- stock --------------------------------------------------------------------------------------------------


def stock(
    *rows: dict[str, Any], partner: dict[str, str] = BOUTIQUE, steps: tuple[str, ...] = ()
) -> dict[str, Any]:
    """One stock file through the steps: available quantity by reference."""
    table = documents.load("stock", LIBRARY).from_json(list(rows))["stock_levels"]
    count = len(rows)
    table = table.set_column(0, "message", pa.array([0] * count, pa.int32()))
    table = table.set_column(1, "position", pa.array(range(1, count + 1), pa.int32()))
    chosen = [load(step, LIBRARY) for step in ("prestashop/stock", *steps)]
    after = apply(chosen, {"stock_levels": table}, Inputs(codes=CODES, partner=partner))["stock_levels"]
    assert after["position"].to_pylist() == list(range(1, len(after) + 1))
    return {row["sku"]: row["available"] for row in after.to_pylist()}


STOCK = (
    {"sku": "MIEL500", "depot": "Entrepôt Annecy", "available": "10"},
    {"sku": "MIEL500", "depot": "CHAMBERY", "on_hand": "7", "reserved": "2"},
    {"sku": "MIEL500", "depot": "Cave d’Évian", "available": "100"},
    {"sku": "TOME-1K", "depot": "Entrepôt Annecy", "available": "-3"},
    {"sku": "00123", "available": "2"},
    {"sku": "VIS-M8", "depot": "Entrepôt Annecy", "available": "5"},
)


def test_the_shop_gets_the_sum_of_its_depots() -> None:
    assert stock(*STOCK) == {"MIEL-500": Decimal(15), "TOME-1K": Decimal(0), "00123": Decimal(2)}


def test_a_safety_stock_is_kept_back() -> None:
    careful = {**BOUTIQUE, "safety_stock": "2.5"}
    kept = stock(*STOCK, partner=careful, steps=("stock/safety_margin",))
    assert kept == {"MIEL-500": Decimal(12), "TOME-1K": Decimal(0), "00123": Decimal(0)}
    assert stock(*STOCK, steps=("stock/safety_margin",)) == stock(*STOCK)
