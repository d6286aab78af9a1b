"""Interchanges written: what is in them, and what cannot be written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.model import Envelope
from edi.syntax import MESSAGES, Records, RecordSet, edifact
from tests.edifact import HEADING, LINE, ORDERS, interchange, message, order

ENVELOPE = Envelope(
    sender="3012345000017",
    receiver="3020110000001",
    reference="77",
    prepared_at="2026-11-22T06:15:00+00:00",
    sender_qualifier="14",
    receiver_qualifier="14",
)
Cells = dict[tuple[int, int], str | None]


def records_of(rows: list[tuple[str, int, Cells]], **others: Any) -> Records:
    """Record sets of (kind, message, cells) rows in file order."""
    kinds = dict.fromkeys(kind for kind, _, _ in rows)
    sets = {kind: record_set([(n, row) for n, row in enumerate(rows) if row[0] == kind]) for kind in kinds}
    keys = sorted({message for _, message, _ in rows})
    columns = {"message": pa.array(keys, pa.int32()), "kind": pa.array(["ORDERS"] * len(keys))}
    messages = pa.table([columns.get(f.name, pa.nulls(len(keys), f.type)) for f in MESSAGES], schema=MESSAGES)
    return Records(sets, messages, envelopes=others.pop("envelopes", (ENVELOPE,)), **others)


def record_set(rows: list[tuple[int, tuple[str, int, Cells]]]) -> RecordSet:
    order_ = np.array([n for n, _ in rows])
    cells = list(dict.fromkeys(cell for _, (_, _, found) in rows for cell in found))
    return RecordSet(
        message=np.array([m for _, (_, m, _) in rows], np.int32),
        order=order_,
        parent=np.full(len(rows), -1),
        offset=np.full(len(rows), -1),
        column=lambda cell: pa.array([found.get(cell) for _, (_, _, found) in rows], pa.string()),  # type: ignore[call-overload]
        cells=lambda: list(cells),
    )


BGM: tuple[str, int, Cells] = ("0/BGM", 0, {(1, 1): "220", (2, 1): "PO?1", (3, 1): None})
LIN: tuple[str, int, Cells] = ("25/LIN", 0, {(1, 1): "1", (3, 1): "3012345100014", (3, 2): "EN"})


def test_an_interchange_is_complete_and_trimmed() -> None:
    (output,) = edifact.write(records_of([BGM, LIN]), {**ORDERS, "association": "EAN008"})
    assert output.data.decode() == (
        "UNB+UNOC:3+3012345000017:14+3020110000001:14+261122:0615+77'"
        "UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+PO??1'LIN+1++3012345100014:EN'UNS+S'UNT+5+1'UNZ+1+77'"
    )
    assert output.messages == (0,)


def test_the_service_string_and_line_ends_come_only_when_asked_for() -> None:
    (output,) = edifact.write(records_of([BGM]), {**ORDERS, "una": True, "newline": True})
    lines = output.data.decode().split("\r\n")
    assert lines[0] == "UNA:+.? '" and lines[-1] == ""
    assert all(line.endswith("'") for line in lines[:-1])


def test_version_4_has_years_of_four_digits() -> None:
    records = records_of(
        [BGM], envelopes=(replace(ENVELOPE, charset="UNOW", version="4", test=True, application="A"),)
    )
    (output,) = edifact.write(records, ORDERS)
    assert output.data.startswith(b"UNB+UNOW:4+3012345000017:14+3020110000001:14+20261122:0615+77++A++++1'")


def test_section_control_stands_between_lines_and_summary() -> None:
    total: tuple[str, int, Cells] = ("0/MOA", 0, {(1, 1): "86", (1, 2): "10.00"})
    (output,) = edifact.write(records_of([BGM, LIN, total]), ORDERS)
    assert b":EN'UNS+S'MOA+86:10.00'UNT" in output.data


def test_one_output_a_group_each_with_its_envelope() -> None:
    rows = [("0/BGM", m, {(2, 1): f"PO{m}"}) for m in range(4)]
    envelopes = (replace(ENVELOPE, reference="A"), replace(ENVELOPE, reference="B"))
    records = records_of(rows, envelopes=envelopes, groups=np.array([1, 0, 1, -1], np.int32))  # type: ignore[arg-type]
    first, second = edifact.write(records, ORDERS)
    assert (first.messages, second.messages) == ((1,), (0, 2))
    assert b"+A'UNH+1+" in first.data and first.data.endswith(b"UNZ+1+A'")
    assert b"BGM++PO0'" in second.data and b"UNH+2+" in second.data and second.data.endswith(b"UNZ+2+B'")


@pytest.mark.parametrize(
    ("charset", "text", "bad"),
    [("UNOC", "Épicerie", ""), ("UNOC", "prix €", "€"), ("UNOC", "Магазин", "М"), ("UNOE", "Магазин", ""),
     ("UNOW", "Магазин € 你", ""), ("UNOA", "LYON", ""), ("UNOA", "Lyon", "y"), ("UNOB", "Genève", "è"),
     ("UNOC", "a\nb", "\\n"), ("UNOF", "Ελλάς", ""), ("UNOF", "Ф", "Ф")],
)  # fmt: skip
def test_a_character_the_set_cannot_hold_refuses_its_message(charset: str, text: str, bad: str) -> None:
    rows = [("0/BGM", m, {(2, 1): value}) for m, value in enumerate(("A", text, "B"))]
    records = records_of(rows, envelopes=(replace(ENVELOPE, charset=charset),))  # type: ignore[arg-type]
    (output,) = edifact.write(records, ORDERS)
    assert [(f.code, f.message, f.found, f.location.tag) for f in records.findings] == (
        [("ELM-015", 1, bad, "BGM")] if bad else []
    )
    assert output.messages == ((0, 2) if bad else (0, 1, 2))
    assert b"?'" not in output.data


def test_a_group_whose_messages_are_all_refused_is_empty() -> None:
    records = records_of([("0/BGM", 0, {(2, 1): "Ж"})])
    assert [(o.data, o.messages) for o in edifact.write(records, ORDERS)] == [(b"", ())]


VALUES = st.text("AZaz09 .,-éÀ?+:'", min_size=1, max_size=8)
CELLS = st.dictionaries(st.tuples(st.integers(1, 5), st.integers(1, 5)), VALUES, min_size=1, max_size=6)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_is_written_is_read_again(messages: list[list[Cells]]) -> None:
    rows = [
        row
        for m, cells in enumerate(messages)
        for row in [("0/BGM", m, {(2, 1): "1"})] + [("0/FTX", m, c) for c in cells]
    ]
    records = records_of(rows)  # type: ignore[arg-type]
    (output,) = edifact.write(records, ORDERS)
    again = edifact.read(output.data, ORDERS).sets["0/FTX"]
    written = records.sets["0/FTX"]
    assert again.message.tolist() == written.message.tolist()
    for cell in {*again.cells(), *written.cells()}:
        assert again.column(cell).to_pylist() == written.column(cell).to_pylist(), cell


def test_a_canonical_interchange_is_written_as_it_was() -> None:
    summary = ("UNS+S", "MOA+86:10.5", "CNT+2:2")
    body = (
        *HEADING,
        "NAD+SU+3012345000017::9++Comptoir ?+ Co",
        "RFF+VA:FR1",
        *LINE,
        "ALC+A",
        "MOA+8:1",
        "LIN+2",
        "QTY+21:1",
    )
    data = interchange(message(*body, *summary), order(reference="2"))
    (output,) = edifact.write(edifact.read(data, ORDERS), ORDERS)
    assert output.data == data
