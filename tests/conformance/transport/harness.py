"""What the suite needs to know of a channel: how to open it, and the folder that it really works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edi.transport import Channel, Entry, Fetch, Publish, Upload


@dataclass(frozen=True)
class Harness:
    """`open()` makes a new, unconnected channel; `remote` is its root as a folder of this machine.

    A claim renames the file, or leaves it under its name until it is released.
    """

    open: Callable[[], Channel]
    remote: Path
    local: Path
    claims_by_rename: bool = True

    def folder(self, name: str) -> Path:
        path = self.remote / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def source(self, name: str, data: bytes) -> Path:
        path = self.local / name
        path.write_bytes(data)
        return path

    def upload(self, id: str, data: bytes, name: str = "stock.csv", folder: str = "out") -> Upload:
        return Upload(id, folder, name, self.source(id, data), len(data))


def claim(entry: Entry, folder: str = "in", id: str = "") -> Fetch:
    return Fetch(id or f"id-{entry.name}", folder, entry.raw, entry.size, entry.mtime_ns)


def publish(item: Upload) -> Publish:
    return Publish(item.id, item.folder, item.name)
