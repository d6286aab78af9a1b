"""What is recorded for auditors (notes, erasures, signed checkpoints), and how far schedules are done."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from edi.findings import EdiError, finding
from edi.ledger import chain
from edi.ledger.changes import Change, Changes
from edi.ledger.checkpoint import SigningKey
from edi.ledger.contract import Checkpoint, Event, Scheduled
from edi.ledger.ids import utc
from edi.ledger.reading import Reader, listed
from edi.ledger.states import SUBJECTS

_KIND = re.compile("[a-z]+(-[a-z]+)*")


class AuditWriter(Reader):
    """Write methods that change no state of a file, run or delivery."""

    origin: str
    _changes: Changes
    _key: SigningKey | None

    def scheduled(self, routes: Mapping[str, Scheduled], at: str) -> None:
        """The schedules of these routes are done up to the moments given."""
        with self.database.transaction("scheduled"):
            changes = [
                Change(route, {"expression": one.expression, "done_until": utc(one.done_until)})
                for route, one in routes.items()
            ]
            self._changes.apply("scheduled", "set_schedule", changes, utc(at))

    def note(self, kind: str, ref: Mapping[str, str], data: Mapping[str, Any], at: str) -> None:
        """An event of another kind (host key changed, replay, ...). `data`: canonical JSON, nothing personal.

        `kind` is a word of letters and hyphens; ValueError for one that the ledger itself writes.
        """
        if kind in SUBJECTS or not _KIND.fullmatch(kind):
            raise ValueError(f"not a kind for a note: {kind!r}")
        with self.database.transaction("note"):
            self._changes.journal.append(kind, utc(at), [(dict(ref), dict(data))])

    def erase(self, ids: Sequence[str], basis: str, at: str) -> list[str]:
        """Forget hashes, salts, names and message references of files or deliveries; the chain stays whole.

        `basis` is the ground for it. Returns the archive paths of their bytes, for the caller to delete.
        """
        with self.database.transaction("erase"):
            condition = "WHERE id IN (SELECT value FROM json_each(:ids))"
            rows = self.database.rows("object_paths", condition, ids=listed(ids))
            known = [row["id"] for row in rows]
            self.database.write("erase_messages", [{"id": i} for i in known])
            changes = [Change(i, {}, {"basis": basis}) for i in known]
            self._changes.apply("erased", "erase_secret", changes, utc(at))
        self.database.forget_journal()
        return [row["path"] for row in rows if row["path"]]

    def checkpoint(self, at: str) -> Checkpoint | None:
        """Sign the Merkle root over all events, if there are new ones; returns the newest checkpoint.

        The stored bodies since the last checkpoint are hashed again first: EdiError AUD-001 when one is not
        what was written, AUD-011 or AUD-012 when this is not the ledger that was signed before.
        """
        if self._key is None:
            raise EdiError(finding("AUD-034", found="opened for reading"))
        with self.database.transaction("checkpoint"):
            last = self.database.one("last_checkpoint")
            frontier = chain.Frontier.parse(last["size"], last["frontier"]) if last else chain.Frontier()
            if last and frontier.root() != last["root"]:
                raise EdiError(finding("AUD-011", found=last["size"]))
            new = list(self.events(frontier.size))
            if not any(json.loads(event.body)["kind"] != "checkpoint" for event in new):
                return self.last_checkpoint()
            self._extend(frontier, new, self._key)
            return self._sign(frontier, self._key, utc(at))

    def _extend(self, frontier: chain.Frontier, events: Sequence[Event], key: SigningKey) -> None:
        for event in events:
            if chain.leaf(event.body) != event.leaf or event.seq != frontier.size + 1:
                raise EdiError(finding("AUD-001", found=event.seq, what="?", origin="?", day="?"))
            frontier.add(event.leaf)
            if frontier.size == key.last.size and frontier.root() != key.last.root:
                raise EdiError(finding("AUD-011", found=key.last.size))

    def _sign(self, frontier: chain.Frontier, key: SigningKey, at: str) -> Checkpoint:
        signed = key.sign(frontier.size, frontier.root())
        row = {"size": signed.size, "root": signed.root, "note": signed.note, "frontier": frontier.pack()}
        self.database.write("add_checkpoint", [row])
        data = {"size": signed.size, "root": signed.root.hex()}
        self._changes.journal.append("checkpoint", at, [({"checkpoint": str(signed.size)}, data)])
        return signed
