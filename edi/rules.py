"""Which rules a set of routes uses: descriptors, schemas, directories, steps, checks, code tables, by bytes.

They are found by loading them through a library that remembers what was read; a task gets exactly these.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from edi import __version__, checks, documents, formats, transform
from edi.library import Library, Recording
from edi.model import Route

LIBRARIES = ("duckdb", "pyarrow", "numpy", "jsonschema")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rules by library name, and the history tables that they read."""

    files: dict[str, bytes]
    history: frozenset[str]


def gather(routes: Sequence[Route], library: Library) -> Gathered:
    """The rules of routes that share an endpoint. EdiError when one does not load."""
    recording = Recording(library)
    used: set[str] = set()
    for route in routes:
        document = formats.load(route.format, recording).document.name
        used |= load_steps(route.steps, recording) | load_checks(route.checks, document, recording)
        for target in (*route.targets, *([route.report] if route.report else [])):
            document = formats.load(target.format, recording).document.name
            used |= load_steps(target.steps, recording) | load_checks(target.checks, document, recording)
    for name in used:
        if name.startswith("codes."):
            recording.read(f"codes/{name.removeprefix('codes.')}.csv")
    past = frozenset(name.removeprefix("history.") for name in used if name.startswith("history."))
    for table in past:
        documents.of_table(table, recording)
    return Gathered(dict(sorted(recording.seen.items())), past)


def load_steps(names: Sequence[str], library: Library) -> set[str]:
    return set().union(*(transform.names_used(transform.load(name, library)) for name in names))


def load_checks(names: Sequence[str], document: str, library: Library) -> set[str]:
    return set().union(*(checks.names_used(checks.load(name, document, library)) for name in names))


def versions() -> dict[str, str]:
    """What else may decide a result: our version, Python's, and the libraries that compute."""
    return {
        "edi": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
