"""Replay: the recorded rules give the same bytes; other rules show, field by field, what would change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edi import pipeline, replay, runs
from edi.archive import Archive
from edi.executors import Inline, Stopped
from edi.findings import EdiError
from edi.ledger.sqlite import SqliteLedger
from edi.library import Folders
from edi.session import Session
from edi.workspace import Workspace
from tests import jobs


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace that has processed two interchanges (one order refused) and a stock file."""
    root = jobs.workspace(tmp_path)
    out = root / "partners/epicerie/out"
    orders = [jobs.order(1, "C-1"), jobs.order(2, "C-2", total="1.00")]
    jobs.drop(out, "ORD1.edi", jobs.interchange("1001", orders))
    jobs.drop(out, "ORD2.edi", jobs.interchange("1002", [jobs.order(1, "C-3", quantity=24)]))
    jobs.drop(root / "partners/erp/stock", "S.csv", jobs.stock([("MIEL500", "Entrepôt Annecy", 40)]))
    with Session(Workspace.open(root), executor=Inline()) as session:
        pipeline.run(session)
    return root


class Replayer:
    """A read-only look at a workspace, as `edi replay` takes."""

    def __init__(self, root: Path) -> None:
        self.workspace = Workspace.open(root)
        self.archive = Archive(self.workspace.archive, self.workspace.temporary)
        self.ledger = SqliteLedger.open(
            self.workspace.state, self.archive, self.workspace.name, readonly=True
        )

    def runs(self, *ids: str, partner: str | None = None) -> list[replay.RunRecord]:
        return replay.selected(self.ledger, ids, "2000-01-01", "2999-12-31", partner)

    def recorded(self) -> list[replay.Replayed]:
        run = self.runs()
        return [replay.replay(self.workspace, self.ledger, self.archive, Inline(), one) for one in run]

    def what_if(self, rules: Path) -> list[replay.Replayed]:
        library = Folders(rules, *self.workspace.library.roots)
        return [
            replay.what_if(
                self.workspace, self.ledger, self.archive, Inline(), one, library, self.workspace.routes
            )
            for one in self.runs()
        ]


def test_the_recorded_rules_give_every_byte_and_finding_again(root: Path) -> None:
    results = Replayer(root).recorded()
    assert sum(one.members for one in results) == 3
    assert sum(one.outputs for one in results) == 4
    assert [one.differences for one in results] == [(), ()]


def test_what_changed_in_the_workspace_since_does_not_matter(root: Path) -> None:
    codes = root / "codes/articles.csv"
    codes.write_text(codes.read_text().replace("MIEL500", "MIEL999"))
    assert [one.differences for one in Replayer(root).recorded()] == [(), ()]


def test_a_later_order_of_the_same_number_does_not_change_an_earlier_run(root: Path) -> None:
    again = jobs.interchange("1003", [jobs.order(1, "C-1", quantity=3)])
    jobs.drop(root / "partners/epicerie/out", "ORD3.edi", again)
    with Session(Workspace.open(root), executor=Inline()) as session:
        assert pipeline.run(session).states == {"rejected": 1}
    assert [one.differences for one in Replayer(root).recorded()] == [(), (), ()]


def test_an_input_that_was_altered_in_the_archive_gives_a_difference(root: Path) -> None:
    archived = next((root / "archive").rglob("*_ORD2.edi"))
    archived.chmod(0o600)
    archived.write_bytes(archived.read_bytes().replace(b"QTY+21:24", b"QTY+21:42"))
    differences = [d for one in Replayer(root).recorded() for d in one.differences]
    assert {d.what for d in differences} >= {"outgoing", "messages"}


def test_other_rules_show_each_field_that_would_change(root: Path, tmp_path: Path) -> None:
    rules = tmp_path / "what-if"
    (rules / "codes").mkdir(parents=True)
    articles = (root / "codes/articles.csv").read_text()
    (rules / "codes/articles.csv").write_text(articles.replace("MIEL500", "MIEL999"))
    changes = [change for one in Replayer(root).what_if(rules) for change in one.changes]
    changed = {(c.document, c.field, c.then, c.now) for c in changes}
    assert ("C-1", "sku", "MIEL500", "MIEL999") in changed
    assert ("C-3", "sku", "MIEL500", "MIEL999") in changed


def test_other_rules_show_orders_that_would_be_judged_otherwise(root: Path, tmp_path: Path) -> None:
    rules = tmp_path / "what-if"
    check = rules / "transforms/checks/order/order_total.sql"
    check.parent.mkdir(parents=True)
    check.write_text("select message, '' as field, '' as value, '' as text from orders where false")
    differences = [d for one in Replayer(root).what_if(rules) for d in one.differences]
    assert [(d.which, d.then, d.now) for d in differences] == [("C-2", "rejected", "accepted")]


def test_nothing_is_delivered_and_nothing_recorded(root: Path) -> None:
    visible = sorted(path for path in (root / "partners").rglob("*") if path.is_file())
    replayer = Replayer(root)
    before = replayer.ledger.sequence()
    replayer.recorded()
    assert sorted(path for path in (root / "partners").rglob("*") if path.is_file()) == visible
    assert replayer.ledger.sequence() == before


def test_runs_are_chosen_by_file_run_delivery_or_partner(root: Path) -> None:
    replayer = Replayer(root)
    orders, stock = replayer.runs()
    file = replayer.ledger.files_of_run(stock.id)[0]
    delivery = replayer.ledger.deliveries_of(orders.id)[0]
    assert [run.id for run in replayer.runs(file.id)] == [stock.id]
    assert [run.id for run in replayer.runs(delivery.id)] == [orders.id]
    assert [run.id for run in replayer.runs(partner="erp")] == [stock.id]


def test_a_file_that_never_ran_says_why_there_is_nothing_to_replay(root: Path) -> None:
    jobs.drop(root / "partners/erp/stock", "AGAIN.csv", jobs.stock([("MIEL500", "Entrepôt Annecy", 40)]))
    with Session(Workspace.open(root), executor=Inline()) as session:
        pipeline.run(session)
    replayer = Replayer(root)
    (copy,) = [row for row in replayer.ledger.latest(9) if row.state == "duplicate"]
    with pytest.raises(EdiError, match="never part of a run"):
        replayer.runs(copy.id)


def test_the_record_of_a_run_is_readable_without_the_program(root: Path) -> None:
    record = json.loads(next((root / "archive").rglob("_runs/*.json")).read_text())
    assert {"context", "routes", "rules", "result"} <= set(record)


def test_a_file_that_stopped_its_process_does_so_again_and_that_is_no_difference(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: object) -> object:
        raise Stopped("it took longer than 1 seconds")

    again = jobs.interchange("1009", [jobs.order(1, "C-9")])
    jobs.drop(root / "partners/epicerie/out", "SLOW.edi", again)
    monkeypatch.setattr(runs, "outcome", stops)
    with Session(Workspace.open(root), executor=Inline()) as session:
        assert pipeline.run(session).files == {"quarantined": 1}
    monkeypatch.setattr(replay, "outcome", stops)
    *_, last = Replayer(root).recorded()
    assert last.differences == ()
