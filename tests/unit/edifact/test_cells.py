"""Cells by their bytes and by their text: both tell the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from edi.syntax import Records, edifact
from tests.edifact import ORDERS, interchange, order

VALUES = ("", "A", "?+", "'", "É", "+", "ABCDEFGH", "ABCDEFGHI", "ABCDEFGHIJ", "21", "211", "2", ":A")


def _read(references: list[str]) -> Records:
    quoted = ["".join(f"?{c}" if c in "?+:'" else c for c in text) for text in references]
    segments = [f"RFF+CR:{text}" for text in quoted]
    data = interchange(order(heading=("BGM+220+1+9", "DTM+137:20261122:102", *segments)))
    return edifact.read(data, ORDERS)


@given(
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=9),
    st.sets(st.sampled_from(VALUES[1:]), min_size=1),
)
def test_what_is_among_values_by_bytes_is_among_them_by_text(found: list[str], wanted: set[str]) -> None:
    table = _read(found).sets["1/RFF"]
    assert table.among is not None
    by_text = pc.is_in(table.column((1, 2)), value_set=pa.array(sorted(wanted)))
    assert table.among((1, 2), tuple(sorted(wanted))).tolist() == by_text.to_pylist()


def test_a_cell_that_no_record_has_is_null_and_among_nothing() -> None:
    table = _read(["1", "2"]).sets["1/RFF"]
    assert table.among is not None
    assert table.column((7, 3)).null_count == 2
    assert not np.any(table.among((7, 3), ("1",)))


def test_the_last_bytes_of_the_data_are_compared_like_all_others() -> None:
    data = interchange(order())
    table = edifact.read(data[: data.rindex(b"UNZ")], ORDERS).sets["0/UNT"]
    assert table.among is not None
    assert table.among((2, 1), ("1",)).tolist() == [True]
