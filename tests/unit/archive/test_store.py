"""The archive: write-once, complete or not there."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edi import archive as module
from edi.archive import FEW, Archive, ArchiveConflict, Deposit
from edi.findings import EdiError

POINTS = ["archive-written", "archive-flushed", "archive-placed", "archive-durable"]
SCRIPT = """
import sys
from pathlib import Path
from edi.archive import Archive, Deposit
root = Path(sys.argv[1])
Archive(root / "archive", root / "tmp").store([Deposit(f"2026/{n}.edi", data=b"x" * n) for n in range(5)])
"""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", tmp_path / "tmp")


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_data_and_sources_are_stored_hashed_and_read_only(archive: Archive, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"UNB" * 1_000_000)
    one, two = archive.store([Deposit("a/b/1.edi", data=b"UNA"), Deposit("a/2.edi", source=source)])
    assert (one.sha256, one.size) == (hashlib.sha256(b"UNA").digest(), 3)
    assert (two.sha256, two.size) == (hashlib.sha256(source.read_bytes()).digest(), 3_000_000)
    assert archive.read("a/b/1.edi") == b"UNA"
    assert stat.S_IMODE(archive.path("a/2.edi").stat().st_mode) == 0o444
    assert source.exists()
    assert files(archive.tmp) == []


def test_the_same_object_again_is_kept_as_it_is(archive: Archive) -> None:
    archive.store([Deposit("rules/1", data=b"same")])
    before = archive.path("rules/1").stat().st_ino
    archive.store([Deposit("rules/1", data=b"same"), Deposit("rules/1", data=b"same")])
    assert archive.path("rules/1").stat().st_ino == before
    assert files(archive.tmp) == []


def test_other_content_never_replaces_an_object(archive: Archive) -> None:
    archive.store([Deposit("rules/1", data=b"first")])
    with pytest.raises(ArchiveConflict) as refused:
        archive.store([Deposit("rules/2", data=b"fine"), Deposit("rules/1", data=b"other")])
    assert refused.value.findings[0].code == "AUD-042"
    assert archive.read("rules/1") == b"first"
    assert files(archive.tmp) == []


def test_a_file_above_the_limit_is_refused_and_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 11)
    archive.store([Deposit("ok", source=tmp_path / "big", limit=11)])
    with pytest.raises(EdiError) as refused:
        archive.store([Deposit("no", source=tmp_path / "big", limit=10)])
    assert refused.value.findings[0].code == "AUD-043"
    assert files(archive.root) == ["ok"] and files(archive.tmp) == []


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", "a\0b"])
def test_a_path_out_of_the_archive_is_a_bug(archive: Archive, path: str) -> None:
    with pytest.raises(ValueError, match="inside the archive"):
        archive.store([Deposit(path, data=b"")])


def test_a_source_that_is_a_link_is_refused(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(EdiError) as refused:
        archive.store([Deposit("a", source=tmp_path / "link")])
    assert refused.value.findings[0].found == os.strerror(errno.ELOOP)[:40]


def test_without_renameat2_a_link_does_the_same(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def renameat2(self, *arguments: object) -> int:
            ctypes.set_errno(errno.EINVAL)
            return -1

    real = module._libc
    monkeypatch.setattr(module, "_libc", Old())
    archive.store([Deposit("a", data=b"1")])
    with pytest.raises(ArchiveConflict):
        archive.store([Deposit("a", data=b"2")])
    assert files(archive.root) == ["a"] and files(archive.tmp) == []


def no_fsync(descriptor: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


class NoSyncfs:
    """The C library of a system whose disk fails at the flush."""

    def __init__(self, real: ctypes.CDLL) -> None:
        self.real = real

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def syncfs(self, descriptor: int) -> int:
        ctypes.set_errno(errno.EIO)
        return -1


@pytest.mark.parametrize("number", [1, FEW, FEW + 1])
def test_a_flush_that_fails_publishes_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(module, "_libc", NoSyncfs(module._libc))
    monkeypatch.setattr(os, "fsync", no_fsync)
    with pytest.raises(EdiError, match=os.strerror(errno.EIO)):
        archive.store([Deposit(f"{n}", data=b"1") for n in range(number)])
    assert files(archive.root) == [] and files(archive.tmp) == []


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_leaves_whole_objects_and_the_same_batch_completes_it(tmp_path: Path, point: str) -> None:
    environment = {**os.environ, "EDI_FAIL_POINT": point, "PYTHONPATH": os.pathsep.join(sys.path)}
    crashed = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment)
    assert crashed.returncode == -signal.SIGKILL
    for name in files(tmp_path / "archive"):
        assert (tmp_path / "archive" / name).read_bytes() == b"x" * int(Path(name).stem)
    archive = Archive(tmp_path / "archive", tmp_path / "tmp")
    leftovers = len(files(archive.tmp))
    assert archive.sweep() == leftovers == (0 if point in POINTS[2:] else 5)
    archive.store([Deposit(f"2026/{n}.edi", data=b"x" * n) for n in range(5)])
    assert len(files(archive.root)) == 5


def test_a_full_disk_leaves_nothing_behind(archive: Archive) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(EdiError, match=os.strerror(errno.EFBIG)):
            archive.store([Deposit("a", data=b"1"), Deposit("b", data=b"x" * 5000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(archive.root) == [] and files(archive.tmp) == []
