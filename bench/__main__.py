"""`python -m bench`: measure side by side, write bench/results.json and bench/results.svg, print a table.

    python -m bench [--only a,b] [--quick] [--rounds N]

Each contender runs once a round, in a process of its own and fresh folders; medians of five rounds. Keep the
machine quiet meanwhile. Exit code 2 when something is missing, with the way to get it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench import folders, needs, report, sftp, syntaxes
from bench.rounds import Measured

HERE = Path(__file__).resolve().parent

MEASUREMENTS: dict[str, Callable[[int, float], Measured]] = {
    "a": syntaxes.edifact,
    "b": folders.small_files,
    "b1": folders.one_file,
    "c": syntaxes.stock,
    "d": sftp.small_files,
    "e": folders.audit,
    "memory": folders.large_files,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure beside the peers.")
    parser.add_argument("--only", default=",".join(MEASUREMENTS), help=f"of {', '.join(MEASUREMENTS)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, one round: does it run?")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each contender (5)")
    wanted = parser.parse_args()
    keys = wanted.only.split(",")
    unknown = [key for key in keys if key not in MEASUREMENTS]
    lacking = [f"no measurement is called {key}" for key in unknown] or needs.missing(keys)
    lacking = lacking or list(filter(None, [needs.install(keys)]))
    if lacking:
        print("make bench needs:", *lacking, sep="\n  ", file=sys.stderr)
        return 2
    rounds, scale = (1, 0.1) if wanted.quick else (wanted.rounds, 1.0)
    results = []
    for key in keys:
        print(f"({key})", file=sys.stderr, flush=True)
        results.append(MEASUREMENTS[key](rounds, scale))
    report.table(results)
    report.as_json(results, HERE / "results.json")
    report.as_svg(results, HERE / "results.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
