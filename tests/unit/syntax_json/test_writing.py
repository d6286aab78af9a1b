"""Canonical JSON Lines, addresses, and telling JSON from other files."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi import documents, formats
from edi.findings import EdiError
from edi.library import shipped
from edi.syntax import Condition, Step
from edi.syntax import json as syntax
from tests.strategies import objects, tables

NAMES = ("order", "stock", "product", "customer", "report")
LINEAGE = ("_line", "_segment", "_offset")
DOCUMENTS = {name: documents.load(name, shipped()) for name in NAMES}
OPTIONS = {name: syntax.prepare({"document": name}, shipped()) for name in NAMES}


def canonical(values: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(v, ensure_ascii=False, separators=(",", ":")) + "\n" for v in values).encode()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30)
@given(data=st.data())
def test_canonical_files_are_written_as_they_were_read(name: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(objects(DOCUMENTS[name]), min_size=1, max_size=3))
    file = canonical(values)
    (output,) = syntax.write(syntax.read(file, OPTIONS[name]), OPTIONS[name])
    assert output.data == file
    assert output.messages == tuple(range(len(values)))


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_example_is_canonical_and_valid(name: str) -> None:
    file = shipped().read(f"formats/json/{name}.example.json")
    (output,) = syntax.write(syntax.read(file, OPTIONS[name]), OPTIONS[name])
    assert output.data == file
    document = DOCUMENTS[name]
    tables = document.from_json([json.loads(line) for line in file.decode().splitlines()])
    assert document.validate(tables) == []
    assert syntax.sniff(file, OPTIONS[name])[0] == 2


def test_properties_come_in_the_order_of_the_schema_with_their_json_types() -> None:
    records = syntax.read(b'{"lines":[{"quantity":1}],"active":true,"number":7,"zz":"?"}', OPTIONS["order"])
    (output,) = syntax.write(records, OPTIONS["order"])
    assert output.data == b'{"number":"7","active":true,"zz":"?","lines":[{"quantity":"1"}]}\n'
    records = syntax.read(b'{"active":false,"sku":"A"}', OPTIONS["product"])
    assert syntax.write(records, OPTIONS["product"])[0].data == b'{"sku":"A","active":false}\n'
    records = syntax.read(b'{"segment":"3","line":4}', OPTIONS["report"])
    assert syntax.write(records, OPTIONS["report"])[0].data == b'{"line":4,"segment":3}\n'


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30)
@given(data=st.data())
def test_tables_come_back_from_the_file_as_they_were(name: str, data: st.DataObject) -> None:
    made = data.draw(tables(DOCUMENTS[name]))
    json_format = formats.load(f"json/{name}", shipped())
    (output,), faults = json_format.write(made)
    staged = json_format.read(output.data)
    assert faults == staged.findings == []
    assert staged.unmapped.num_rows == 0
    assert {table: rows.drop_columns([*LINEAGE]) for table, rows in staged.tables.items()} == made


def test_nested_objects_and_plain_arrays_are_written_back() -> None:
    file = '{"address":{"city":"Gap","geo":{"x":"1"}},"tags":["é","b"]}\n'.encode()
    options = syntax.prepare({}, shipped())
    assert syntax.write(syntax.read(file, options), options)[0].data == file


def test_each_group_of_messages_is_a_file() -> None:
    records = syntax.read(canonical([{"sku": "A"}, {"sku": "B"}, {"sku": "C"}]), OPTIONS["stock"])
    records.groups = np.array([1, -1, 1], dtype=np.int32)
    assert [output.messages for output in syntax.write(records, OPTIONS["stock"])] == [(), (0, 2)]
    records.groups = np.array([1, 0, 1], dtype=np.int32)
    first, second = syntax.write(records, OPTIONS["stock"])
    assert (first.data, first.messages) == (b'{"sku":"B"}\n', (1,))
    assert (second.data, second.messages) == (b'{"sku":"A"}\n{"sku":"C"}\n', (0, 2))


def test_addresses_lead_up_down_and_through_conditions() -> None:
    up = syntax.address("^number", "lines", {})
    assert (up.up, up.steps, up.choices) == (1, (), (("number", ()),))
    nested = syntax.address("ship_to/city", "", {})
    assert (nested.steps, nested.choices) == ((), (("ship_to/city", ()),))
    chosen = syntax.address("addresses[type=home|work]/geo/x", "lines", {})
    assert chosen.steps == (Step("lines/addresses", (Condition(("type",), ("home", "work")),)),)
    assert chosen.choices == (("geo/x", ()),)
    assert syntax.address("tags[]", "", {}).choices == (("", ()),)
    assert syntax.address("^notes[]/text", "lines", {}).steps == (Step("notes"),)


@pytest.mark.parametrize("text", ["", "^", "^number", "a[b", "a]b", "[x=1]/b"])
def test_an_address_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(EdiError) as error:
        syntax.address(text, "", {})
    assert error.value.findings[0].code == "FMT-120"


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (b'{"number":"1","lines":[]}', 2),
        (b'\xef\xbb\xbf [ {"lines" : [ {"x":"}"} ], "number": 3 }', 2),
        (b'{"number":"1","note":"' + b"x" * 70_000, 2),
        (b'{"number":"1"}', 1),
        (b'{"number":"1","lines":[],"colour":"red"}', 1),
        (b'{"sku":"MIEL-500"}', 1),
        (b"{", 1),
        (b"[]", 0),
        (b"", 0),
        (b"UNB+UNOC:3+A+B+260302:1000+1'", 0),
        (b"sku;on_hand\n", 0),
        (b"\xff\xfe{\x00", 0),
    ],
)
def test_sniffing_tells_an_order_from_other_files(head: bytes, score: int) -> None:
    assert syntax.sniff(head[: 64 * 1024], OPTIONS["order"])[0] == score


def test_kinds_rank_as_in_the_schema() -> None:
    kinds = ["unknown", "payments", "lines", ""]
    assert sorted(kinds, key=lambda k: syntax.rank(k, OPTIONS["order"])) == [
        "",
        "lines",
        "payments",
        "unknown",
    ]
    assert syntax.rows_kind("lines/charges", OPTIONS["order"]) == "lines/charges"
