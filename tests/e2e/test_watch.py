"""`edi watch` as a service: it delivers without anyone typing anything, stops cleanly, shares a workspace."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edi.executors import Inline
from edi.ledger.sqlite import SqliteLedger
from edi.ledger.verify import verify
from edi.session import Session
from edi.workspace import Workspace
from tests import jobs
from tests.servers import PASSWORD, sftp_server

ROOT = Path(__file__).resolve().parents[2]
OUT, ORDERS, STOCK, SHOP = (
    Path("partners") / folder for folder in ("epicerie/out", "erp/orders", "erp/stock", "boutique/stock")
)
PATIENCE = 60
"""Seconds after which a test gives up; nothing is asserted about how long anything takes."""


@contextlib.contextmanager
def watching(root: Path, *options: str, group: bool = False) -> Iterator[subprocess.Popen[str]]:
    """`edi watch` in a process of its own, once it says that it watches; killed at the end if need be."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PASSWORD": PASSWORD, "HOME": str(root)}
    command = [sys.executable, "-m", "edi", "watch", "-w", str(root), *options]
    with (root / f"watch-{time.monotonic_ns()}.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        try:
            until(lambda: "Watching" in Path(log.name).read_text(encoding="utf-8"), process)
            yield process
        finally:
            process.kill()
            process.wait()


def until(true: Callable[[], object], *processes: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert all(process.poll() is None for process in processes), "the watch ended by itself"
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def visible(folder: Path) -> list[Path]:
    """What the owner of a folder sees; unfinished parts are hidden."""
    return sorted(path for path in folder.glob("*") if path.name[0] != ".")


def order(root: Path, name: str) -> None:
    jobs.drop(root / OUT, f"{name}.edi", jobs.interchange(name, [jobs.order(1, f"C-{name}")]))


def stopped(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    return process.wait(PATIENCE)


def true_ledger(root: Path) -> dict[str, dict[str, int]]:
    """The counts of a ledger at rest, after it was verified."""
    with Session(Workspace.open(root), executor=Inline()) as session:
        assert isinstance(session.ledger, SqliteLedger)
        assert list(verify(session.ledger, session.archive)) == []
        assert session.ledger.open_files() == [] and session.ledger.open_runs() == []
        return session.ledger.counts()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return jobs.workspace(tmp_path / "ws")


def test_a_dropped_file_is_delivered_long_before_the_next_look(root: Path) -> None:
    with watching(root, "--interval", "3600") as process:
        until(lambda: (root / ".edi/ledger.sqlite3").exists(), process)
        order(root, "R1")
        until(lambda: visible(root / ORDERS), process)
        assert stopped(process) == 0
    assert true_ledger(root)["file"] == {"processed": 1}


def over_sftp(root: Path, settings: dict[str, object]) -> None:
    """The retailer's channel as a server's, with its orders under out/."""
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    path = root / "edi.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('type = "folder"\npath = "partners/epicerie"\n', f'type = "sftp"\n{lines}', 1)
    )


def test_a_file_on_a_server_is_delivered_without_anyone_typing_anything(root: Path) -> None:
    with sftp_server(root / "server") as server:
        over_sftp(root, server.settings("epicerie"))
        out = server.folder("epicerie", "out")
        with watching(root, "--interval", "1") as process:
            until(lambda: server.logins, process)
            jobs.drop(out, "R1.edi", jobs.interchange("R1", [jobs.order(1, "C-1")]))
            until(lambda: visible(root / ORDERS), process)
            assert stopped(process) == 0
        assert visible(out) == []
    assert true_ledger(root)["file"] == {"processed": 1}


def test_two_watches_on_one_workspace_process_every_file_once(root: Path) -> None:
    names = [f"R{n}" for n in range(24)]
    with watching(root, "--interval", "1") as one, watching(root, "--interval", "1") as other:
        for name in names:
            order(root, name)
            time.sleep(0.05)
        until(lambda: len(visible(root / ORDERS)) == len(names), one, other)
        assert (stopped(one), stopped(other)) == (0, 0)
    numbers = Counter(
        line.strip()
        for path in visible(root / ORDERS)
        for line in path.read_text("cp850").splitlines()
        if line.startswith("C-R")
    )
    assert set(numbers) == {f"C-{name}" for name in names}
    counts = true_ledger(root)
    assert counts["file"] == {"processed": len(names)}
    assert counts["delivery"] == {"delivered": len(names)}


def test_a_pass_by_hand_waits_for_its_turn_beside_a_watch(root: Path) -> None:
    with watching(root, "--interval", "1") as process:
        for n in range(3):
            order(root, f"R{n}")
            done = subprocess.run(
                [sys.executable, "-m", "edi", "run", "-w", str(root)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert stopped(process) == 0
    assert true_ledger(root)["file"] == {"processed": 3}


def slowed(root: Path) -> Path:
    """Gives the orders a step that takes a second; the file returned is there once it is at work."""
    started = root / "started"
    step = f"""
import time
from pathlib import Path
import pyarrow as pa

def transform(order_lines: pa.Table) -> pa.Table:
    Path({str(started)!r}).touch()
    time.sleep(1)
    return order_lines
"""
    (root / "transforms/slow").mkdir(parents=True)
    (root / "transforms/slow/order_lines.py").write_text(step, encoding="utf-8")
    text = (root / "edi.toml").read_text(encoding="utf-8")
    slow = text.replace('steps = ["order/articles"]', 'steps = ["order/articles", "slow"]')
    (root / "edi.toml").write_text(slow, encoding="utf-8")
    return started


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_whole_group_that_is_told_to_stop_finishes_its_pass(root: Path, how: signal.Signals) -> None:
    """As a service manager (and Ctrl-C) does it: the task's process gets the signal too, and must not die."""
    started = slowed(root)
    order(root, "R1")
    with watching(root, "--interval", "1") as process:
        until(started.exists, process)
        os.killpg(process.pid, how)
        assert process.wait(PATIENCE) == 0
    assert true_ledger(root)["file"] == {"processed": 1}
    assert len(visible(root / ORDERS)) == 1


def test_a_killed_watch_loses_nothing(root: Path) -> None:
    with watching(root, "--interval", "1") as process:
        for n in range(10):
            order(root, f"R{n}")
        until(lambda: visible(root / "archive"), process)
        process.kill()
        process.wait()
    with watching(root, "--interval", "1") as process:
        until(lambda: len(visible(root / ORDERS)) == 10, process)
        assert stopped(process) == 0
    assert true_ledger(root)["file"] == {"processed": 10}


def test_a_folder_that_is_replaced_is_listened_to_again(root: Path) -> None:
    with watching(root, "--interval", "1") as process:
        order(root, "R1")
        until(lambda: visible(root / ORDERS), process)
        shutil.move(root / OUT, root / "old")
        (root / OUT).mkdir()
        order(root, "R2")
        until(lambda: len(visible(root / ORDERS)) == 2, process)
        assert stopped(process) == 0


def test_a_watch_outside_of_a_workspace_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "edi", "watch", "-w", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "CFG-001" in done.stderr
