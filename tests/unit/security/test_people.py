"""Risk: a spreadsheet runs what a partner wrote into a cell; or what should be for a machine is changed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from edi import documents, formats
from edi.library import shipped

LIBRARY = shipped()
FORMULAS = [
    '=HYPERLINK("https://evil.example";"open")',
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "  =1+1",
    "＝1+1",  # the full-width twin
    "'=1+1",
]
HARMLESS = ["-5", "+3.20", "-5,25", "Épicerie", "00123", "a=b", "12-34", "'s-Hertogenbosch"]


def written(format_: str, document: str, row: dict[str, Any]) -> str:
    tables = documents.load(document, LIBRARY).from_json([row])
    [output], findings = formats.load(format_, LIBRARY).write(tables)
    assert findings == []
    return output.data.decode("utf-8-sig")


def cells(text: str) -> dict[str, str]:
    head, row = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    return dict(zip(head, row, strict=True))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_report_for_people_holds_no_formula(text: str) -> None:
    shown = cells(written("report/csv", "report", {"file": "a.edi", "found": text}))["Found"]
    assert shown == "'" + text.strip("\r\n")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert cells(written("report/csv", "report", {"file": "a.edi", "found": text}))["Found"] == text


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_a_file_for_a_machine_is_never_changed(text: str) -> None:
    row = cells(written("prestashop/stock", "stock", {"sku": text, "available": "-1"}))
    assert row == {"reference": text, "quantity": "-1", "warehouse": ""}
