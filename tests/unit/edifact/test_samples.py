"""Files that other projects publish: whatever is in them, reading ends with findings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi.library import shipped
from edi.syntax import edifact

OPENING = re.compile(rb"\s*(UNA|UNB)")
KIND = re.compile(rb"UNH.[^']*?.([A-Z]{6}):")


@pytest.mark.samples
def test_every_published_interchange_is_read(samples: Path) -> None:
    files = [p for p in sorted(samples.rglob("*")) if p.is_file() and OPENING.match(p.read_bytes())]
    assert len(files) > 10
    for file in files:
        data = file.read_bytes()
        found = KIND.search(data)
        for kind in {"ORDERS", found[1].decode() if found else "ORDERS"} & {
            "ORDERS",
            "INVOIC",
            "APERAK",
            "ORDRSP",
        }:
            records = edifact.read(data, edifact.prepare({"message": kind, "release": "D.96A"}, shipped()))
            assert len(records.messages) >= 1, file
            assert all(len(s.column(cell)) == len(s) for s in records.sets.values() for cell in s.cells()), (
                file
            )
