"""What every test may rely on: the clone is never touched, samples are optional, generated tests repeat."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
OURS = tuple(str(ROOT / name) for name in ("inbox", "outbox", "archive", ".edi"))
"""The example workspace's own folders. A test that opens one would change or depend on somebody's data."""

WATCHED = {
    "open",
    "os.listdir",
    "os.scandir",
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.link",
    "sqlite3.connect",
}

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "thorough", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def clone_is_not_a_workspace() -> Iterator[None]:
    """Opening the clone's inbox, outbox, archive or state is an error while tests run."""
    watching = True

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in WATCHED:
            for argument in arguments[:2]:
                if isinstance(argument, str | bytes | os.PathLike) and _ours(os.fsdecode(argument)):
                    raise AssertionError(f"a test must not touch {os.fsdecode(argument)}")

    sys.addaudithook(refuse)
    yield
    watching = False


def _ours(path: str) -> bool:
    return any(path == own or path.startswith(own + os.sep) for own in OURS)


@pytest.fixture(autouse=True)
def no_workspace_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own EDI_WORKSPACE means nothing to a test."""
    monkeypatch.delenv("EDI_WORKSPACE", raising=False)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of foreign sample files; only for tests marked `samples`."""
    return Path(os.environ["EDI_SAMPLES"])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "samples: reads foreign sample files from the folder EDI_SAMPLES")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("EDI_SAMPLES"):
        return
    left_out = [item for item in items if item.get_closest_marker("samples")]
    items[:] = [item for item in items if not item.get_closest_marker("samples")]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not os.environ.get("EDI_SAMPLES"):
        terminalreporter.write_line("Tests marked `samples` were left out: EDI_SAMPLES is not set.")
