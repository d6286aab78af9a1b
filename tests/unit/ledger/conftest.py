"""A ledger with a whole day in it, made once and copied for each test that damages it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.ledger import Ledger
from edi.ledger.contract import Scheduled
from edi.ledger.database import FILE
from edi.ledger.verify import Verifier, check_anchor
from edi.model import Finding
from tests.ledgers import AT, FINDING, INBOX, LATER, Day, archive_of


@dataclass
class Evidence:
    """A copy of a workspace that can be damaged and verified."""

    folder: Path
    files: list[str]
    deliveries: list[str]
    erased: str

    @property
    def database(self) -> Path:
        return self.folder / ".edi" / FILE

    def tamper(self, *statements: str) -> None:
        """What an attacker with SQL does: take the triggers away, change, put the triggers back."""
        connection = sqlite3.connect(self.database)
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
        connection.close()

    def value(self, sql: str) -> object:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(sql).fetchone()[0]
        finally:
            connection.close()

    def verify(self, since: str = "") -> list[Finding]:
        try:
            with self._open() as ledger:
                return list(Verifier(ledger, ledger.archive, since).findings())
        except EdiError as error:
            return list(error.findings)

    def verifier(self) -> Verifier:
        """After a whole verification."""
        with self._open() as ledger:
            verifier = Verifier(ledger, ledger.archive)
            list(verifier.findings())
            return verifier

    def codes(self) -> set[str]:
        return {found.code for found in self.verify()}

    def anchored(self, anchor: str) -> list[str]:
        with self._open() as ledger:
            return [found.code for found in check_anchor(ledger, anchor)]

    def anchor(self) -> str:
        with self._open() as ledger:
            newest = ledger.last_checkpoint()
            assert newest is not None
            return newest.note

    def _open(self) -> Ledger:
        return Ledger.open(self.folder / ".edi", archive_of(self.folder), "", readonly=True)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder = tmp_path_factory.mktemp("whole")
    archive = archive_of(folder)
    with Ledger.open(folder / ".edi", archive, "Comptoir des Alpes") as ledger:
        day = Day(ledger, archive)
        files, _, deliveries = day.whole(b"UNB+1'", b"UNB+2'", b"UNB+3'")
        day.at = LATER
        more, _, _ = day.whole(b"UNB+4'", b"UNB+1'"[::-1])
        (bad,) = day.claim(b"x")
        ledger.quarantine({bad: FINDING}, LATER)
        ledger.refuse_entry(INBOX, b"\xff.edi", FINDING, LATER, 7, None)
        ledger.scheduled({"stock": Scheduled("0 6 * * * Europe/Paris", AT)}, LATER)
        ledger.note("host-key-changed", {"endpoint": INBOX}, {"reason": "new server"}, LATER)
        for path in ledger.erase(more[:1], "retention ended", LATER):
            archive.path(path).unlink()
        day.released(b"UNB+5'")
        ledger.checkpoint(LATER)
        day.claim(b"after the checkpoint")
    return Evidence(folder, files + more[1:], deliveries, more[0])


@pytest.fixture
def evidence(made: Evidence, tmp_path: Path) -> Evidence:
    folder = tmp_path / "copy"
    shutil.copytree(made.folder, folder)
    return Evidence(folder, made.files, made.deliveries, made.erased)


@pytest.fixture
def opener(tmp_path: Path) -> Callable[..., Ledger]:
    """Opens the ledger of `tmp_path`, again and again."""
    return lambda **options: Ledger.open(tmp_path / ".edi", archive_of(tmp_path), "Comptoir", **options)
