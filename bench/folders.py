"""Many small files and one, folder to folder; replay and audit after them; the memory of large ones."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench import generate, jobs, memory
from bench.rounds import FOLDER, Measured, Target, alone, interleaved

Said = Mapping[str, Any]


def small_files(rounds: int, scale: float) -> Measured:
    """Through the whole durable pipeline, against the bare cost of the same files; then replayed."""
    count = round(2000 * scale)
    kept: list[Path] = []

    def through(contender: str, folder: Path) -> Said:
        root = prepared(folder / "workspace", generate.small_orders(count))
        said = alone("bench.single", contender, str(root), "orders")
        expect_arrived(root, "orders", count)
        kept.append(root)
        return said

    contenders = {
        "bare": lambda folder: through("bare", folder),
        "pipeline": lambda folder: through("pipeline", folder),
        "replay": lambda folder: {**command(kept[-1], "replay"), "amount": count},
    }
    targets = (
        Target("durable pipeline, against the bare cost of the same files", "pipeline", "bare", 0.15),
        Target("replay, against the first run", "replay", "pipeline", 0.0),
    )
    notes = (
        "pipeline: checks, two SQL steps, one Sage 100 file each; the start of the child process included",
        "replay: the whole command `edi replay`, process start to end",
    )
    return Measured("b", f"{count:,} ORDERS files of 2 KB, folder to folder",
                    interleaved(contenders, "files", rounds), targets, notes)  # fmt: skip


def one_file(rounds: int, scale: float) -> Measured:
    """`edi run` as a cron job sees it: a process that starts, delivers one file and ends."""

    def run(folder: Path) -> Said:
        root = prepared(folder / "workspace", generate.small_orders(1))
        said = command(root, "run")
        expect_arrived(root, "orders", 1)
        return {**said, "amount": 1}

    return Measured(
        "b1", "One ORDERS file, process start to delivery", interleaved({"edi run": run}, "files", rounds)
    )


def audit(rounds: int, scale: float) -> Measured:
    """`edi audit verify` over a ledger of 100,000 events and the files behind them."""
    count = round(12_500 * scale)
    root = prepared(FOLDER / "audit", [])
    for first in range(0, count, 2500):
        files = list(generate.small_orders(min(2500, count - first), seed=first))
        jobs.drop_orders(root / jobs.DROP["orders"], files)
        alone("bench.single", "pipeline", str(root), "orders")
    events = jobs.events(root)

    def verify(folder: Path) -> Said:
        return {**command(root, "audit", "verify"), "amount": events}

    return Measured("e", f"edi audit verify over {events:,} events and {2 * count:,} files",
                    interleaved({"edi audit verify": verify}, "events", rounds))  # fmt: skip


def large_files(rounds: int, scale: float) -> Measured:
    """A stock list of 1 GB, an interchange of 300 MB through `edi run`. One round: what counts is memory."""
    sizes = {"stock": round(10_700_000 * scale), "orders": round(300_000_000 * scale)}
    pieces = {"stock": generate.stock_pieces, "orders": generate.edifact_pieces}

    def run(job: str, folder: Path) -> Said:
        root = jobs.workspace(folder / "workspace")
        path = jobs.drop(root / jobs.DROP[job], "large", pieces[job](sizes[job]))
        size = path.stat().st_size / 1e6
        said = memory.watched([sys.executable, "-m", "edi", "run", "--json", "--workspace", str(root)])
        expect_arrived(root, job, 1)
        return {**said, "amount": size}

    contenders = {job: lambda folder, job=job: run(job, folder) for job in sizes}
    return Measured(
        "memory",
        f"Large files through edi run ({scale:g} of 1 GB of stock, 300 MB of ORDERS)",
        interleaved(contenders, "MB", 1),
        notes=(f"asked for: at most {memory.LIMIT / 1e6:,.0f} MB resident, all processes together",),
    )


def prepared(root: Path, files: Iterable[bytes]) -> Path:
    """A workspace in which orders wait, on disk before the clock runs."""
    jobs.workspace(root)
    jobs.drop_orders(root / jobs.DROP["orders"], files)
    os.sync()
    return root


def command(root: Path, *arguments: str) -> dict[str, Any]:
    """The seconds of an `edi` command as a whole process."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "edi", *arguments, "--workspace", str(root)], stdout=subprocess.DEVNULL
    )
    if done.returncode:
        raise SystemExit(f"edi {' '.join(arguments)} ended with exit code {done.returncode}")
    return {"seconds": time.perf_counter() - started, "peak": 0}


def expect_arrived(root: Path, job: str, count: int) -> None:
    found = len(jobs.arrived(root, job))
    if found != count:
        raise SystemExit(f"{found} files were delivered, not {count}")
