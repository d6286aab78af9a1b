"""The demo as a newcomer sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.example import ROOT, environment


def demo(temporary: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m demo` as `make demo` calls it, its temporary folders under `temporary`."""
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment(), "TMPDIR": str(temporary), **variables},
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """`make demo KEEP=1`, and the workspace whose path it prints on a line of its own."""
    done = demo(tmp_path_factory.mktemp("kept"), KEEP="1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done, Path(done.stdout.splitlines()[-1])


def test_it_shows_what_happened(kept: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    text = kept[0].stdout
    for said in (
        "epicerie-orders",
        "states net_amount 253.60, but its lines, charges and taxes make 243.60",
        "orders an article that is not in codes/articles.csv",
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
    assert status.returncode == 0
    assert "ORDERS_4711.edi" in status.stdout


def test_without_keep_nothing_is_left(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(tmp_path.glob("edi-demo-*"))
