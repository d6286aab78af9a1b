"""A workspace: the folder with edi.toml, what it configures, and where its state and evidence lie."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edi.findings import EdiError, finding
from edi.library import Folders, library_root
from edi.model import Channel, Endpoint, Partner, Route
from edi.secret import Secret, resolve
from edi.workspace.building import Limits, partner, route
from edi.workspace.reading import NAME, read
from edi.workspace.rules import Rules, channel_path, claims_path

__all__ = ["Limits", "Workspace", "find", "located"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """A checked configuration. Nothing is created or opened before `prepare`.

    `own` is our side as a partner with the id "": name and identifiers for envelopes.
    """

    root: Path
    timezone: str
    own: Partner
    partners: Mapping[str, Partner]
    routes: Mapping[str, Route]
    limits: Limits
    library: Folders

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """The workspace in `folder`. EdiError with every CFG finding when its edi.toml is absent or wrong."""
        root = folder.resolve()
        if not (root / NAME).is_file():
            raise EdiError(finding("CFG-001", found=str(root)))
        return cls.parsed(root, (root / NAME).read_bytes())

    @classmethod
    def parsed(cls, root: Path, configuration: bytes) -> Workspace:
        """The workspace in `root` as `configuration` (the bytes of an edi.toml) describes it."""
        library = Folders(root, library_root())
        source = read(configuration, Folders(library_root()))
        values = source.values
        workspace = cls(
            root=root,
            timezone=values["workspace"].get("timezone", "UTC"),
            own=partner("", values["workspace"]),
            partners={name: partner(name, one) for name, one in values.get("partners", {}).items()},
            routes={name: route(name, one) for name, one in values.get("routes", {}).items()},
            limits=Limits(**values.get("limits", {})),
            library=library,
        )
        rules = Rules(root, source, workspace.timezone, workspace.partners, workspace.routes, library)
        findings = list(rules.findings())
        if findings:
            raise EdiError(*findings)
        return workspace

    @property
    def name(self) -> str:
        return self.own.name

    @property
    def state(self) -> Path:
        """`.edi`: ledger, claims, temporary files, logs, keys, documents. For its owner alone."""
        return self.root / ".edi"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def temporary(self) -> Path:
        return self.state / "tmp"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def documents(self) -> Path:
        return self.state / "documents"

    @property
    def sent(self) -> Path:
        return self.state / "sent"

    def channel(self, endpoint: Endpoint) -> Channel:
        """The channel of an endpoint of this configuration."""
        return self.partners[endpoint.partner].channels[endpoint.channel]

    def claims(self, channel: Channel) -> Path:
        """Where files claimed on a channel wait: `.edi/claims`, or on the channel's own disk."""
        return claims_path(self.root, channel)

    def folder(self, endpoint: Endpoint) -> Path:
        """The folder on disk of an endpoint whose channel is of type "folder"."""
        return channel_path(self.root, self.channel(endpoint)) / endpoint.folder

    def sources(self) -> tuple[Endpoint, ...]:
        """The endpoints where files are picked up, each once, in the order of the routes."""
        return tuple(dict.fromkeys(route.source for route in self.routes.values()))

    def routes_from(self, endpoint: Endpoint) -> tuple[Route, ...]:
        """The routes that may claim a file of this endpoint: their formats decide between them."""
        return tuple(route for route in self.routes.values() if route.source == endpoint)

    def secret(self, reference: str) -> Secret:
        """The secret behind "env:NAME" or "file:path" (relative to the workspace). EdiError SEC-xxx."""
        return resolve(reference, self.root)

    def prepare(self) -> None:
        """Make the state folders (0700) and refuse a state that others could change. EdiError CFG-03x."""
        try:
            for folder in (
                self.state,
                self.archive,
                self.temporary,
                self.logs,
                self.documents,
                *self._claims(),
            ):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            found = str(error.filename)
            raise EdiError(finding("CFG-032", found=found, why=error.strerror or str(error))) from None
        for folder in (self.state, self.archive):
            _refuse_open(folder)

    def _claims(self) -> set[Path]:
        every = [channel for partner in self.partners.values() for channel in partner.channels.values()]
        return {self.state / "claims", *(self.claims(channel) for channel in every)}

    def refuse_git_tree(self, here: bool = False) -> None:
        """EdiError CFG-031 when the workspace lies in a git work tree, unless the operator said `here`."""
        tree = next((up for up in (self.root, *self.root.parents) if (up / ".git").exists()), None)
        if tree is not None and not here:
            raise EdiError(finding("CFG-031", found=str(self.root), other=str(tree)))


def _refuse_open(folder: Path) -> None:
    """State and evidence belong to us, and nobody else may change them."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise EdiError(finding("CFG-032", found=str(folder), why="it is no folder of this user"))
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EdiError(finding("CFG-030", found=str(folder)))


def find(start: Path) -> Path:
    """The nearest folder upwards from `start` that has an edi.toml. EdiError CFG-001 when none has."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder
    raise EdiError(finding("CFG-001", found=str(start)))


def located(given: Path | None) -> Workspace:
    """The workspace an operator means: the one given, or the one around the current folder."""
    return Workspace.open(given if given is not None else find(Path.cwd()))
