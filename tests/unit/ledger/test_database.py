"""The file of the ledger: settings, migrations, one writer, full disks, crashes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.ledger import Ledger, chain
from edi.ledger.database import APPLICATION_ID, FILE, Database, migrations, schema
from edi.ledger.queries import queries
from edi.ledger.verify import Verifier
from tests.ledgers import AT, FINDING, INBOX, LATER, Day, archive_of

Opener = Callable[..., Ledger]


def shape(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
    return [(row[0], row[1]) for row in rows]


def code(error: pytest.ExceptionInfo[EdiError]) -> str:
    return error.value.findings[0].code


def test_a_migrated_ledger_is_a_fresh_one() -> None:
    migrated, fresh = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    for script in migrations():
        migrated.executescript(script)
    fresh.executescript(schema())
    assert shape(migrated) == shape(fresh)
    migrated.close()
    fresh.close()


def test_every_named_query_is_valid_and_explained() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(schema())
    for name, text in queries().items():
        assert text.startswith("-- "), name
        given = ("0",) * 3 if "?" in text else dict.fromkeys(re.findall(r":(\w+)", text), "0")
        assert connection.execute(f"EXPLAIN {text}", given).fetchall(), name
    connection.close()


def test_settings_survive_a_power_cut(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE)
    database.migrate()
    ask = database.connection.execute
    assert ask("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    assert ask("PRAGMA user_version").fetchone()[0] == len(migrations())
    assert ask("PRAGMA synchronous").fetchone()[0] == 2
    wal = sqlite3.sqlite_version_info >= (3, 51, 3)
    assert ask("PRAGMA journal_mode").fetchone()[0] == ("wal" if wal else "persist")
    database.close()


@pytest.mark.parametrize("statement", ["UPDATE event SET body = x''", "DELETE FROM event"])
def test_events_are_never_changed_by_sql(tmp_path: Path, opener: Opener, statement: str) -> None:
    with opener() as ledger:
        Day(ledger, archive_of(tmp_path)).claim(b"1")
    connection = sqlite3.connect(tmp_path / ".edi" / FILE)
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        connection.execute(statement)
    connection.close()


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path, opener: Opener) -> None:
    opener().close()
    connection = sqlite3.connect(tmp_path / ".edi" / FILE)
    connection.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    connection.close()
    with pytest.raises(EdiError) as refused:
        opener()
    assert code(refused) == "AUD-037"


def test_another_database_is_not_taken_for_a_ledger(tmp_path: Path, opener: Opener) -> None:
    (tmp_path / ".edi").mkdir()
    (tmp_path / ".edi" / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(EdiError) as refused:
        opener()
    assert code(refused) == "AUD-013"


def test_bodies_are_stored_in_canonical_form_and_hold_nothing_of_the_partner(
    tmp_path: Path, opener: Opener
) -> None:
    with opener() as ledger:
        day = Day(ledger, archive_of(tmp_path))
        day.whole(b"contenu secret", b"2")
        ledger.refuse_entry(INBOX, b"nom.edi", FINDING, AT)
        for event in ledger.events():
            assert chain.canonical(json.loads(event.body)) == event.body
            for secret in (b"commande", b"nom.edi", b"vide", b"CDE-", b"REF0", b".edi"):
                assert secret not in event.body
            assert hashlib.sha256(b"contenu secret").hexdigest().encode() not in event.body


@pytest.mark.parametrize("kind", ["claimed", "", 'x","v":2', "Déjà"])
def test_a_note_cannot_pass_for_something_else(opener: Opener, kind: str) -> None:
    with opener() as ledger, pytest.raises(ValueError, match="note"):
        ledger.note(kind, {}, {}, AT)


# --- one writer --------------------------------------------------------------------------------


HOLDER = """
import sys
from pathlib import Path
from edi.ledger import Ledger, chain
from tests.ledgers import archive_of
root = Path(sys.argv[1])
ledger = Ledger.open(root / ".edi", archive_of(root), "Comptoir")
print("open", flush=True)
sys.stdin.read()
"""


def test_two_processes_cannot_write_at_once(tmp_path: Path, opener: Opener) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"open\n"
        with pytest.raises(EdiError) as refused:
            opener()
        assert code(refused) == "AUD-030" and str(other.pid) in refused.value.findings[0].text
        with opener(readonly=True) as reader:
            assert reader.counts() == {}
        other.kill()
    opener().close()


def test_a_reader_writes_nothing(tmp_path: Path, opener: Opener) -> None:
    opener().close()
    with opener(readonly=True) as reader, pytest.raises(EdiError):
        Day(reader, archive_of(tmp_path)).claim(b"1")


def test_there_is_nothing_to_read_before_the_first_run(opener: Opener) -> None:
    with pytest.raises(EdiError) as refused:
        opener(readonly=True)
    assert code(refused) == "AUD-035"


def test_an_archive_of_another_ledger_is_refused(tmp_path: Path, opener: Opener) -> None:
    with opener() as ledger:
        Day(ledger, archive_of(tmp_path)).released(b"1")
    (tmp_path / "archive").rename(tmp_path / "elsewhere")
    with pytest.raises(EdiError) as refused:
        opener()
    assert code(refused) == "AUD-038"


# --- crashes and full disks -----------------------------------------------------------------------

STEPS = ["found", "claim", "stage", "release", "reserve", "finish", "uploaded", "delivered", "checkpoint"]
SCRIPT = """
import sys
from pathlib import Path
from edi.ledger import Ledger, chain
from tests.ledgers import Day, archive_of
root = Path(sys.argv[1])
with Ledger.open(root / ".edi", archive_of(root), "Comptoir") as ledger:
    Day(ledger, archive_of(root)).whole(b"1", b"2")
"""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_around_any_commit_leaves_a_ledger_that_verifies_and_goes_on(
    tmp_path: Path, opener: Opener, step: str, moment: str
) -> None:
    point = f"{moment}-{step}-commit"
    environment = {**os.environ, "EDI_FAIL_POINT": point, "PYTHONPATH": os.pathsep.join(sys.path)}
    crashed = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment)
    assert crashed.returncode == -signal.SIGKILL
    with opener(readonly=True) as reader:
        differences = list(Verifier(reader, reader.archive).findings())
        assert [f for f in differences if f.severity == "error"] == []
    with opener() as ledger:
        day = Day(ledger, archive_of(tmp_path), at=LATER)
        day.whole(b"3")
        for run in ledger.open_runs():
            ledger.abandon(run.id, "crash", LATER)
        references = [r.references for r in (ledger.run(f.run) for f in ledger.latest(9) if f.run)]
        assert len(set(references)) == len({f.run for f in ledger.latest(9) if f.run})
        ledger.checkpoint(LATER)
        differences = list(Verifier(ledger, ledger.archive).findings())
        assert [f for f in differences if f.severity == "error"] == []


def test_a_full_disk_loses_nothing_that_was_committed(tmp_path: Path, opener: Opener) -> None:
    with opener() as ledger:
        day = Day(ledger, archive_of(tmp_path))
        ids = day.claim(b"1")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / ".edi" / FILE).stat().st_size, hard))
        try:
            with pytest.raises(EdiError) as refused:
                day.claim(*[b"%d" % n for n in range(2000)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert code(refused) == "AUD-031"
        assert [f.id for f in ledger.open_files()] == ids
        day.claim(b"2")
        ledger.checkpoint(AT)
        assert list(Verifier(ledger, ledger.archive).findings()) == []


def test_a_reader_says_what_to_do_with_a_ledger_of_an_older_version(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / FILE)
    old.executescript(migrations()[0])
    old.executescript(f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version=1;")
    old.close()
    archive = archive_of(tmp_path)
    with pytest.raises(EdiError, match="older version"):
        Ledger.open(tmp_path, archive, "test", readonly=True)
    database = Database(tmp_path / FILE)
    database.migrate()
    database.close()
    Ledger.open(tmp_path, archive, "test", readonly=True).close()
