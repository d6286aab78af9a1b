"""JSON files as partners send them: what is taken, what is refused, where and why."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.library import shipped
from edi.syntax import MAX_FINDINGS, MESSAGES, Records
from edi.syntax import json as syntax
from edi.syntax.json import texts

OPTIONS = syntax.prepare({"document": "order"}, shipped())
LINE = b'{"number":"1","lines":[{"quantity":"2"}]}'


def cells(records: Records, kind: str = "") -> dict[str, list[str | None]]:
    return {str(cell): records.sets[kind].column(cell).to_pylist() for cell in records.sets[kind].cells()}


def read(data: bytes | str, starts: tuple[int, ...] = (0,)) -> Records:
    return syntax.read(data.encode() if isinstance(data, str) else data, OPTIONS, starts)


@pytest.mark.parametrize(
    "data",
    [
        LINE + b"\n" + LINE,
        LINE + b"\r\n\r\n" + LINE + b"\r\n",
        b"[" + LINE + b", \n" + LINE + b"]\n",
        b"\xef\xbb\xbf [\t" + LINE + b"," + LINE + b" ] ",
    ],
)
def test_arrays_and_lines_are_the_same_documents(data: bytes) -> None:
    records = read(data)
    assert records.findings == []
    assert cells(records) == {"number": ["1", "1"]}
    spans = zip(records.messages["start"].to_pylist(), records.messages["end"].to_pylist(), strict=True)
    assert [data[start:end] for start, end in spans] == [LINE, LINE]


def test_one_object_over_many_lines_is_one_message() -> None:
    pretty = json.dumps(json.loads(LINE), indent=2)
    assert cells(read(pretty)) == {"number": ["1"]}
    assert cells(read("\n" + pretty + "\n"), "lines") == {"quantity": ["2"]}


def test_arrays_are_kinds_and_nested_objects_are_paths() -> None:
    records = read(
        '{"ship_to":{"city":"Gap"},"lines":[{"sku":"A","charges":[{"amount":1.50}]}],"tags":["é","b"]}'
    )
    assert cells(records) == {"ship_to/city": ["Gap"]}
    assert cells(records, "lines") == {"sku": ["A"]}
    assert cells(records, "lines/charges") == {"amount": ["1.50"]}
    assert cells(records, "tags") == {"": ["é", "b"]}
    charge, line = records.sets["lines/charges"], records.sets["lines"]
    assert charge.parent.tolist() == line.order.tolist()
    assert line.parent.tolist() == records.sets[""].order.tolist()
    assert records.sets[""].parent.tolist() == [-1]


def test_values_keep_their_spelling() -> None:
    huge = "9" * 5000
    records = read(f'{{"a":1.10,"b":1E3,"c":-0,"d":true,"e":false,"f":null,"g":"","h":"00123","i":{huge}}}')
    assert {cell: column[0] for cell, column in cells(records).items()} == {
        "a": "1.10",
        "b": "1E3",
        "c": "-0",
        "d": "true",
        "e": "false",
        "h": "00123",
        "i": huge,
    }


def test_a_cell_that_no_object_has_is_null() -> None:
    assert read(LINE).sets[""].column("nowhere").to_pylist() == [None]


def test_messages_and_places_count_in_each_file() -> None:
    first, second = LINE + b"\n" + LINE + b"\n", '[{"é":"ù"},\n{"number":"4"}]'.encode()
    records = read(first + second, (0, len(first)))
    assert records.messages.schema == MESSAGES
    assert records.messages["message"].to_pylist() == [0, 1, 2, 3]
    assert records.messages["member"].to_pylist() == [0, 0, 1, 1]
    assert records.messages["line"].to_pylist() == [1, 2, 1, 2]
    assert records.sets["lines"].line is not None and records.sets["lines"].line.tolist() == [1, 2]
    assert records.locate is not None
    place = records.locate(int(records.sets[""].offset[3]))
    assert (place.member, place.line, place.offset) == (1, 2, (first + second).rindex(b'{"number"'))


@pytest.mark.parametrize(
    ("bad", "code", "offset"),
    [
        ('{"number":"2","number":"3"}', "JSON-002", 0),
        ('{"number":', "JSON-001", 10),
        ('{"é" "x"}', "JSON-001", 6),
        ("[1]", "JSON-003", 0),
        ('"text"', "JSON-003", 0),
        ("null", "JSON-003", 0),
        ('{"a":NaN}', "JSON-001", 0),
        ('{"a":"\\ud800"}', "JSON-001", 0),
        ('{"a":' * 40 + "1" + "}" * 40, "JSON-004", 0),
        ('{"a":' + "[" * 100_000, "JSON-004", 0),
        ("{} {}", "JSON-001", 3),
    ],
)
def test_a_broken_line_is_a_message_of_its_own(bad: str, code: str, offset: int) -> None:
    before = LINE.decode() + "\n"
    records = read(before + bad + "\n" + LINE.decode())
    assert [(f.code, f.message, f.location.line) for f in records.findings] == [(code, 1, 2)]
    assert records.findings[0].location.offset == len(before) + offset
    assert {0, 2} <= set(records.sets["lines"].message.tolist())


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "JSON-005", 1),
        (b" \n\n", "JSON-005", 1),
        (b"[]", "JSON-005", 1),
        (b"\nsku;on_hand\nMIEL-500;12\n", "JSON-001", 2),
        (b"[" + LINE + b"\n, ]", "JSON-001", 2),
        (b"[" + LINE + b"\n" + LINE + b"]", "JSON-001", 2),
        (b"[" + LINE, "JSON-001", 1),
        (b"[" + LINE + b"]\nx", "JSON-001", 2),
        (b"[" * 100_000, "JSON-004", 1),
        (LINE + b"\n\xe9", "TEXT-001", 2),
    ],
)
def test_what_hides_the_next_document_stops_the_file(data: bytes, code: str, line: int) -> None:
    whole = LINE + b"\n"
    records = read(whole + data, (0, len(whole)))
    (found,) = [f for f in records.findings if f.message is None]
    assert (found.code, found.location.member, found.location.line) == (code, 1, line)
    assert found.location.offset is not None and found.location.offset >= len(whole)
    assert 0 in records.sets["lines"].message


def test_a_file_of_nothing_but_faults_is_given_up() -> None:
    records = read(LINE + b"\n" + b"{\n" * (MAX_FINDINGS + 50))
    assert records.findings[-1].code == "JSON-007" and records.findings[-1].message is None
    assert len(records.findings) == MAX_FINDINGS + 1


def test_a_document_may_not_be_a_whole_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "SIZE", 30)
    assert [f.code for f in read(LINE).findings] == ["JSON-006"]


def test_a_low_surrogate_beside_a_high_one_is_a_character() -> None:
    assert cells(read('{"a":"\\ud83c\\udf6f"}')) == {"a": ["🍯"]}


@given(data=st.binary(max_size=60), other=st.sampled_from([b"", b"[", b"{", LINE, LINE + b"\n", b'{"a":"']))
def test_hostile_bytes_never_raise(data: bytes, other: bytes) -> None:
    records = read(other + data)
    assert records.findings or len(records.messages)
    for rows in records.sets.values():
        for cell in rows.cells():
            assert len(rows.column(cell)) == len(rows)


JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
FILES = st.lists(st.dictionaries(st.text(max_size=3), JSON_VALUES, max_size=3), min_size=1, max_size=3)


@given(files=st.lists(FILES, min_size=1, max_size=3), array=st.booleans())
def test_joined_files_read_as_they_do_apart(files: list[list[dict[str, Any]]], array: bool) -> None:
    texts = [
        json.dumps(f)
        if array
        else "\n".join(json.dumps(d, ensure_ascii=bool(i % 2)) for i, d in enumerate(f))
        for f in files
    ]
    parts = [text.encode() for text in texts]
    starts = tuple(int(place) for place in np.cumsum([0, *map(len, parts[:-1])]))
    joined, apart = read(b"".join(parts), starts), [read(part) for part in parts]
    assert len(joined.findings) == sum(len(r.findings) for r in apart)
    for kind, rows in joined.sets.items():
        for cell in rows.cells():
            alone = [v for r in apart if kind in r.sets for v in r.sets[kind].column(cell).to_pylist()]
            assert rows.column(cell).to_pylist() == alone


def test_what_read_printed_can_be_read_again() -> None:
    wrapped = '{"kind":"document","document":' + LINE.decode() + "}\n"
    listing = '{"kind":"file","name":"a.edi"}\n' + wrapped + wrapped + '{"kind":"summary","documents":2}\n'
    records = read(listing)
    assert records.findings == []
    assert cells(records) == {"number": ["1", "1"]}
    assert records.messages["line"].to_pylist() == [2, 3]
    assert syntax.sniff(listing.encode(), OPTIONS)[0] == 2


def test_a_kind_of_their_own_is_a_property_like_any_other() -> None:
    records = read('{"kind":"summary","number":"1"}\n{"number":"2"}')
    assert cells(records) == {"kind": ["summary", None], "number": ["1", "2"]}
