"""What one pass of the pipeline holds in its hands: workspace, ledger, archive, channels, clock, summary."""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from edi.archive import Archive
from edi.executors import Ceiling, Child
from edi.findings import EdiError, finding
from edi.ledger.contract import Ledger
from edi.ledger.sqlite import SqliteLedger
from edi.model import Endpoint, Finding, Location
from edi.transport import Channel, ChannelError, FolderError, open_channel
from edi.workspace import Workspace

T = TypeVar("T")

SET_ASIDE = ("rejected", "quarantined", "held", "duplicate", "refused")
"""States of files that an operator should look at."""

PATIENCE = 300.0
"""Seconds that a command waits for its turn while others are at work in the workspace."""

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Summary:
    """What a pass did, for the operator.

    `problems` are channels that failed, `wrong_rules` what is wrong with descriptors, steps, checks or code
    tables (their files wait), `bugs` are log files.
    """

    files_in: int = 0
    documents: int = 0
    states: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    files_out: int = 0
    waiting: int = 0
    delivered: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    wrong_rules: list[Finding] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    routes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 all well, 1 something was refused or could not be reached, 2 a wrong rule, 3 a bug."""
        if self.bugs or self.wrong_rules:
            return 3 if self.bugs else 2
        refused = any(self.states[state] for state in ("rejected", "held"))
        set_aside = any(self.files[state] for state in SET_ASIDE)
        failed = any(problem.severity == "error" for problem in self.problems)
        return 1 if refused or set_aside or failed else 0


class Session:
    """Opens what is needed when it is needed, and closes all of it. One session a workspace at a time.

    `patience` is how many seconds to wait for another session's end (EdiError AUD-030 after that); `resting`
    are channels (partner, name) that are left alone in this pass. `unreached` and `arriving` are the folders
    that could not be listed, and those where files were still arriving.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        clock: Callable[[], datetime] | None = None,
        executor: Executor | None = None,
        progress: Progress = lambda step, done, total: None,
        patience: float = 0.0,
        resting: Collection[tuple[str, str]] = (),
    ) -> None:
        self.workspace = workspace
        self.resting = resting
        self.unreached: set[Endpoint] = set()
        self.arriving: set[Endpoint] = set()
        zone = ZoneInfo(workspace.timezone)
        self.clock = clock or (lambda: datetime.now(zone))
        self.progress = progress
        self.summary = Summary()
        workspace.prepare()
        self.archive = Archive(workspace.archive, workspace.temporary)
        self._stack = ExitStack()
        self.ledger: Ledger = self._stack.enter_context(
            SqliteLedger.open(workspace.state, self.archive, workspace.name, patience=patience)
        )
        self.executor = executor or self._stack.enter_context(Child(Ceiling(workspace.limits.memory_bytes)))
        self._channels: dict[tuple[str, str], Channel | ChannelError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def now(self) -> str:
        """The time as ISO 8601 with zone."""
        return self.clock().isoformat(timespec="milliseconds")

    def channel(self, endpoint: Endpoint) -> Channel:
        """The open channel of an endpoint; one that failed is not tried again in this pass (ChannelError)."""
        key = (endpoint.partner, endpoint.channel)
        if key not in self._channels:
            self._channels[key] = self._open(key)
        opened = self._channels[key]
        if isinstance(opened, ChannelError):
            raise opened
        return opened

    def _open(self, key: tuple[str, str]) -> Channel | ChannelError:
        partner, name = key
        declared = self.workspace.partners[partner].channels[name]
        claims = self.workspace.claims(declared)
        try:
            return self._stack.enter_context(
                open_channel(declared, self.workspace.root, self.workspace.secret, claims)
            )
        except ChannelError as failed:
            return failed

    def channels(self) -> dict[tuple[str, str], bool]:
        """The channels (partner, name) that this pass used, and whether they worked."""
        return {key: not isinstance(one, ChannelError) for key, one in self._channels.items()}

    def failed(self, endpoint: Endpoint, error: ChannelError) -> None:
        """A channel failed and is left alone for the rest of the pass; of a folder, only that folder."""
        self.unreached.add(endpoint)
        if not isinstance(error, FolderError):
            self._channels[(endpoint.partner, endpoint.channel)] = error
        for found in error.findings:
            self.problem(found)

    def misconfigured(self, error: EdiError) -> None:
        """A rule of a route is wrong: its files wait until that is mended."""
        self.summary.wrong_rules += [one for one in error.findings if one not in self.summary.wrong_rules]

    def problem(self, found: Finding) -> None:
        """Something on the way to a partner went wrong; told once."""
        if found not in self.summary.problems:
            self.summary.problems.append(found)

    def bug(self, error: BaseException, what: str) -> Finding:
        """Write a bug's traceback to a log file; what the operator sees names that file."""
        path = (
            self.workspace.state
            / "logs"
            / f"bug-{self.clock().strftime('%Y%m%d-%H%M%S')}-{len(self.summary.bugs)}.log"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{what}\n\n" + "".join(traceback.format_exception(error)), encoding="utf-8")
        self.summary.bugs.append(str(path))
        return finding("RUN-001", Location(), found=type(error).__name__, log=str(path))


def day_of(at: str) -> date:
    """The date of an ISO time, for the archive's dated folders."""
    return datetime.fromisoformat(at).date()


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    source = iter(items)
    while group := list(islice(source, size)):
        yield group
