"""Batches and rules made by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest

from edi.library import Frozen
from edi.tables import Tables
from edi.transform import Inputs, Step, load

MONEY = pa.decimal128(18, 6)


def orders_of(count: int, lines: int = 2) -> Tables:
    """`count` orders of `lines` lines each; the line number of the source is kept as lineage."""
    keys = range(count)
    places = [(message, line) for message in keys for line in range(1, lines + 1)]
    return {
        "orders": pa.table(
            {
                "message": pa.array(keys, pa.int32()),
                "position": pa.array([1] * count, pa.int32()),
                "number": [f"CMD-{key:04d}" for key in keys],
            }
        ),
        "order_lines": pa.table(
            {
                "message": pa.array([m for m, _ in places], pa.int32()),
                "position": pa.array([p for _, p in places], pa.int32()),
                "parent": pa.array([1] * len(places), pa.int32()),
                "sku": ["00123"] * len(places),
                "quantity": pa.array([Decimal(p) for _, p in places], MONEY),
                "_line": pa.array([10 * m + p for m, p in places], pa.int64()),
            }
        ),
    }


@pytest.fixture
def batch() -> Callable[..., Tables]:
    return orders_of


@pytest.fixture
def step() -> Callable[..., Step]:
    """A step of the rules given as {"orders.sql": text}."""

    def make(**files: str) -> Step:
        named = {f"transforms/test/{name.replace('__', '.')}": text.encode() for name, text in files.items()}
        return load("test", Frozen(named))

    return make


@pytest.fixture
def inputs() -> Inputs:
    articles = pa.table({"sku": ["00123", "MIEL-500"], "erp_sku": ["E123", "MIEL500"]})
    return Inputs(
        codes={"articles": articles},
        partner={"id": "epicerie", "name": "Épicerie Générale", "gln": "3020110000001"},
        route={"name": "orders", "clock": "2026-11-23T06:00:00Z"},
    )
