"""The named statements of `queries.sql`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def queries() -> dict[str, str]:
    """Name -> statement, without the closing semicolon."""
    text = files("edi.ledger").joinpath("queries.sql").read_text("utf-8")
    parts = _NAME.split(text)[1:]
    return {name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)}


def query(name: str) -> str:
    """One statement; KeyError for an unknown name."""
    return queries()[name]
