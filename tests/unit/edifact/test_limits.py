"""Files at, below and beyond each limit; what a file beyond one costs its neighbours: nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi.syntax import Records, edifact
from edi.syntax.edifact import limits
from tests.edifact import HEADING, LINE, ORDERS, codes, interchange, order

PLAIN = interchange(order())
LINES = interchange(order(), end="'\r\n")
THREE = interchange(*(order(reference=str(n)) for n in range(3)))
LONG = interchange(order(heading=(*HEADING, "FTX+AAI+++" + "x" * 60 + ":" + "y" * 61)))
MANY = interchange(order(heading=(*HEADING, "FTX+AAI+++a:b:c:d:e:f:g")))
WIDE = interchange(order(heading=(*HEADING, "RFF+CT:1+2+3+4+5+6+7+8+9+10+11+12+13+14+15")))
FAULTY = interchange(order("LIN+1++3012345100014:XX", "QTY+21:x", "PRI+AAA:1.2.3"))
VARIED = interchange(order(*LINE, "LIN+2", "QTY+21:1", *LINE, "LIN+4"))

CASES = {
    "segments": (PLAIN, PLAIN.count(b"'")),
    "values": (MANY, sum(MANY.count(mark) for mark in (b"'", b"+", b":"))),
    "lines": (LINES, LINES.count(b"\n")),
    "messages": (THREE, 3),
    "interchanges": (PLAIN * 4, 4),
    "faults": (FAULTY, 3),
    "arrangements": (VARIED, 4 + 3 + 2 + 1 + 2),
    "segment_bytes": (LONG, len("FTX+AAI+++") + 122),
    "segment_elements": (WIDE, 15),
    "element_bytes": (LONG, 122),
    "element_components": (MANY, 7),
}


def _read(
    data: bytes, monkeypatch: pytest.MonkeyPatch, starts: tuple[int, ...] = (0,), **most: int
) -> Records:
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, **most))
    return edifact.read(data, ORDERS, starts)


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_read_up_to_the_limit_and_refused_beyond_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, size = CASES[name]
    for most in (size + 1, size):
        assert "ENV-014" not in codes(_read(data, monkeypatch, **{name: most}))
    refused = _read(data, monkeypatch, **{name: size - 1})
    told = next(one for one in refused.findings if one.code == "ENV-014")
    assert (told.found, told.expected, told.message) == (str(size), str(size - 1), None)
    assert not refused.sets


@pytest.mark.parametrize("name", CASES)
def test_the_neighbours_of_a_file_beyond_a_limit_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, size = CASES[name]
    small = interchange(["UNH+1+ORDERS:D:96A:UN", "UNT+2+1"])
    files = (small, data, small, data)
    joined, starts = b"".join(files), tuple(sum(map(len, files[:n])) for n in range(4))
    records = _read(joined, monkeypatch, starts, **{name: size - 1})
    assert [one.location.member for one in records.findings if one.code == "ENV-014"] == [1, 3]
    assert {0, 2} <= set(records.messages["member"].to_pylist())
    assert set(records.sets["0/UNH"].message.tolist()) == {
        key for key, member in enumerate(records.messages["member"].to_pylist()) if member in (0, 2)
    }


@pytest.mark.parametrize("filling", [b"x", b"?'", b"+", b":", b"?"])
def test_a_segment_without_end_is_refused_where_it_begins(filling: bytes) -> None:
    start = PLAIN[: PLAIN.index(b"UNZ")]
    records = edifact.read(start + filling * 900_000, ORDERS)
    assert codes(records) == ["ENV-014"]
    assert records.findings[0].location.offset == len(start)


def test_blanks_after_the_interchange_are_no_segment() -> None:
    assert codes(edifact.read(PLAIN + b" \r\n" * 300_000, ORDERS)) == []
