"""What the header alone decides: which files are taken for ours, and which columns are odd."""

from __future__ import annotations

from typing import Any

import pytest

from edi.library import shipped
from edi.syntax import delimited


def expecting(*columns: str) -> dict[str, Any]:
    options = delimited.prepare({"separator": ";"}, shipped())
    return delimited.expect(options, [(column,) for column in columns], columns[:1], {})


@pytest.mark.parametrize(
    ("data", "score"),
    [
        (b"sku;price\nA;1\n", 2),
        (b"\xef\xbb\xbfsku;price\nA;1\n", 2),
        ("sku;price\nÉ;1\n".encode("latin-1"), 2),
        (b"sku;price\nA;\x00\n", 2),
        (b"sku\nA\n", 1),
        (b"price\n1\n", 0),
        ("sku;price\nA;1\n".encode("utf-16"), 0),
        (b"\x00" * 100, 0),
    ],
)
def test_the_header_decides_and_reading_names_what_is_wrong_further_on(data: bytes, score: int) -> None:
    assert delimited.sniff(data, expecting("sku", "price"))[0] == score


def test_a_column_that_lacks_and_one_that_is_not_used_are_told() -> None:
    read = delimited.read(b"sku;colour\nA;red\n", expecting("sku", "price"))
    assert {(one.code, one.severity, one.found) for one in read.findings} == {
        ("CSV-011", "warning", "price"),
        ("CSV-010", "notice", "colour"),
    }
