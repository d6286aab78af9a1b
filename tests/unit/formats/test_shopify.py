"""Shopify files as they really come: headers of several years, apostrophes, locations not stocked."""

from __future__ import annotations

from typing import Any

import pytest

from edi import formats
from edi.formats import Staged
from edi.library import Frozen, shipped

LIBRARY = shipped()
ORDERS = formats.load("shopify/orders", LIBRARY)
INVENTORY = formats.load("shopify/inventory", LIBRARY)
EXAMPLE = LIBRARY.read("formats/shopify/orders.example.csv").decode()
HEADER = EXAMPLE.partition("\n")[0].split(",")


def orders(text: str = EXAMPLE) -> list[dict[str, Any]]:
    staged = ORDERS.read(text.encode())
    assert [one for one in staged.findings if one.severity != "notice"] == []
    return [document for _, document in ORDERS.document.to_json(staged.tables)]


def inventory(text: str) -> Staged:
    return INVENTORY.read(text.encode())


def test_the_example_has_all_79_columns_of_the_export() -> None:
    assert len(HEADER) == 79


def test_order_cells_stand_on_the_first_row_only() -> None:
    first, second, third = orders()
    assert [line.get("sku") for line in first["lines"]] == ["MIEL-500", "00123"]
    assert (first["number"], first["gross_amount"], first["prices_include_tax"]) == ("#1001", "61.6", True)
    assert [line.get("sku") for line in second["lines"]] == ["TOME-1K", None], (
        "an article without SKU is kept"
    )
    assert third["function"] == "cancellation" and third["kind"] == "refunded"
    assert "function" not in first


def test_only_a_paid_order_has_a_payment() -> None:
    paid, open_, _ = orders()
    assert paid["payments"] == [
        {
            "method": "Shopify Payments",
            "amount": "61.6",
            "currency": "EUR",
            "paid_on": "2026-11-20",
            "reference": "c1001.1",
        }
    ]
    assert "payments" not in open_


def test_the_apostrophe_of_a_spreadsheet_is_no_part_of_zip_and_telephone() -> None:
    first = orders()[0]
    assert (first["bill_to_postcode"], first["buyer_phone"]) == ("74000", "+33600000001")
    dutch = orders(EXAMPLE.replace("Annecy", "'s-Gravenhage"))[0]
    assert dutch["buyer_city"] == "'s-Gravenhage"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Cancelled at", "Canceled at"),
        ("Lineitem sku", "Lineitem SKU"),
        ("Payment Reference", "Payment Reference (deprecated)"),
    ],
)
def test_columns_that_had_another_name_are_found(name: str, other: str) -> None:
    names = [other if column == name else column for column in HEADER]
    renamed = EXAMPLE.replace(",".join(HEADER), ",".join(names), 1)
    assert orders(renamed) == orders()
    assert ORDERS.fits(renamed.encode()).score == 2


def test_an_order_cell_that_lacks_is_told_and_the_rest_is_read() -> None:
    staged = ORDERS.read(EXAMPLE.replace("Billing Zip", "Billing ZIP code", 1).encode())
    assert {(one.code, one.found) for one in staged.findings} == {
        ("CSV-010", "Billing ZIP code"),
        ("CSV-011", "Billing Zip"),
    }


def test_amounts_of_a_shop_without_vat_in_its_prices() -> None:
    own = """
extends = "library:shopify/orders"
[orders.fields]
prices_include_tax = { const = "false" }
[order_lines.fields]
gross_unit_price = false
unit_price = "Lineitem price"
"""
    files = {name: LIBRARY.read(name) for name in LIBRARY.names("formats/")}
    files |= {f"library:{name}": data for name, data in files.items()}
    format_ = formats.load("mine", Frozen({**files, "formats/mine.toml": own.encode()}))
    staged = format_.read(EXAMPLE.encode())
    line = staged.tables["order_lines"].to_pylist()[0]
    assert (str(line["unit_price"]), line["gross_unit_price"]) == ("7.200000", None)
    assert staged.tables["orders"]["prices_include_tax"].to_pylist() == [False, False, False]


NEW = "Handle,Title,SKU,HS Code,Location,Committed (not editable),On hand (current),On hand (new)\n"
OLD = "Handle,Title,SKU,HS Code,Location,Committed,On hand\n"


def test_stock_of_each_location() -> None:
    staged = inventory(NEW + "miel,Miel,MIEL-500,0409,Annecy,2,12,\nmiel,Miel,MIEL-500,0409,Aosta,,5,7\n")
    rows = staged.tables["stock_levels"].to_pylist()
    assert [(row["depot"], str(row["on_hand"])) for row in rows] == [
        ("Annecy", "12.000000"),
        ("Aosta", "7.000000"),
    ]
    kept = set(staged.unmapped["address"].to_pylist())
    assert kept == {"Title", "HS Code"}, "kept, though no field takes it"


def test_stock_in_the_words_of_an_older_export() -> None:
    staged = inventory(OLD + "miel,Miel,MIEL-500,0409,Annecy,2,-3\n")
    [row] = staged.tables["stock_levels"].to_pylist()
    assert (str(row["on_hand"]), str(row["reserved"])) == ("-3.000000", "2.000000")


def test_a_location_that_does_not_stock_the_article_has_no_quantity() -> None:
    staged = inventory(OLD + "miel,Miel,MIEL-500,0409,Aosta,not stocked,not stocked\n")
    [row] = staged.tables["stock_levels"].to_pylist()
    assert (row["on_hand"], row["reserved"]) == (None, None)
    assert not [one for one in staged.findings if one.severity == "error"]


def test_columns_that_would_erase_what_the_shop_knows_are_not_written() -> None:
    staged = inventory(OLD + "miel,Miel,MIEL-500,0409,Annecy,2,3\n")
    [output], findings = INVENTORY.write(staged.tables)
    assert findings == []
    names = output.data.decode().partition("\n")[0].split(",")
    assert names[-1] == "On hand (new)" and not {"HS Code", "COO", "Bin name"} & set(names)
