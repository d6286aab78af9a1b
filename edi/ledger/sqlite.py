"""The ledger in SQLite: one file under the workspace's state folder, one process that writes."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from edi.archive import Archive
from edi.findings import EdiError, finding
from edi.ledger.auditing import AuditWriter
from edi.ledger.changes import Changes
from edi.ledger.checkpoint import KEY_FILE, SigningKey
from edi.ledger.database import FILE, Database, Lock
from edi.ledger.events import Journal
from edi.ledger.running import RunWriter
from edi.ledger.writing import DeliveryWriter, FileWriter
from edi.model import Location

LOCK_FILE = "lock"


class SqliteLedger(FileWriter, DeliveryWriter, RunWriter, AuditWriter):
    """See `contract.Ledger`. Made by `open`; a context manager that closes it."""

    def __init__(
        self,
        database: Database,
        archive: Archive,
        journal: Journal,
        state_dir: Path,
        key: SigningKey | None = None,
        lock: Lock | None = None,
    ) -> None:
        self.database = database
        self.archive = archive
        self.state_dir = state_dir
        self.origin = journal.origin
        self._changes = Changes(database, journal)
        self._key = key
        self._lock = lock

    @classmethod
    def open(
        cls,
        state_dir: Path,
        archive: Archive,
        origin: str,
        *,
        readonly: bool = False,
        configuration: str = "",
        role: str = "service",
        patience: float = 0.0,
    ) -> Self:
        """The ledger under `state_dir`, made if there is none; `origin` names a new one, for good.

        Readers take no lock and change nothing (EdiError AUD-035 when there is no ledger). A writer takes the
        workspace's lock (AUD-030 when another has it for longer than `patience` seconds) and refuses an
        archive that is not this ledger's (AUD-038). `configuration` is a hash of what was configured, `role`
        who acts; both go into events.
        """
        if readonly:
            database = Database(state_dir / FILE, readonly=True)
            database.require_present()
            return cls(database, archive, Journal(database, _origin(database) or origin), state_dir)
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(state_dir / LOCK_FILE, patience)
        try:
            return cls._open(state_dir, archive, origin, configuration, role, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _open(
        cls, state_dir: Path, archive: Archive, origin: str, configuration: str, role: str, lock: Lock
    ) -> Self:
        database = Database(state_dir / FILE)
        try:
            database.migrate()
            key = _key(state_dir / KEY_FILE, database, origin)
            _same_archive(database, archive)
            archive.sweep()
            journal = Journal(database, key.origin, configuration, role, key.verifier)
            return cls(database, archive, journal, state_dir, key, lock)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Close the file and give up the lock."""
        self.database.close()
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _origin(database: Database) -> str | None:
    row = database.one("meta", key="origin")
    return row["value"] if row else None


def _key(path: Path, database: Database, origin: str) -> SigningKey:
    """The key of this ledger. A new one only for a new ledger: a lost key is not replaced in silence."""
    if _origin(database) is not None:
        return SigningKey.load(path)
    key = SigningKey.open(path, origin)
    with database.transaction("found"):
        database.write("add_meta", [{"key": "origin", "value": key.origin}])
    return key


def _same_archive(database: Database, archive: Archive) -> None:
    newest = database.one("newest_object")
    if newest and not archive.path(newest["path"]).exists():
        raise EdiError(finding("AUD-038", Location(file=str(archive.root)), found=newest["path"]))
