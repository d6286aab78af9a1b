"""Verification: everything recorded is computed again and compared.

Found are: events changed, removed, repeated, moved or put in; checkpoints and signatures that do not fit;
rows that do not follow from the events; archived bytes changed or missing. Not found is what someone did who
holds the signing key and rewrote everything after the newest checkpoint that is kept elsewhere.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from edi.archive import Archive
from edi.findings import EdiError, finding
from edi.ledger import chain
from edi.ledger.changes import SALT_BYTES, Secret
from edi.ledger.checkpoint import KEY_FILE, SigningKey, parse_note, signed_by
from edi.ledger.contract import Event
from edi.ledger.database import errors, schema
from edi.ledger.fold import TABLES, Fold
from edi.ledger.ids import day_of, lowest_id
from edi.ledger.reading import listed
from edi.ledger.running import commit_messages
from edi.ledger.sqlite import SqliteLedger
from edi.model import Finding, Location

Words = dict[str, Any]
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Summary:
    """What was verified: how many events, checkpoints, objects (and bytes of them), what was found."""

    events: int = 0
    checkpoints: int = 0
    signed: int = 0
    objects: int = 0
    bytes: int = 0
    erased: int = 0
    errors: int = 0
    notices: int = 0


@dataclass(slots=True)
class Verifier:
    """One verification. Run through `findings`; then `summary` is complete.

    `since` (ISO time with zone) limits the re-reading of archived bytes, never that of the events. `progress`
    is told a word ("events", "objects") and how many more are done.
    """

    ledger: SqliteLedger
    archive: Archive
    since: str = ""
    progress: Progress = lambda what, steps: None
    summary: Summary = field(default_factory=Summary)
    fold: Fold = field(default_factory=Fold)
    _roots: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Everything that differs, as it is found."""
        for step in (self._protection, self._events, self._signatures, self._rows, self._objects):
            try:
                for found in step():
                    self._count(found)
                    yield found
            except EdiError as damaged:
                for found in damaged.findings:
                    self._count(found)
                    yield found

    def _count(self, found: Finding) -> None:
        if found.severity == "notice":
            self.summary.notices += 1
        else:
            self.summary.errors += 1

    # --- the file and its protection ---------------------------------------------------------

    def _protection(self) -> Iterator[Finding]:
        with errors(self.ledger.database.path):
            verdict = self.ledger.database.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            objects = _schema_of(self.ledger.database.connection)
        if verdict != "ok":
            yield finding("AUD-013", found=verdict)
        fresh = sqlite3.connect(":memory:")
        fresh.executescript(schema())
        for name in sorted(dict(objects - _schema_of(fresh)) | dict(_schema_of(fresh) - objects)):
            yield finding("AUD-014", found=name)
        fresh.close()

    # --- events ------------------------------------------------------------------------------

    def _events(self) -> Iterator[Finding]:
        wanted = {row["size"] for row in self.ledger.database.each("checkpoints")} | {self._key_size()}
        frontier, previous, links = chain.Frontier(), 0, {chain.ORIGIN_HASH}
        for event in self.ledger.events():
            leaf = chain.leaf(event.body)
            yield from self._event(event, leaf, previous, links)
            frontier.add(leaf)
            if frontier.size in wanted:
                self._roots[frontier.size] = (frontier.root(), frontier.pack())
            previous, links = event.seq, {leaf.hex(), event.leaf.hex()}
            self.summary.events += 1
            self.progress("events", 1)

    def _event(self, event: Event, leaf: bytes, previous: int, links: set[str]) -> Iterator[Finding]:
        if event.seq != previous + 1:
            yield finding("AUD-002", found=event.seq, expected=previous)
        try:
            body = json.loads(event.body)
            seq, prev, log = body["seq"], body["prev"], body["log"]
            self.fold.add(body)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield finding("AUD-001", found=event.seq, what="?", origin="unreadable", day="?")
            return
        if leaf != event.leaf:
            yield finding("AUD-001", found=event.seq, **self._about(body))
        elif seq != event.seq:
            yield finding("AUD-002", found=seq, expected=previous)
        elif prev not in links:
            yield finding("AUD-003", found=event.seq)
        elif log != self.ledger.origin:
            yield finding("AUD-004", found=event.seq)

    def _key_size(self) -> int:
        try:
            return self._key().last.size
        except EdiError:
            return 0

    def _key(self) -> SigningKey:
        return SigningKey.load(self.ledger.state_dir / KEY_FILE)

    # --- checkpoints -------------------------------------------------------------------------

    def _signatures(self) -> Iterator[Finding]:
        told = dict(self.fold.checkpoints)
        for row in self.ledger.database.rows("checkpoints"):
            yield from self._checkpoint(row, told.pop(row["size"], None))
            self.summary.checkpoints += 1
            self.summary.signed = row["size"]
        for size in sorted(told):
            yield finding("AUD-015", found=size)
        if not self.summary.events and not self.summary.checkpoints and not self._key_size():
            return
        key = self._key()
        if key.verifier != self.fold.key:
            yield finding("AUD-010", found="the newest")
        yield from self._signed_last(key)

    def _signed_last(self, key: SigningKey) -> Iterator[Finding]:
        if key.last.size > self.summary.events:
            yield finding("AUD-012", found=self.summary.events, expected=key.last.size)
        elif key.last.size and self._roots[key.last.size][0] != key.last.root:
            yield finding("AUD-011", found=key.last.size)

    def _checkpoint(self, row: sqlite3.Row, told: str | None) -> Iterator[Finding]:
        size, root = row["size"], row["root"]
        try:
            origin, signed = parse_note(row["note"])
            if (origin, signed.size, signed.root) != (self.ledger.origin, size, root):
                raise ValueError("the note says something else")
            if not signed_by(row["note"], self.fold.key):
                raise ValueError("another key")
        except ValueError:
            yield finding("AUD-010", found=size)
        if size > self.summary.events:
            yield finding("AUD-012", found=self.summary.events, expected=size)
        elif told is None or told != root.hex() or self._roots.get(size) != (root, row["frontier"]):
            yield finding("AUD-011", found=size)

    # --- rows --------------------------------------------------------------------------------

    def _rows(self) -> Iterator[Finding]:
        for table, columns in TABLES.items():
            expected = self.fold.rows[table]
            seen: set[str] = set()
            for row in self.ledger.database.each(f"dump_{table}"):
                seen.add(row["id"])
                yield from self._row(table, row, columns, expected.get(row["id"]))
            for identifier in sorted(expected.keys() - seen):
                yield self._differs(table, identifier, "no row", "one")
        yield from self._links()
        yield from self._messages()

    def _row(
        self, table: str, row: sqlite3.Row, columns: Sequence[str], expected: dict[str, Any] | None
    ) -> Iterator[Finding]:
        if expected is None:
            yield self._differs(table, row["id"], "a row", "none")
            return
        if tuple(row)[1:] == tuple(map(expected.get, columns)):
            return
        for column in columns:
            if row[column] != expected.get(column):
                found = f"{column} {row[column]}"
                yield self._differs(table, row["id"], found, f"{column} {expected.get(column)}")

    def _links(self) -> Iterator[Finding]:
        rules = {(r["run"], r["name"], r["rule"]) for r in self.ledger.database.rows("dump_run_rule")}
        told = {(run, name, rule) for (run, name), rule in self.fold.rules.items()}
        for run in sorted({link[0] for link in rules ^ told}):
            yield self._differs("run", run, "other rules", "which rules it used")
        origins = {tuple(row) for row in self.ledger.database.rows("dump_delivery_file")}
        for delivery in sorted({link[0] for link in origins ^ self.fold.origins}):
            yield self._differs("delivery", delivery, "other source files", "which files it was made of")

    def _messages(self) -> Iterator[Finding]:
        told = dict(self.fold.messages)
        files = listed({file for _, file in told})
        salts = {row["id"]: row["salt"] for row in self.ledger.database.rows("secrets_of", ids=files)}
        rows = self.ledger.database.each("dump_messages")
        for (run, file), group in groupby(rows, key=lambda row: (row["run"], row["file"])):
            columns = [tuple(row)[1:] for row in group]
            expected = told.pop((run, file), None)
            if file in salts and commit_messages(salts[file], columns) != expected:
                yield self._differs("file", file, "other messages", "what its messages were")
        for (_, file), expected in told.items():
            if file in salts and commit_messages(salts[file], []) != expected:
                yield self._differs("file", file, "no messages", "what its messages were")

    # --- objects -----------------------------------------------------------------------------

    def _objects(self) -> Iterator[Finding]:
        first = lowest_id(self.since) if self.since else ""
        missing, paths = dict(self.fold.committed), set()
        for row in self.ledger.database.each("objects"):
            secret = Secret(**dict(row))
            yield from self._secret(secret, missing.pop(secret.id, {}), secret.id >= first)
            paths.add(secret.path)
            self.progress("objects", 1)
        for identifier in sorted(missing):
            if identifier in self.fold.erased:
                self.summary.erased += 1
            else:
                yield finding("AUD-007", Location(), **self._what(identifier))
        if not self.since:
            for path in sorted(path for path in self.archive.objects() if path not in paths):
                yield finding("AUD-016", Location(file=path), found=path)

    def _secret(self, secret: Secret, promised: dict[str, str], read: bool) -> Iterator[Finding]:
        place = Location(file=secret.path or "")
        actual = secret.commitments()
        wrong = [name for name in sorted(actual | promised) if actual.get(name) != promised.get(name)]
        if len(secret.salt) != SALT_BYTES:  # HMAC pads its key: a longer salt could give the same commitments
            wrong.append("salt")
        if wrong or not promised:
            yield finding("AUD-008", place, found=", ".join(wrong), **self._what(secret.id, secret))
        elif secret.path is not None and read:
            yield from self._bytes(secret, secret.path, place)

    def _bytes(self, secret: Secret, path: str, place: Location) -> Iterator[Finding]:
        try:
            digest, size = self.archive.digest(path)
        except OSError:
            yield finding("AUD-006", place, **self._what(secret.id, secret))
            return
        self.summary.objects += 1
        self.summary.bytes += size
        if (digest, size) != (secret.sha256, secret.size):
            yield finding("AUD-005", place, **self._what(secret.id, secret))

    # --- words -------------------------------------------------------------------------------

    def _differs(self, table: str, identifier: str, found: str, expected: str) -> Finding:
        words = self._what(identifier)
        if words["what"] == identifier:
            words["what"] = f"{table} {identifier}"
        return finding("AUD-009", found=found, expected=expected, **words)

    def _about(self, body: dict[str, Any]) -> Words:
        ref = body.get("ref") or {}
        names = [ref[key] for key in ("file", "delivery", "run", "rule", "refusal", "secret") if key in ref]
        return (
            self._what(names[0]) if names else {"what": "?", "origin": "?", "day": str(body.get("ts"))[:10]}
        )

    def _what(self, identifier: str, secret: Secret | None = None) -> Words:
        """In words for people: what an identifier stands for, where it came from or went to, its day."""
        if secret is None:
            row = self.ledger.database.one("objects_by_id", id=identifier)
            secret = Secret(**dict(row)) if row else None
        name = (secret and secret.name) or identifier
        return {"what": str(name), "origin": self._origin(identifier, secret), "day": day_of(identifier)}

    def _origin(self, identifier: str, secret: Secret | None) -> str:
        file = self.fold.rows["file"].get(identifier)
        delivery = self.fold.rows["delivery"].get(identifier)
        if file:
            return f"received from {file.get('partner')}"
        if delivery:
            return f"for {str(delivery.get('endpoint')).split('/')[0]}"
        kinds = {"rule": "a rule of a run", "run": "the record of a run", "entry": "a refused name"}
        return kinds.get(secret.kind if secret else "", "unknown")


def verify(ledger: SqliteLedger, archive: Archive) -> Iterator[Finding]:
    """Every difference between what was recorded and what is there."""
    return Verifier(ledger, archive).findings()


def check_anchor(ledger: SqliteLedger, anchor: str) -> list[Finding]:
    """Whether the ledger continues an anchor kept elsewhere: empty when it does."""
    try:
        origin, kept = parse_note(anchor)
    except ValueError as error:
        return [finding("AUD-017", found=error)]
    if origin != ledger.origin:
        return [finding("AUD-017", found=origin)]
    frontier, fold = chain.Frontier(), Fold()
    for event in ledger.events():
        if event.seq == 1:
            fold.add(json.loads(event.body))
        if frontier.size < kept.size:
            frontier.add(chain.leaf(event.body))
    if frontier.size < kept.size:
        return [finding("AUD-012", found=frontier.size, expected=kept.size)]
    if frontier.root() != kept.root:
        return [finding("AUD-018", found=kept.size)]
    return [] if signed_by(anchor, fold.key) else [finding("AUD-010", found=kept.size)]


def _schema_of(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {(row[0], row[1]) for row in rows}
