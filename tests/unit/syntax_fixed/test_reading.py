"""Files of fixed width as banks send them: with and without line ends, trimmed, cut, out of order."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from edi import formats
from edi.findings import EdiError
from edi.library import shipped
from edi.model import Finding
from edi.syntax import fixed

LIBRARY = shipped()
CFONB = formats.load("bank/cfonb120", LIBRARY)
EXAMPLE = LIBRARY.read("formats/bank/cfonb120.example.txt")
LINES = EXAMPLE.decode("latin-1").split("\r\n")[:-1]


def amounts(data: bytes) -> list[Decimal]:
    staged = CFONB.read(data)
    assert staged.findings == []
    return list(staged.tables["payments"]["amount"].to_pylist())


def faults(*lines: str) -> list[Finding]:
    return CFONB.read("\r\n".join(lines).encode("latin-1")).findings


@pytest.mark.parametrize("end", ["\r\n", "\n", ""])
def test_records_with_and_without_line_ends(end: str) -> None:
    data = end.join(LINES).encode("latin-1")
    assert amounts(data) == [Decimal("633"), Decimal("45.2"), Decimal("-119.88")]
    assert CFONB.fits(data).score == 2


def test_trimmed_lines_and_what_old_programs_add_at_the_end() -> None:
    trimmed = "\r\n".join(line.rstrip() for line in LINES) + "\r\n\r\n\x1a"
    assert len(amounts(trimmed.encode("latin-1"))) == 3


@pytest.mark.parametrize(
    ("places", "currency", "expected"),
    [("2", "EUR", "633"), (" ", "   ", "633"), ("0", "JPY", "63300"), ("3", "BHD", "63.3")],
)
def test_decimals_are_where_the_file_says(places: str, currency: str, expected: str) -> None:
    lines = [line[:16] + currency + places + line[20:] for line in LINES]
    staged = CFONB.read("".join(lines).encode("latin-1"))
    first = staged.tables["payments"].to_pylist()[0]
    assert first["amount"] == Decimal(expected)
    assert first["currency"] == (currency.strip() or "EUR")


@pytest.mark.parametrize("last", ["S", "-", " ", "é"])
def test_an_amount_with_a_wrong_last_character_is_refused_alone(last: str) -> None:
    lines = list(LINES)
    lines[1] = lines[1][:103] + last + lines[1][104:]
    (found,) = (one for one in faults(*lines) if one.code == "FLD-017")
    assert (found.message, found.location.line) == (0, 2)


def test_records_out_of_place() -> None:
    assert {one.code for one in faults(LINES[1])} == {"FIX-003", "FLD-009"}
    again = [one for one in faults(LINES[0], *LINES) if one.code == "FIX-005"]
    assert [(one.location.line, one.expected) for one in again] == [(1, "07")]
    assert [one.code for one in faults(*LINES, LINES[2])] == ["FIX-003"]


def test_a_file_that_was_cut_says_so() -> None:
    assert "FIX-005" in [one.code for one in faults(*LINES[:-1])]
    whole = "".join(LINES).encode("latin-1")
    assert "FIX-001" in [one.code for one in CFONB.read(whole[:-7]).findings]


def test_an_unknown_record_and_one_too_long() -> None:
    found = faults(*LINES, "99".ljust(120), LINES[0] + "x")
    assert {"FIX-001", "FIX-002"} <= {one.code for one in found}


def test_what_nothing_maps_is_shown() -> None:
    lines = [line[:89] + "X" + line[90:] if line.startswith("04") else line for line in LINES]
    lines.insert(2, lines[2][:45] + "ZZZ" + "Autre chose".ljust(70) + "  ")
    unmapped = CFONB.read("".join(lines).encode("latin-1")).unmapped.to_pylist()
    assert ("04/89,2", "X") in {(one["address"], one["value"]) for one in unmapped}
    assert "Autre chose" in {one["value"] for one in unmapped}


@pytest.mark.parametrize("wrong", ["x", "119,3", "0,4", "05[4]/1,2", "^"])
def test_what_is_no_place_is_refused(wrong: str) -> None:
    with pytest.raises(EdiError) as error:
        fixed.address(wrong, "04", fixed.prepare({"width": 120}, LIBRARY))
    assert error.value.findings[0].code == "FMT-132"


def test_mainframe_characters() -> None:
    options = fixed.prepare({"width": 8, "encoding": "cp500", "record": [1, 1], "end": ""}, LIBRARY)
    options = fixed.expect(options, [], [], {"D": None})
    for text in ("DÉTÉ  01DHIVER02", "DÉTÉ  01\nDHIVER02\n"):
        records = fixed.read(text.encode("cp500"), options)
        assert records.findings == []
        assert records.sets["D"].column((2, 5)).to_pylist() == ["ÉTÉ", "HIVER"]


def test_a_text_too_long_for_its_place_stops_its_message_alone() -> None:
    pnm = formats.load("sage100/pnm", LIBRARY)
    entry = {"journal": "BQ1", "entry_date": "2026-11-20", "ledger_account": "512100", "amount": "1"}
    tables = pnm.document.from_json([entry, {**entry, "label": "x" * 26}])
    (output,), (found,) = pnm.write(tables)
    assert (found.code, found.message, output.messages) == ("FIX-004", 1, (0,))


@pytest.mark.samples
def test_statements_of_french_banks(samples: Path) -> None:
    folder = samples / "silarhi+cfonb-parser" / "tests" / "fixtures"
    staged = CFONB.read((folder / "complex-test.txt").read_bytes())
    assert staged.findings == []
    first = staged.tables["payments"].to_pylist()[0]
    assert first["opening_balance"] + first["amount"] == first["closing_balance"]
