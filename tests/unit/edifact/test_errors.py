"""One fault put into a good interchange is found at its place, and nothing else is."""

from __future__ import annotations

import re

import pytest

from edi.findings import CATALOGUE
from edi.syntax import MAX_FINDINGS, edifact
from edi.syntax.edifact import report
from tests.edifact import HEADING, LINE, ORDERS, codes, interchange, message, only, order

GOOD = interchange(order(), end="'\n").decode("latin-1")


def spoiled(pattern: str, replacement: str) -> bytes:
    text, count = re.subn(pattern, replacement, GOOD, count=1)
    assert count == 1
    return text.encode("latin-1")


FAULTS = [
    # pattern, replacement, code, segment, tag, element, component
    (r"220\+PO1", "220+" + "P" * 36, "ELM-002", 2, "BGM", 2, 1),
    (r"QTY\+21:12", "QTY+21:12a", "ELM-004", 6, "QTY", 1, 2),
    (r"QTY\+21:12", "QTY+21:1.2.3", "ELM-012", 6, "QTY", 1, 2),
    (r"QTY\+21:12", "QTY+21:12,5", "ELM-012", 6, "QTY", 1, 2),
    (r"QTY\+21:12", "QTY+21:12-", "ELM-012", 6, "QTY", 1, 2),
    (r"QTY\+21:12", "QTY+21:.5", "ELM-013", 6, "QTY", 1, 2),
    (r"QTY\+21:12", "QTY+21", "ELM-001", 6, "QTY", 1, 2),
    (r"QTY\+21:12", "QTY+:12", "ELM-001", 6, "QTY", 1, 1),
    (r"QTY\+21:12", "QTY", "ELM-001", 6, "QTY", 1, None),
    (r"QTY\+21:12", "QTY+21:12:PCE:X", "ELM-008", 6, "QTY", 1, 4),
    (r"QTY\+21:12", "QTY+21:12+X", "ELM-007", 6, "QTY", 2, 1),
    (r"QTY\+21:12", "QTY+ZZ9:12", "ELM-006", 6, "QTY", 1, 1),
    (r"QTY\+21:12", "QTY+21:1234567890123456", "ELM-002", 6, "QTY", 1, 2),
    (r"DTM\+137:20261122", "DTM+137:20260229", "ELM-011", 3, "DTM", 1, 2),
    (r"DTM\+137:20261122", "DTM+137:2026112", "ELM-011", 3, "DTM", 1, 2),
    (r"DTM\+137:20261122:102", "DTM+137:202611222560:203", "ELM-011", 3, "DTM", 1, 2),
    (r"BGM\+220\+PO1", "BGM+220+P\x01O1", "ELM-009", 2, "BGM", 2, 1),
    (r"BGM\+220\+PO1", "BGM+220+P\nO1", "ELM-014", 2, "BGM", 2, 1),
    (r"BGM\+220\+PO1", "BGM+220+P\x80O1", "ELM-009", 2, "BGM", 2, 1),
    (r"UNS\+S", "UNS+X", "ELM-006", 8, "UNS", 1, 1),
    (r"UNT\+9", "UNT+8", "MSG-003", 9, "UNT", 1, 1),
    (r"UNT\+9\+1", "UNT+9+2", "MSG-004", 9, "UNT", 2, 1),
    (r"UNH\+1\+ORDERS:D:96A", "UNH+1+ORDERS:D:01B", "MSG-001", 1, "UNH", 2, 1),
    (r"UNH\+1\+ORDERS:D:96A", "UNH+1+INVOIC:D:96A", "MSG-001", 1, "UNH", 2, 1),
    (r"DTM\+137", "XYZ+1'\nDTM+137", "SEG-001", 3, "XYZ", None, None),
    (r"DTM\+137", "CNT+2:1'\nDTM+137", "SEG-002", 3, "CNT", None, None),
    (r"BGM\+220\+PO1\+9'\n", "", "SEG-004", 2, "DTM", None, None),
    (r"DTM\+137:20261122:102'\n", "", "SEG-004", 3, "NAD", None, None),
    (r"PRI", "PAI+1'\nPAI+1'\nPRI", "SEG-003", 8, "PAI", None, None),
    (r"NAD\+BY", "RFF+CT:1'\n" * 11 + "NAD+BY", "SEG-005", 14, "RFF", None, None),
    (r"UNZ\+1", "UNZ+2", "ENV-005", None, "UNZ", 1, 1),
    (r"UNZ\+1\+R1", "UNZ+1+R2", "ENV-006", None, "UNZ", 2, 1),
    (r"UNZ\+1\+R1'\n", "", "ENV-003", None, "UNB", None, None),
    (r"UNB\+UNOC", "UNB+UNOX", "ENV-009", None, "UNB", 1, 1),
    (r"UNZ", "BGM+220'\nUNZ", "ENV-007", None, "BGM", None, None),
]
COUNTED = re.compile(r"UNT\+9\+1")


@pytest.mark.parametrize(("pattern", "new", "code", "segment", "tag", "element", "component"), FAULTS)
def test_a_fault_is_found_at_its_place(
    pattern: str,
    new: str,
    code: str,
    segment: int | None,
    tag: str,
    element: int | None,
    component: int | None,
) -> None:
    data = spoiled(pattern, new)
    if "UNT" not in pattern:
        count = data[data.index(b"UNH") : data.index(b"UNT")].count(b"'") + 1
        data = COUNTED.sub(f"UNT+{count}+1", data.decode("latin-1")).encode("latin-1")
    finding = only(edifact.read(data, ORDERS))
    place = finding.location
    assert finding.code == code
    assert (place.segment, place.tag, place.element, place.component) == (segment, tag, element, component)
    assert (finding.message is None) == code.startswith("ENV")
    assert place.offset is not None and place.line == data.count(b"\n", 0, place.offset) + 1


def test_the_offset_of_a_fault_is_that_of_the_wrong_value() -> None:
    data = spoiled(r"QTY\+21:12", "QTY+21:12a")
    finding = only(edifact.read(data, ORDERS))
    assert data[finding.location.offset :][:3] == b"12a"
    assert finding.found == "12a" and finding.expected == "n..15"
    assert "6060" in finding.text and finding.location.reference == "1"


def test_the_good_interchange_is_good() -> None:
    assert edifact.read(GOOD.encode(), ORDERS).findings == []


def test_a_message_without_trailer_is_refused_and_its_neighbours_are_not() -> None:
    first, second, third = order(reference="1"), order(reference="2")[:-1], order(reference="3")
    records = edifact.read(interchange(first, second, third), ORDERS)
    finding = only(records)
    assert (finding.code, finding.message, finding.location.reference) == ("MSG-002", 1, "2")
    assert records.sets["25/LIN"].message.tolist() == [0, 1, 2]


def test_a_reference_used_twice_is_found_on_the_second_message() -> None:
    finding = only(edifact.read(interchange(order(), order()), ORDERS))
    assert (finding.code, finding.message) == ("MSG-005", 1)


def test_a_message_of_another_type_is_refused_without_judging_it() -> None:
    other = message("ABC+nonsense", "QTY", reference="2", kind="INVOIC:D:01B:UN")
    records = edifact.read(interchange(order(), other), ORDERS)
    finding = only(records)
    assert (finding.code, finding.message, finding.found) == ("MSG-001", 1, "INVOIC D.01B")
    assert set(records.sets["25/LIN"].message.tolist()) == {0}


def test_a_file_cut_off_is_incomplete_and_its_last_message_refused() -> None:
    data = interchange(order(reference="1"), order(reference="2"))
    records = edifact.read(data[: data.rindex(b"PRI") + 5], ORDERS)
    assert sorted((f.code, f.message) for f in records.findings if f.message is None) == [
        ("ENV-003", None),
        ("ENV-004", None),
    ]
    assert {f.message for f in records.findings if f.code == "MSG-002"} == {1}


def test_groups_are_counted_instead_of_messages() -> None:
    data = interchange(order(reference="1"), order(reference="2")).decode()
    data = data.replace("UNH+1", "UNG+ORDERS+A+B+261122:0615+G1+UN+D:96A'UNH+1").replace(
        "UNZ+2", "UNE+2+G1'UNZ+1"
    )
    records = edifact.read(data.encode(), ORDERS)
    assert codes(records) == []
    assert records.messages["reference"].to_pylist() == ["1", "2"]


def test_an_interchange_without_messages_is_refused() -> None:
    assert codes(edifact.read(interchange(), ORDERS)) == ["ENV-010"]


def test_lower_case_in_upper_case_set_is_a_warning() -> None:
    data = interchange(order(heading=(*HEADING[:2], "NAD+BY+1::9++Lyon")), charset="UNOA:3")
    finding = only(edifact.read(data, ORDERS))
    assert (finding.code, finding.severity) == ("ELM-010", "warning")


def test_bytes_that_are_not_utf8_refuse_their_message() -> None:
    first, second = order(reference="1"), order(heading=(*HEADING[:2], "NAD+BY+1::9++#"), reference="2")
    data = interchange(first, second, charset="UNOW:4").replace(b"#", b"Caf\xe9")
    records = edifact.read(data, ORDERS)
    assert [(f.code, f.message) for f in records.findings] == [("ELM-009", 1)]
    assert records.sets["2/NAD"].column((4, 1)).to_pylist() == [None, "Caf\ufffd"]


def test_a_guideline_other_than_agreed_is_a_warning() -> None:
    data = interchange(message(*HEADING, *LINE, "UNS+S", kind="ORDERS:D:96A:UN:EAN007"))
    finding = only(edifact.read(data, {**ORDERS, "association": "EAN008"}))
    assert (finding.code, finding.severity, finding.found) == ("MSG-006", "warning", "EAN007")


def test_every_bad_message_is_refused_however_many_findings_there_are() -> None:
    number = MAX_FINDINGS + 200
    lines = ("LIN+1++3012345100014:EN", "QTY+21:x", "QTY+21:y")
    orders = [order(*lines, reference=str(n)) for n in range(number)]
    records = edifact.read(interchange(*orders), ORDERS)
    assert {f.message for f in records.findings if f.severity == "error"} == set(range(number))
    assert records.findings[-1].code == "ENV-012"
    assert int(records.findings[-1].found) + len(records.findings) - 1 == 2 * number


@pytest.mark.parametrize(
    "data", [b"", b"   \r\n", b"ISA*00*", b"\x00" * 100, b"UNA:+.? '", b"UNA:::::'UNB+", b"UNB"]
)
def test_what_is_no_edifact_gets_one_finding(data: bytes) -> None:
    records = edifact.read(data, ORDERS)
    assert len(records.messages) == 0
    assert len(records.findings) == 1 and records.findings[0].message is None


def test_errors_have_the_codes_of_the_acknowledgements() -> None:
    for code, entry in CATALOGUE.items():
        if code[:3] in ("MSG", "SEG", "ELM") and entry.severity == "error":
            assert entry.contrl and entry.x12, code


def test_an_odd_envelope_does_not_refuse_the_messages_in_it() -> None:
    data = interchange(order()).replace(b"261122:0615", b"20261122:0615")
    finding = only(edifact.read(data, ORDERS))
    assert (finding.code, finding.severity, finding.message, finding.location.tag) == (
        "ELM-002",
        "warning",
        None,
        "UNB",
    )


def test_a_file_with_too_many_bad_messages_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_REFUSED", 5)
    bad = [order("LIN+1", "QTY+21:x", reference=str(n)) for n in range(6)]
    whole = edifact.read(interchange(*bad), ORDERS).findings
    assert [(f.code, f.message) for f in whole if f.message is None] == [("ENV-013", None)]
    some = edifact.read(interchange(*bad[:5], order(reference="9")), ORDERS).findings
    assert {f.message for f in some} == {0, 1, 2, 3, 4}
