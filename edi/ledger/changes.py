"""How a state changes: the row, its secret and its event in one go, and only along the table of steps.

Every event that changes a row carries the changed columns in `data.set`; folding the events gives the tables.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edi.findings import EdiError, finding
from edi.ledger import chain
from edi.ledger.contract import ObjectRef
from edi.ledger.database import Database
from edi.ledger.events import Journal
from edi.ledger.reading import listed
from edi.ledger.states import SUBJECTS, allowed

SALT_BYTES = 32
PLACES = ("line", "segment", "element", "component", "offset")
"""The numbers of a location that an event may hold; everything else in a finding may quote the partner."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row's change: `set` are columns; `data` stands beside them in the event, `ref` beside the id."""

    id: str
    set: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)
    ref: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Secret:
    """What is known of an object and stays out of events: they hold `commitments` to it only."""

    id: str
    kind: str
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_BYTES))
    sha256: bytes | None = None
    size: int | None = None
    path: str | None = None
    raw_name: bytes | None = None
    name: str | None = None
    detail: str | None = None

    def row(self) -> dict[str, Any]:
        """As parameters of the statement that adds it."""
        return {name: getattr(self, name) for name in self.__slots__}

    def commitments(self) -> dict[str, str]:
        """The commitments to everything known: keys `object` and `place`, `label`, `detail`."""
        result: dict[str, str] = {}
        if self.sha256 is not None and self.size is not None:
            result["object"] = chain.commit_object(self.salt, self.sha256, self.size, self.kind)
        if self.path is not None:
            result["place"] = chain.commit_text(self.salt, "place", self.path.encode())
        if self.name is not None or self.raw_name is not None:
            parts = (self.raw_name or b"", (self.name or "").encode())
            result["label"] = chain.commit_text(self.salt, "label", *parts)
        if self.detail is not None:
            result["detail"] = chain.commit_text(self.salt, "detail", self.detail.encode())
        return result


class Changes:
    """Applies changes inside the caller's transaction."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self.database = database
        self.journal = journal

    def apply(self, kind: str, statement: str, changes: Sequence[Change], at: str) -> int:
        """`statement` for each change and one event `kind` for each; returns the last sequence number."""
        self.database.write(statement, [{**c.set, "id": c.id, "changed_at": at} for c in changes])
        subject = SUBJECTS[kind]
        entries = [({**c.ref, subject: c.id}, {**c.data, "set": dict(c.set)}) for c in changes]
        return self.journal.append(kind, at, entries)

    def step(self, what: str, ids: Collection[str], after: str) -> dict[str, sqlite3.Row]:
        """The rows of `ids`, if each may go to state `after`; EdiError AUD-033 for the first that may not."""
        rows = {row["id"]: row for row in self.database.rows(f"states_{what}", ids=listed(ids))}
        for identifier in ids:
            before = rows[identifier]["state"] if identifier in rows else "unknown"
            if not allowed(what, before, after):
                refuse(what, identifier, before, after)
        return rows

    def salts(self, ids: Collection[str]) -> dict[str, bytes]:
        """Salts by identifier; erased ones are missing."""
        return {row["id"]: row["salt"] for row in self.database.rows("secrets_of", ids=listed(ids))}

    def add_secrets(self, secrets_: Sequence[Secret]) -> None:
        """Keep new secrets."""
        self.database.write("add_secret", [secret.row() for secret in secrets_])

    def set_objects(self, kind: str, objects: Mapping[str, ObjectRef]) -> dict[str, dict[str, str]]:
        """Record where objects lie; returns their commitments by identifier."""
        salts = self.salts(objects)
        self.database.write(
            "set_object",
            [{"id": i, "sha256": o.sha256, "size": o.size, "path": o.path} for i, o in objects.items()],
        )
        return {
            i: Secret(i, kind, salts[i], o.sha256, o.size, o.path).commitments()
            for i, o in objects.items()
            if i in salts
        }

    def set_findings(self, findings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Record findings whole beside the secrets; returns what their events may hold, by identifier."""
        salts = self.salts(findings)
        texts = {i: hidden(f) for i, f in findings.items()}
        self.database.write("set_detail", [{"id": i, "detail": text} for i, text in texts.items()])
        return {
            i: {"finding": public(f), **Secret(i, "", salts[i], detail=texts[i]).commitments()}
            for i, f in findings.items()
            if i in salts
        }


def hidden(value: Mapping[str, Any]) -> str:
    """A finding or a record as text to be kept beside the secrets; ASCII, so that any name survives."""
    return json.dumps(dict(value), sort_keys=True)


def public(found: Mapping[str, Any]) -> dict[str, Any]:
    """Code and place of a finding, in numbers."""
    location = found.get("location") or {}
    places = {key: location[key] for key in PLACES if isinstance(location.get(key), int)}
    return {"code": str(found.get("code", "")), **places}


def refuse(what: str, identifier: str, before: str, after: str) -> None:
    """Raise AUD-033: the step is not in the table."""
    raise EdiError(finding("AUD-033", found=before, expected=after, what=what, id=identifier))
