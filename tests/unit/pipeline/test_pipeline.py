"""One pass over the routes: what waits, what is told, which exit code follows; nothing is lost."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from edi import pipeline, task
from edi.executors import Inline
from edi.session import Session, Summary
from edi.workspace import Workspace
from tests import jobs


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return jobs.workspace(tmp_path)


def run(root: Path) -> Summary:
    with Session(Workspace.open(root), executor=Inline()) as session:
        return pipeline.run(session)


def drop_order(root: Path, name: str = "ORD.edi", number: str = "C-1") -> None:
    data = jobs.interchange(f"R{number[-5:]}", [jobs.order(1, number)])
    jobs.drop(root / "partners/epicerie/out", name, data)


def drop_stock(root: Path) -> None:
    jobs.drop(root / "partners/erp/stock", "STOCK.csv", jobs.stock([("MIEL500", "Dépôt Annecy", 40)]))


def delivered(root: Path, folder: str) -> list[bytes]:
    """What a receiver sees; unfinished parts are hidden."""
    seen = sorted(path for path in (root / "partners" / folder).iterdir() if path.name[0] != ".")
    return [path.read_bytes() for path in seen]


def test_a_pass_with_nothing_to_do_says_so(root: Path) -> None:
    summary = run(root)
    assert (summary.exit_code, summary.files_in, summary.files_out) == (0, 0, 0)


def test_orders_and_stock_go_their_ways_in_one_pass(root: Path) -> None:
    drop_order(root)
    drop_stock(root)
    summary = run(root)
    assert summary.exit_code == 0
    assert b"MIEL500" in delivered(root, "erp/orders")[0]
    assert len(delivered(root, "boutique/stock")) == 1


def test_the_same_content_again_names_its_original_and_the_way_out(root: Path) -> None:
    drop_order(root)
    run(root)
    drop_order(root, "COPY.edi")
    summary = run(root)
    assert summary.exit_code == 1
    (told,) = summary.findings
    assert "ORD.edi" in told.text
    assert "edi replay --deliver" in told.hint
    assert len(delivered(root, "erp/orders")) == 1


def test_a_duplicate_is_processed_when_an_operator_asks(root: Path) -> None:
    drop_order(root)
    run(root)
    drop_order(root, "COPY.edi")
    run(root)
    with Session(Workspace.open(root), executor=Inline()) as session:
        (copy,) = [row for row in session.ledger.latest(5) if row.state == "duplicate"]
        assert pipeline.again(session, [copy.id]).exit_code == 0
    first, second = delivered(root, "erp/orders")
    assert first == second


def test_a_wrong_rule_leaves_its_files_waiting_and_others_go_on(root: Path) -> None:
    (root / "transforms/sage100/orders").mkdir(parents=True)
    broken = root / "transforms/sage100/orders/orders.sql"
    broken.write_text("select message, position, nummber as number from orders")
    drop_order(root)
    drop_stock(root)
    summary = run(root)
    assert summary.exit_code == 2
    assert any("nummber" in one.text or "nummber" in one.found for one in summary.wrong_rules)
    assert delivered(root, "erp/orders") == []
    assert len(delivered(root, "boutique/stock")) == 1
    broken.unlink()
    assert run(root).exit_code == 0
    assert len(delivered(root, "erp/orders")) == 1


def test_a_bug_sets_only_its_own_file_aside_and_writes_a_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        drop_order(root, f"ORD{n}.edi", f"C-{n}")
    original = task.read

    def trips(one: object, *rest: object) -> object:
        if any(member.name == "ORD3.edi" for member in one.context.members):  # type: ignore[attr-defined]
            raise RuntimeError("tripped")
        return original(one, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(task, "read", trips)
    summary = run(root)
    assert summary.exit_code == 3
    assert summary.files == {"processed": 4, "quarantined": 1}
    assert len(delivered(root, "erp/orders")) == 4
    assert "RuntimeError: tripped" in Path(summary.bugs[-1]).read_text()
    (told,) = [one for one in summary.findings if one.code == "RUN-001"]
    assert told.location.file == "ORD3.edi"


def test_a_file_that_is_still_growing_is_left_and_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = root / "partners/epicerie/out/BIG.edi"
    growing.write_bytes(b"UNA:+.? '")

    def grow(_: float) -> None:
        with growing.open("ab") as file:
            file.write(b"UNB+")

    monkeypatch.setattr(time, "sleep", grow)
    with growing.open("ab"):
        summary = run(root)
    assert summary.exit_code == 0
    assert [one.code for one in summary.problems] == ["FILE-007"]
    assert growing.exists()


def test_a_settled_file_is_taken_after_one_more_look(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_order(root)
    path = root / "partners/epicerie/out/ORD.edi"
    os.utime(path)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert run(root).states == {"accepted": 1}


def test_a_receiver_that_is_away_gets_its_file_once_when_it_is_back(root: Path) -> None:
    drop_order(root)
    receiver, away = root / "partners/erp", root / "away"
    receiver.rename(away)
    receiver.write_bytes(b"in the way")
    summary = run(root)
    assert (summary.exit_code, summary.files_out) == (1, 0)
    assert summary.problems
    receiver.unlink()
    away.rename(receiver)
    assert run(root).files_out == 1
    assert run(root).files_out == 0
    assert len(delivered(root, "erp/orders")) == 1


def test_a_receiver_with_another_file_of_that_name_keeps_it(root: Path) -> None:
    drop_order(root)
    with Session(Workspace.open(root), executor=Inline()) as session:
        name = f"CDE_{session.clock():%Y%m%d}_1.txt"
    (root / "partners/erp/orders" / name).write_bytes(b"not ours")
    summary = run(root)
    assert summary.exit_code == 1
    assert delivered(root, "erp/orders") == [b"not ours"]
    assert any(name in one.text or name in one.location.file for one in summary.problems)


def test_of_a_partly_refused_file_only_the_refused_orders_go_out_again(root: Path) -> None:
    unknown = jobs.order(2, "C-2", gtin="3012345999991")
    data = jobs.interchange("R1", [jobs.order(1, "C-1"), unknown])
    jobs.drop(root / "partners/epicerie/out", "ORD.edi", data)
    assert run(root).states == {"accepted": 1, "rejected": 1}
    articles = root / "codes/articles.csv"
    with articles.open("a", encoding="utf-8") as file:
        file.write("3012345999991,NEUF,,NEUF,Nouveauté,PCE,5.5,yes\n")
    with Session(Workspace.open(root), executor=Inline()) as session:
        (file_,) = session.ledger.latest(5)
        assert pipeline.again(session, [file_.id]).states == {"accepted": 1, "rejected": 1}
    first, second = delivered(root, "erp/orders")
    assert (b"C-1" in first, b"C-2" in first) == (True, False)
    assert (b"C-1" in second, b"C-2" in second) == (False, True)
