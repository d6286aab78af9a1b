"""The doorbell: wakes the watch when a file appears in a local folder. It only shortens the wait.

Notices of the file system get lost (queues overflow, network disks send none, folders are replaced), so that
nothing may depend on them: whoever waits looks again after some seconds in any case.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

GATHER_SECONDS = 0.1
"""How long a ring waits for others: files seldom come alone."""

ARRIVALS = ("closed", "created", "moved")
"""Events that may mean a new file; our own taking away gives none of them."""

Identity = tuple[int, int]


class Doorbell(FileSystemEventHandler):
    """Listens at folders. `wait` sleeps until one rings, `wake` is called, or the time is over.

    A pipe carries the ring: writing to it is allowed in a signal handler, where a lock could be held already.
    """

    def __init__(self) -> None:
        self._ear, self._mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._rung: deque[Path] = deque()
        self._listening: dict[Path, tuple[Identity, ObservedWatch]] = {}
        self._observer = Observer()
        self._observer.start()

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()
        os.close(self._ear)
        os.close(self._mouth)

    def listen(self, folders: Iterable[Path]) -> None:
        """Listen at these folders and no others; one that does not exist yet is silent."""
        wanted = {folder: there for folder in folders if (there := identity(folder))}
        for folder, (before, watch) in list(self._listening.items()):
            if wanted.get(folder) != before:
                del self._listening[folder]
                with suppress(KeyError, OSError):
                    self._observer.unschedule(watch)
        for folder in wanted.keys() - self._listening.keys():
            with suppress(OSError):  # no more notices to be had from the system: the scan does without
                self._listening[folder] = (wanted[folder], self._observer.schedule(self, str(folder)))

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ARRIVALS and not event.is_directory:
            self._rung.append(Path(os.fsdecode(event.dest_path or event.src_path)).parent)
            self.wake()

    def wake(self) -> None:
        """End the present or the next `wait`."""
        with suppress(BlockingIOError):  # the pipe is full of rings that nobody heard yet
            os.write(self._mouth, b"!")

    def wait(self, seconds: float) -> set[Path]:
        """The folders that rang meanwhile."""
        if select.select([self._ear], [], [], max(seconds, 0))[0]:
            time.sleep(GATHER_SECONDS)
            os.read(self._ear, 65_536)
        return {self._rung.popleft() for _ in range(len(self._rung))}


def identity(folder: Path) -> Identity | None:
    """Which folder it is: one that was replaced by another has a new identity. None when it is no folder."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if folder.is_dir() else None
