"""The checks of payments: statements that do not add up, entries, money paid out, what came before."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from edi import checks, documents
from edi.library import Folders, library_root
from edi.model import Finding
from edi.tables import Tables
from edi.transform import Inputs, code_tables

LIBRARY = Folders(library_root())
BANK = {"id": "banque", "name": "Banque des Alpes"}
STATEMENT = {"statement": "224", "opening_balance": "100", "closing_balance": "142.5", "booked": "2026-11-20"}


def tables(*payments: dict[str, Any]) -> Tables:
    rows = [{**STATEMENT, **payment} for payment in payments]
    present = [{key: value for key, value in row.items() if value is not None} for row in rows]
    return documents.load("payment", LIBRARY).from_json(present)


def failed(name: str, *payments: dict[str, Any], past: pa.Table | None = None) -> list[Finding]:
    given = tables(*payments)
    history = given["payments"].slice(0, 0) if past is None else past
    for column in ("partner", "passed_at", "_run"):
        if column not in history.column_names:
            history = history.append_column(column, pa.array(["banque"] * len(history), pa.string()))
    inputs = Inputs(codes=code_tables(LIBRARY), partner=BANK, history={"payments": history})
    return [one for _, one in checks.run([checks.load(name, "payment", LIBRARY)], {}, given, inputs)]


def test_every_check_of_payments_binds() -> None:
    target = documents.load("payment", LIBRARY)
    schemas = {name: target.arrow(name, lineage=True) for name in target.tables}
    loaded = [checks.load(name, "payment", LIBRARY) for name in checks.names("payment", LIBRARY)]
    assert len(loaded) == 6
    assert checks.lint(loaded, schemas, Inputs(codes=code_tables(LIBRARY), partner=BANK)) == []


def test_a_statement_that_adds_up() -> None:
    assert failed("balance", {"amount": "50"}, {"amount": "-7.5"}) == []


def test_a_statement_that_does_not_add_up_is_refused_as_a_whole() -> None:
    other = {"statement": "225", "opening_balance": "1", "closing_balance": "2", "amount": "1"}
    found = failed("balance", {"amount": "50"}, {"amount": "-7"}, other)
    assert [one.message for one in found] == [0, 1]
    assert (found[0].found, found[0].expected) == ("142.50", "143.00")


def test_two_equal_movements_are_two() -> None:
    assert failed("balance", {"amount": "21.25"}, {"amount": "21.25"}) == []


def test_an_entry_of_several_payments_counts_once() -> None:
    entry = {"entry": "1", "entry_amount": "42.5"}
    assert failed("balance", {**entry, "amount": "40"}, {**entry, "amount": "2.5"}) == []
    assert failed("entries", {**entry, "amount": "40"}, {**entry, "amount": "2.5"}) == []
    wrong = failed("entries", {**entry, "amount": "40"}, {**entry, "amount": "40"})
    assert [one.message for one in wrong] == [0, 1] and wrong[0].expected == "42.50"


def test_what_is_pending_moves_nothing() -> None:
    movements = ({"amount": "42.5", "status": "booked"}, {"amount": "9", "status": "pending"})
    assert failed("balance", *movements) == []
    assert [one.message for one in failed("pending", *movements)] == [1]


def test_statements_without_balances_are_not_judged() -> None:
    assert failed("balance", {"opening_balance": None, "closing_balance": None, "amount": "1"}) == []


def test_money_paid_is_told_from_money_received() -> None:
    assert [one.message for one in failed("outgoing", {"amount": "5"}, {"amount": "-5"})] == [1]


def test_a_movement_that_passed_before() -> None:
    movement = {"amount": "5", "bank_reference": "V1", "remittance": "CMD 1"}
    past = tables(movement)["payments"]
    found = failed("already_seen", movement, {**movement, "bank_reference": "V2"}, past=past)
    assert [one.message for one in found] == [0]
