"""A small workspace that does the main job over folders, and the files that a partner would drop into it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN_GLN, BUYER_GLN, STORE_GLN = "3012345000017", "3020110000001", "3020110000100"

CONFIGURATION = """\
[workspace]
name = "Comptoir des Alpes"
timezone = "Europe/Paris"
gln = "3012345000017"

[limits]
quiet_seconds = 0

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
report = { partner = "epicerie", channel = "folder", folder = "reports", name = "{stem}_{reference}.csv" }
[routes.orders.checks]
line_totals = "reject"
order_total = "reject"
unknown_article = "reject"
unknown_customer = "reject"
already_seen = "reject"
[[routes.orders.to]]
partner = "erp"
channel = "folder"
folder = "orders"
format = "sage100/orders"
name = "CDE_{date}_{reference}.txt"
steps = ["sage100/orders"]

[routes.stock]
from = { partner = "erp", channel = "folder", folder = "stock" }
format = "erp/stock"
[[routes.stock.to]]
partner = "boutique"
channel = "folder"
folder = "stock"
format = "prestashop/stock"
name = "stock_{date}_{reference}.csv"
steps = ["prestashop/stock"]
"""


def workspace(root: Path) -> Path:
    """Write the workspace with its code tables and partners' folders; gives its root."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "edi.toml").write_text(CONFIGURATION, encoding="utf-8")
    shutil.copytree(ROOT / "codes", root / "codes", dirs_exist_ok=True)
    for folder in ("epicerie/out", "epicerie/reports", "boutique/stock", "erp/orders", "erp/stock"):
        (root / "partners" / folder).mkdir(parents=True, exist_ok=True)
    return root


def order(
    reference: int, number: str, *, gtin: str = "3012345100014", quantity: int = 12, total: str = ""
) -> str:
    """One ORDERS message of one line at 6.50; `total` is what the message states (or what is right)."""
    amount = f"{quantity * 6.5:.2f}"
    segments = [
        f"UNH+{reference}+ORDERS:D:96A:UN:EAN008",
        f"BGM+220+{number}+9",
        "DTM+137:20261120:102",
        "DTM+2:20261127:102",
        f"NAD+BY+{BUYER_GLN}::9",
        f"NAD+SU+{OWN_GLN}::9",
        f"NAD+DP+{STORE_GLN}::9",
        "CUX+2:EUR:9",
        f"LIN+1++{gtin}:EN",
        "IMD+F++:::Miel de montagne 500 g (c’est l?'été)".replace("’", ""),
        f"QTY+21:{quantity}",
        f"MOA+203:{amount}",
        "PRI+AAA:6.50",
        "UNS+S",
        f"MOA+79:{total or amount}",
        "CNT+2:1",
    ]
    return "".join(s + "'" for s in [*segments, f"UNT+{len(segments) + 1}+{reference}"])


def interchange(reference: str, messages: Sequence[str]) -> bytes:
    """An interchange in UNOC (ISO 8859-1) around the messages."""
    head = f"UNA:+.? 'UNB+UNOC:3+{BUYER_GLN}:14+{OWN_GLN}:14+261120:0815+{reference}'"
    return (head + "".join(messages) + f"UNZ+{len(messages)}+{reference}'").encode("latin-1")


def stock(rows: Sequence[tuple[str, str, int]]) -> bytes:
    """The ERP's stock file: article, depot, available."""
    head = "Reference;Gamme1;Gamme2;Depot;StockReel;StockReserve;StockCommande;StockDispo"
    lines = [f"{sku};;;{depot};{count},00;0,00;0,00;{count},00" for sku, depot, count in rows]
    return "\r\n".join([head, *lines, ""]).encode("cp1252")


def drop(folder: Path, name: str, data: bytes, age: float = 600) -> Path:
    """Put a file into a folder as a partner would have some minutes ago."""
    path = folder / name
    path.write_bytes(data)
    then = time.time() - age
    os.utime(path, (then, then))
    return path
