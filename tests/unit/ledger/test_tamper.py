"""Tamper-evident: whatever is changed, verification finds it and says where."""

from __future__ import annotations

import random
import shutil
import sqlite3

import pytest

from edi.ledger import Ledger, chain
from edi.ledger.checkpoint import SigningKey
from edi.ledger.database import schema
from tests.ledgers import LATER, archive_of
from tests.unit.ledger.conftest import Evidence

EVENT = 20
OTHER = {
    "TEXT": "replace(coalesce({}, 'x'), '0', '1') || 'x'",
    "INTEGER": "coalesce({}, 0) + 1",
    "BLOB": "CAST(coalesce({}, x'') || x'00' AS BLOB)",
}
"""Type of a column -> SQL that gives another value."""


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


def test_an_untouched_ledger_verifies(evidence: Evidence) -> None:
    verifier = evidence.verifier()
    assert evidence.verify() == []
    assert (verifier.summary.erased, verifier.summary.checkpoints) == (1, 3)
    assert verifier.summary.objects == 5 + 5 + 2 + 1
    assert verifier.summary.events == verifier.summary.signed + 2


# --- single bits ---------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["body", "leaf"])
@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_bit_in_an_event_is_found(evidence: Evidence, column: str, seed: int) -> None:
    choice = random.Random(seed)
    seq = choice.randint(1, int(str(evidence.value("SELECT max(seq) FROM event"))))
    value = evidence.value(f"SELECT {column} FROM event WHERE seq = {seq}")
    assert isinstance(value, bytes)
    changed = flipped(value, choice.randrange(len(value) * 8))
    evidence.tamper(f"UPDATE event SET {column} = x'{changed.hex()}' WHERE seq = {seq}")
    texts = [found.text for found in evidence.verify() if found.code == "AUD-001"]
    assert any(text.startswith(f"Event {seq} ") for text in texts)


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_bit_in_an_archived_file_is_found_and_named(evidence: Evidence, seed: int) -> None:
    choice = random.Random(seed)
    path = choice.choice(sorted((evidence.folder / "archive").rglob("*_*")))
    path = path if path.is_file() else next(p for p in sorted(path.rglob("*")) if p.is_file())
    path.chmod(0o600)
    data = path.read_bytes()
    path.write_bytes(flipped(data, choice.randrange(len(data) * 8)))
    (found,) = evidence.verify()
    assert found.code == "AUD-005"
    assert found.location.file == path.relative_to(evidence.folder / "archive").as_posix()


def test_what_is_said_about_a_changed_file_names_it_its_partner_and_its_day(evidence: Evidence) -> None:
    (path,) = (evidence.folder / "archive").rglob(f"in/{evidence.files[0]}_*")
    path.chmod(0o600)
    path.write_bytes(b"UNB+9'")
    (found,) = evidence.verify()
    assert "commande é0.edi (received from epicerie, 2026-11-22)" in found.text


def columns() -> list[tuple[str, str]]:
    database = sqlite3.connect(":memory:")
    database.executescript(schema())
    tables = [r[0] for r in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    pairs = [
        (table, row[1])
        for table in tables
        if table not in {"event", "meta"}
        for row in database.execute(f"PRAGMA table_info({table})")
    ]
    database.close()
    return pairs


@pytest.mark.parametrize(("table", "column"), columns())
def test_no_column_of_any_row_can_be_changed_unseen(evidence: Evidence, table: str, column: str) -> None:
    kind = str(evidence.value(f"SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}'"))
    changed = "'entry'" if (table, column) == ("secret", "kind") else OTHER[kind].format(column)
    key = {"message": "number", "run_rule": "name", "delivery_file": "file"}.get(table, "rowid")
    where = f"WHERE {key} = (SELECT min({key}) FROM {table})"
    evidence.tamper(f"UPDATE {table} SET {column} = {changed} {where}")
    assert evidence.codes() - {"AUD-016"}


@pytest.mark.parametrize(
    "table",
    [
        *("file", "run", "delivery", "message", "reservation", "refusal"),
        *("run_rule", "delivery_file", "schedule", "secret"),
    ],
)
def test_missing_and_added_rows_are_found(evidence: Evidence, table: str) -> None:
    evidence.tamper(f"DELETE FROM {table}")
    assert evidence.codes() & {"AUD-007", "AUD-009"}


def test_an_added_row_is_found(evidence: Evidence) -> None:
    evidence.tamper(
        "INSERT INTO file (id, endpoint, partner, state, claimed_at, changed_at)"
        " VALUES ('01ZZZZZZZZZZZZZZZZZZZZZZZZ', 'a/b/c', 'a', 'released', 't', 't')"
    )
    assert evidence.codes() == {"AUD-009"}


# --- events as a sequence --------------------------------------------------------------------


def test_a_removed_event_is_found(evidence: Evidence) -> None:
    evidence.tamper(f"DELETE FROM event WHERE seq = {EVENT}")
    assert {"AUD-002", "AUD-003"} <= evidence.codes()


def test_events_that_changed_places_are_found(evidence: Evidence) -> None:
    evidence.tamper(
        f"UPDATE event SET seq = -1 WHERE seq = {EVENT}",
        f"UPDATE event SET seq = {EVENT} WHERE seq = {EVENT + 1}",
        f"UPDATE event SET seq = {EVENT + 1} WHERE seq = -1",
    )
    assert "AUD-002" in evidence.codes()


def test_a_repeated_event_is_found(evidence: Evidence) -> None:
    evidence.tamper("INSERT INTO event SELECT max(seq) + 1, body, leaf FROM event")
    assert "AUD-002" in evidence.codes()


def replaced(seq: int, body: bytes) -> str:
    """SQL for another body, with the leaf hash that fits it."""
    return f"UPDATE event SET body = x'{body.hex()}', leaf = x'{chain.leaf(body).hex()}' WHERE seq = {seq}"


def test_an_event_of_another_ledger_is_found(evidence: Evidence) -> None:
    body = evidence.value(f"SELECT body FROM event WHERE seq = {EVENT}")
    assert isinstance(body, bytes)
    foreign = body.replace(b'"log":"Comptoir', b'"log":"Kontor')
    evidence.tamper(replaced(EVENT, foreign))
    assert {"AUD-003", "AUD-004", "AUD-011"} <= evidence.codes()


def rewritten(evidence: Evidence, upto: int | None = None) -> None:
    """The thorough attacker: one event changed and the whole chain after it computed again."""
    connection = sqlite3.connect(evidence.database)
    rows = connection.execute("SELECT seq, body, leaf FROM event ORDER BY seq").fetchall()
    connection.close()
    statements: list[str] = []
    renamed: dict[bytes, bytes] = {}
    for seq, body, leaf in rows:
        changed = body.replace(b'"erased"', b'"erased "') if seq == EVENT else body
        changed = changed.replace(b'"partner":"epicerie"', b'"partner":"boutique"') if seq == 2 else changed
        for old, new in renamed.items():
            changed = changed.replace(old, new)
        renamed = {leaf.hex().encode(): chain.leaf(changed).hex().encode()}
        statements.append(replaced(seq, changed))
    identifier = rows[1][1].split(b'"ref":{"file":"')[1][:26].decode()
    statements.append(f"UPDATE file SET partner = 'boutique' WHERE id = '{identifier}'")
    evidence.tamper(*statements)


def test_a_chain_computed_again_does_not_fit_what_was_signed(evidence: Evidence) -> None:
    anchor = evidence.anchor()
    rewritten(evidence)
    assert evidence.codes() == {"AUD-011"}
    assert evidence.anchored(anchor) == ["AUD-018"]


# --- checkpoints and anchors -----------------------------------------------------------------


def test_a_removed_checkpoint_is_found(evidence: Evidence) -> None:
    evidence.tamper("DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM checkpoint)")
    assert evidence.codes() == {"AUD-015"}


def test_a_cut_off_end_is_found_by_the_key_and_by_an_anchor(evidence: Evidence) -> None:
    anchor = evidence.anchor()
    evidence.tamper("DELETE FROM event WHERE seq > 10", "DELETE FROM checkpoint")
    assert "AUD-012" in evidence.codes()
    assert evidence.anchored(anchor) == ["AUD-012"]


def test_a_restored_older_copy_is_found_by_key_and_anchor(made: Evidence, evidence: Evidence) -> None:
    older = evidence.folder.parent / "older.sqlite3"
    shutil.copy(made.database, older)
    with Ledger.open(evidence.folder / ".edi", archive_of(evidence.folder), "") as ledger:
        ledger.note("configuration", {}, {"text": "new"}, LATER)
        ledger.checkpoint(LATER)
    anchor = evidence.anchor()
    shutil.copy(older, evidence.database)
    assert evidence.codes() == {"AUD-012"}
    assert evidence.anchored(anchor) == ["AUD-012"]


def test_another_key_is_found(evidence: Evidence) -> None:
    path = evidence.folder / ".edi" / "audit.key"
    size, root = SigningKey.load(path).last.size, SigningKey.load(path).last.root
    path.unlink()
    forged = SigningKey.open(path, "x")
    forged.origin = evidence.anchor().split("\n")[0]
    note = forged.sign(size, root).note
    evidence.tamper(f"UPDATE checkpoint SET note = '{note}' WHERE size = {size}")
    assert evidence.codes() == {"AUD-010"}
    assert evidence.anchored(note) == ["AUD-010"]


@pytest.mark.parametrize(
    "damage", [str.upper, lambda note: note[:-3], lambda note: "", lambda note: "\n" * 9]
)
def test_a_damaged_anchor_is_no_anchor(evidence: Evidence, damage: object) -> None:
    assert evidence.anchored(damage(evidence.anchor())) in (["AUD-017"], ["AUD-010"])  # type: ignore[operator]


def test_an_anchor_that_was_kept_is_continued(evidence: Evidence) -> None:
    assert evidence.anchored(evidence.anchor()) == []


# --- the archive and erasure ------------------------------------------------------------------


def test_a_missing_archived_file_is_found(evidence: Evidence) -> None:
    (path,) = (evidence.folder / "archive").rglob(f"out/{evidence.deliveries[0]}_*")
    path.unlink()
    (found,) = evidence.verify()
    assert found.code == "AUD-006"
    assert "commande-0.txt (for erp, 2026-11-22)" in found.text


def test_exchanged_files_are_found(evidence: Evidence) -> None:
    one, two = (next((evidence.folder / "archive").rglob(f"in/{i}_*")) for i in evidence.files[:2])
    spare = one.with_name("spare")
    one.rename(spare)
    two.rename(one)
    spare.rename(two)
    assert [found.code for found in evidence.verify()] == ["AUD-005", "AUD-005"]


def test_a_file_the_ledger_does_not_know_is_told_and_harmless(evidence: Evidence) -> None:
    (evidence.folder / "archive" / "stray.edi").write_bytes(b"?")
    (found,) = evidence.verify()
    assert (found.code, found.severity) == ("AUD-016", "notice")


def test_a_secret_that_went_without_an_event_is_found(evidence: Evidence) -> None:
    evidence.tamper(f"DELETE FROM secret WHERE id = '{evidence.files[0]}'")
    codes = [found.code for found in evidence.verify()]
    assert codes.count("AUD-007") == 1


def test_since_reads_newer_bytes_only_but_every_event(evidence: Evidence) -> None:
    (path,) = (evidence.folder / "archive").rglob(f"in/{evidence.files[0]}_*")
    path.unlink()
    assert evidence.verify(since="2026-11-23T00:00:00+00:00") == []
    evidence.tamper("UPDATE event SET leaf = x'00' WHERE seq = 3")
    assert {f.code for f in evidence.verify(since="2026-11-23T00:00:00+00:00")} == {"AUD-001"}


# --- the file itself ------------------------------------------------------------------------------


def test_a_removed_trigger_is_found(evidence: Evidence) -> None:
    connection = sqlite3.connect(evidence.database)
    connection.execute("DROP TRIGGER event_never_changes")
    connection.close()
    assert evidence.codes() == {"AUD-014"}


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_database_file_never_ends_in_a_traceback(evidence: Evidence, seed: int) -> None:
    choice = random.Random(seed)
    data = bytearray(evidence.database.read_bytes())
    for _ in range(60):
        data[choice.randrange(100, len(data))] ^= 1 << choice.randrange(8)
    evidence.database.write_bytes(data)
    assert evidence.codes() & {f"AUD-{n:03}" for n in range(1, 16)}
