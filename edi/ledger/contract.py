"""What a ledger promises: the rows handed in, the rows given back, the methods.

Times are ISO 8601 with zone, handed in by the caller; identifiers come from `edi.ledger.ids`; SHA-256 are 32
bytes. Each write method is one transaction: all of it happened, or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# --- handed in ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """A file seen at a source. `raw_name` are the bytes of its name there, `name` the name for people.

    `mtime` is in nanoseconds since 1970; size and mtime are None when the source does not say.
    """

    id: str
    raw_name: bytes
    name: str
    size: int | None = None
    mtime: int | None = None


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A claimed file whose bytes are in the archive under `path`."""

    id: str
    path: str
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object of the archive."""

    path: str
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class RuleRef:
    """One version of a rule (descriptor, transform, code table) by its library name."""

    name: str
    sha256: bytes
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a run may use: control references from `first_reference`, history up to event `sequence`."""

    first_reference: int
    sequence: int


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """A file's outcome in a run: "processed", "rejected", "quarantined", "held" or "duplicate"."""

    id: str
    state: str
    route: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message: `key` is its key in its run. State "accepted", "rejected", "held" or "duplicate"."""

    file: str
    key: int
    route: str
    kind: str
    reference: str
    number: str
    state: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A file to deliver: archived under `path`, made of `files`, to appear as `name` at `endpoint`."""

    id: str
    kind: str
    route: str
    endpoint: str
    name: str
    path: str
    sha256: bytes
    size: int
    files: tuple[str, ...] = ()
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """Everything a run decided. `record` is the archived record of the run."""

    files: Sequence[FileVerdict]
    messages: Sequence[MessageRow]
    deliveries: Sequence[DeliveryRow]
    references_used: int
    record: ObjectRef


# --- given back ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileRecord:
    """An incoming file. `path` and `sha256` are empty until it is staged, and with its names once erased."""

    id: str
    endpoint: str
    partner: str
    state: str
    name: str
    raw_name: bytes
    size: int | None
    mtime: int | None
    path: str
    sha256: bytes
    duplicate_of: str | None
    run: str | None
    route: str
    format: str
    finding: dict[str, Any] | None
    claimed_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run: "open", "done" or "abandoned". `references` are (first, count), `path` its archived record."""

    id: str
    endpoint: str
    state: str
    clock: str
    sequence: int
    references: tuple[tuple[int, int], ...]
    used: int | None
    record: dict[str, Any]
    path: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """An outgoing file and where it stands."""

    id: str
    run: str
    kind: str
    route: str
    endpoint: str
    state: str
    attempt: int
    not_before: str | None
    reference: int | None
    name: str
    path: str
    sha256: bytes
    size: int
    files: tuple[str, ...]
    finding: dict[str, Any] | None
    changed_at: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """How far a route's schedule is done: every moment of `expression` up to `done_until` (UTC)."""

    expression: str
    done_until: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A file of documents that a route made for an endpoint, with the clock of its run."""

    delivery: str
    state: str
    changed_at: str
    clock: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event as stored: sequence number from 1, the bytes that are hashed, their leaf hash."""

    seq: int
    body: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement about the first `size` events: Merkle root, and the signed note as text."""

    size: int
    root: bytes
    note: str


Row = FileRecord | RunRecord | DeliveryRecord
Findings = Mapping[str, Mapping[str, Any]]
"""Identifier -> a finding as a dictionary (its `code`, `location` and texts)."""


class Ledger(Protocol):
    """The truth about files, runs and deliveries. EdiError AUD-033 when a step is not in `states.STEPS`."""

    def close(self) -> None: ...

    # claims
    def claim(self, endpoint: str, partner: str, claims: Sequence[Claim], at: str) -> None: ...
    def stage(self, staged: Sequence[StagedFile], policy: str, at: str) -> dict[str, str]: ...
    def release(self, ids: Sequence[str], at: str) -> None: ...
    def void(self, ids: Sequence[str], reason: str, at: str) -> None: ...
    def quarantine(self, findings: Findings, at: str) -> None: ...
    def reopen(self, ids: Sequence[str], reason: str, at: str) -> None: ...
    def refuse_entry(
        self,
        endpoint: str,
        raw_name: bytes,
        finding: Mapping[str, Any],
        at: str,
        size: int | None = None,
        mtime: int | None = None,
    ) -> bool: ...

    # runs
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
    ) -> Reservation: ...
    def extend(self, run: str, more: int, at: str) -> int: ...
    def abandon(self, run: str, reason: str, at: str) -> None: ...
    def finish(self, run: str, finished: FinishedRun, at: str) -> None: ...

    # deliveries
    def uploaded(self, ids: Sequence[str], at: str) -> None: ...
    def delivered(self, ids: Sequence[str], at: str) -> None: ...
    def retry(self, ids: Sequence[str], reason: str, not_before: str, at: str) -> None: ...
    def uncertain(self, ids: Sequence[str], reason: str, at: str) -> None: ...
    def refused(self, ids: Sequence[str], finding: Mapping[str, Any], at: str) -> None: ...
    def quarantine_deliveries(self, findings: Findings, at: str) -> None: ...

    # schedules
    def scheduled(self, routes: Mapping[str, Scheduled], at: str) -> None: ...

    # audit
    def note(self, kind: str, ref: Mapping[str, str], data: Mapping[str, Any], at: str) -> None: ...
    def erase(self, ids: Sequence[str], basis: str, at: str) -> list[str]: ...
    def checkpoint(self, at: str) -> Checkpoint | None: ...
    def events(self, after: int = 0) -> Iterator[Event]: ...
    def sequence(self) -> int: ...

    # questions
    def open_files(
        self, endpoint: str | None = None, states: Collection[str] = ("claiming", "staged", "released")
    ) -> list[FileRecord]: ...
    def open_runs(self) -> list[RunRecord]: ...
    def open_deliveries(self) -> list[DeliveryRecord]: ...
    def due_deliveries(self, now: str) -> list[DeliveryRecord]: ...
    def file(self, prefix: str) -> FileRecord: ...
    def run(self, prefix: str) -> RunRecord: ...
    def delivery(self, prefix: str) -> DeliveryRecord: ...
    def find(self, prefix: str) -> Row: ...
    def files_of_run(self, run: str) -> list[FileRecord]: ...
    def messages_of(self, file: str) -> list[MessageRow]: ...
    def deliveries_of(self, owner: str) -> list[DeliveryRecord]: ...
    def rules_of_run(self, run: str) -> list[RuleRef]: ...
    def rules_known(self, sha256s: Collection[bytes]) -> set[bytes]: ...
    def schedules(self) -> dict[str, Scheduled]: ...
    def sendings(self, route: str, endpoint: str) -> list[Sending]: ...
    def endpoint_last_success(self, endpoint: str) -> str | None: ...
    def counts(self) -> dict[str, dict[str, int]]: ...
    def latest(self, limit: int) -> list[FileRecord]: ...
    def files_between(self, first: str, last: str, partner: str | None = None) -> list[FileRecord]: ...
