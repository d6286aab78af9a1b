"""What a schema cannot say about edi.toml: names that exist, folders that are safe, routes that agree."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo, available_timezones

from edi import naming, schedule
from edi.findings import EdiError, finding, nearest
from edi.library import Library
from edi.model import Channel, Endpoint, Finding, Partner, Route, Target
from edi.workspace.reading import Source

KEPT = (".edi", "archive", "formats", "transforms", "codes")
"""Folders of a workspace that no partner may write to or read from: state, evidence and rules."""

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the workspace and the library offer, by the names that edi.toml uses."""

    formats: set[str]
    steps: set[str]
    checks: set[str]


def known(library: Library) -> Known:
    """Descriptors; steps (a file under transforms/ without its ending, or a folder of such); checks."""
    files = [PurePosixPath(name) for name in library.names()]
    code = [path for path in files if path.parts[0] == "transforms" and path.suffix in (".sql", ".py")]
    checks = [path for path in code if path.parts[1] == "checks"]
    steps = [path.relative_to("transforms") for path in code if path.parts[1] != "checks"]
    return Known(
        formats={
            path.relative_to("formats").with_suffix("").as_posix()
            for path in files
            if path.parts[0] == "formats" and path.suffix == ".toml"
        },
        steps={path.with_suffix("").as_posix() for path in steps}
        | {path.parent.as_posix() for path in steps} - {"."},
        checks={path.stem for path in checks},
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """One configuration under examination; `findings` yields what is wrong with it."""

    root: Path
    source: Source
    timezone: str
    partners: Mapping[str, Partner]
    routes: Mapping[str, Route]
    library: Library

    def findings(self) -> Iterator[Finding]:
        yield from self._timezone()
        for partner in self.partners.values():
            for channel in partner.channels.values():
                yield from self._channel(channel)
        offered = known(self.library)
        for route in self.routes.values():
            yield from self._route(route, offered)
        yield from self._pairs()
        yield from self._loops()

    def _timezone(self) -> Iterator[Finding]:
        try:
            ZoneInfo(self.timezone)
        except (OSError, ValueError, KeyError):
            place = self.source.at(("workspace", "timezone"))
            guess = nearest(self.timezone, available_timezones())
            yield finding("CFG-021", place, found=self.timezone, guess=guess)

    # --- channels ---------------------------------------------------------------------------------------

    def _channel(self, channel: Channel) -> Iterator[Finding]:
        key: Key = ("partners", channel.partner, "channels", channel.name)
        if channel.type == "sftp" and not {"key", "password"} & channel.settings.keys():
            yield finding("CFG-019", self.source.at(key), found=channel.name)
        if channel.type == "folder":
            path = str(channel.settings["path"])
            if ".." in PurePosixPath(path).parts:
                yield finding("CFG-016", self.source.at((*key, "path")), found=path)
            yield from self._same_disk(channel, (*key, "path"))

    def _same_disk(self, channel: Channel, key: Key) -> Iterator[Finding]:
        path, claims = channel_path(self.root, channel), claims_path(self.root, channel)
        if device(path) != device(claims):
            yield finding("CFG-018", self.source.at(key), found=str(path), other=str(claims))

    # --- routes -----------------------------------------------------------------------------------------

    def _route(self, route: Route, offered: Known) -> Iterator[Finding]:
        key: Key = ("routes", route.name)
        yield from self._endpoint(route.source, (*key, "from"))
        yield from self._rules_of(route.format, route.steps, route.checks, key, offered)
        yield from self._schedule(route.schedule, (*key, "schedule"))
        for place, target in enumerate(route.targets):
            yield from self._target(target, (*key, "to", place), offered)
            if target.delta:
                yield from self._delta(route, target, (*key, "to", place), offered)
        if route.report:
            yield from self._target(route.report, (*key, "report"), offered)

    def _delta(self, route: Route, target: Target, key: Key, offered: Known) -> Iterator[Finding]:
        """A delta needs a document with a key, a schedule for whole files, and a folder of its own."""
        yield from self._schedule(target.full, (*key, "full"))
        if [one.endpoint for one in route.targets].count(target.endpoint) > 1:
            place = self.source.at((*key, "folder"))
            yield finding("CFG-025", place, found=route.name, folder=target.endpoint.id)
        if target.format in offered.formats:
            from edi import delta, formats

            try:
                delta.columns(formats.load(target.format, self.library))
            except EdiError as error:
                yield from (replace(one, location=self.source.at((*key, "delta"))) for one in error.findings)

    def _schedule(self, expression: str, key: Key) -> Iterator[Finding]:
        why = schedule.wrong(expression) if expression else ""
        if why:
            yield finding("CFG-022", self.source.at(key), found=expression, why=why)

    def _target(self, target: Target, key: Key, offered: Known) -> Iterator[Finding]:
        yield from self._endpoint(target.endpoint, key)
        yield from self._rules_of(target.format, target.steps, target.checks, key, offered)
        unknown = naming.unknown_field(target.name)
        if unknown is not None:
            guess = nearest(unknown, naming.FIELDS)
            expected = ", ".join(naming.FIELDS)
            place = self.source.at((*key, "name"))
            yield finding("NAM-001", place, found=unknown, guess=guess, expected=expected)

    def _rules_of(
        self, format_: str, steps: tuple[str, ...], checks: Mapping[str, str], key: Key, offered: Known
    ) -> Iterator[Finding]:
        """Format, steps and checks that exist, in the workspace or in the library."""
        if format_.removeprefix("library:") not in offered.formats:
            place = self.source.at((*key, "format"))
            yield finding("CFG-012", place, found=format_, guess=nearest(format_, offered.formats))
        for place_in_list, step in enumerate(steps):
            if step not in offered.steps:
                place = self.source.at((*key, "steps", place_in_list))
                yield finding("CFG-013", place, found=step, guess=nearest(step, offered.steps))
        for check in checks:
            if check not in offered.checks:
                place = self.source.at((*key, "checks", check))
                yield finding("CFG-014", place, found=check, guess=nearest(check, offered.checks))

    def _endpoint(self, endpoint: Endpoint, key: Key) -> Iterator[Finding]:
        partner = self.partners.get(endpoint.partner)
        if partner is None:
            place, guess = self.source.at((*key, "partner")), nearest(endpoint.partner, self.partners)
            yield finding("CFG-010", place, found=endpoint.partner, guess=guess)
            return
        channel = partner.channels.get(endpoint.channel)
        if channel is None:
            place, guess = self.source.at((*key, "channel")), nearest(endpoint.channel, partner.channels)
            yield finding("CFG-011", place, found=endpoint.channel, partner=partner.id, guess=guess)
            return
        yield from self._folder(endpoint, channel, (*key, "folder"))

    def _folder(self, endpoint: Endpoint, channel: Channel, key: Key) -> Iterator[Finding]:
        folder = PurePosixPath(endpoint.folder)
        place = self.source.at(key)
        if ".." in folder.parts or (channel.type == "folder" and folder.is_absolute()):
            yield finding("CFG-016", place, found=endpoint.folder)
        elif channel.type == "folder":
            path = Path(os.path.normpath(channel_path(self.root, channel) / folder))
            why = kept(self.root, path)
            if why:
                yield finding("CFG-017", place, found=endpoint.folder, why=why)

    # --- routes beside each other -------------------------------------------------------------------------

    def _pairs(self) -> Iterator[Finding]:
        for one, other in combinations(self.routes.values(), 2):
            if one.source == other.source and one.schedule != other.schedule:
                place = self.source.at(("routes", other.name, "schedule"))
                yield finding("CFG-023", place, found=one.name, other=other.name, folder=one.source.id)
            same = (one.source, one.format) == (other.source, other.format)
            if same and overlap(one.files, other.files):
                place = self.source.at(("routes", other.name, "from"))
                yield finding("CFG-015", place, found=one.name, other=other.name)

    def _loops(self) -> Iterator[Finding]:
        pickups = {self._real(route.source): route.name for route in reversed(list(self.routes.values()))}
        for route in self.routes.values():
            targets: list[tuple[Key, Target]] = [
                (("to", n), target) for n, target in enumerate(route.targets)
            ]
            targets += [(("report",), route.report)] if route.report else []
            for key, target in targets:
                other = pickups.get(self._real(target.endpoint))
                if other is not None:
                    place = self.source.at(("routes", route.name, *key, "folder"))
                    yield finding(
                        "CFG-020", place, found=route.name, folder=target.endpoint.folder, other=other
                    )

    def _real(self, endpoint: Endpoint) -> str:
        """One name for one folder, however its channel spells it."""
        partner = self.partners.get(endpoint.partner)
        channel = partner.channels.get(endpoint.channel) if partner else None
        if channel is None or channel.type != "folder":
            return endpoint.id
        return os.path.normpath(channel_path(self.root, channel) / endpoint.folder)


def channel_path(root: Path, channel: Channel) -> Path:
    """The folder of a channel of type "folder", absolute."""
    return root / Path(channel.settings["path"]).expanduser()


def claims_path(root: Path, channel: Channel) -> Path:
    """Where the files claimed on a channel wait: on the channel's own disk when it says so."""
    claims = channel.settings.get("claims")
    return root / Path(claims).expanduser() if claims else root / ".edi" / "claims"


def device(path: Path) -> int:
    """The file system (st_dev) of `path`, or of the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


def kept(root: Path, path: Path) -> str:
    """Why `path` is no folder to exchange files in; "" when it is one."""
    if path == root or path in root.parents:
        return "it holds the workspace itself"
    for name in KEPT:
        if path == root / name or root / name in path.parents:
            return f"{name} holds the toolkit's own files"
    return ""


def overlap(one: str, other: str) -> bool:
    """Whether some file name matches both patterns. `[...]` counts as any one character."""
    left, right = (re.sub(r"\[[^\]]+\]", "?", pattern) for pattern in (one, other))

    @cache
    def meet(i: int, j: int) -> bool:
        if i == len(left) or j == len(right):
            return set(left[i:] + right[j:]) <= {"*"}
        if "*" in (left[i], right[j]):
            return meet(i + 1, j) or meet(i, j + 1)
        return ("?" in (left[i], right[j]) or left[i] == right[j]) and meet(i + 1, j + 1)

    return meet(0, 0)
