"""What people are told in the demonstration: tables and sentences about what happened."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from demo.stage import Said, Stage, console

COLUMNS = ("files in", "accepted", "rejected", "held", "duplicate", "files out", "reports")
CUSTOMER, AMOUNT, NUMBER = 2, 6, 1
"""Places in Sage's records: of a payment (#CRGT) and of a document that it settles (#CREC)."""


def routes(said: Said) -> None:
    """The result of `edi run --json` by route and in total."""
    rows = said.get("route", [])
    table = Table(title="What happened", title_justify="left", box=box.SIMPLE_HEAD, show_footer=True)
    table.add_column("route", footer="together")
    for column in COLUMNS:
        table.add_column(column, justify="right", footer=str(sum(row.get(column, 0) for row in rows)))
    for row in rows:
        table.add_row(row["route"], *(str(row.get(column, 0)) for column in COLUMNS))
    console.print(table)
    console.print(f"  Picked up and delivered over SFTP in {said['summary'][0]['seconds']} seconds.\n")


def findings(title: str, style: str, found: Sequence[dict[str, Any]]) -> None:
    """What was found, each with its order (or its line in the file) and with what to do."""
    console.print(f"[bold]{title}[/bold]")
    for one in found:
        what = f"order {one['reference']}" if one.get("reference") else f"line {one.get('line', '')}"
        console.print(f"  [{style}]{what}[/{style}]  {one['text']}", soft_wrap=True)
        console.print(f"  [dim]what to do: {one['hint']}[/dim]\n", soft_wrap=True)


def of_severity(said: Said, severity: str) -> list[dict[str, Any]]:
    return [one for one in said.get("finding", []) if one["severity"] == severity]


def stock(lists: dict[str, Path]) -> None:
    """The stock files that the shops got, and how many articles each one names."""
    for shop, file in lists.items():
        console.print(f"  {shop:<12} {file.name}: {articles(file)} articles", markup=False)
    console.print()


def articles(file: Path) -> int:
    """How many rows a CSV file has below its header."""
    with file.open(encoding="utf-8", newline="") as rows:
        return sum(1 for _ in csv.reader(rows)) - 1


def payments(file: Path) -> None:
    """What Sage 100 is told that customers paid, and which orders that settles."""
    table = Table(title="Payments matched", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("customer", "amount", "settles"):
        table.add_column(column, justify="right" if column == "amount" else "left")
    for customer, amount, orders in settled(file):
        table.add_row(customer, f"{amount:.2f}", ", ".join(orders))
    console.print(table)


def settled(file: Path) -> Iterator[tuple[str, Decimal, list[str]]]:
    """Customer, amount and orders of each payment of a Sage file."""
    for payment in file.read_text(encoding="cp850").split("#CRGT\n")[1:]:
        record, *documents = payment.split("#CREC\n")
        fields = record.split("\n")
        amount = Decimal(fields[AMOUNT - 1].replace(",", "."))
        yield fields[CUSTOMER - 1], amount, [one.split("\n")[NUMBER - 1] for one in documents]


def places(stage: Stage) -> None:
    """Where the partners found what."""
    console.print("[bold]Where to look[/bold]")
    inboxes = {
        "for Sage 100": "erp",
        "for PrestaShop": "boutique",
        "for Shopify": "shopify",
        "report for the retailer": "epicerie",
    }
    found = [(what, file) for what, name in inboxes.items() for file in stage.received(name)]
    found += [("archive", stage.workspace / "archive"), ("ledger", stage.workspace / ".edi")]
    for what, path in found:
        console.print(f"  {what:<24} {path}", markup=False, soft_wrap=True)
    console.print()
