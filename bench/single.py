"""One round of one contender, in a process of its own: prints {"amount", "seconds", "peak"} as JSON.

    python -m bench.single pipeline FOLDER orders

The clock runs over the work alone; `peak` is the largest resident memory of this process, in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import jobs


def pipeline(root: str, job: str) -> tuple[float, float]:
    """The files that wait in the workspace, through one pass; amount: files delivered."""
    from edi import pipeline
    from edi.session import Session
    from edi.workspace import Workspace

    started = time.perf_counter()
    with Session(Workspace.open(Path(root))) as session:
        summary = pipeline.run(session)
    seconds = time.perf_counter() - started
    if summary.exit_code:
        raise SystemExit(f"the pass ended with {[*summary.findings, *summary.problems][:3]}")
    return summary.files_out, seconds


def bare(root: str, job: str) -> tuple[float, float]:
    """What the same files cost whatever is done with them; amount: files."""
    from bench import bare

    source, target = Path(root) / jobs.DROP[job], Path(root) / jobs.ARRIVAL[job]
    started = time.perf_counter()
    count = bare.run(Path(root), source, target)
    return count, time.perf_counter() - started


def edifact(path: str) -> tuple[float, float]:
    """ORDERS read, validated, in typed tables; amount: MB."""
    from edi import formats, library

    descriptor = formats.load("edifact/d96a/orders", library.Folders(library.library_root()))
    started = time.perf_counter()
    data = Path(path).read_bytes()
    staged = descriptor.judge(data)
    seconds = time.perf_counter() - started
    if staged.findings:
        raise SystemExit(f"the generated file has faults: {staged.findings[:3]}")
    return len(data) / 1e6, seconds


def stock(path: str) -> tuple[float, float]:
    """A stock list read, validated and written again; amount: MB read."""
    from edi import formats, library

    descriptor = formats.load("erp/stock", library.Folders(library.library_root()))
    started = time.perf_counter()
    data = Path(path).read_bytes()
    staged = descriptor.judge(data)
    outputs, faults = descriptor.write(staged.tables)
    Path(f"{path}.written").write_bytes(outputs[0].data)
    seconds = time.perf_counter() - started
    if staged.findings or faults:
        raise SystemExit(f"the generated file has faults: {[*staged.findings, *faults][:3]}")
    return len(data) / 1e6, seconds


def arrow_csv(path: str) -> tuple[float, float]:
    """The same file through pyarrow.csv, read and written with one thread; amount: MB read."""
    from pyarrow import csv

    started = time.perf_counter()
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(use_threads=False, encoding="cp1252"),
        parse_options=csv.ParseOptions(delimiter=";"),
        convert_options=csv.ConvertOptions(decimal_point=","),
    )
    csv.write_csv(table, f"{path}.written", csv.WriteOptions(delimiter=";"))
    seconds = time.perf_counter() - started
    return Path(path).stat().st_size / 1e6, seconds


CONTENDERS: dict[str, Callable[..., tuple[float, float]]] = {
    one.__name__: one for one in (pipeline, bare, edifact, stock, arrow_csv)
}

if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    amount, seconds = CONTENDERS[name](*rest)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"amount": amount, "seconds": seconds, "peak": peak}))
