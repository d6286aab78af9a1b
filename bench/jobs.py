"""Workspaces to measure: folders on both sides, the example's code tables, no waiting for quiet files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CONFIGURATION = """\
[workspace]
name = "Comptoir des Alpes"
timezone = "Europe/Paris"
gln = "3012345000017"

[limits]
quiet_seconds = 0
max_file_bytes = 2_000_000_000

[partners.epicerie]
name = "Épicerie Générale"
gln = "3020110000001"
[partners.epicerie.channels.folder]
type = "folder"
path = "partners/epicerie"

[partners.boutique]
name = "La Boutique"
[partners.boutique.channels.folder]
type = "folder"
path = "partners/boutique"

[partners.erp]
name = "Sage 100"
[partners.erp.channels.folder]
type = "folder"
path = "partners/erp"

[routes.orders]
from = { partner = "epicerie", channel = "folder", folder = "out" }
format = "edifact/d96a/orders"
steps = ["order/articles"]
checks = { line_totals = "reject", order_total = "reject", unknown_article = "reject" }
[[routes.orders.to]]
partner = "erp"
channel = "folder"
folder = "orders"
format = "sage100/orders"
name = "CDE_{reference}.txt"
steps = ["sage100/orders"]

[routes.stock]
from = { partner = "erp", channel = "folder", folder = "stock" }
format = "erp/stock"
[[routes.stock.to]]
partner = "boutique"
channel = "folder"
folder = "stock"
format = "erp/stock"
name = "stock_{reference}.csv"
"""
DROP = {"orders": "partners/epicerie/out", "stock": "partners/erp/stock"}
ARRIVAL = {"orders": "partners/erp/orders", "stock": "partners/boutique/stock"}


def workspace(root: Path) -> Path:
    """A new workspace with its partners' folders; gives its root."""
    root.mkdir(parents=True)
    (root / "edi.toml").write_text(CONFIGURATION, encoding="utf-8")
    shutil.copytree(ROOT / "codes", root / "codes")
    for folder in (*DROP.values(), *ARRIVAL.values()):
        (root / folder).mkdir(parents=True)
    return root


def drop(folder: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Put a file there as a partner would have some minutes ago."""
    path = folder / name
    with path.open("wb") as file:
        file.writelines(pieces)
    then = time.time() - 600
    os.utime(path, (then, then))
    return path


def drop_orders(folder: Path, files: Iterable[bytes]) -> None:
    """Each file under a name of its own."""
    for number, data in enumerate(files, 1):
        drop(folder, f"orders_{number:05d}.edi", [data])


def arrived(root: Path, job: str) -> list[Path]:
    """What was delivered."""
    return sorted((root / ARRIVAL[job]).iterdir())


def events(root: Path) -> int:
    """How many events the workspace's ledger holds."""
    with closing(sqlite3.connect(root / ".edi" / "ledger.sqlite3")) as ledger:
        return int(ledger.execute("SELECT max(seq) FROM event").fetchone()[0])
