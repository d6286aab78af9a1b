"""A file written again in its own format keeps what no field takes; another format does not get it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import formats
from edi.findings import CATALOGUE
from edi.formats import Format, Staged
from edi.library import Frozen, shipped
from edi.model import Finding
from edi.tables import Tables, only

LIBRARY = shipped()
STOCK = formats.load("erp/stock", LIBRARY)
JSON = formats.load("json/order", LIBRARY)
ORDERS = formats.load("edifact/d96a/orders", LIBRARY)

SHEET = """
document = "order"
syntax = "delimited"
[orders]
key = "order"
[orders.fields]
number = "order"
[order_lines.fields]
sku = "sku"
quantity = "quantity"
"""

FLAGGED = """
document = "order"
syntax = "flagged"
[flagged]
encoding = "utf-8"
end = "\\n"
others = { "#NOTE" = 1 }
[orders]
record = "#HEAD"
size = 3
[orders.fields]
number = 1
[order_lines]
record = "#LINE"
size = 3
[order_lines.fields]
sku = 2
quantity = 3
"""

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
number = 3
[order_lines]
record = "L"
[order_lines.fields]
sku = 2
quantity = 3
"""


def format_(text: str) -> Format:
    files = {name: LIBRARY.read(name) for name in LIBRARY.names("formats/")}
    return formats.load("mine", Frozen({**files, "formats/mine.toml": text.encode()}))


def again(mine: Format, data: bytes) -> bytes:
    staged = mine.read(data)
    assert len(staged.unmapped), "there is something to keep"
    [output], findings = mine.write(staged.tables, staged.records.envelopes, beside=staged)
    assert findings == []
    return output.data


SPREADSHEET = SHEET.replace("[orders]\n", "[delimited]\npeople = true\n[orders]\n")
NOTES = "#HEAD\n1\n\nAnnecy\n#NOTE\nurgent\n#LINE\n10\nA\n1\n#NOTE\nà part\n#NOTE\nfin\n#LINE\n20\nB\n2\n"
LAST = "#HEAD\n1\n\n\n#LINE\n\nA\n1\n#HEAD\n2\nx\ny\n#LINE\n\nB\n2\n#NOTE\nlast\n"


@pytest.mark.parametrize(
    ("descriptor", "text"),
    [
        (SHEET, "colour,order,sku,quantity,vide\nrouge,1,A,1,\n,1,B,2,\nжълт,2,C,3,\n"),
        (SPREADSHEET, "order,sku,quantity,x\n1,A,1,'=1+1\n"),
        (MULTI, "E;magasin;1\nL;A;1;rouge\nX;;texte\nL;B;2;\nE;;2\nX;libre;\nL;C;3;vert\n"),
        (FLAGGED, NOTES),
        (FLAGGED, LAST),
    ],
)
def test_a_canonical_file_with_more_than_the_fields_writes_itself(descriptor: str, text: str) -> None:
    assert again(format_(descriptor), text.encode()).decode() == text


def test_properties_of_json_keep_their_type_and_spelling() -> None:
    line = '{"sku":"A","quantity":"1","weight":1.10,"tags":[{"name":"bio","rank":2}]}'
    text = (
        f'{{"number":"1","urgent":true,"shop":{{"id":7,"name":"Épicerie"}},"lines":[{line}]}}\n'
        '{"number":"2","lines":[{"quantity":"3"},{"quantity":"4","weight":-2e3}],"labels":["a","b"]}\n'
    )
    assert again(JSON, text.encode()).decode() == text


CELL = st.text("aé;'\"=1 ", max_size=4)


@given(st.lists(st.tuples(st.integers(1, 3), CELL, CELL), min_size=1, max_size=6))
def test_any_cells_beside_the_fields_come_back(rows: list[tuple[int, str, str]]) -> None:
    mine = format_(SHEET)
    number, one, other = zip(*sorted(rows), strict=True)
    fields = {"order": number, "sku": ["A"] * len(rows), "quantity": ["1"] * len(rows)}
    staged = mine.read(_csv({"x": one, **fields, "y": other}))
    [output], _ = mine.write(staged.tables, beside=staged)
    assert mine.read(output.data).unmapped.equals(staged.unmapped)
    assert mine.read(output.data).records.sets[""].cells() == ["x", *fields, "y"]


def _csv(columns: dict[str, Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode()


# --- steps in between, and other formats -------------------------------------------------------------------


TEXT = b"colour,order,sku,quantity\nred,1,A,1\nblue,1,B,2\ngreen,2,C,3\n"


def changed(staged: Staged) -> Tables:
    """Line B dropped, the quantity of the others doubled."""
    lines = staged.tables["order_lines"].filter(pa.array([True, False, True]))
    doubled = pa.array([q * 2 for q in lines["quantity"].to_pylist()], lines.schema.field("quantity").type)
    place = lines.schema.get_field_index("quantity")
    return {**staged.tables, "order_lines": lines.set_column(place, "quantity", doubled)}


def test_rows_that_steps_changed_keep_what_stood_beside_them() -> None:
    mine = format_(SHEET)
    staged = mine.read(TEXT)
    [output], findings = mine.write(changed(staged), beside=staged)
    assert output.data == b"colour,order,sku,quantity\nred,1,A,2\ngreen,2,C,6\n"
    assert told(findings) == [("FMT-022", "1", "colour")], "what stood beside the dropped row is told"


def test_a_refused_message_takes_its_own_with_it() -> None:
    mine = format_(SHEET)
    staged = mine.read(TEXT)
    [output], findings = mine.write(only(staged.tables, np.array([1])), beside=staged)
    assert output.data == b"colour,order,sku,quantity\ngreen,2,C,3\n" and findings == []


def test_rows_that_a_step_made_have_nothing_beside_them() -> None:
    mine = format_(SHEET)
    staged = mine.read(TEXT)
    bare = {name: table.drop_columns(["_offset"]) for name, table in staged.tables.items()}
    [output], findings = mine.write(bare, beside=staged)
    assert b"red" not in output.data and told(findings) == [("FMT-022", "3", "colour")]


def test_another_format_gets_the_fields_alone() -> None:
    staged = STOCK.read(LIBRARY.read("formats/erp/stock.example.csv"))
    [output], findings = formats.load("json/stock", LIBRARY).write(staged.tables, beside=staged)
    [plain], _ = formats.load("json/stock", LIBRARY).write(staged.tables)
    assert output.data == plain.data and findings == []


def test_edifact_tells_what_it_cannot_write_back() -> None:
    data = LIBRARY.read("formats/edifact/d96a/orders.example.edi")
    staged = ORDERS.read(data.replace(b"+4500012877+9'", b"+4500012877+9+AC'"))
    assert len(staged.unmapped) == 1, "an acknowledgement is asked for, which no field takes"
    _, findings = ORDERS.write(staged.tables, staged.records.envelopes, beside=staged)
    assert [(one.code, one.severity) for one in findings] == [("FMT-022", "warning")]
    assert "BGM" in findings[0].text and CATALOGUE["FMT-022"].hint


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.code, one.found, one.expected) for one in findings]
