"""The same day of the same account as camt.053, CFONB 120 and MT940: the same payments."""

from __future__ import annotations

from typing import Any

import pytest

from edi import checks, formats
from edi.library import shipped
from edi.transform import Inputs

LIBRARY = shipped()
NAMES = {
    "iso20022/camt053": "camt053.example.xml",
    "bank/cfonb120": "cfonb120.example.txt",
    "bank/mt940": "mt940.example.sta",
}
SAME = (
    "opening_balance", "opening_date", "closing_balance", "closing_date", "booked", "value_date", "amount",
    "currency", "counterparty_name", "end_to_end", "remittance", "bank_reference", "booking_text",
)  # fmt: skip


def payments(name: str) -> list[dict[str, Any]]:
    format_ = formats.load(name, LIBRARY)
    staged = format_.read(LIBRARY.read(f"formats/{name.rpartition('/')[0]}/{NAMES[name]}"))
    assert staged.findings == []
    return staged.tables["payments"].to_pylist()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_statement_gives_the_same_payments(name: str) -> None:
    expected, found = payments("iso20022/camt053"), payments(name)
    assert len(found) == 3
    assert [{f: row[f] for f in SAME} for row in found] == [{f: row[f] for f in SAME} for row in expected]
    accounts = [row["counterparty_iban"] or row["counterparty_id"] for row in found]
    assert accounts == [row["counterparty_iban"] for row in expected]


@pytest.mark.parametrize("name", NAMES)
def test_the_statement_adds_up(name: str) -> None:
    format_ = formats.load(name, LIBRARY)
    staged = format_.read(LIBRARY.read(f"formats/{name.rpartition('/')[0]}/{NAMES[name]}"))
    names = [checks.load(check, "payment", LIBRARY) for check in ("balance", "entries")]
    assert checks.run(names, {}, staged.tables, Inputs()) == []
