"""Reading and writing alone: EDIFACT beside its peers, a stock list beside pyarrow.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench import generate, needs
from bench.rounds import FOLDER, Measured, Target, alone, answer, interleaved


def edifact(rounds: int, scale: float) -> Measured:
    """10 MB of ORDERS D.96A in one interchange, read, validated, in typed tables."""
    path = written("orders.edi", generate.edifact_pieces(round(10_000_000 * scale)))
    scripts = needs.PEERS
    contenders = {
        "edi": lambda folder: alone("bench.single", "edifact", path),
        "node-edifact": lambda folder: answer(
            ["node", str(scripts / "read_edifact.js"), path], NODE_PATH=str(needs.NODE_MODULES)
        ),
        "pydifact": lambda folder: answer(
            [str(needs.PYTHON), "-W", "ignore", str(scripts / "read_pydifact.py"), path]
        ),
    }
    targets = (
        Target("against pydifact, which does not validate", "edi", "pydifact", 25),
        Target("against node-edifact with its validator", "edi", "node-edifact", 3),
    )
    return Measured("a", f"EDIFACT ORDERS, {10 * scale:g} MB in one interchange",
                    interleaved(contenders, "MB", rounds), targets)  # fmt: skip


def stock(rounds: int, scale: float) -> Measured:
    """A million rows of stock in Windows-1252 with decimal commas: read, validated and written again."""
    rows = round(1_000_000 * scale)
    path = written("stock.csv", generate.stock_pieces(rows))

    def run(contender: str, folder: Path) -> Mapping[str, Any]:
        return alone("bench.single", contender, path)

    contenders = {
        "edi": lambda folder: run("stock", folder),
        "pyarrow.csv": lambda folder: run("arrow_csv", folder),
    }
    targets = (Target("read, validated and written, against pyarrow.csv", "edi", "pyarrow.csv", 0.4),)
    return Measured("c", f"Stock list of {rows:,} rows, read and written again",
                    interleaved(contenders, "MB", rounds), targets)  # fmt: skip


def written(name: str, pieces: Iterable[bytes]) -> str:
    path = FOLDER / name
    with path.open("wb") as file:
        file.writelines(pieces)
    return str(path)
