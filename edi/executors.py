"""Where a task runs: inline, or in a child process with limits. The seam is `concurrent.futures.Executor`.

Partners' bytes are hostile, so the child gets a ceiling on memory, processor time, file size and open files,
an empty environment, no new privileges and, where the system lets us, no network (reliability rules for
parsers in any language). A child that dies or overruns is replaced; the coordinator decides what that means.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, resource_tracker
from typing import Any

PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWNET = 0x40000000
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "EDI_FAIL_POINT")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Limits of a child, in bytes: its address space, and any file that it writes."""

    memory: int = 4_000_000_000
    file_size: int = 4_000_000_000


class Stopped(Exception):
    """The child died or overran its limits; the text says which."""


class Inline(Executor):
    """Runs a task at once, in this process: for tests and for looking at one's own files."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Child(Executor):
    """One child process with limits, started when first needed and replaced when it was stopped."""

    def __init__(self, ceiling: Ceiling) -> None:
        self.ceiling = ceiling
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._started().submit(fn, *args, **kwargs)

    def prepare(self) -> None:
        """Let the process that children are made of import what they need, while we do something else."""
        get_context("forkserver").set_forkserver_preload(["edi.task"])
        resource_tracker.ensure_running()  # starting it unblocks what `deaf` blocks
        with deaf():
            forkserver.ensure_running()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self.prepare()
            context = get_context("forkserver")
            self._pool = ProcessPoolExecutor(
                max_workers=1, mp_context=context, initializer=restrict, initargs=(self.ceiling,)
            )
        return self._pool

    def kill(self) -> None:
        """Kill the child at once and forget it."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """What is started here, and its children, do not hear that *we* are asked to stop.

    A terminal and a service manager tell every process of a group; a task that died of it would look as if
    its file had killed it. We stop our children ourselves.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def restrict(ceiling: Ceiling) -> None:
    """What a child gives up before it sees a partner's byte."""
    for name in [name for name in os.environ if name not in KEPT]:
        del os.environ[name]
    for kind, value in (
        (resource.RLIMIT_AS, ceiling.memory),
        (resource.RLIMIT_FSIZE, ceiling.file_size),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        lower(kind, value)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.geteuid() == 0:
        libc.unshare(CLONE_NEWNET)


def lower(kind: int, value: int) -> None:
    """Set a resource limit, never above what this process was given."""
    _, hard = resource.getrlimit(kind)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (ceiling, ceiling))


def outcome(executor: Executor, fn: Callable[[Any], Any], task: Any, seconds: float) -> Any:
    """The task's result. Raises `Stopped` when a limit ended it, and the task's own exception for a bug."""
    try:
        return executor.submit(fn, task).result(timeout=seconds)
    except FutureTimeout:
        stop(executor)
        raise Stopped(f"it took longer than {seconds:.0f} seconds") from None
    except BrokenProcessPool:
        stop(executor)
        raise Stopped("the process that read it ended abruptly (out of memory, or a crash)") from None
    except MemoryError:
        stop(executor)
        raise Stopped("it needed more memory than allowed") from None


def prepare(executor: Executor) -> None:
    """Tell an executor that work is coming."""
    if isinstance(executor, Child):
        executor.prepare()


def stop(executor: Executor) -> None:
    if isinstance(executor, Child):
        executor.kill()
