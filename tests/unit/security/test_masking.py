"""Risk: a customer's address or account number ends up in logs and mails, because a finding quotes a file."""

from __future__ import annotations

import pytest

from edi import checks, documents
from edi.findings import CATALOGUE, Verbatim, excerpt, finding
from edi.library import Folders, library_root
from edi.masking import masked
from edi.transform import Inputs, code_tables

LIBRARY = Folders(library_root())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("anna.però@osteria.example", "a…@osteria.example"),
        ("Anna <anna@a-b.example>, merci", "Anna <a…@a-b.example>, merci"),
        ("FR7630006000011234567890189", "FR76…0189"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189.", "IBAN FR76… 189."),
        ("IT60X0542811101000000123456 EUR", "IT60…3456 EUR"),
        ("BG80 BNBG 9661 1020 3456 78 EUR", "BG80…6 78 EUR"),
        ("+33 6 12 34 56 78", "+33…78"),
        ("tel. +359888123456", "tel. +35…56"),
        ("06 12 34 56 78", "06 …78"),
    ],
)
def test_personal_data_are_shown_in_part(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "3012345000017",
        "03012345100014",
        "00312345678901234567",
        "4500012877",
        "FR202611220001AB",
        "CMD-2026-11-20",
        "2026-11-20 09:41:07 +0100",
        "01.02.2026",
        "01/02/2026",
        "+12345678.90",
        "-1234567.89",
        "12 345 678,90",
        "Épicerie Générale @ Annecy",
        "NAD+BY+3020110000001::9",
    ],
)
def test_what_an_operator_looks_for_stays_whole(text: str) -> None:
    assert masked(text) == text


def test_a_finding_quotes_neither_address_nor_account() -> None:
    one = finding("FLD-012", found="anna@osteria.example", expected="+33612345678")
    assert "anna" not in str(one) and "0612345678" not in str(one) and "612345678" not in str(one)
    long = finding("FLD-001", found="x" * 30 + " FR7630006000011234567890189", expected="a number")
    assert "30006" not in str(long), "nor the beginning of one that the quotation cuts"


def test_what_a_check_says_is_shown_in_part_and_its_hint_keeps_what_is_to_be_entered() -> None:
    order = {"number": "1", "buyer_email": "anna@osteria.example", "lines": [{"quantity": "1"}]}
    tables = documents.load("order", LIBRARY).from_json([order])
    inputs = Inputs(codes=code_tables(LIBRARY), partner={"id": "osteria", "name": "Osteria"})
    [(_, one)] = checks.run([checks.load("unknown_customer", "order", LIBRARY)], {}, tables, inputs)
    assert "anna" not in one.text + one.found and "anna@osteria.example" in one.hint


def test_a_quotation_is_short_and_cannot_move_a_cursor_or_turn_the_text() -> None:
    assert excerpt("a\x1b[2J\n\u202egnp.exe\x85") == "a\\x1b[2J\\n\\u202egnp.exe\\x85"
    assert len(excerpt("x" * 10_000)) == 40
    assert excerpt(Verbatim("sftp@host.example")) == "sftp@host.example", "the operator's own setting"


def test_only_what_is_given_is_filled_into_a_sentence() -> None:
    """Braces and attributes in a partner's text are text."""
    one = finding("FLD-001", found="{hint.__class__} {0} %s", expected="{found}")
    assert "{hint.__class__} {0} %s" in one.text and CATALOGUE["FLD-001"].hint
