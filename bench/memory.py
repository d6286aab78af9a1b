"""The memory of a command and of all processes that it started, while it runs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

LIMIT = 600_000_000
PAUSE = 0.1


def watched(command: Sequence[str]) -> dict[str, Any]:
    """Seconds, and the highest sum of resident memory seen (pages shared by processes counted once)."""
    started, peak = time.perf_counter(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, sum(map(resident, family(process.pid))))
        time.sleep(PAUSE)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[2:4])} ended with exit code {process.returncode}")
    return {"seconds": time.perf_counter() - started, "peak": peak}


def family(process: int) -> Iterator[int]:
    """A process and its descendants."""
    yield process
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in text(task).split():
            yield from family(int(child))


def resident(process: int) -> int:
    """The proportional set size in bytes; 0 once the process is gone."""
    for line in text(Path(f"/proc/{process}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return ""
