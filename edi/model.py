"""The words of the field as frozen values: no I/O, no behaviour beyond what their fields say.

Terms follow ISO 9735 (interchange, group, message, segment, component) and ASC X12 where it has its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Location:
    """Where something was found. Positions count from 1, byte offsets from 0; None where it does not apply.

    `member` is the ordinal of the file among the joined files of a batch; whoever knows the names puts the
    file's name into `file`.
    """

    file: str = ""
    member: int = 0
    reference: str = ""
    line: int | None = None
    offset: int | None = None
    segment: int | None = None
    tag: str = ""
    element: int | None = None
    component: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or odd. Made by `findings.finding`, which renders `text` and `hint` from the catalogue.

    `message` is the message's key in the batch, or None when the finding concerns the file as a whole.
    `severity` is "error", "warning" or "notice"; an error rejects its message, or its file when it has none.
    """

    code: str
    severity: str
    text: str
    hint: str
    location: Location = Location()
    message: int | None = None
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One file written: a name (may be empty before it is decided), its bytes, the keys of its messages."""

    name: str
    data: bytes
    messages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an outgoing interchange says about itself (EDIFACT UNB, X12 ISA; unused by plain files).

    `prepared_at` is an ISO 8601 time with zone; `reference` the interchange control reference.
    """

    sender: str = ""
    receiver: str = ""
    reference: str = ""
    prepared_at: str = ""
    sender_qualifier: str = ""
    receiver_qualifier: str = ""
    application: str = ""
    test: bool = False
    charset: str = "UNOC"
    version: str = "3"


# --- the workspace ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to a partner: `type` names the transport, `settings` are its own (secrets stay references)."""

    partner: str
    name: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Partner:
    """A trading partner: identifiers (gln, vat, ...) and channels by name."""

    id: str
    name: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A folder on a partner's channel, where files are picked up: the unit of scanning and claiming."""

    partner: str
    channel: str
    folder: str

    @property
    def id(self) -> str:
        return f"{self.partner}/{self.channel}/{self.folder}"

    @property
    def way(self) -> tuple[str, str]:
        """Partner and channel: what folders that are reached together have in common."""
        return self.partner, self.channel


@dataclass(frozen=True, slots=True)
class Target:
    """Where a route delivers: endpoint, format, file name pattern, own steps and checks.

    `per` says what makes one outgoing file: "file" (one an incoming file), "message" or "batch". With `delta`
    only rows go out that the receiver does not know yet, and a whole file at the moments of the cron
    expression `full`.
    """

    endpoint: Endpoint
    format: str
    name: str
    steps: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    per: str = "file"
    delta: bool = False
    full: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """From an endpoint and a format, through checks and steps, to targets; a report for what was refused.

    `checks` maps a check's name to its verdict: "reject", "hold", "ignore" (a duplicate) or "warn".
    `partial` is "message" (a bad message stops alone) or "file" (it stops its file). `schedule` is a cron
    expression; without one, files are picked up whenever somebody looks.
    """

    name: str
    source: Endpoint
    format: str
    files: str = "*"
    steps: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    report: Target | None = None
    duplicates: str = "reject"
    partial: str = "message"
    schedule: str = ""


# --- the pure task ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a batch: the ledger's id, the name for people, where its bytes lie."""

    id: str
    name: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Context:
    """Everything from outside that may decide the result; recorded, so that a replay gives the same bytes."""

    run: str
    clock: str
    references: tuple[int, ...]
    members: tuple[Member, ...]
    history_upto: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """An earlier file of a target with `delta`: where its rows lie as Parquet, and whether they arrived.

    `arrived` is its place in the order of arrival, None when it did not; `perhaps`: nobody knows yet.
    """

    path: str
    arrived: int | None
    perhaps: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Pure and picklable: the route candidates of one endpoint, the rules by name, the recorded context.

    `rules` maps a library name ("formats/sage100/orders.toml", "codes/articles.csv") to its bytes.
    `history` maps a document table to the Parquet files that hold what passed before; `sent` maps a target
    ("route endpoint") to the earlier files that its delta is made against. A target that is not in it sends
    a whole file.
    """

    context: Context
    routes: tuple[Route, ...]
    partners: Mapping[str, Partner]
    rules: Mapping[str, bytes]
    history: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sent: Mapping[str, Sequence[Sent]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file to deliver: where, what, made of which members of the batch.

    `rows` is what it tells a receiver of deltas, as Arrow IPC.
    """

    kind: str
    route: str
    target: Endpoint
    name: str
    data: bytes
    members: tuple[int, ...] = ()
    messages: tuple[int, ...] = ()
    reference: int | None = None
    rows: bytes = b""


@dataclass(frozen=True, slots=True)
class Judged:
    """One message and its verdict: "accepted", "rejected", "held" or "duplicate"."""

    message: int
    member: int
    route: str
    kind: str
    reference: str
    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One file's outcome: "processed" (its messages were judged) or "quarantined", with route and format."""

    member: int
    state: str
    route: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a task returns: verdicts, findings, bytes to deliver, and documents as Arrow IPC by table."""

    verdicts: tuple[Verdict, ...]
    messages: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    outgoing: tuple[Outgoing, ...]
    tables: Mapping[str, bytes]
    references_needed: int = 0
