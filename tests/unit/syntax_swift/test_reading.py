"""MT940 and MT942 as banks send them: dialects of :86:, headers, dates around New Year, files cut in two."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edi import formats
from edi.findings import EdiError
from edi.library import shipped
from edi.syntax import swift

LIBRARY = shipped()
MT940 = formats.load("bank/mt940", LIBRARY)


def statement(*fields: str, end: str = "\r\n") -> bytes:
    head = (":20:R1", ":25:FR7610096180010001234567806", ":28C:1/1", ":60F:C261119EUR100,00")
    return end.join((*head, *fields, ":62F:C261120EUR90,00", "-", "")).encode("latin-1")


def payment(*fields: str) -> dict[str, Any]:
    staged = MT940.read(statement(*fields))
    assert staged.findings == []
    (row,) = staged.tables["payments"].to_pylist()
    return {key: value for key, value in row.items() if value is not None}


@pytest.mark.parametrize(
    ("mark", "amount", "reversal"),
    [("C", "10", False), ("D", "-10", False), ("RC", "-10", True), ("RD", "10", True)],
)
def test_marks_give_the_sign(mark: str, amount: str, reversal: bool) -> None:
    row = payment(f":61:261120{mark}R10,NTRFNONREF//B1")
    assert (row["amount"], row["reversal"], row["bank_reference"]) == (Decimal(amount), reversal, "B1")


@pytest.mark.parametrize(
    ("dates", "booked", "value"),
    [
        ("2611201119", "2026-11-19", "2026-11-20"),
        ("261120", "2026-11-20", "2026-11-20"),
        ("261120    ", "2026-11-20", "2026-11-20"),
        ("2601021231", "2025-12-31", "2026-01-02"),
        ("2612310102", "2027-01-02", "2026-12-31"),
        ("0001011231", "1999-12-31", "2000-01-01"),
    ],
)
def test_the_booking_date_gets_its_year(dates: str, booked: str, value: str) -> None:
    row = payment(f":61:{dates}C10,NTRFNONREF")
    assert (str(row["booked"]), str(row["value_date"])) == (booked, value)


@pytest.mark.parametrize("separator", ["?", ">", "@"])
def test_subfields(separator: str) -> None:
    detail = ":86:166?00VIREMENT?20EREF+E1KREF+K1SVWZ+FACTURE FA-2?211 DU 18/11?30CMCIFR2A\r\n"
    detail += "?31FR7610278073000002040410156?32ÉPICERIE?33 GÉNÉRALE"
    row = payment(":61:261120C10,NTRFNONREF", detail.replace("?", separator))
    assert (row["kind"], row["booking_text"], row["end_to_end"], row["batch"]) == (
        "166",
        "VIREMENT",
        "E1",
        "K1",
    )
    assert row["remittance"] == "FACTURE FA-21 DU 18/11"
    assert (row["counterparty_name"], row["counterparty_bic"]) == ("ÉPICERIE GÉNÉRALE", "CMCIFR2A")
    assert row["counterparty_iban"] == "FR7610278073000002040410156"


def test_accounts_that_are_no_iban() -> None:
    row = payment(":61:261120C10,NTRFNONREF", ":86:166?20merci?3010020030?31234567")
    assert row["counterparty_id"] == "234567" and "counterparty_iban" not in row
    assert row["remittance"] == "merci"


def test_words_between_slashes() -> None:
    row = payment(":61:261120C10,NTRFNONREF", ":86:/EREF/E-1//NAME/Rossi/\r\n/REMI/ORDINE WEB 1001/")
    assert (row["end_to_end"], row["counterparty_name"], row["remittance"]) == (
        "E-1",
        "Rossi",
        "ORDINE WEB 1001",
    )


def test_free_text_over_several_lines() -> None:
    row = payment(":61:261120C10,NTRFREF1", ":86:Reçu de la\r\nboutique : CMD 4711")
    assert (row["remittance"], row["end_to_end"]) == ("Reçu de la boutique : CMD 4711", "REF1")


@pytest.mark.parametrize("head", ["{1:F01CMCIFRPPAXXX}{4:\r\n", "CMCIFRPP\r\n940\r\n", "\x01\r\n", "\r\n"])
def test_what_stands_before_the_first_field(head: str) -> None:
    data = head.encode() + statement(":61:261120C10,NTRFNONREF")
    assert MT940.fits(data).score == 2
    assert len(MT940.read(data).tables["payments"]) == 1


def test_several_statements_of_one_file() -> None:
    one = statement(":61:261120C10,NTRFNONREF", ":61:261120D20,NTRFNONREF")
    staged = MT940.read(one + one.replace(b":28C:1/1", b":28C:2/1"))
    assert staged.tables["payments"]["statement"].to_pylist() == ["1/1", "1/1", "2/1", "2/1"]
    assert staged.tables["payments"]["message"].to_pylist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (statement()[: -len(":62F:C261120EUR90,00\r\n-\r\n")], "SWF-004"),
        (statement(":61:2611XXC10,NTRFNONREF"), "SWF-003"),
        (statement().replace(b"EUR100,00", b"EUR1.00"), "SWF-003"),
        (b"hello\n", "SWF-001"),
        (b"", "FILE-001"),
    ],
)
def test_what_is_wrong_stops_the_file(data: bytes, code: str) -> None:
    found = [one for one in MT940.read(data).findings if one.message is None]
    assert [one.code for one in found] == [code]


@pytest.mark.parametrize("wrong", ["nothing", "61/x", "^60F/nothing", "86/", "//"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(EdiError) as error:
        swift.address(wrong, "61", swift.prepare({}, LIBRARY))
    assert error.value.findings[0].code == "FMT-133"


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ASNB/mt940.txt", 8),
        ("betterplace/sepa_mt9401.sta", 97),
        ("jejik/ing.sta", 7),
        ("jejik/abnamro.sta", 10),
    ],
)
def test_statements_of_many_banks(samples: Path, name: str, count: int) -> None:
    staged = MT940.read((samples / "wolph+mt940" / "mt940_tests" / name).read_bytes())
    assert [one for one in staged.findings if one.severity == "error"] == []
    assert len(staged.tables["payments"]) == count
