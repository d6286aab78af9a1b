"""Which rules a set of routes uses: descriptors, schemas, directories, steps, checks, code tables, by bytes.

They are found by loading them through a library that remembers what was read; a task gets exactly these.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from edi import __version__, checks, delta, documents, formats, transform
from edi.engine import Engine
from edi.findings import EdiError, finding, nearest
from edi.library import Frozen, Library, Recording
from edi.model import Route, Target

LIBRARIES = ("duckdb", "pyarrow", "numpy", "jsonschema")


class Rules:
    """The rules of a task, each descriptor compiled once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.library = Frozen(files)
        self._formats: dict[str, formats.Format] = {}
        self._stack = ExitStack()
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def engine(self) -> Engine:
        """One SQL engine for all steps and checks, started when first needed."""
        if self._engine is None:
            self._engine = self._stack.enter_context(Engine())
        return self._engine

    def format(self, name: str) -> formats.Format:
        if name not in self._formats:
            self._formats[name] = formats.load(name, self.library)
        return self._formats[name]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rules by library name, and the history tables that they read."""

    files: dict[str, bytes]
    history: frozenset[str]


def gather(routes: Sequence[Route], library: Library) -> Gathered:
    """The rules of routes that share an endpoint. EdiError when one does not load."""
    recording = Recording(library)
    loaded: list[transform.Rule] = []
    for route in routes:
        document = formats.load(route.format, recording).document.name
        loaded += rules_of(route, document, recording)
        for target in (*route.targets, *([route.report] if route.report else [])):
            format_ = formats.load(target.format, recording)
            loaded += rules_of(target, format_.document.name, recording)
            if target.delta:
                delta.columns(format_)
    used = transform.names_used(loaded)
    for name in used:
        if name.startswith("codes."):
            read_codes(name, recording)
    past = frozenset(name.removeprefix("history.") for name in used if name.startswith("history."))
    for table in past:
        documents.of_table(table, recording)
    return Gathered(dict(sorted(recording.seen.items())), past)


def read_codes(name: str, library: Library) -> None:
    """Read the code table behind the SQL name `codes.vat`. EdiError SQL-002 when the workspace has none."""
    try:
        library.read(f"codes/{name.removeprefix('codes.')}.csv")
    except KeyError:
        known = [f"codes.{PurePosixPath(one).stem}" for one in library.names("codes/")]
        raise EdiError(finding("SQL-002", found=name, nearest=nearest(name, known))) from None


def rules_of(owner: Route | Target, document: str, library: Library) -> list[transform.Rule]:
    """The SQL and Python files behind the steps and checks of a route or target."""
    steps = [transform.load(name, library) for name in owner.steps]
    return transform.rules_of(steps) + [checks.load(name, document, library).rule for name in owner.checks]


def versions() -> dict[str, str]:
    """What else may decide a result: our version, Python's, and the libraries that compute."""
    return {
        "edi": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
