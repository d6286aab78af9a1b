"""Payments matched to orders that passed before, and what Sage 100 gets of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from edi import checks, documents, formats
from edi.library import Folders, library_root
from edi.tables import Tables
from edi.transform import Inputs, apply, code_tables, lint, load

LIBRARY = Folders(library_root())
CODES = code_tables(LIBRARY)
BANK = {"id": "banque", "name": "Banque des Alpes"}
EPICERIE = {"buyer_gln": "3020110000001", "buyer_name": "Épicerie Générale"}
WEB = {"buyer_email": "anna@example.org"}
LINES = [{"quantity": "1"}]


def past(*orders: dict[str, Any]) -> pa.Table:
    """Orders that passed before, each from the partner `of`."""
    rows = [{key: value for key, value in order.items() if key != "of"} for order in orders]
    table = documents.load("order", LIBRARY).from_json([{**row, "lines": LINES} for row in rows])["orders"]
    partners = pa.array([order.get("of", "epicerie") for order in orders])
    table = table.append_column("partner", partners)
    for name in ("passed_at", "_run"):
        table = table.append_column(name, pa.array(["2026-11-19T08:00:00Z"] * len(rows)))
    return table


ORDERS = past(
    {"number": "CMD-4711", "gross_amount": "633", "order_date": "2026-11-18", **EPICERIE},
    {"number": "4712", "gross_amount": "100", **EPICERIE},
    {"number": "4713", **EPICERIE},
    {"number": "WEB1001", "gross_amount": "45.2", "of": "boutique", **WEB},
    {"number": "WEB1002", "gross_amount": "60", "paid_amount": "60", "of": "boutique", **WEB},
)


def inputs() -> Inputs:
    return Inputs(codes=CODES, partner=BANK, history={"orders": ORDERS})


def matched(**payment: Any) -> Tables:
    tables = documents.load("payment", LIBRARY).from_json(
        [{"booked": "2026-11-20", "currency": "EUR", **payment}]
    )
    return apply([load("payment/match", LIBRARY)], tables, inputs())


def paid(**payment: Any) -> dict[str, Decimal]:
    return {row["number"]: row["amount"] for row in matched(**payment)["payment_allocations"].to_pylist()}


@pytest.mark.parametrize(
    "text", ["CMD-4711", "Commande cmd 4711 du 18/11", "FACT.CMD4711", "réf CMD/4711, merci"]
)
def test_an_order_is_found_however_its_number_is_written(text: str) -> None:
    assert paid(amount="633", remittance=text) == {"CMD-4711": Decimal("633")}


def test_one_payment_for_several_orders() -> None:
    found = paid(amount="733", remittance="CMD-4711 + 4712")
    assert found == {"CMD-4711": Decimal("633"), "4712": Decimal("100")}


def test_a_part_of_an_order_counts_only_from_its_own_customer() -> None:
    assert paid(amount="50", remittance="4712", counterparty_name="EPICERIE GENERALE") == {
        "4712": Decimal("50")
    }
    assert paid(amount="50", remittance="4712", counterparty_name="Inconnu") == {}


def test_an_order_without_total_is_found_by_number_and_customer() -> None:
    assert paid(amount="12", remittance="4713", counterparty_name="Épicerie Générale") == {
        "4713": Decimal("12")
    }


def test_without_a_number_the_amount_must_be_the_only_one_of_the_payer() -> None:
    assert paid(amount="100", counterparty_name="Épicerie Générale") == {"4712": Decimal("100")}
    assert paid(amount="100", counterparty_name="Somebody") == {}
    assert paid(amount="101", counterparty_name="Épicerie Générale") == {}


def test_a_number_that_only_contains_another_one_is_not_it() -> None:
    assert paid(amount="100", remittance="facture 247120") == {}


def test_what_is_paid_already_or_only_announced_is_not_matched() -> None:
    assert paid(amount="60", remittance="WEB1002") == {}
    assert paid(amount="633", remittance="CMD-4711", status="pending") == {}
    assert paid(amount="-633", remittance="CMD-4711") == {}


def test_the_customer_is_whoever_owes_the_order() -> None:
    (row,) = matched(amount="45.2", remittance="ordine WEB 1001")["payments"].to_pylist()
    assert row["customer"] == "WEB"


def test_what_fits_nothing_is_held_with_a_reason() -> None:
    check = checks.load("unmatched", "payment", LIBRARY)
    lost = matched(
        amount="7",
        remittance="merci",
        counterparty_name="Inconnu",
        counterparty_iban="FR7610278073000002040410156",
    )
    [(verdict, found)] = checks.run([check], {"unmatched": "hold"}, lost, inputs())
    assert verdict == "hold" and "Inconnu" in found.text and "FR7610278073000002040410156" in found.hint
    assert checks.run([check], {}, matched(amount="633", remittance="CMD-4711"), inputs()) == []


def test_sage_gets_the_payment_and_what_it_settles() -> None:
    account = {"account_iban": "FR7610096180010001234567806", "kind": "ESCT", "bank_reference": "V1"}
    tables = matched(amount="633", remittance="CMD-4711", counterparty_name="Épicerie Générale", **account)
    written = apply([load("sage100/payments", LIBRARY)], tables, inputs())
    (output,), findings = formats.load("sage100/payments", LIBRARY).write(written)
    assert findings == []
    lines = output.data.decode("cp850").split("\r\n")
    record = lines[lines.index("#CRGT") :]
    assert [record[n] for n in (2, 3, 4, 5, 6, 10, 13, 19)] == [
        "EPICERIE", "201126", "V1", "Épicerie Générale CMD-4711", "633,00", "3", "BQ1", "411000",
    ]  # fmt: skip
    assert lines[lines.index("#CREC") + 1 :][:3] == ["CMD-4711", "181126", "633,00"]


def test_the_steps_bind() -> None:
    target = documents.load("payment", LIBRARY)
    schemas = {name: target.arrow(name, lineage=True) for name in target.tables}
    steps = [load(name, LIBRARY) for name in ("payment/match", "sage100/payments")]
    assert lint(steps, schemas, inputs(), target) == []
