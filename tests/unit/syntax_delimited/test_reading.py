"""Delimited files as they really come: quotes, blank lines, odd rows, other encodings, broken bytes."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from edi.library import shipped
from edi.syntax import Records, RecordSet, delimited
from edi.syntax._spreadsheet import disarmed

CELLS = st.one_of(st.none(), st.text('aé;"\n\r=, ’Ж', min_size=1, max_size=6))


def options(**given_: Any) -> dict[str, Any]:
    return delimited.prepare({"separator": ";", **given_}, shipped())


def rows(records: Records, kind: str = "") -> list[dict[str, Any]]:
    table = records.sets[kind]
    columns = {cell: table.column(cell).to_pylist() for cell in table.cells()}
    return [{c: v[n] for c, v in columns.items() if v[n] is not None} for n in range(len(table))]


def codes(records: Records) -> list[tuple[str, int | None]]:
    return [(one.code, one.location.line) for one in records.findings]


def test_a_quoted_cell_may_hold_separators_quotes_and_line_ends() -> None:
    read = delimited.read(b'a;b\n"x;""y""\nz";2\n3;4\n', options())
    assert rows(read) == [{"a": 'x;"y"\nz', "b": "2"}, {"a": "3", "b": "4"}]
    assert read.sets[""].line is not None
    assert read.sets[""].line.tolist() == [2, 4]


def test_offsets_point_at_the_first_byte_of_each_row_whatever_the_encoding() -> None:
    data = "nom;prix\nÉté;1\n\nNoël;2\n".encode("cp1252")
    read = delimited.read(data, options(encoding="cp1252"))
    assert [data[at : at + 3].decode("cp1252") for at in read.sets[""].offset] == ["Été", "Noë"]
    assert [row["nom"] for row in rows(read)] == ["Été", "Noël"]


def test_a_bom_is_not_part_of_the_first_column() -> None:
    assert rows(delimited.read(b"\xef\xbb\xbfa;b\n1;2\n", options())) == [{"a": "1", "b": "2"}]


def test_rows_with_a_cell_too_few_or_too_many_are_kept_and_named_by_line() -> None:
    read = delimited.read(b"a;b\n1;2\n3\n4;5;6\n7;8\n", options())
    assert [row.get("a") for row in rows(read)] == ["1", "3", "4", "7"]
    assert [(f.code, f.location.line, f.found) for _, f in read.on_records] == [
        ("CSV-006", 3, "1"),
        ("CSV-006", 4, "3"),
    ]


def test_a_quote_left_open_stops_the_file() -> None:
    assert [code for code, _ in codes(delimited.read(b'a;b\n"1;2\n3;4\n', options()))] == ["CSV-001"]


def test_a_wrong_encoding_names_byte_line_and_what_it_looks_like() -> None:
    (found,) = delimited.read("a;b\n1;Été\n".encode("cp1252"), options()).findings
    assert (found.code, found.location.line) == ("TEXT-001", 2)
    assert found.found.startswith("C9") and "É" in found.found


def test_a_nul_byte_concerns_its_row_alone() -> None:
    read = delimited.read(b"a;b\n1;2\n3;\x004\n", options())
    assert [(f.code, f.location.line) for _, f in read.on_records] == [("CSV-002", 3)]
    assert not read.findings


def test_columns_missing_or_named_twice_are_named() -> None:
    known = delimited.expect(options(), ["a", "b"], ["b"], {"": None})
    assert codes(delimited.read(b"a;c\n1;2\n", known)) == [("CSV-004", 1)]
    assert codes(delimited.read(b"a;b;b\n1;2;3\n", known)) == [("CSV-003", 1)]


def test_joined_files_have_their_own_headers() -> None:
    first, second = b"a;b\n1;2\n", b"b;a\n3;4"
    read = delimited.read(first + second, options(), (0, len(first)))
    assert rows(read) == [{"a": "1", "b": "2"}, {"a": "4", "b": "3"}]


def test_one_broken_file_leaves_the_others_alone() -> None:
    files = [b"a;b\n1;2\n", b'a;b\n"3;4\n', b"a;b\n5;6\n"]
    starts = (0, len(files[0]), len(files[0]) + len(files[1]))
    read = delimited.read(b"".join(files), options(), starts)
    assert [row["a"] for row in rows(read)] == ["1", "5"]
    assert [(f.code, f.location.member) for f in read.findings] == [("CSV-001", 1)]


def test_records_of_several_types_are_told_apart_by_their_column() -> None:
    read = delimited.read(b"E;100;x\nL;1\nL;2\nE;101;y\n", options(header=False, record=1))
    assert {kind: len(table) for kind, table in read.sets.items()} == {"E": 2, "L": 2}


def test_people_get_no_formulas_and_plain_numbers_stay() -> None:
    table = pa.array(["=1+1", "-5", "+33 4 50", "@SUM(A1)", "＝1", "\tx", "-5,25", "plain"])
    shown = disarmed(table).to_pylist()
    assert shown == ["'=1+1", "-5", "'+33 4 50", "'@SUM(A1)", "'＝1", "'\tx", "-5,25", "plain"]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
def test_what_is_written_is_read_again(cells: list[tuple[str | None, str | None]]) -> None:
    import numpy as np

    place = np.arange(len(cells))
    columns = {
        "a": pa.array([a for a, _ in cells], pa.string()),
        "b": pa.array([b for _, b in cells], pa.string()),
    }
    table = RecordSet(
        place.astype(np.int32),
        place,
        place * 0 - 1,
        place,
        lambda c: columns[str(c)],
        cells=lambda: ["a", "b"],
    )
    records = Records({"": table}, delimited.reading.MESSAGES.empty_table())
    (output,) = delimited.write(records, options())
    assert rows(delimited.read(output.data, options())) == [
        {k: v for k, v in zip("ab", pair, strict=True) if v is not None} for pair in cells
    ]


@given(st.binary(max_size=200))
def test_bytes_that_are_no_table_never_raise(data: bytes) -> None:
    delimited.read(data, options())
    delimited.read(b"a;b\n" + data, options(encoding="cp1252"))
    delimited.sniff(data, delimited.expect(options(), ["a"], ["a"], {"": None}))
