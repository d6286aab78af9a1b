"""`edi audit`: what an operator and an auditor see."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edi.cli import app
from edi.ledger import Ledger
from edi.ledger.database import FILE
from tests.ledgers import Day, archive_of


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one traded day; its files are `files` in a fresh ledger."""
    folder = tmp_path / "comptoir"
    folder.mkdir()
    (folder / "edi.toml").write_text('[workspace]\nname = "Comptoir des Alpes"\n', "utf-8")
    with Ledger.open(folder / ".edi", archive_of(folder), "Comptoir des Alpes") as ledger:
        Day(ledger, archive_of(folder)).whole(b"UNB+1'", b"UNB+2'")
    return folder


def audit(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments, "--workspace", str(workspace)])


def objects(result: Result, kind: str) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return [row for row in rows if row["kind"] == kind]


def damage(workspace: Path) -> Path:
    path = next((workspace / "archive").rglob("in/*"))
    path.chmod(0o600)
    path.write_bytes(b"UNB+X'")
    return path


def test_an_intact_trail_is_exit_code_0(workspace: Path) -> None:
    result = audit(workspace, "verify")
    assert result.exit_code == 0
    assert "Everything is as it was recorded." in result.stdout


def test_a_changed_file_is_named_and_is_exit_code_1(workspace: Path) -> None:
    path = damage(workspace)
    result = audit(workspace, "verify")
    assert result.exit_code == 1
    assert "error AUD-005" in result.stdout and path.name in result.stdout
    assert "received from epicerie, 2026-11-22" in result.stdout
    assert "1 differences" not in result.stdout and "1 difference." in result.stdout


def test_verify_tells_programs_the_same(workspace: Path) -> None:
    damage(workspace)
    result = audit(workspace, "verify", "--json")
    assert [row["code"] for row in objects(result, "finding")] == ["AUD-005"]
    (summary,) = objects(result, "summary")
    assert (summary["verdict"], summary["errors"], summary["checkpoints"]) == ("differs", 1, 1)


def test_since_skips_older_bytes(workspace: Path) -> None:
    damage(workspace)
    assert audit(workspace, "verify", "--since", "2026-11-23").exit_code == 0
    assert audit(workspace, "verify", "--since", "yesterday").exit_code == 2


def test_the_log_ends_with_the_newest_event(workspace: Path) -> None:
    rows = objects(audit(workspace, "log", "--json"), "event")
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)  # type: ignore[type-var]
    assert (rows[0]["event"], rows[-1]["event"]) == ("founded", "checkpoint")
    assert len(objects(audit(workspace, "log", "--json", "--limit", "3"), "event")) == 3


def test_the_log_of_a_file_tells_its_life(workspace: Path) -> None:
    with Ledger.open(workspace / ".edi", archive_of(workspace), "", readonly=True) as ledger:
        file = ledger.latest(1)[0].id
    rows = objects(audit(workspace, "log", file, "--json"), "event")
    told = [row["event"] for row in rows]
    assert told == ["claimed", "staged", "released", "taken", "judged", "queued", "uploaded", "delivered"]
    assert "state processed" in str(rows[4]["told"])


def test_the_log_of_a_partner_has_no_one_elses_events(workspace: Path) -> None:
    rows = objects(audit(workspace, "log", "--partner", "erp", "--json"), "event")
    assert {row["event"] for row in rows} == {"queued", "uploaded", "delivered"}
    assert objects(audit(workspace, "log", "--partner", "boutique", "--json"), "event") == []


def test_an_anchor_is_printed_and_later_continued(workspace: Path, tmp_path: Path) -> None:
    kept = tmp_path / "anchor.txt"
    printed = audit(workspace, "anchor")
    assert printed.exit_code == 0
    kept.write_text(printed.stdout, "utf-8")
    with Ledger.open(workspace / ".edi", archive_of(workspace), "") as ledger:
        Day(ledger, archive_of(workspace)).whole(b"UNB+3'")
    checked = audit(workspace, "anchor", "--check", str(kept))
    assert (checked.exit_code, checked.stdout) == (0, "The ledger continues the anchor.\n")


def test_a_ledger_cut_off_behind_an_anchor_is_exit_code_1(workspace: Path, tmp_path: Path) -> None:
    kept = tmp_path / "anchor.txt"
    kept.write_text(audit(workspace, "anchor").stdout, "utf-8")
    connection = sqlite3.connect(workspace / ".edi" / FILE)
    connection.executescript("DROP TRIGGER event_never_goes; DELETE FROM event WHERE seq > 5;")
    connection.close()
    checked = audit(workspace, "anchor", "--check", str(kept))
    assert checked.exit_code == 1
    assert "AUD-012" in checked.stdout


def test_a_file_that_is_no_anchor_is_said_to_be_none(workspace: Path) -> None:
    checked = audit(workspace, "anchor", "--check", str(workspace / "edi.toml"))
    assert checked.exit_code == 1 and "AUD-017" in checked.stdout
