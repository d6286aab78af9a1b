"""Every implementation of the ledger passes the same suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edi.ledger.sqlite import SqliteLedger
from tests.ledgers import Day, archive_of


@pytest.fixture(params=[SqliteLedger], ids=["sqlite"])
def day(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Day]:
    """A new ledger and its archive."""
    archive = archive_of(tmp_path)
    with request.param.open(tmp_path / ".edi", archive, "Comptoir des Alpes") as ledger:
        yield Day(ledger, archive)
