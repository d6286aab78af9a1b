"""What is printed: readable for people, exact for programs, harmless for the terminal."""

from __future__ import annotations

import io
import json
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.cli._output import Printer, json_line, printable
from edi.findings import finding
from edi.model import Location

HOSTILE = "a\x1b[31mred\r\nb\u202egnp\x9b0m\x00\udcff"


def printed(json_mode: bool) -> tuple[Printer, io.StringIO]:
    out = io.StringIO()
    return Printer(json=json_mode, out=out), out


def test_json_keeps_decimals_and_dates_exact() -> None:
    printer, out = printed(json_mode=True)
    fields = {
        "amount": Decimal("1234.500000"),
        "tiny": Decimal("0E-6"),
        "day": date(2026, 11, 22),
        "at": datetime(2026, 11, 22, 8, tzinfo=UTC),
        "path": Path("inbox/épicerie"),
    }
    printer.emit("document", fields)
    assert json.loads(out.getvalue()) == {
        "kind": "document",
        "amount": "1234.500000",
        "tiny": "0.000000",
        "day": "2026-11-22",
        "at": "2026-11-22T08:00:00+00:00",
        "path": "inbox/épicerie",
    }


def test_a_float_has_no_place_in_the_output() -> None:
    with pytest.raises(TypeError):
        json_line({"amount": 1.5 + 2j})


def test_json_mode_prints_nothing_but_objects() -> None:
    printer, out = printed(json_mode=True)
    printer.say("Hello")
    printer.rows("file", [{"name": "a", "size": 1}, {"name": "b", "size": 2}], ["name"], title="Files")
    printer.findings([finding("FILE-001", Location(file="a.edi"), message=3)])
    printer.summary("All well.", files=2)
    objects = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["kind"] for one in objects] == ["file", "file", "finding", "summary"]
    assert objects[0]["size"] == 1
    assert objects[2] | {"file": "a.edi", "message": 3, "code": "FILE-001"} == objects[2]


def test_people_get_a_table_and_sentences() -> None:
    printer, out = printed(json_mode=False)
    printer.rows(
        "file", [{"name": "commande.edi", "on_hold": True, "none": None}], ["name", "on_hold", "none"]
    )
    printer.findings([finding("FILE-001", Location(file="a.edi", line=3))])
    printer.summary("All well.", files=2)
    shown = out.getvalue()
    for word in (
        "commande.edi",
        "on hold",
        "yes",
        "error FILE-001",
        "a.edi: line 3",
        "Ask the partner",
        "All well.",
    ):
        assert word in shown


@pytest.mark.parametrize("json_mode", [True, False])
def test_text_of_partners_cannot_steer_the_terminal(json_mode: bool) -> None:
    printer, out = printed(json_mode)
    printer.rows("file", [{"name": HOSTILE}], ["name"])
    printer.findings([finding("FILE-002", Location(file=HOSTILE), found=HOSTILE, expected=HOSTILE)])
    printer.say(HOSTILE)
    out.getvalue().encode()
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in out.getvalue().replace("\n", ""))


def test_markup_of_partners_stays_text() -> None:
    printer, out = printed(json_mode=False)
    printer.rows("file", [{"name": "[red]x[/red] :smile:"}], ["name"])
    assert "[red]x[/red] :smile:" in out.getvalue()


def test_a_long_cell_is_folded_and_never_cut() -> None:
    printer, out = printed(json_mode=False)
    printer.rows("file", [{"name": "x" * 500}], ["name"])
    assert out.getvalue().count("x") == 500


@given(st.text())
def test_a_json_line_is_one_line_and_reads_back(text: str) -> None:
    line = json_line({"text": text})
    assert line.isprintable()
    assert json.loads(line) == {"text": text}


@given(st.text())
def test_printable_text_changes_only_what_is_not_printable(text: str) -> None:
    if text.isprintable():
        assert printable(text) == text
    assert "\n" not in printable(text)
