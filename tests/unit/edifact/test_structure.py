"""Where segments belong: groups, parents, blocks, and what the structure refuses."""

from __future__ import annotations

import random

import numpy as np
import pytest

from edi.library import shipped
from edi.syntax import Records, edifact
from edi.syntax.edifact import placing
from tests.edifact import HEADING, ORDERS, codes, interchange, message, only, order

DESADV = edifact.prepare({"message": "DESADV", "release": "D.96A"}, shipped())
CREMUL = edifact.prepare({"message": "CREMUL", "release": "D.96A"}, shipped())


def parents(records: Records) -> dict[str, list[str]]:
    """For each kind the kinds of its records' parents."""
    kinds = {int(o): kind for kind, s in records.sets.items() for o in s.order}
    return {kind: [kinds.get(int(p), "-") for p in s.parent] for kind, s in records.sets.items()}


def test_segments_find_their_groups() -> None:
    lines = (
        "LIN+1",
        "QTY+21:1",
        "PRI+AAA:2",
        "RFF+CT:9",
        "LIN+2",
        "QTY+21:1",
        "ALC+A",
        "MOA+8:1",
        "TAX+7+VAT",
    )
    heading = (*HEADING, "RFF+VA:1", "LOC+7+X", "ALC+C", "MOA+8:5")
    records = edifact.read(interchange(order(*lines, heading=heading[:4] + heading[5:])), ORDERS)
    assert codes(records) == []
    assert parents(records) == {
        "0/UNH": ["-"],
        "0/BGM": ["0/UNH"],
        "0/DTM": ["0/UNH"],
        "2/NAD": ["0/UNH"],
        "3/RFF": ["2/NAD"],
        "18/ALC": ["0/UNH"],
        "21/MOA": ["18/ALC"],
        "25/LIN": ["0/UNH", "0/UNH"],
        "25/QTY": ["25/LIN", "25/LIN"],
        "28/PRI": ["25/LIN"],
        "29/RFF": ["25/LIN"],
        "39/ALC": ["25/LIN"],
        "42/MOA": ["39/ALC"],
        "44/TAX": ["39/ALC"],
        "0/UNS": ["0/UNH"],
        "0/UNT": ["0/UNH"],
    }


def test_groups_in_groups_that_each_begin_a_block() -> None:
    body = ["BGM+351+1+9", "CPS+1", "PAC+2", "LIN+1", "QTY+12:1", "LIN+2", "CPS+2+1", "LIN+3", "QTY+12:3"]
    records = edifact.read(interchange(message(*body, kind="DESADV:D:96A:UN")), DESADV)
    assert codes(records) == []
    packages, lines = records.sets["10/CPS"], records.sets["15/LIN"]
    assert lines.parent.tolist() == packages.order[[0, 0, 1]].tolist()
    assert records.sets["15/QTY"].parent.tolist() == lines.order[[0, 2]].tolist()
    assert records.sets["11/PAC"].parent.tolist() == packages.order[[0]].tolist()


def test_a_line_without_the_group_around_it_misses_that_group() -> None:
    body = ["BGM+351+1+9", "LIN+1", "QTY+12:1"]
    finding = only(edifact.read(interchange(message(*body, kind="DESADV:D:96A:UN")), DESADV))
    assert (finding.code, finding.location.segment, finding.location.tag) == ("SEG-002", 3, "LIN")


def test_a_line_after_the_summary_is_out_of_place() -> None:
    finding = only(edifact.read(interchange(message(*HEADING, "LIN+1", "UNS+S", "LIN+2")), ORDERS))
    assert (finding.code, finding.location.segment) == ("SEG-002", 7)


def test_a_missing_section_control_is_found_where_it_should_stand() -> None:
    finding = only(edifact.read(interchange(message(*HEADING, "LIN+1", "QTY+21:1", "CNT+2:1")), ORDERS))
    assert (finding.code, finding.expected, finding.location.tag) == ("SEG-004", "UNS", "CNT")


def test_a_group_that_begins_blocks_is_counted() -> None:
    lines = [segment for n in range(1000) for segment in ("CCI+1", "CAV+X")]
    finding = only(edifact.read(interchange(message(*HEADING, "LIN+1", *lines, "UNS+S")), ORDERS))
    assert (finding.code, finding.expected) == ("SEG-005", "999")
    assert finding.location.segment == 6 + 2 * 999


def test_equal_numbers_for_equal_blocks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that always collides changes nothing: blocks are compared, not trusted."""
    draw = random.Random(7)
    choices = ("QTY+21:1", "PRI+AAA:1", "XXX", "FTX+AAI", "MOA+8:1")
    lines = [s for n in range(50) for s in (f"LIN+{n}", *draw.choices(choices, k=draw.randint(0, 4)))]
    data = interchange(message(*HEADING, *lines, "UNS+S"))
    honest = edifact.read(data, ORDERS)
    monkeypatch.setattr(placing, "MULTIPLIER", np.uint64(0))
    collided = edifact.read(data, ORDERS)
    assert collided.findings == honest.findings
    assert {k: s.parent.tolist() for k, s in collided.sets.items()} == {
        k: s.parent.tolist() for k, s in honest.sets.items()
    }


def test_every_shipped_message_compiles_and_knows_its_kinds() -> None:
    names = (
        "ORDERS ORDRSP ORDCHG DESADV RECADV INVOIC PRICAT PARTIN INVRPT SLSRPT REMADV CREMUL PAYMUL BANSTA"
    )
    for name in (names + " IFTMIN IFTSTA HANMOV APERAK GENRAL").split():
        options = edifact.prepare({"message": name, "release": "D.96A"}, shipped())
        assert (
            edifact.rank("0/UNT", options) > edifact.rank("0/BGM", options) > edifact.rank("0/UNH", options)
        )


def test_syntax_reports_are_read_by_the_service_directory() -> None:
    options = edifact.prepare({"message": "CONTRL", "release": "D.3"}, shipped())
    body = ["UCI+R1+A:14+B:14+7", "UCM+1+ORDERS:D:96A:UN+4", "UCS+5+12", "UCD+39+3:1"]
    records = edifact.read(interchange(message(*body, kind="CONTRL:D:3:UN")), options)
    assert codes(records) == []
    assert parents(records)["2/UCD"] == ["2/UCS"]
    assert records.sets["1/UCM"].column((3, 1)).to_pylist() == ["4"]
