"""Risk: a file is built to cost more than it is worth: endless rows, columns or segments, odd separators."""

from __future__ import annotations

import pytest

from edi import formats
from edi.library import shipped
from edi.syntax import _text, delimited
from edi.syntax.delimited import reading

LIBRARY = shipped()
ORDERS = formats.load("edifact/d96a/orders", LIBRARY)
GOOD = LIBRARY.read("formats/edifact/d96a/orders.example.edi")


def codes(data: bytes) -> set[str]:
    return {one.code for one in delimited.read(data, delimited.prepare({}, LIBRARY)).findings}


@pytest.mark.parametrize(("columns", "wrong"), [(1999, set()), (2000, set()), (2001, {"CSV-008"})])
def test_columns_are_limited(columns: int, wrong: set[str]) -> None:
    head = ",".join(f"c{n}" for n in range(columns)).encode()
    assert codes(head + b"\n" + b"," * (columns - 1) + b"\n") - {"CSV-010"} == wrong


@pytest.mark.parametrize(("length", "wrong"), [(99, set()), (100, set()), (101, {"CSV-007"})])
def test_rows_are_limited(monkeypatch: pytest.MonkeyPatch, length: int, wrong: set[str]) -> None:
    monkeypatch.setattr(reading, "MAX_LINE", 100)
    assert codes(b"sku\n" + b"x" * length + b"\n") == wrong
    assert _text.MAX_LINE == 1 << 20, "in earnest"


@pytest.mark.parametrize(
    "una",
    [b"UNA++++++", b"UNA'''''' ", b"UNA:+.: '", b"UNA::.? '", b"UNA:+.?\x00\x00"],
)
def test_separators_that_cannot_be_told_apart_refuse_the_file(una: bytes) -> None:
    staged = ORDERS.read(una + GOOD)
    assert any(one.severity == "error" for one in staged.findings)


@pytest.mark.parametrize("una", [b"UNAABCDEF", b"UNA      "])
def test_letters_and_blanks_are_no_separators(una: bytes) -> None:
    staged = ORDERS.read(una + GOOD)
    assert staged.findings and staged.tables["orders"]["number"].equals(
        ORDERS.read(GOOD).tables["orders"]["number"]
    )


@pytest.mark.parametrize(
    "body",
    [
        b"'" * 200_000,
        b"+" * 200_000,
        b"?" * 200_001,
        b":" * 50_000 + b"'" + b"?'" * 50_000,
        b"LIN+1'" * 20_000,
        b"x" * 2_000_000,
    ],
    ids=["terminators", "elements", "releases", "components", "groups", "one-long-word"],
)
def test_a_senseless_interchange_is_refused_with_a_bounded_number_of_findings(body: bytes) -> None:
    head, _, tail = GOOD.partition(b"BGM")
    staged = ORDERS.read(head + body + b"'BGM" + tail)
    assert any(one.severity == "error" for one in staged.findings)
    assert len(staged.findings) <= 25_000
