"""The index of documents: what a run may look back on, and that merging files changes nothing of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from edi import history
from edi.tables import ipc

ORDERS = pa.schema([("message", pa.int32()), ("position", pa.int32()), ("number", pa.string())])
MEMBERS = [("F1", "epicerie", "orders"), ("F2", "boutique", "shop")]


def documents(*numbers: str) -> dict[str, bytes]:
    count = len(numbers)
    table = pa.table(
        {
            "message": pa.array(range(count), pa.int32()),
            "position": pa.array([1] * count, pa.int32()),
            "number": pa.array(numbers),
            "_member": pa.array([i % 2 for i in range(count)], pa.int32()),
        }
    )
    return {"orders": ipc(table)}


def seen(folder: Path, sequence: int) -> list[str]:
    paths = history.paths(folder, ["orders"])["orders"]
    return sorted(history.upto(paths, sequence, ORDERS)["number"].to_pylist())


def test_nothing_passed_yet_is_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    table = history.upto(history.paths(tmp_path, ["orders"])["orders"], 99, ORDERS)
    assert len(table) == 0
    assert {"number", "partner", "passed_at", "_run"} <= set(table.column_names)


def test_a_run_sees_what_was_opened_before_it_and_not_itself(tmp_path: Path) -> None:
    history.store(tmp_path, "R1", 10, "2026-11-22T08:00:00+01:00", documents("A"), MEMBERS)
    history.store(tmp_path, "R2", 20, "2026-11-22T09:00:00+01:00", documents("B"), MEMBERS)
    assert seen(tmp_path, 10) == []
    assert seen(tmp_path, 20) == ["A"]
    assert seen(tmp_path, 21) == ["A", "B"]


def test_every_row_says_where_it_came_from(tmp_path: Path) -> None:
    history.store(tmp_path, "R1", 10, "2026-11-22T08:00:00+01:00", documents("A", "B"), MEMBERS)
    rows = history.upto(history.paths(tmp_path, ["orders"])["orders"], 11, ORDERS).to_pylist()
    assert [(row["_file"], row["partner"], row["route"], row["_run"]) for row in rows] == [
        ("F1", "epicerie", "orders", "R1"),
        ("F2", "boutique", "shop", "R1"),
    ]


def test_storing_a_run_twice_is_storing_it_once(tmp_path: Path) -> None:
    for _ in range(2):
        history.store(tmp_path, "R1", 10, "2026-11-22T08:00:00+01:00", documents("A"), MEMBERS)
    assert seen(tmp_path, 99) == ["A"]


def test_merging_changes_nothing_that_a_run_sees(tmp_path: Path) -> None:
    for n in range(history.COMPACT_AT + 3):
        history.store(tmp_path, f"R{n:04}", n, "2026-11-22T08:00:00+01:00", documents(f"N{n:04}"), MEMBERS)
    before = [seen(tmp_path, n) for n in (0, 5, history.COMPACT_AT + 3)]
    history.compact(tmp_path)
    assert len(list((tmp_path / "orders").iterdir())) == 1
    assert [seen(tmp_path, n) for n in (0, 5, history.COMPACT_AT + 3)] == before


def test_a_crash_between_merging_and_clearing_shows_no_row_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(history.COMPACT_AT):
        history.store(tmp_path, f"R{n:04}", n, "2026-11-22T08:00:00+01:00", documents(f"N{n:04}"), MEMBERS)
    before = seen(tmp_path, 999)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda self, missing_ok=False: (_ for _ in ()).throw(OSError("cut")))
        with pytest.raises(OSError, match="cut"):
            history.compact(tmp_path)
    assert seen(tmp_path, 999) == before
    history.compact(tmp_path)
    assert seen(tmp_path, 999) == before
    assert len(list((tmp_path / "orders").iterdir())) == 1


def test_a_column_that_the_document_gained_later_is_empty_in_old_rows(tmp_path: Path) -> None:
    history.store(tmp_path, "R1", 10, "2026-11-22T08:00:00+01:00", documents("A"), MEMBERS)
    wider = ORDERS.append(pa.field("currency", pa.string()))
    table = history.upto(history.paths(tmp_path, ["orders"])["orders"], 11, wider)
    assert table["currency"].to_pylist() == [None]
