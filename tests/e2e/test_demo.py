"""The demo as a newcomer sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.run import compare, leave
from demo.stage import Stage
from tests.example import ROOT, environment


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """`make demo KEEP=1`, and the workspace whose path it prints on a line of its own."""
    temporary = str(tmp_path_factory.mktemp("kept"))
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**os.environ, **environment(), "TMPDIR": temporary, "KEEP": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done, Path(done.stdout.splitlines()[-1])


def test_it_shows_what_happened(kept: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    text = kept[0].stdout
    for said in (
        "epicerie-orders",
        "states net_amount 253.60, but its lines, charges and taxes make 243.60",
        "orders an article that is not in codes/articles.csv",
        "Order #1044 is not to be delivered",
        "PrestaShop stock_",
        "1720.92 4500128711, 4500128712",
        "The payment of 500.00 from ÉPICERIE GÉNÉRALE is from customer EPICERIE, but fits no order.",
        "The payment of 165.60 from SARL DES DEUX COLS fits no customer and no order.",
        "Everything is as it was recorded.",
        "every byte and every finding is the same",
        "Nothing to do",
        "everything happened as expected",
    ):
        assert said in " ".join(text.split()), said


def test_it_leaves_a_workspace_to_look_around_in(
    kept: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, workspace = kept
    for line in done.stdout.splitlines():
        if str(workspace.parent) in line:
            assert Path(line[line.index("/") :]).exists(), line
    status = subprocess.run(
        [sys.executable, "-m", "edi", "status"],
        cwd=workspace,
        env={**os.environ, **environment()},
        capture_output=True,
        encoding="utf-8",
    )
    assert status.returncode == 1, "two payments are held"
    assert "ORDERS_4711.edi" in status.stdout and "camt053_20261123.xml" in status.stdout


def test_without_keep_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage = Stage(tmp_path / "demo", steps=1)
    stage.workspace.mkdir(parents=True)
    leave(stage, keep=False)
    assert not stage.root.exists()
    assert "KEEP=1" in capsys.readouterr().out


def test_what_did_not_happen_is_named() -> None:
    assert compare({"files": 3, "orders": 2}, {"files": 3, "orders": 1}) == ["orders: 1, expected 2"]
