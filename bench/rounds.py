"""Interleaved rounds: A B C ... A B C ..., each in a process and a folder of its own; medians and ratios."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.mkdtemp(prefix="edi-bench-"))
"""Where rounds have their folders; removed when the program ends."""

TOLERANCE = 0.75
"""The machine's noise: a target counts as met at three quarters of it."""


atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Target:
    """`ours` against `peer`: how many times the peer's rate is asked for."""

    title: str
    ours: str
    peer: str
    ratio: float


@dataclass(slots=True)
class Series:
    """What one contender did, round by round: `rate` in `unit` a second, `peak` in bytes of memory."""

    unit: str
    rates: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def peak(self) -> int:
        return int(statistics.median(self.peaks))


@dataclass(slots=True)
class Measured:
    """One measurement: contenders by name, the targets they are held against, and notes."""

    key: str
    title: str
    series: dict[str, Series]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()

    def ratio(self, target: Target) -> float:
        return self.series[target.ours].rate / self.series[target.peer].rate

    def met(self, target: Target) -> bool:
        return self.ratio(target) >= target.ratio * TOLERANCE


def interleaved(
    contenders: Mapping[str, Callable[[Path], Mapping[str, Any]]], unit: str, rounds: int
) -> dict[str, Series]:
    """Every contender once a round, in a fresh folder; each gives {"amount", "seconds", "peak"}.

    Nothing is deleted before all is measured: ext4 makes files many times slower for a minute after that.
    """
    series = {name: Series(unit) for name in contenders}
    for number in range(rounds):
        for name, run in contenders.items():
            print(f"  round {number + 1}/{rounds}: {name}", file=sys.stderr, flush=True)
            said = run(Path(tempfile.mkdtemp(dir=FOLDER)))
            series[name].rates.append(said["amount"] / said["seconds"])
            series[name].peaks.append(said["peak"])
    return series


def alone(module: str, *arguments: str, python: str = sys.executable) -> dict[str, Any]:
    """Run `python -m module arguments` and read the JSON object that it prints last."""
    return answer([python, "-m", module, *arguments])


def answer(command: Sequence[str], **environment: str) -> dict[str, Any]:
    """Run a command in the repository's folder and read the JSON object that it prints last."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, encoding="utf-8"
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ... ended with exit code {done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
