"""One SQLite database: opened safely, migrated, one writer at a time, transactions that happen or do not.

The settings follow sqlite.org ("Write-Ahead Logging", "PRAGMA statements"): releases before 3.51.3 can damage
a WAL database when two connections write and checkpoint together, so they get a rollback journal.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from edi.failpoint import failpoint
from edi.findings import EdiError, finding
from edi.ledger.queries import query
from edi.model import Location

APPLICATION_ID = 0x45444931
"""In the header of the file, so that `file` and SQLite tell it from others ("EDI1")."""

FILE = "ledger.sqlite3"
WAL_SAFE = (3, 51, 3)
LOCK_PAUSE = 0.05
"""Seconds between two tries to take the lock."""


def migrations() -> list[str]:
    """The scripts that lead from nothing to the present schema, in order."""
    folder = files("edi.ledger").joinpath("migrations")
    return [entry.read_text("utf-8") for entry in sorted(folder.iterdir(), key=lambda e: e.name)]


def schema() -> str:
    """The present schema as one script."""
    return files("edi.ledger").joinpath("schema.sql").read_text("utf-8")


class Lock:
    """The lock of a workspace: one process that writes.

    EdiError AUD-030 when another holds it for longer than `patience` seconds.
    """

    def __init__(self, path: Path, patience: float = 0.0) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not self._taken(time.monotonic() + patience):
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise EdiError(finding("AUD-030", Location(file=str(path)), found=holder or "?")) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def _taken(self, until: float) -> bool:
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(LOCK_PAUSE)

    def release(self) -> None:
        os.close(self._descriptor)


class Database:
    """A connection. Errors of the disk and of the file become EdiError (AUD-031, AUD-013)."""

    def __init__(self, path: Path, readonly: bool = False) -> None:
        self.path = path
        if readonly and not path.exists():
            raise EdiError(finding("AUD-035", Location(file=str(path))))
        with errors(path):
            mode = "rw" if readonly else "rwc"
            self.connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10
            )
            self.connection.row_factory = sqlite3.Row
            self._configure(readonly)

    def _configure(self, readonly: bool) -> None:
        run = self.connection.execute
        for setting in ("foreign_keys=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
            run(f"PRAGMA {setting}")
        if readonly:  # not mode=ro: a reader must be able to roll back what a crash left half done
            run("PRAGMA query_only=ON")
            return
        wal = sqlite3.sqlite_version_info >= WAL_SAFE
        run(f"PRAGMA journal_mode={'WAL' if wal else 'PERSIST'}")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA secure_delete=ON")

    def close(self) -> None:
        self.connection.close()

    @property
    def version(self) -> int:
        """How many migrations the file has seen; 0 for a new one."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def migrate(self) -> None:
        """Bring the file to the present schema. EdiError AUD-037 when it is newer, AUD-013 when not ours."""
        with errors(self.path):
            scripts, version = migrations(), self.version
            ours = self.connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            if version > len(scripts):
                raise EdiError(finding("AUD-037", Location(file=str(self.path))))
            if version and not ours:
                raise EdiError(finding("AUD-013", Location(file=str(self.path)), found="application_id"))
            for number, script in enumerate([schema()] if not version else scripts[version:], version + 1):
                self._apply(script, len(scripts) if not version else number)

    def require_present(self) -> None:
        """A reader changes nothing: EdiError AUD-045 for an older schema, AUD-037 for a newer one."""
        version, present = self.version, len(migrations())
        if version != present:
            code = "AUD-037" if version > present else "AUD-045"
            self.close()
            raise EdiError(finding(code, Location(file=str(self.path))))

    def _apply(self, script: str, version: int) -> None:
        try:
            self.connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA application_id={APPLICATION_ID};"
                f"PRAGMA user_version={version};\nCOMMIT;"
            )
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """All or nothing; `name` names the points of failure before and after the commit."""
        with errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                failpoint(f"before-{name}-commit")
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        failpoint(f"after-{name}-commit")

    def rows(self, name: str, condition: str = "", **values: Any) -> list[sqlite3.Row]:
        """All rows of a named query; `condition` is SQL appended to it."""
        with errors(self.path):
            return self.connection.execute(f"{query(name)} {condition}", values).fetchall()

    def each(self, name: str, **values: Any) -> Iterator[sqlite3.Row]:
        """The rows of a named query one by one, for long ones."""
        with errors(self.path):
            yield from self.connection.execute(query(name), values)

    def one(self, name: str, condition: str = "", **values: Any) -> sqlite3.Row | None:
        """The first row of a named query, or None."""
        return next(iter(self.rows(name, condition, **values)), None)

    def write(self, name: str, rows: list[dict[str, Any]]) -> None:
        """A named statement for each of `rows`."""
        self.connection.executemany(query(name), rows)

    def append_events(self, rows: list[tuple[int, bytes, bytes]]) -> None:
        """Events as (sequence number, body, leaf hash)."""
        self.connection.executemany(query("add_event"), rows)

    def forget_journal(self) -> None:
        """Remove what a journal may still hold of deleted rows."""
        with errors(self.path):
            mode = self.connection.execute("PRAGMA journal_mode").fetchone()[0]
            if mode == "wal":
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                self.connection.execute("PRAGMA journal_mode=DELETE")
                self.connection.execute(f"PRAGMA journal_mode={mode}")


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """What SQLite says about the disk or the file, as findings."""
    place = Location(file=str(path))
    try:
        yield
    except sqlite3.OperationalError as error:
        raise EdiError(finding("AUD-031", place, found=str(error))) from error
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        raise EdiError(finding("AUD-013", place, found=str(error))) from error
