"""What was measured: a table for the terminal, JSON, and one picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rounds import Measured

WIDTH, ROW, LABEL, BAR = 900, 22, 250, 430
OURS, PEER = "#2b6cb0", "#a0aec0"
OWN = ("edi", "edi run", "edi audit verify", "pipeline", "replay", "orders", "stock")
"""Contenders that are this package; the others are what it is held against."""


def table(results: Sequence[Measured]) -> None:
    """Every contender's median, then every target with what was reached."""
    console = Console(width=120)
    for one in results:
        shown = Table(title=f"({one.key}) {one.title}", title_justify="left")
        for column in ("contender", "median", "lowest", "highest", "unit", "peak memory"):
            shown.add_column(column, justify="left" if column in ("contender", "unit") else "right")
        for name, series in one.series.items():
            peak = f"{series.peak / 1e6:,.0f} MB" if series.peak else ""
            rates = (number(rate) for rate in (series.rate, min(series.rates), max(series.rates)))
            shown.add_row(name, *rates, f"{series.unit}/s", peak)
        console.print(shown)
        for target in one.targets:
            verdict = ("met" if one.met(target) else "NOT met") if target.ratio else ""
            asked = f", asked for {target.ratio:g}: {verdict}" if target.ratio else ""
            console.print(f"  {target.title}: {one.ratio(target):.2f} times{asked}")
        for note in one.notes:
            console.print(f"  {note}")
        console.print()


def number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


def machine() -> dict[str, Any]:
    """Where it was measured; the load tells how far to trust absolute figures."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.release(),
        "python": platform.python_version(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def as_json(results: Sequence[Measured], path: Path) -> None:
    """All rounds of all contenders."""
    path.write_text(
        json.dumps({"machine": machine(), "results": [plain(one) for one in results]}, indent=2) + "\n",
        encoding="utf-8",
    )


def plain(one: Measured) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "contenders": {
            name: {"unit": f"{s.unit}/s", "median": s.rate, "rounds": s.rates, "peak_bytes": s.peak}
            for name, s in one.series.items()
        },
        "targets": [
            {"title": t.title, "asked": t.ratio, "reached": one.ratio(t), "met": one.met(t)}
            for t in one.targets
        ],
        "notes": list(one.notes),
    }


def as_svg(results: Sequence[Measured], path: Path) -> None:
    """One bar a contender, each measurement to its own scale."""
    body, y = [], 10
    for one in results:
        y += ROW + 8
        body.append(f'<text x="10" y="{y}" class="title">{escape(one.title)}</text>')
        most = max(series.rate for series in one.series.values())
        for name, series in one.series.items():
            y += ROW
            length = max(1, round(BAR * series.rate / most))
            colour = OURS if name in OWN else PEER
            body.append(f'<text x="{LABEL - 8}" y="{y}" text-anchor="end">{escape(name)}</text>')
            body.append(f'<rect x="{LABEL}" y="{y - 13}" width="{length}" height="16" fill="{colour}"/>')
            body.append(
                f'<text x="{LABEL + length + 8}" y="{y}">{number(series.rate)} {series.unit}/s</text>'
            )
    style = "text{font:13px sans-serif;fill:#1a202c}.title{font-weight:bold}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 20}"><style>{style}</style>'
    ground = '<rect width="100%" height="100%" fill="white"/>'
    path.write_text("\n".join([head, ground, *body, "</svg>", ""]), encoding="utf-8")
