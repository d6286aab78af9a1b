"""What many small files cost whatever is done with them: the floor that the pipeline is held against.

Each file is read and hashed, copied into an archive folder, and a file of the same size is written as its
output; 500 files share one `syncfs`, then all are renamed to their places and the folders flushed.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
from pathlib import Path

BATCH = 500


NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def run(root: Path, source: Path, target: Path) -> int:
    """Every file of `source` into an archive under `root` and into `target`; gives their number."""
    archive, done = root / "archive", root / "done"
    archive.mkdir()
    done.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    names = sorted(os.fsencode(entry.name) for entry in os.scandir(source))
    places = [os.open(folder, os.O_RDONLY) for folder in (source, archive, target, done)]
    for first in range(0, len(names), BATCH):
        group = names[first : first + BATCH]
        for name in group:
            copy(name, *places[:3])
        libc.syncfs(places[1])
        for name in group:
            rename(name, *places)
        for place in places:
            os.fsync(place)
    return len(names)


def copy(name: bytes, source: int, archive: int, target: int) -> None:
    """Read, hash, and write twice under a temporary name."""
    descriptor = os.open(name, os.O_RDONLY, dir_fd=source)
    data = os.read(descriptor, 1 << 20)
    os.close(descriptor)
    hashlib.sha256(data).digest()
    for folder in (archive, target):
        descriptor = os.open(name + b".part", NEW, dir_fd=folder)
        os.write(descriptor, data)
        os.close(descriptor)


def rename(name: bytes, source: int, archive: int, target: int, done: int) -> None:
    """Both copies get their names, and the source is taken away."""
    for folder in (archive, target):
        os.rename(name + b".part", name, src_dir_fd=folder, dst_dir_fd=folder)
    os.rename(name, name, src_dir_fd=source, dst_dir_fd=done)
