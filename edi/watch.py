"""The watch: pass after pass, for as long as it lives.

Every `interval` seconds all folders are looked at: that scan is the truth. A doorbell on local folders makes
the next pass come sooner, and so does the moment of a schedule. Each pass takes the workspace's lock for
itself alone, so that other commands and other watches have their turns; what one has processed, the next one
finds in the ledger. A channel that fails is left alone for a while, twice as long each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from edi import pipeline, schedule
from edi.findings import EdiError
from edi.model import Endpoint, Finding
from edi.session import Session, Summary
from edi.workspace import Workspace
from edi.workspace.reading import NAME

LONGEST_REST = 900.0
"""Seconds that a failing channel is left alone at most."""

BUSY_SECONDS = 0.25
"""How long to wait before asking again for the lock that another holds."""

SETTLING_SECONDS = 1.0
"""How soon, at least, to look again at a folder where a file is still arriving."""

REPEAT_SECONDS = 3600.0
"""How long a trouble that lasts is not told again."""

IN_USE = "AUD-030"
Way = tuple[str, str]


class Bell(Protocol):
    """What the watch sleeps on; `doorbell.Doorbell` is the real one."""

    def listen(self, folders: Iterable[Path]) -> None: ...
    def wait(self, seconds: float) -> set[Path]: ...


class Listener(Protocol):
    """Who is told what the watch does."""

    def passed(self, summary: Summary) -> None:
        """A pass that did something, or met a trouble that was not told yet."""

    def stumbled(self, findings: Sequence[Finding]) -> None:
        """A pass could not be made at all, or edi.toml is wrong now (the one before stays in force)."""

    def reloaded(self) -> None:
        """edi.toml changed and is in force."""


class Rests:
    """Channels that failed: how long each is left alone. Times are seconds of a clock that only rises."""

    def __init__(self, first: float) -> None:
        self.first = first
        self._until: dict[Way, tuple[float, float]] = {}

    def learn(self, channels: dict[Way, bool], now: float) -> None:
        """What a pass found: channels that worked are used again, those that failed rest twice as long."""
        for way, worked in channels.items():
            if worked:
                self._until.pop(way, None)
            else:
                _, last = self._until.get(way, (0.0, self.first / 2))
                pause = min(last * 2, LONGEST_REST)
                self._until[way] = (now + pause, pause)

    def at(self, now: float) -> frozenset[Way]:
        """The channels that are left alone at a time."""
        return frozenset(way for way, (until, _) in self._until.items() if until > now)


class News:
    """Troubles that were told lately; one that lasts is told again after an hour."""

    def __init__(self) -> None:
        self._told: dict[Finding, float] = {}

    def fresh(self, findings: Sequence[Finding], now: float) -> list[Finding]:
        """Those that were not told lately; from now on they were."""
        self._told = {one: at for one, at in self._told.items() if now - at < REPEAT_SECONDS}
        new = [one for one in findings if one not in self._told]
        self._told |= dict.fromkeys(new, now)
        return new


class Watch:
    """Watches one workspace. `run` ends after `stop`; EdiError when edi.toml is wrong at the start.

    `interval` is in seconds. `clock` and `ticks` tell the time of day and the seconds since anything.
    """

    def __init__(
        self,
        root: Path,
        bell: Bell,
        listener: Listener,
        *,
        interval: float = 30.0,
        clock: Callable[[], datetime] | None = None,
        ticks: Callable[[], float] = time.monotonic,
        executor: Executor | None = None,
    ) -> None:
        self.root = root
        self.bell = bell
        self.listener = listener
        self.interval = interval
        self.clock = clock
        self.ticks = ticks
        self.executor = executor
        self.stopped = False
        self.news = News()
        self._beat = ticks()
        self._busy = False
        self._rung: set[Endpoint] = set()
        self._configure((root / NAME).read_bytes())

    def stop(self) -> None:
        """End after the present pass. Safe in a signal handler; whoever sleeps on the bell must be woken."""
        self.stopped = True

    def run(self) -> None:
        """Pass after pass."""
        while not self.stopped:
            self._reload()
            self.bell.listen(self._local)
            self._turn()
            if not self.stopped:
                rung = self.bell.wait(self._pause())
                self._rung |= {one for folder in rung for one in self._local.get(folder, ())}

    # --- the configuration ------------------------------------------------------------------------------

    def _configure(self, configuration: bytes) -> None:
        self.workspace = Workspace.parsed(self.root, configuration)
        self._configuration = configuration
        self._rests = Rests(self.interval)
        self._local: dict[Path, list[Endpoint]] = {}
        for endpoint in self.workspace.sources():
            if self.workspace.channel(endpoint).type == "folder":
                self._local.setdefault(self.workspace.folder(endpoint), []).append(endpoint)

    def _reload(self) -> None:
        """Take a changed edi.toml; a wrong one is told, and the one before stays in force."""
        try:
            configuration = (self.root / NAME).read_bytes()
        except OSError:  # an editor is just replacing it
            return
        if configuration == self._configuration:
            return
        try:
            self._configure(configuration)
        except EdiError as wrong:
            self._tell(wrong)
        else:
            self._beat = self.ticks()
            self.listener.reloaded()

    # --- one pass ---------------------------------------------------------------------------------------

    def _turn(self) -> None:
        now = self.ticks()
        whole = now >= self._beat
        try:
            with Session(
                self.workspace, clock=self.clock, executor=self.executor, resting=self._rests.at(now)
            ) as session:
                summary = pipeline.run(session, among=None if whole else self._rung | self._scheduled())
        except EdiError as error:
            self._stumble(error, now)
            return
        self._busy = False
        self._beat = now + self.interval if whole else self._beat
        self._rung = set(session.arriving)
        self._rests.learn(session.channels(), self.ticks())
        if self._worth_telling(summary):
            self.listener.passed(summary)

    def _scheduled(self) -> set[Endpoint]:
        return {route.source for route in self.workspace.routes.values() if route.schedule}

    def _stumble(self, error: EdiError, now: float) -> None:
        """Another one is at work: wait for our turn. Anything else is told, and tried again."""
        self._busy = error.findings[0].code == IN_USE
        if not self._busy:
            self._tell(error)
            self._beat, self._rung = now + self.interval, set()

    def _tell(self, error: EdiError) -> None:
        new = self.news.fresh(error.findings, self.ticks())
        if new:
            self.listener.stumbled(new)

    def _worth_telling(self, summary: Summary) -> bool:
        """Whether a pass did anything, or met something new; what was told lately is taken out of it."""
        now = self.ticks()
        summary.problems = self.news.fresh(summary.problems, now)
        summary.wrong_rules = self.news.fresh(summary.wrong_rules, now)
        worked = bool(summary.files_in or summary.documents or summary.files_out or summary.bugs)
        if not worked:
            summary.findings = self.news.fresh(summary.findings, now)
        return worked or bool(summary.problems or summary.wrong_rules or summary.findings)

    # --- until the next one -----------------------------------------------------------------------------

    def _pause(self) -> float:
        """Seconds until there is something to do that no bell announces."""
        if self._busy:
            return BUSY_SECONDS
        waits = [self._beat - self.ticks(), *self._until_schedules()]
        if self._rung:
            waits.append(max(self.workspace.limits.quiet_seconds, SETTLING_SECONDS))
        return max(min(waits), 0.0)

    def _until_schedules(self) -> list[float]:
        zone = self.workspace.timezone
        now = self.clock() if self.clock else datetime.now(ZoneInfo(zone))
        expressions = {route.schedule for route in self.workspace.routes.values() if route.schedule}
        moments = [schedule.following(one, zone, now) for one in expressions]
        return [(moment - now).total_seconds() for moment in moments if moment]
