"""Files with one field a line: every way a record can be short, long, unknown or cut off."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import formats
from edi.library import shipped
from edi.syntax import Records, flagged

OPTIONS = flagged.expect(
    flagged.prepare({"prolog": ["#FLG 000", "#VER 33"], "epilog": ["#FIN"]}, shipped()),
    [],
    [],
    {"#CHEN": 3, "#CHLI": 2},
)


def lines(*body: str, tail: tuple[str, ...] = ("#FIN", "")) -> bytes:
    return "\r\n".join(["#FLG 000", "#VER 33", *body, *tail]).encode("cp850")


def found(records: Records) -> list[tuple[str, int | None]]:
    every = [*records.findings, *(one for _, one in records.on_records)]
    return [(one.code, one.location.line) for one in every]


def test_fields_are_the_lines_after_the_flag() -> None:
    read = flagged.read(lines("#CHEN", "1", "", "Café\\nd'Été", "#CHLI", "A", "B"), OPTIONS)
    head = read.sets["#CHEN"]
    assert [head.column(cell).to_pylist() for cell in (1, 2, 3)] == [["1"], [None], ["Café\nd'Été"]]
    assert head.line is not None and head.line.tolist() == [3]
    assert found(read) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (lines("#CHEN", "1", "2"), [("FLG-002", 3)]),
        (lines("#CHEN", "1", "2", "3", "4"), [("FLG-002", 3)]),
        (lines("#CHEN", "1", "2", "3", "#CHXX", "4"), [("FLG-003", 7)]),
        (lines("#CHXX", "1"), [("FLG-003", 3)]),
        (lines("lost", "#CHEN", "1", "2", "3"), [("FLG-006", 3)]),
        (lines("#CHEN", "1", "2", "3", tail=()), [("FLG-004", 6)]),
        (b"#FLG 000\r\n#VER 14\r\n#FIN\r\n", [("FLG-001", 1)]),
        (b"", [("FILE-001", None)]),
    ],
)
def test_what_is_wrong_is_found_at_its_line(data: bytes, expected: list[tuple[str, int | None]]) -> None:
    assert found(flagged.read(data, OPTIONS)) == expected


def test_two_files_in_one_are_noticed() -> None:
    twice = lines("#CHEN", "1", "2", "3") + lines("#CHEN", "1", "2", "3")
    assert ("FLG-005", 8) in found(flagged.read(twice, OPTIONS))


def test_a_broken_record_rejects_its_document_and_no_other() -> None:
    sage = formats.load("sage100/orders", shipped())
    data = shipped().read("formats/sage100/orders.example.txt")
    broken = data.replace(b"MIEL500\r\n", b"", 1)
    staged = sage.read(broken)
    assert "FLG-002" in {one.code for one in staged.findings}
    assert {one.message for one in staged.findings} == {0}
    assert staged.tables["orders"]["number"].to_pylist() == ["WEB1001", "WEB1002"]


def test_a_character_outside_the_code_page_is_a_finding_of_its_message() -> None:
    sage = formats.load("sage100/orders", shipped())
    tables = dict(sage.read(shipped().read("formats/sage100/orders.example.txt")).tables)
    names = tables["order_lines"]["description"].to_pylist()
    names[0] = "Miel d’acacia"
    place = tables["order_lines"].schema.get_field_index("description")
    tables["order_lines"] = tables["order_lines"].set_column(place, "description", [names])
    outputs, findings = sage.write(tables)
    assert [(one.code, one.message, one.found) for one in findings] == [("TEXT-002", 0, "’")]
    assert outputs[0].messages == (1,)


@given(st.binary(max_size=300), st.booleans())
def test_hostile_bytes_never_raise(data: bytes, framed: bool) -> None:
    whole: Any = b"#FLG 000\r\n#VER 33\r\n#CHEN\r\n" + data if framed else data
    flagged.read(whole, OPTIONS)
    flagged.sniff(whole, OPTIONS)
