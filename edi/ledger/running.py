"""What a run takes, decides and leaves. Each method is one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

from edi.ledger import chain
from edi.ledger.changes import Change, Changes, Secret, hidden, refuse
from edi.ledger.contract import FinishedRun, MessageRow, Reservation, RuleRef
from edi.ledger.database import Database
from edi.ledger.ids import new_ids, utc
from edi.ledger.reading import Reader, listed


class RunWriter(Reader):
    """Steps of runs: reserve, extend, then finish or abandon."""

    database: Database
    _changes: Changes

    def reserve(
        self,
        run: str,
        endpoint: str,
        files: Sequence[str],
        references: int,
        clock: str,
        rules: Sequence[RuleRef],
        record: Mapping[str, Any],
        at: str,
    ) -> Reservation:
        """Open a run on released files, with `references` control references and the rules it will use.

        `record` is the context to be replayed (JSON values, no floats); `clock` the time it will see. A file
        is in at most one open run: EdiError AUD-033 otherwise.
        """
        at, clock = utc(at), utc(clock)
        with self.database.transaction("reserve"):
            self._take(run, files, at)
            used = self._add_rules(rules, at)
            detail = hidden(record)
            secret = Secret(run, "run", detail=detail)
            self._changes.add_secrets([secret])
            sequence = self.sequence()
            columns = {"endpoint": endpoint, "state": "open", "clock": clock, "sequence": sequence}
            data = {**secret.commitments(), "rules": [[name, rule] for name, rule in used.items()]}
            self._changes.apply("opened", "add_run", [Change(run, columns, data)], at)
            uses = [{"run": run, "name": name, "rule": rule} for name, rule in used.items()]
            self.database.write("add_run_rule", uses)
            return Reservation(self._reserve(run, references, at), sequence)

    def extend(self, run: str, more: int, at: str) -> int:
        """`more` control references for an open run; returns the first of them."""
        with self.database.transaction("extend"):
            self._changes.step("run", [run], "open")
            return self._reserve(run, more, utc(at))

    def abandon(self, run: str, reason: str, at: str) -> None:
        """Give a run up: its references are void, its files are released without a run."""
        at = utc(at)
        with self.database.transaction("abandon"):
            self._changes.step("run", [run], "abandoned")
            files = [file.id for file in self.files_of_run(run)]
            returned = [Change(i, {"state": "released", "run": None}, ref={"run": run}) for i in files]
            self._changes.apply("returned", "set_file_run", returned, at)
            data = {"reason": reason, "voided": [list(r) for r in self._ranges(run)]}
            ended = Change(run, {"state": "abandoned", "used": 0}, data)
            self._changes.apply("abandoned", "end_run", [ended], at)

    def finish(self, run: str, finished: FinishedRun, at: str) -> None:
        """Everything a run decided, at once: verdicts, messages, deliveries (`pending`), its archived record.

        ValueError when the verdicts are not exactly about the run's files, or more references were used than
        reserved: a bug of the caller that would leave a file stuck or a number twice.
        """
        at = utc(at)
        with self.database.transaction("finish"):
            self._changes.step("run", [run], "done")
            self._judge(run, finished, at)
            self._queue(run, finished, at)
            unused = _unused(self._ranges(run), finished.references_used)
            commitments = self._changes.set_objects("run", {run: finished.record})[run]
            columns = {"state": "done", "used": finished.references_used}
            done = Change(run, columns, {**commitments, "voided": unused})
            self._changes.apply("finished", "end_run", [done], at)

    # --- parts ------------------------------------------------------------

    def _take(self, run: str, files: Sequence[str], at: str) -> None:
        rows = {row["id"]: row for row in self.database.rows("states_file", ids=listed(files))}
        for identifier in files:
            row = rows.get(identifier)
            if row is None or row["state"] != "released" or row["run"] is not None:
                refuse("file", identifier, row["state"] if row else "unknown", f"run {run}")
        taken = [Change(i, {"state": "released", "run": run}, ref={"run": run}) for i in files]
        self._changes.apply("taken", "set_file_run", taken, at)

    def _reserve(self, run: str, count: int, at: str) -> int:
        row = self.database.one("next_reference")
        first = int(row["next"]) if row else 1
        if count:
            columns = {"run": run, "first": first, "count": count}
            change = Change(f"{run}/{first}", columns, ref={"run": run})
            self._changes.apply("extended", "add_reservation", [change], at)
        return first

    def _ranges(self, run: str) -> list[tuple[int, int]]:
        rows = self.database.rows("reservations_of", ids=listed([run]))
        return [(row["first"], row["count"]) for row in rows]

    def _add_rules(self, rules: Sequence[RuleRef], at: str) -> dict[str, str]:
        """Name -> identifier of the archived rule; new content gets an event."""
        known = {row["sha256"]: row["id"] for row in self._rules({rule.sha256 for rule in rules})}
        new = {rule.sha256: rule for rule in rules if rule.sha256 not in known}
        new_secrets = [
            Secret(identifier, "rule", sha256=rule.sha256, size=rule.size, path=rule.path, name=rule.name)
            for identifier, rule in zip(new_ids(len(new), at), new.values(), strict=True)
        ]
        self._changes.add_secrets(new_secrets)
        self._changes.journal.append("rule", at, [({"rule": s.id}, s.commitments()) for s in new_secrets])
        known |= {s.sha256: s.id for s in new_secrets}
        return {rule.name: known[rule.sha256] for rule in rules}

    def _judge(self, run: str, finished: FinishedRun, at: str) -> None:
        ids = [verdict.id for verdict in finished.files]
        if sorted(ids) != [file.id for file in self.files_of_run(run)]:
            raise ValueError(f"run {run}: the verdicts are not exactly about the files it took")
        for state in {verdict.state for verdict in finished.files}:
            self._changes.step("file", [v.id for v in finished.files if v.state == state], state)
        salts, messages = self._changes.salts(ids), _by_file(finished.messages)
        changes = [
            Change(
                v.id,
                {"state": v.state, "route": v.route, "format": v.format},
                _committed(salts.get(v.id), messages[v.id]),
                {"run": run},
            )
            for v in finished.files
        ]
        self._changes.apply("judged", "judge_file", changes, at)
        rows = [{"run": run, **asdict(message)} for message in finished.messages]
        self.database.write("add_message", rows)

    def _queue(self, run: str, finished: FinishedRun, at: str) -> None:
        deliveries = finished.deliveries
        new_secrets = [
            Secret(d.id, "out", sha256=d.sha256, size=d.size, path=d.path, name=d.name) for d in deliveries
        ]
        changes = [
            Change(
                d.id,
                {
                    "run": run,
                    "kind": d.kind,
                    "route": d.route,
                    "endpoint": d.endpoint,
                    "state": "pending",
                    "attempt": 0,
                    "reference": d.reference,
                },
                {**secret.commitments(), "files": list(d.files)},
                {"run": run},
            )
            for d, secret in zip(deliveries, new_secrets, strict=True)
        ]
        self._changes.add_secrets(new_secrets)
        self._changes.apply("queued", "add_delivery", changes, at)
        origins = [{"file": file, "delivery": d.id} for d in deliveries for file in d.files]
        self.database.write("add_delivery_file", origins)


def _by_file(messages: Sequence[MessageRow]) -> dict[str, list[MessageRow]]:
    result: dict[str, list[MessageRow]] = defaultdict(list)
    for message in sorted(messages, key=lambda m: m.key):
        result[message.file].append(message)
    return result


def _committed(salt: bytes | None, messages: Sequence[MessageRow]) -> dict[str, Any]:
    """What a verdict's event says of the messages: how many, and a commitment to all of their columns."""
    if salt is None:
        return {"count": len(messages)}
    return {"count": len(messages), "messages": commit_messages(salt, [astuple(m) for m in messages])}


def commit_messages(salt: bytes, rows: Sequence[tuple[Any, ...]]) -> str:
    """Commitment to message rows: columns of MessageRow in order, rows by key."""
    return chain.commit_text(salt, "messages", chain.canonical([list(row) for row in rows]))


def _unused(ranges: Sequence[tuple[int, int]], used: int) -> list[list[int]]:
    """What remains of ranges (first, count) after the first `used` references were taken, in order."""
    remaining = []
    for first, count in ranges:
        taken = min(used, count)
        used -= taken
        if taken < count:
            remaining.append([first + taken, count - taken])
    if used:
        raise ValueError(f"{used} references more were used than reserved")
    return remaining
