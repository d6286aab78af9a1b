"""Killed at any point between two steps and started again: the same final state, nothing lost, nothing twice.

Each case runs the whole job in a process that is killed with SIGKILL at one fail point; then the receivers
take (or do not take) what they see; then an ordinary pass finishes the work. The result must equal that of a
pass that was never disturbed.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from edi import pipeline
from edi.executors import Inline
from edi.ledger.sqlite import SqliteLedger
from edi.ledger.verify import verify
from edi.session import Session
from edi.workspace import Workspace
from tests import jobs

SOURCES = Path(pipeline.__file__).parent
POINTS = sorted(
    {
        name
        for path in SOURCES.rglob("*.py")
        for name in re.findall(r'failpoint\("([^"]+)"\)', path.read_text())
    }
)
VISIBLE = ("erp/orders", "boutique/stock", "epicerie/reports")
MOST_TURNS = 12


def one_pass(root: str, point: str) -> None:
    os.environ["EDI_FAIL_POINT"] = point
    with Session(Workspace.open(Path(root)), executor=Inline()) as session:
        pipeline.run(session)


def passed(root: Path, point: str = "") -> int:
    """Run one pass in a process of its own; gives its exit code (-9 when it was killed)."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["edi.pipeline", "edi.task", "duckdb", "edi.syntax.edifact", "tests.jobs"])
    process = context.Process(target=one_pass, args=(str(root), point))
    process.start()
    process.join(60)
    assert process.exitcode is not None, "the pass did not end"
    return process.exitcode


def prepared(root: Path) -> Path:
    """Two interchanges (one with an order that must be refused) and a stock file."""
    jobs.workspace(root)
    out = root / "partners/epicerie/out"
    jobs.drop(
        out, "ORD1.edi", jobs.interchange("1001", [jobs.order(1, "C-1"), jobs.order(2, "C-2", total="1.00")])
    )
    jobs.drop(out, "ORD2.edi", jobs.interchange("1002", [jobs.order(1, "C-3", quantity=24)]))
    jobs.drop(root / "partners/erp/stock", "STOCK.csv", jobs.stock([("MIEL500", "Dépôt Annecy", 40)]))
    return root


class Receivers:
    """What the receivers ever saw: files they took, and files still there."""

    def __init__(self, root: Path) -> None:
        self.partners = root / "partners"
        self.taken: list[tuple[str, bytes]] = []

    def take(self) -> None:
        for folder, path in self.visible():
            self.taken.append((folder, path.read_bytes()))
            path.unlink()

    def visible(self) -> list[tuple[str, Path]]:
        return [
            (folder, path)
            for folder in VISIBLE
            for path in sorted((self.partners / folder).iterdir())
            if not path.name.startswith(".")
        ]

    def everything(self) -> Counter[tuple[str, bytes]]:
        return Counter(self.taken + [(folder, path.read_bytes()) for folder, path in self.visible()])


def check(root: Path, receivers: Receivers, wanted: Counter[tuple[str, bytes]]) -> None:
    """Every effect once; sources, claims and parts empty; the ledger at rest and true."""
    assert receivers.everything() == wanted
    partners = root / "partners"
    left = [
        p
        for p in partners.rglob("*")
        if p.is_file() and p.parent.name in ("out", "stock") and "erp" in p.parts
    ]
    assert [p for p in left if p.parent.parent.name == "erp" and p.parent.name == "stock"] == []
    assert list((partners / "epicerie/out").iterdir()) == []
    assert [p for p in partners.rglob(".*.part")] == []
    assert [p for p in (root / ".edi/claims").rglob("*") if p.is_file()] == []
    with Session(Workspace.open(root), executor=Inline()) as session:
        assert session.ledger.open_files() == []
        assert session.ledger.open_runs() == []
        assert session.ledger.open_deliveries() == []
        assert isinstance(session.ledger, SqliteLedger)
        assert [finding.text for finding in verify(session.ledger, session.archive)] == []


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Counter[tuple[str, bytes]]:
    root = prepared(tmp_path_factory.mktemp("undisturbed") / "ws")
    assert passed(root) == 0
    receivers = Receivers(root)
    check(root, receivers, receivers.everything())
    found = receivers.everything()
    assert sorted(folder for folder, _ in found) == [
        "boutique/stock",
        "epicerie/reports",
        "erp/orders",
        "erp/orders",
    ]
    return found


def test_the_points_are_those_that_the_protocol_names() -> None:
    assert {
        "claim-committed",
        "archived",
        "staged-committed",
        "released",
        "run-opened",
        "run-committed",
    } <= set(POINTS)
    assert {"parts-written", "uploaded-committed", "published", "delivered-committed"} <= set(POINTS)


@pytest.mark.parametrize("quick", [False, True], ids=["receiver-idle", "receiver-takes-at-once"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_and_started_again(
    point: str, quick: bool, tmp_path: Path, wanted: Counter[tuple[str, bytes]]
) -> None:
    for turn in range(1, MOST_TURNS):
        root = prepared(tmp_path / str(turn))
        receivers = Receivers(root)
        code = passed(root, f"{point}:{turn}")
        if code == 0:
            assert turn > 1, "the point was never passed"
            return
        assert code == -signal.SIGKILL
        if quick:
            receivers.take()
        assert passed(root) == 0
        check(root, receivers, wanted)
        shutil.rmtree(root)
    pytest.fail(f"{point} is passed more often than the test looks")


@pytest.mark.parametrize("first", POINTS)
def test_killed_twice(first: str, tmp_path: Path, wanted: Counter[tuple[str, bytes]]) -> None:
    """A crash while recovering from a crash: recovery is the ordinary way, so the same rules hold."""
    second = POINTS[(POINTS.index(first) * 7 + 3) % len(POINTS)]
    root = prepared(tmp_path)
    receivers = Receivers(root)
    assert passed(root, first) == -signal.SIGKILL
    passed(root, second)
    receivers.take()
    assert passed(root) == 0
    check(root, receivers, wanted)
