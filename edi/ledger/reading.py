"""The questions a ledger answers."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from edi.findings import EdiError, finding
from edi.ledger.contract import (
    Checkpoint,
    DeliveryRecord,
    Event,
    FileRecord,
    MessageRow,
    Row,
    RuleRef,
    RunRecord,
    Scheduled,
    Sending,
)
from edi.ledger.database import Database
from edi.ledger.ids import utc

_T = TypeVar("_T")
_AMONG = "IN (SELECT value FROM json_each(:ids))"


def listed(ids: Collection[str]) -> str:
    """Identifiers as the JSON text that named queries take for `:ids`."""
    return json.dumps(list(ids))


class Reader:
    """Read methods over one database."""

    database: Database

    def sequence(self) -> int:
        """Number of the newest event, 0 before the first."""
        last = self.database.one("last_event")
        return int(last["seq"]) if last else 0

    def events(self, after: int = 0) -> Iterator[Event]:
        """Events with a number above `after`, in order."""
        for row in self.database.each("events", after=after):
            yield Event(row["seq"], row["body"], row["leaf"])

    def object_count(self) -> int:
        """How many objects (files, rules, records) there are to verify."""
        row = self.database.one("object_count")
        return int(row["n"]) if row else 0

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest signed checkpoint."""
        row = self.database.one("last_checkpoint")
        return Checkpoint(row["size"], row["root"], row["note"]) if row else None

    # --- files ------------------------------------------------------------

    def open_files(
        self, endpoint: str | None = None, states: Collection[str] = ("claiming", "staged", "released")
    ) -> list[FileRecord]:
        """Files in one of `states`, oldest first."""
        condition = f"WHERE f.state {_AMONG} AND (:endpoint IS NULL OR f.endpoint = :endpoint) ORDER BY f.id"
        return self._files(condition, ids=listed(states), endpoint=endpoint)

    def latest(self, limit: int) -> list[FileRecord]:
        """The newest files, newest first."""
        return self._files("ORDER BY f.id DESC LIMIT :limit", limit=limit)

    def files_of_run(self, run: str) -> list[FileRecord]:
        """The files that a run took, oldest first."""
        return self._files("WHERE f.run = :run ORDER BY f.id", run=run)

    def files_between(self, first: str, last: str, partner: str | None = None) -> list[FileRecord]:
        """Files claimed from day `first` to day `last` (ISO dates, both included, UTC), oldest first."""
        after = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
        condition = (
            "WHERE f.claimed_at >= :first AND f.claimed_at < :after"
            " AND (:partner IS NULL OR f.partner = :partner) ORDER BY f.id"
        )
        return self._files(
            condition, first=date.fromisoformat(first).isoformat(), after=after, partner=partner
        )

    def endpoint_last_success(self, endpoint: str) -> str | None:
        """When the newest file of an endpoint whose bytes are safe was seen, in UTC; None without any."""
        row = self.database.one("last_staged", endpoint=endpoint)
        return row["at"] if row else None

    # --- runs and deliveries ------------------------------------------------------------

    def open_runs(self) -> list[RunRecord]:
        """Runs that were neither finished nor abandoned, oldest first."""
        return self._runs("WHERE r.state = 'open' ORDER BY r.id")

    def open_deliveries(self) -> list[DeliveryRecord]:
        """Deliveries that are pending or uploaded, oldest first."""
        return self._deliveries("WHERE d.state IN ('pending', 'uploaded') ORDER BY d.id")

    def due_deliveries(self, now: str) -> list[DeliveryRecord]:
        """Open deliveries that may be tried at the time `now`, oldest first."""
        condition = (
            "WHERE d.state IN ('pending', 'uploaded') AND (d.not_before IS NULL OR d.not_before <= :now)"
            " ORDER BY d.id"
        )
        return self._deliveries(condition, now=utc(now))

    def deliveries_of(self, owner: str) -> list[DeliveryRecord]:
        """The deliveries that a run made, or that were made of a file, oldest first."""
        condition = (
            "WHERE d.run = :owner OR d.id IN (SELECT delivery FROM delivery_file WHERE file = :owner)"
            " ORDER BY d.id"
        )
        return self._deliveries(condition, owner=owner)

    def sendings(self, route: str, endpoint: str) -> list[Sending]:
        """The files of documents (no reports) that a route made for an endpoint, in the order of writing."""
        rows = self.database.rows("sendings", route=route, endpoint=endpoint)
        return [Sending(*row) for row in rows]

    def schedules(self) -> dict[str, Scheduled]:
        """How far the schedule of each route is done."""
        rows = self.database.rows("schedule_rows")
        return {row["id"]: Scheduled(row["expression"], row["done_until"]) for row in rows}

    def messages_of(self, file: str) -> list[MessageRow]:
        """The messages of a file as its newest run judged them, by key."""
        rows = self.database.rows("messages_of", file=file)
        return [
            MessageRow(r["file"], r["key"], r["route"], r["kind"], r["reference"], r["number"], r["state"])
            for r in rows
            if r["run"] == rows[0]["run"]
        ]

    def rules_of_run(self, run: str) -> list[RuleRef]:
        """The rules that a run used, by name."""
        return [RuleRef(*row) for row in self.database.rows("rules_of_run", run=run)]

    def rules_known(self, sha256s: Collection[bytes]) -> set[bytes]:
        """Which of these rules are archived already."""
        return {row["sha256"] for row in self._rules(sha256s)}

    def _rules(self, sha256s: Collection[bytes]) -> list[sqlite3.Row]:
        hashes = listed([sha256.hex().upper() for sha256 in sha256s])
        return self.database.rows("rules_by_hash", hashes=hashes)

    # --- by identifier ------------------------------------------------------------

    def file(self, prefix: str) -> FileRecord:
        """The file whose identifier begins with `prefix`. EdiError AUD-036 when none or several do."""
        return _only(self._files(*_begins("f.id"), **_range(prefix)), prefix)

    def run(self, prefix: str) -> RunRecord:
        """The run whose identifier begins with `prefix`. EdiError AUD-036 when none or several do."""
        return _only(self._runs(*_begins("r.id"), **_range(prefix)), prefix)

    def delivery(self, prefix: str) -> DeliveryRecord:
        """The delivery whose identifier begins with `prefix`. EdiError AUD-036 when none or several do."""
        return _only(self._deliveries(*_begins("d.id"), **_range(prefix)), prefix)

    def find(self, prefix: str) -> Row:
        """The file, run or delivery whose identifier begins with `prefix`. EdiError AUD-036 otherwise."""
        bounds = _range(prefix)
        found: list[Row] = [
            *self._files(*_begins("f.id"), **bounds),
            *self._runs(*_begins("r.id"), **bounds),
            *self._deliveries(*_begins("d.id"), **bounds),
        ]
        return _only(found, prefix)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many files, messages, deliveries and runs are in each state."""
        result: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self.database.rows("counts"):
            result[row["what"]][row["state"]] = row["n"]
        return dict(result)

    # --- rows ------------------------------------------------------------

    def _files(self, condition: str, **values: Any) -> list[FileRecord]:
        return [_file(row) for row in self.database.rows("file_rows", condition, **values)]

    def _runs(self, condition: str, **values: Any) -> list[RunRecord]:
        rows = self.database.rows("run_rows", condition, **values)
        ranges: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in self.database.rows("reservations_of", ids=listed([row["id"] for row in rows])):
            ranges[row["run"]].append((row["first"], row["count"]))
        return [_run(row, ranges[row["id"]]) for row in rows]

    def _deliveries(self, condition: str, **values: Any) -> list[DeliveryRecord]:
        rows = self.database.rows("delivery_rows", condition, **values)
        files: dict[str, list[str]] = defaultdict(list)
        for row in self.database.rows("files_of_deliveries", ids=listed([row["id"] for row in rows])):
            files[row["delivery"]].append(row["file"])
        return [_delivery(row, files[row["id"]]) for row in rows]


def _begins(column: str) -> tuple[str]:
    return (f"WHERE {column} >= :low AND {column} < :high ORDER BY {column} LIMIT 2",)


def _range(prefix: str) -> dict[str, str]:
    """Bounds that use the index: everything from the prefix to the prefix followed by the highest letter."""
    prefix = prefix.strip().upper()
    return {"low": prefix, "high": prefix + "~"}


def _only(found: Sequence[_T], prefix: str) -> _T:
    if len(found) != 1 or not prefix.strip():
        raise EdiError(finding("AUD-036", found=prefix, expected="one" if found else "none"))
    return found[0]


def _file(row: sqlite3.Row) -> FileRecord:
    values = dict(row)
    detail, mtime = values.pop("detail"), values.pop("mtime")
    return FileRecord(**values, mtime=None if mtime is None else int(mtime), finding=_json(detail))


def _run(row: sqlite3.Row, ranges: Sequence[tuple[int, int]]) -> RunRecord:
    values = dict(row)
    detail = values.pop("detail")
    return RunRecord(**values, references=tuple(ranges), record=json.loads(detail))


def _delivery(row: sqlite3.Row, files: Sequence[str]) -> DeliveryRecord:
    values = dict(row)
    detail = values.pop("detail")
    return DeliveryRecord(**values, files=tuple(files), finding=_json(detail))


def _json(text: str | None) -> dict[str, Any] | None:
    return json.loads(text) if text else None
