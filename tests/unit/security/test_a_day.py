"""What a day leaves behind: modes of files, places of secrets and of personal data, code that never ran.

One day of the example runs over real SFTP servers, with a canary for a password, a canary for a person, and
partners who drop what looks like our own configuration and code.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.example import FILES, Example, over_sftp
from tests.servers import PASSWORD, sftp_server

PERSON = ("Zénobie Canari", "zenobie.canari", "FR7630006000011234567890189")
"""Name, address and account of a customer."""

CODE = {
    "edi.toml": b'[workspace]\nname = "mine"\n',
    "orders.toml": b'document = "order"\nsyntax = "json"\n',
    "sitecustomize.py": b"open('%s', 'w').write('ran')\n",
    "evil.pth": b"import os; open('%s', 'w').write('ran')\n",
    "order_lines.sql": b"copy (select 1) to '%s'\n",
    "conftest.py": b"open('%s', 'w').write('ran')\n",
}


@dataclass
class Day:
    """The workspace after its day, everything printed, the command lines seen meanwhile."""

    example: Example
    ran: Path
    printed: str = ""
    commands: set[str] = field(default_factory=set)

    def files(self, *folders: str) -> Iterator[Path]:
        """Files of our own folders (all of them when none is named)."""
        for folder in folders or (".edi", "archive"):
            yield from (path for path in (self.example.workspace / folder).rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    root = tmp_path_factory.mktemp("day")
    with sftp_server(root / "partners") as server:
        made = Day(over_sftp(root, server), root / "it-ran")
        made.example.drop_all()
        for name, text in CODE.items():
            data = text.replace(b"%s", str(made.ran).encode())
            made.example.drop("epicerie", name, data)
        made.example.drop("boutique", "request_sql_canari.csv", orders_of_a_person())
        with watched(made.commands):
            made.printed = told(made.example.edi("run"))
        for command in (["status"], ["audit", "verify"], ["audit", "log"], ["doctor"]):
            made.printed += told(made.example.edi(*command))
        yield made


def orders_of_a_person() -> bytes:
    """The shop's file, every customer the canary, and an address where a quantity should stand."""
    text = (FILES / "boutique" / "request_sql_7.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    place = {
        name: head.index(name) for name in ("email", "invoice_name", "transaction_id", "product_quantity")
    }
    for row in rows:
        row[place["email"]], row[place["invoice_name"]] = f"{PERSON[1]}@exemple.example", PERSON[0]
        row[place["transaction_id"]] = PERSON[2]
    rows[0][place["product_quantity"]] = f"{PERSON[1]}@exemple.example"
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows([head, *rows])
    return out.getvalue().encode()


def told(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr


class watched:
    """Collects the command lines of all processes while the block runs."""

    def __init__(self, seen: set[str]) -> None:
        self.seen = seen
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def look(self) -> None:
        while not self.over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue
            time.sleep(0.02)


# --- modes -------------------------------------------------------------------------------------------------


def test_nothing_of_ours_is_open_to_others(day: Day) -> None:
    """Risk: another account of the machine reads orders, or changes what is evidence."""
    state, archive = day.example.workspace / ".edi", day.example.workspace / "archive"
    folders = [state, *(path for top in (state, archive) for path in top.rglob("*") if path.is_dir())]
    assert {oct(path.stat().st_mode & 0o077) for path in folders} == {"0o0"}
    assert {oct(path.stat().st_mode & 0o022) for path in day.files()} == {"0o0"}
    assert {oct(path.stat().st_mode & 0o077) for path in day.files(".edi")} == {"0o0"}


def test_the_archive_cannot_be_written_to(day: Day) -> None:
    """Risk: a slip of an operator or of another program changes what was received."""
    assert {oct(path.stat().st_mode & 0o222) for path in day.files("archive")} == {"0o0"}


def test_delivered_files_are_for_owner_and_group(day: Day) -> None:
    """Risk: orders lie on the ERP's server for everybody to read."""
    delivered = day.example.received("erp") + day.example.received("epicerie")
    assert delivered and {oct(path.stat().st_mode & 0o037) for path in delivered} == {"0o0"}


# --- secrets and personal data -----------------------------------------------------------------------------


def test_a_password_is_written_nowhere(day: Day) -> None:
    """Risk: a password ends up in the ledger, a log, the archive, the output or a command line."""
    secret = PASSWORD.encode()
    assert [path for path in day.files(".") if secret in path.read_bytes()] == []
    assert PASSWORD not in day.printed
    assert day.commands and not [line for line in day.commands if PASSWORD in line]


def test_events_hold_nothing_of_a_person(day: Day) -> None:
    """Risk: what can never be erased (the chained events) names a customer."""
    with sqlite3.connect(f"file:{day.example.workspace / '.edi/ledger.sqlite3'}?mode=ro", uri=True) as ledger:
        tables = [name for (name,) in ledger.execute("select name from sqlite_master where type = 'table'")]
        events = next(name for name in tables if name in ("event", "events"))
        bodies = b"".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in ledger.execute(f'select * from "{events}"')
            for value in row
        ).decode("utf-8", "replace")
    ledger.close()
    assert "processed" in bodies, "there is something to look at"
    assert [word for word in (*PERSON, "canari") if word in bodies] == []


def test_what_is_printed_shows_a_person_in_part_only(day: Day) -> None:
    """Risk: cron mails or logs the output of a run, and with it addresses and accounts."""
    assert "z…@exemple.example" in day.printed, "the bad value is quoted"
    assert [word for word in PERSON if word in day.printed] == []


def test_no_log_holds_a_person(day: Day) -> None:
    """Risk: logs are kept longer, and seen by more people, than orders."""
    logs = [path for path in day.files(".edi") if path.suffix == ".log" or "logs" in path.parts]
    assert [path for path in logs if any(w.encode() in path.read_bytes() for w in PERSON)] == []


def test_files_of_different_partners_are_never_read_together(day: Day) -> None:
    """Risk: a fault in one partner's file reaches into another's, or their documents are mixed up."""
    records = [path for path in day.files("archive") if "_runs" in path.parts and path.suffix == ".json"]
    runs = [{m["name"] for m in json.loads(path.read_bytes())["context"]["members"]} for path in records]
    owners = {file.name: file.parent.name for file in FILES.glob("*/*")}
    owners |= {"request_sql_canari.csv": "boutique", **dict.fromkeys(CODE, "epicerie")}
    assert runs and all(len({owners[name] for name in names}) == 1 for names in runs)


# --- code --------------------------------------------------------------------------------------------------


def test_what_partners_drop_is_data_whatever_it_is_called(day: Day) -> None:
    """Risk: a watched folder in which configuration or code is obeyed turns any upload into a break-in."""
    assert not day.ran.exists()
    kept = {path.name.split("_", 1)[-1] for path in day.files("archive")}
    assert set(CODE) <= kept, "received and kept like any other file"
    assert 'name = "mine"' not in day.example.configuration.read_text()
