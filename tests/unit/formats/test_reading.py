"""Descriptors at work: what is read from where, and what is said about values that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from edi import formats
from edi.findings import EdiError
from edi.formats import Format, Staged
from edi.library import Frozen, shipped


def format_(text: str, **more: str) -> Format:
    """A format from a descriptor's text, over the shipped library."""
    library = shipped()
    files = {name: library.read(name) for name in library.names("formats/")}
    extra = {f"formats/{name}.toml": body.encode() for name, body in {"mine": text, **more}.items()}
    return formats.load("mine", Frozen({**files, **extra}))


SHOP = """
document = "order"
syntax = "delimited"
[delimited]
separator = ";"
decimal = ","
[orders]
key = "order"
[orders.fields]
number = "order"
currency = "currency"
order_date = { at = "date", date = "%d/%m/%Y" }
[order_lines]
rows = "sku"
[order_lines.fields]
sku = "sku"
quantity = "quantity"
unit = { at = "unit", codes = { pce = "PCE", kg = "KGM" }, default = "PCE" }
"""
HEAD = "order;currency;date;sku;quantity;unit\n"


def read(*rows: str, descriptor: str = SHOP) -> Staged:
    return format_(descriptor).read((HEAD + "".join(f"{row}\n" for row in rows)).encode())


def said(staged: Staged) -> list[tuple[str, int | None, int | None, str]]:
    return [(one.code, one.message, one.location.line, one.found) for one in staged.findings]


def column(staged: Staged, table: str, name: str) -> list[Any]:
    return staged.tables[table][name].to_pylist()


def test_header_cells_stand_on_every_row_or_on_the_first_only() -> None:
    staged = read("1;EUR;20/11/2026;A;1;", "1;EUR;20/11/2026;B;2;", "2;EUR;;C;3;", ";;;D;4;kg")
    assert column(staged, "orders", "number") == ["1", "2"]
    assert column(staged, "order_lines", "parent") == [1, 1, 1, 1]
    assert column(staged, "order_lines", "message") == [0, 0, 1, 1]
    assert column(staged, "order_lines", "unit") == ["PCE", "PCE", "PCE", "KGM"]
    assert said(staged) == []


@pytest.mark.parametrize(
    ("row", "code", "found"),
    [
        ("1;EUR;;A;1.5;", "FLD-002", "1.5"),
        ("1;EUR;;A;x;", "FLD-001", "x"),
        ("1;EUR;;A;1e5;", "FLD-001", "1e5"),
        ("1;EUR;;A;1,1234567;", "FLD-004", "1,1234567"),
        ("1;EUR;;A;1234567890123;", "FLD-005", "1234567890123"),
        ("1;EUR;31/02/2026;A;1;", "FLD-007", "31/02/2026"),
        ("1;EUR;;A;1;stk", "FLD-003", "stk"),
    ],
)
def test_a_value_that_does_not_fit_is_named_and_its_neighbours_are_read(
    row: str, code: str, found: str
) -> None:
    staged = read("0;EUR;20/11/2026;A;1,5;", row, "2;EUR;20/11/2026;C;3;")
    assert said(staged) == [(code, 1, 3, found)]
    assert column(staged, "orders", "number") == ["0", "1", "2"]
    assert str(column(staged, "order_lines", "quantity")[0]) == "1.500000"


def test_zeros_beyond_the_scale_are_no_digits_lost() -> None:
    staged = read("1;EUR;;A;1,50000000;")
    assert said(staged) == [] and str(column(staged, "order_lines", "quantity")[0]) == "1.500000"


def test_rows_of_one_document_must_stand_together() -> None:
    staged = read("1;EUR;;A;1;", "2;EUR;;B;1;", "1;EUR;;C;1;")
    assert said(staged) == [("FLD-011", 0, 2, "1"), ("FLD-011", 2, 4, "1")]


def test_header_cells_that_disagree_are_a_warning() -> None:
    staged = read("1;EUR;;A;1;", "1;USD;;B;1;")
    assert said(staged) == [("FLD-012", 0, 3, "USD")]
    assert column(staged, "orders", "currency") == ["EUR"]


def test_a_row_of_another_width_rejects_its_document_alone() -> None:
    staged = read("1;EUR;;A;1;", "2;EUR;;B", "3;EUR;;C;1;")
    assert ("CSV-006", 1, 3, "4") in said(staged)
    assert {one.message for one in staged.findings} == {1}


def test_what_no_field_takes_is_shown() -> None:
    staged = format_(SHOP).read(b"order;sku;quantity;colour\n1;A;1;rouge\n")
    assert staged.unmapped.to_pylist() == [
        {"message": 0, "position": 2, "address": "colour", "value": "rouge"}
    ]


MULTI = """
document = "order"
syntax = "delimited"
[delimited]
separator = ";"
header = false
record = 1
[orders]
record = "E"
[orders.fields]
number = 2
[order_lines]
record = "L"
[order_lines.fields]
sku = 2
quantity = 3
note = "^2"
"""


def test_records_follow_their_header_and_may_look_up_to_it() -> None:
    staged = format_(MULTI).read(b"E;100\nL;A;1\nL;B;2\nE;101\nL;C;3\n")
    assert column(staged, "order_lines", "message") == [0, 0, 1]
    assert column(staged, "order_lines", "note") == ["100", "100", "101"]


def test_a_record_before_any_header_is_a_finding_of_the_file() -> None:
    staged = format_(MULTI).read(b"L;A;1\nE;100\nL;B;2\n")
    assert said(staged) == [("FLD-013", None, 1, "L")]


def test_joined_files_do_not_lend_their_headers_to_each_other() -> None:
    first, second = b"E;100\nL;A;1\n", b"L;B;2\nE;101\nL;C;3\n"
    staged = format_(MULTI).read(first + second, (0, len(first)))
    assert [(one.code, one.location.member) for one in staged.findings] == [("FLD-013", 1)]


def test_two_values_for_one_field_are_a_finding_unless_the_first_is_asked_for() -> None:
    data = shipped().read("formats/edifact/d96a/orders.example.edi")
    double = data.replace(b"DTM+2:20261127:102'", b"DTM+2:20261127:102'\r\nDTM+2:20261128:102'").replace(
        b"UNT+49", b"UNT+50"
    )
    staged = formats.load("edifact/d96a/orders", shipped()).read(double)
    assert [(one.code, one.message, one.location.tag) for one in staged.findings] == [("FLD-010", 0, "DTM")]


def test_the_decimal_mark_of_una_is_in_force_for_its_own_file() -> None:
    data = shipped().read("formats/edifact/d96a/orders.example.edi")
    comma = b"UNA:+,? '" + data.replace(b"6.491667", b"6,491667").replace(b"155.8", b"155,8")
    for number in (
        b"6.39",
        b"18.5",
        b"5.5+",
        b"6.85",
        b"8.6'",
        b"153.6",
        b"3.2'",
        b"309.4",
        b"3.75",
        b"17.9",
    ):
        comma = comma.replace(number, number.replace(b".", b","))
    staged = formats.load("edifact/d96a/orders", shipped()).read(data + comma, (0, len(data)))
    prices = [str(price) for price in column(staged, "order_lines", "unit_price")]
    assert staged.findings == [] and prices[:4] == prices[4:]


@pytest.mark.parametrize(
    ("change", "code", "line", "said_"),
    [
        (('sku = "sku"', 'skuu = "sku"'), "FMT-008", 16, "sku"),
        (('syntax = "delimited"', 'syntax = "delimted"'), "FMT-006", 3, "delimted"),
        (("[order_lines]", "[order_line]"), "FMT-007", 13, "order_lines"),
        (('default = "PCE"', 'defalt = "PCE"'), "FMT-004", 18, "default"),
        (('document = "order"', 'document = "ordr"'), "FMT-005", 2, "order"),
        (("%d/%m/%Y", "%d/%B/%Y"), "FMT-009", 12, "%d/%B/%Y"),
        (('decimal = ","', 'decimal = ,"'), "FMT-002", None, "line 6"),
    ],
)
def test_mistakes_in_a_descriptor_are_named_with_line_and_nearest_name(
    change: tuple[str, str], code: str, line: int | None, said_: str
) -> None:
    text = SHOP.replace("[order_line]", "[order_lines]").replace(*change)
    if change[1] == "[order_line]":
        text = text.replace("[order_lines.fields]", "[order_line.fields]")
    with pytest.raises(EdiError) as error:
        format_(text)
    (found, *_) = error.value.findings
    assert (found.code, found.location.line) == (code, line)
    assert said_ in found.text


def test_a_descriptor_changes_only_what_it_says_of_the_one_it_extends() -> None:
    mine = format_(
        'extends = "shop"\n[delimited]\ndecimal = "."\n[order_lines.fields]\nunit = false\n', shop=SHOP
    )
    rule = mine.plan.descriptor.tables["order_lines"]
    assert list(rule.fields) == ["sku", "quantity"]
    assert mine.plan.options["decimal"] == "." and mine.plan.options["separator"] == ";"


def test_descriptors_that_extend_each_other_are_refused() -> None:
    with pytest.raises(EdiError) as error:
        format_('extends = "other"\n', other='extends = "mine"\n')
    assert error.value.findings[0].code == "FMT-003"
