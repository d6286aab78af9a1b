"""The scan: against a parser that reads one character after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.syntax import edifact
from edi.syntax.edifact import scan
from tests.edifact import HEADING, LINE, ORDERS, codes, interchange, message, only, order, parse

VALUE = st.text("AZaz09 .-é€?+:'", max_size=6)
ELEMENTS = st.lists(st.lists(VALUE, min_size=1, max_size=4), min_size=1, max_size=4)


def spelled(elements: list[list[str]]) -> str:
    escape = str.maketrans({c: f"?{c}" for c in "?+:'"})
    return "+".join(["FTX", *(":".join(value.translate(escape) for value in parts) for parts in elements)])


def columns(data: bytes, starts: tuple[int, ...] = (0,)) -> dict[tuple[int, int], list[str | None]]:
    """The cells of all FTX segments."""
    records = edifact.read(data, ORDERS, starts).sets["0/FTX"]
    return {cell: records.column(cell).to_pylist() for cell in records.cells()}


def wanted(texts: list[str]) -> dict[tuple[int, int], list[str | None]]:
    rows = [elements for text in texts for tag, elements in parse(text) if tag == "FTX"]
    cells = {
        (e, c) for row in rows for e, parts in enumerate(row, 1) for c, value in enumerate(parts, 1) if value
    }
    return {(e, c): [cell(row, e, c) for row in rows] for e, c in sorted(cells)}


def cell(row: list[list[str]], element: int, component: int) -> str | None:
    found = row[element - 1][component - 1 : component] if element <= len(row) else []
    return found[0] or None if found else None


@given(
    st.lists(st.lists(ELEMENTS, min_size=1, max_size=5), min_size=1, max_size=5),
    st.sampled_from(["'", "'\n", "'\r\n", "' \r\n"]),
)
def test_values_are_those_of_a_plain_parser(messages: list[list[list[list[str]]]], end: str) -> None:
    orders = [
        message("BGM+220", "DTM+137", *map(spelled, m), reference=str(n)) for n, m in enumerate(messages)
    ]
    data = interchange(*orders, charset="UNOW:4", end=end)
    assert columns(data) == wanted([data.decode()])


@given(st.lists(st.tuples(ELEMENTS, st.sampled_from(["", "\n", "\r\n\x1a"])), min_size=1, max_size=6))
def test_nothing_crosses_from_one_file_into_the_next(files: list[tuple[list[list[str]], str]]) -> None:
    texts = [
        interchange(message("BGM+220", "DTM+137", spelled(e)), charset="UNOW:4") + tail.encode()
        for e, tail in files
    ]
    starts = tuple(np.cumsum([0, *(len(text) for text in texts[:-1])]).tolist())
    assert columns(b"".join(texts), starts) == wanted([text.decode() for text in texts])


@pytest.mark.parametrize("size", [64, 100, 257, 1000])
def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    texts = [f"FTX+AAI+++{'?' * (2 * (n % 5))}é?'{n}?+" for n in range(200)]
    data = interchange(message("BGM+220", "DTM+137", *texts), charset="UNOW:4")
    whole = edifact.read(data, ORDERS)
    monkeypatch.setattr(scan, "CHUNK", size)
    pieces = edifact.read(data, ORDERS)
    assert columns(data) == wanted([data.decode()])
    assert pieces.findings == whole.findings
    assert pieces.messages.equals(whole.messages)


def test_every_file_has_its_own_separators() -> None:
    plain = interchange(order())
    other = b"UNA*|,!-~" + plain.replace(b":", b"*").replace(b"+", b"|").replace(b"'", b"~").replace(
        b".", b","
    )
    records = edifact.read(plain + other + plain, ORDERS, (0, len(plain), len(plain) + len(other)))
    assert codes(records) == []
    assert records.decimal == (".", ",", ".")
    assert records.sets["28/PRI"].column((1, 2)).to_pylist() == ["12.50", "12,50", "12.50"]


def test_the_separators_of_syntax_level_b_are_known() -> None:
    data = interchange(order(), charset="UNOB:1")
    data = data.replace(b":", b"\x1f").replace(b"+", b"\x1d").replace(b"'", b"\x1c")
    assert edifact.read(data, ORDERS).sets["28/PRI"].column((1, 2)).to_pylist() == ["12.50"]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("UNOC:3", "Épicerie"),
        ("UNOE:3", "Магазин"),
        ("UNOF:3", "Αθήνα"),
        ("UNOW:4", "Магазин € é"),
        ("UNOD:3", "Łódź"),
    ],
)
def test_values_are_decoded_by_the_character_set_of_the_file(charset: str, text: str) -> None:
    codec = {
        "UNOC": "latin-1",
        "UNOE": "iso8859-5",
        "UNOF": "iso8859-7",
        "UNOD": "iso8859-2",
        "UNOW": "utf-8",
    }
    data = interchange(order(heading=(*HEADING[:2], "NAD+BY+1::9++#")), charset=charset)
    records = edifact.read(data.replace(b"#", text.encode(codec[charset[:4]])), ORDERS)
    assert records.sets["2/NAD"].column((4, 1)).to_pylist() == [text]
    assert codes(records) == []


def test_files_of_different_character_sets_are_read_together() -> None:
    first = interchange(order(heading=(*HEADING[:2], "NAD+BY+1::9++Épicerie")))
    second = interchange(order(heading=(*HEADING[:2], "NAD+BY+1::9++Магазин")), charset="UNOW:4")
    records = edifact.read(first + second + first, ORDERS, (0, len(first), len(first) + len(second)))
    assert records.sets["2/NAD"].column((4, 1)).to_pylist() == ["Épicerie", "Магазин", "Épicerie"]


def test_lines_and_offsets_point_into_the_file() -> None:
    data = interchange(order(), end="'\r\n")
    records = edifact.read(data + data, ORDERS, (0, len(data)))
    lines = records.sets["25/LIN"]
    assert lines.line is not None and lines.line.tolist() == [6, 6]
    assert lines.segment is not None and lines.segment.tolist() == [5, 5]
    assert [data[o - b : o - b + 3] for o, b in zip(lines.offset, (0, len(data)), strict=True)] == [
        b"LIN",
        b"LIN",
    ]


def test_bytes_before_the_interchange_are_skipped_and_said() -> None:
    records = edifact.read(b"\xef\xbb\xbf" + interchange(order()), ORDERS)
    assert only(records).code == "ENV-002"
    assert only(records).severity == "warning"
    assert len(records.sets["25/LIN"]) == 1


def test_a_byte_is_located_down_to_the_component() -> None:
    data = interchange(order(*LINE), end="'\n")
    records = edifact.read(data, ORDERS)
    assert records.locate is not None
    place = records.locate(data.index(b"EN'"))
    assert (place.tag, place.segment, place.element, place.component, place.line) == ("LIN", 5, 3, 2, 6)
