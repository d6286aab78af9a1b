"""What every executor promises: results and exceptions come back; a child keeps hostile work in bounds."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Executor

import pytest

from edi.executors import Ceiling, Child, Inline, Stopped, outcome


def double(number: int) -> int:
    return number * 2


def broken(number: int) -> int:
    raise ValueError(f"cannot take {number}")


def hog(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024 * 1024))


def sleeper(seconds: float) -> None:
    time.sleep(seconds)


def dies(_: int) -> None:
    os.abort()


def environment(_: int) -> dict[str, str]:
    return dict(os.environ)


def dumps_core(_: int) -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)[0]


def reaches_network(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child(Ceiling(memory=3_000_000_000)) as started:
        yield started


@pytest.fixture(params=["inline", "child"])
def executor(request: pytest.FixtureRequest, child: Child) -> Executor:
    return Inline() if request.param == "inline" else child


def test_a_result_comes_back(executor: Executor) -> None:
    assert outcome(executor, double, 21, 30) == 42


def test_an_exception_comes_back_as_itself(executor: Executor) -> None:
    with pytest.raises(ValueError, match="cannot take 7"):
        outcome(executor, broken, 7, 30)


def test_after_an_exception_the_executor_still_works(executor: Executor) -> None:
    with pytest.raises(ValueError):
        outcome(executor, broken, 1, 30)
    assert outcome(executor, double, 2, 30) == 4


def test_too_much_memory_is_stopped_and_the_next_task_runs(child: Child) -> None:
    with pytest.raises(Stopped, match="memory"):
        outcome(child, hog, 6_000, 30)
    assert outcome(child, double, 3, 30) == 6


def test_a_task_that_never_ends_is_stopped_and_the_next_one_runs(child: Child) -> None:
    outcome(child, double, 1, 30)
    with pytest.raises(Stopped, match="longer than 1 seconds"):
        outcome(child, sleeper, 600.0, 1)
    assert outcome(child, double, 4, 30) == 8


def test_a_child_that_dies_is_replaced(child: Child) -> None:
    with pytest.raises(Stopped, match="abruptly"):
        outcome(child, dies, 0, 30)
    assert outcome(child, double, 5, 30) == 10


def test_a_child_sees_no_secret_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "canary-4711")
    with Child(Ceiling(memory=3_000_000_000)) as fresh:
        assert "canary-4711" not in outcome(fresh, environment, 0, 30).values()


def test_a_child_writes_no_core_file(child: Child) -> None:
    assert outcome(child, dumps_core, 0, 30) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take the network away")
def test_a_child_has_no_network(child: Child) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not outcome(child, reaches_network, server.getsockname()[1], 30)
