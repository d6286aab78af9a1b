"""The tables as the events tell them: what verification compares with the tables as they are.

Each event that makes or changes a row names it in `ref` and carries the columns in `data.set`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from edi.ledger.states import SUBJECTS

TABLES: Mapping[str, tuple[str, ...]] = {
    "file": (
        "endpoint",
        "partner",
        "state",
        "size",
        "mtime",
        "policy",
        "duplicate_of",
        "run",
        "route",
        "format",
        "claimed_at",
        "changed_at",
    ),
    "run": ("endpoint", "state", "clock", "sequence", "used", "changed_at"),
    "reservation": ("run", "first", "count", "changed_at"),
    "delivery": (
        "run",
        "kind",
        "route",
        "endpoint",
        "state",
        "attempt",
        "not_before",
        "reference",
        "changed_at",
    ),
    "refusal": ("endpoint", "size", "mtime", "changed_at"),
    "schedule": ("expression", "done_until", "changed_at"),
}
"""Columns of each table beside its `id`, all of them told by events."""

Mapped = Mapping[str, Any]
COMMITTED = ("object", "place", "label", "detail")


class Fold:
    """State after the events seen so far.

    `rows`: table -> id -> columns. `committed`: id -> commitments to its secret, the newest of each.
    `messages`: (run, file) -> commitment. `rules`: (run, name) -> rule. `origins`: (delivery, file).
    `erased`: ids. `checkpoints`: size -> root (hex). `key`: the public key of the first event.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Any]]] = {table: {} for table in TABLES}
        self.committed: dict[str, dict[str, str]] = defaultdict(dict)
        self.messages: dict[tuple[str, str], str] = {}
        self.rules: dict[tuple[str, str], str] = {}
        self.origins: set[tuple[str, str]] = set()
        self.erased: set[str] = set()
        self.checkpoints: dict[int, str] = {}
        self.key = ""

    def add(self, event: Mapping[str, Any]) -> None:
        """Apply one event (its parsed body). KeyError or TypeError when it has not the form of its kind."""
        kind, ref, data = event["kind"], event["ref"], event["data"]
        subject = SUBJECTS.get(kind)
        if subject is None:
            return
        identifier = ref[subject]
        if subject in TABLES:
            row = self.rows[subject].setdefault(identifier, {})
            row.update(data["set"], changed_at=event["ts"])
        self._commit(identifier, data)
        if kind in _MORE:
            _MORE[kind](self, identifier, ref, data)

    def _commit(self, identifier: str, data: Mapped) -> None:
        known = {name: data[name] for name in COMMITTED if name in data}
        if known:
            self.committed[identifier].update(known)

    def _judged(self, file: str, ref: Mapped, data: Mapped) -> None:
        if "messages" in data:
            self.messages[ref["run"], file] = data["messages"]

    def _opened(self, run: str, ref: Mapped, data: Mapped) -> None:
        self.rules.update({(run, name): rule for name, rule in data["rules"]})

    def _queued(self, delivery: str, ref: Mapped, data: Mapped) -> None:
        self.origins.update((delivery, file) for file in data["files"])

    def _erased(self, identifier: str, ref: Mapped, data: Mapped) -> None:
        self.erased.add(identifier)

    def _checkpoint(self, size: str, ref: Mapped, data: Mapped) -> None:
        self.checkpoints[data["size"]] = data["root"]

    def _founded(self, origin: str, ref: Mapped, data: Mapped) -> None:
        self.key = data["key"]


_MORE: Mapping[str, Callable[[Fold, str, Mapped, Mapped], None]] = {
    "judged": Fold._judged,
    "opened": Fold._opened,
    "queued": Fold._queued,
    "erased": Fold._erased,
    "checkpoint": Fold._checkpoint,
    "founded": Fold._founded,
}
