"""The folder channel against what a drop folder may hold, and against what may happen meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from edi.model import Channel
from edi.transport import Channel as Open
from edi.transport import (
    ChannelError,
    Done,
    Entry,
    Failed,
    Fetch,
    Fetched,
    Publish,
    Published,
    Upload,
    _posix,
    open_channel,
)

LIMIT = 1_000_000


class NoSecret:
    def reveal(self) -> str:
        raise AssertionError("a folder has no secrets")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "drop" / "in").mkdir(parents=True)
    (tmp_path / "drop" / "out").mkdir()
    return tmp_path


def opened(base: Path, path: str = "drop", claims: Path | None = None) -> Open:
    channel = Channel("erp", "folder", "folder", {"path": path})
    return open_channel(channel, base, lambda _: NoSecret(), claims or base / ".edi" / "claims")


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def fetch(entry: Entry, id: str = "01A") -> Fetch:
    return Fetch(id, "in", entry.raw, entry.size, entry.mtime_ns)


def test_a_pipe_is_refused_and_nobody_waits_for_its_other_end(base: Path) -> None:
    os.mkfifo(base / "drop/in/orders.edi")
    with opened(base) as channel:
        [entry] = channel.list("in")
        assert entry.refused is not None
        assert entry.refused.code == "NET-020"
        [failed] = channel.fetch([fetch(entry)], LIMIT)
        assert channel.settled("in", [entry]) == [None]
    assert isinstance(failed, Failed)
    assert failed.finding.code == "NET-020"


def test_a_file_with_a_second_name_is_refused(base: Path) -> None:
    secret = base / "secret"
    secret.write_bytes(b"secret")
    os.link(secret, base / "drop/in/orders.edi")
    with opened(base) as channel:
        [entry] = channel.list("in")
        assert entry.refused is not None
        assert entry.refused.code == "NET-021"
        [failed] = channel.fetch([fetch(entry)], LIMIT)
    assert isinstance(failed, Failed)
    assert (base / "drop/in/orders.edi").exists()


@pytest.mark.parametrize("swap", ["link", "pipe", "hard link"])
def test_what_is_swapped_in_at_the_last_moment_is_put_back(
    base: Path, swap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, secret = base / "drop/in/orders.edi", base / "secret"
    source.write_bytes(b"data")
    secret.write_bytes(b"secret")
    really = os.rename

    def swapped(*names: object, **folders: int) -> None:
        source.unlink()
        if swap == "link":
            source.symlink_to(secret)
        elif swap == "pipe":
            os.mkfifo(source)
        else:
            os.link(secret, source)
        really(*names, **folders)  # type: ignore[arg-type]

    with opened(base) as channel:
        [entry] = channel.list("in")
        monkeypatch.setattr(os, "rename", swapped)
        [failed] = channel.fetch([fetch(entry)], LIMIT)
    assert isinstance(failed, Failed)
    assert failed.finding.code == ("NET-021" if swap == "hard link" else "NET-020")
    assert os.path.lexists(source)
    assert list((base / ".edi/claims").iterdir()) == []


def test_a_folder_swapped_for_a_link_is_not_entered(base: Path) -> None:
    elsewhere = base / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "passwd").write_bytes(b"root")
    (base / "source").write_bytes(b"data")
    with opened(base) as channel:
        (base / "drop/in").rmdir()
        (base / "drop/in").symlink_to(elsewhere)
        with pytest.raises(ChannelError) as caught:
            channel.list("in")
        [taken] = channel.fetch([Fetch("01A", "in", b"passwd", 4, 0)], LIMIT)
        [sent] = channel.upload([Upload("01B", "in", "stock.csv", base / "source", 4)])
    assert caught.value.findings[0].code == "NET-012"
    assert isinstance(taken, Failed)
    assert isinstance(sent, Failed)
    assert [path.name for path in elsewhere.iterdir()] == ["passwd"]


def test_one_unusable_folder_does_not_stop_the_others(base: Path) -> None:
    (base / "source").write_bytes(b"data")
    (base / "drop/bad").symlink_to(base)
    items = [
        Upload("01A", "bad", "a.csv", base / "source", 4),
        Upload("01B", "out", "a.csv", base / "source", 4),
    ]
    with opened(base) as channel:
        outcomes = channel.upload(items)
    assert [type(outcome) for outcome in outcomes] == [Failed, Done]


def test_a_file_that_is_still_open_for_writing_is_left_to_its_writer(base: Path) -> None:
    source = base / "drop/in/orders.edi"
    with opened(base) as channel, source.open("wb") as writer:
        writer.write(b"first half")
        writer.flush()
        [entry] = channel.list("in")
        assert channel.settled("in", [entry]) == [False]
        [failed] = channel.fetch([fetch(entry)], LIMIT)
        assert isinstance(failed, Failed)
        assert (failed.finding.code, failed.retry) == ("NET-023", True)
        assert source.read_bytes() == b"first half"
        writer.close()
        assert channel.settled("in", [entry]) == [True]
        [fetched] = channel.fetch([fetch(entry)], LIMIT)
    assert isinstance(fetched, Fetched)


def test_without_leases_a_file_that_changed_just_now_is_left(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_posix, "has_no_writer", lambda descriptor: None)
    source = base / "drop/in/orders.edi"
    source.write_bytes(b"first half")
    with opened(base) as channel:
        [entry] = channel.list("in")
        source.write_bytes(b"first half, second half")
        [failed] = channel.fetch([fetch(entry)], LIMIT)
        assert isinstance(failed, Failed)
        assert (failed.finding.code, failed.retry) == ("NET-023", True)
        os.utime(source, (1_000_000_000, 1_000_000_000))
        [fetched] = channel.fetch([fetch(entry)], LIMIT)
    assert isinstance(fetched, Fetched)
    assert fetched.size == 23


def test_missing_folders_are_made_inside_the_workspace_only(base: Path) -> None:
    with opened(base, "new/drop") as channel:
        assert channel.list("in/orders") == []
    assert (base / "new/drop/in/orders").is_dir()
    workspace = base / "workspace"
    workspace.mkdir()
    with pytest.raises(ChannelError) as caught, opened(workspace, "../missing"):
        pass
    assert caught.value.findings[0].code == "NET-012"
    with opened(workspace, "../drop") as channel, pytest.raises(ChannelError):
        channel.list("missing")


def test_claims_on_another_disk_are_a_finding_before_anything_is_touched(base: Path) -> None:
    shared = Path("/dev/shm") / f"claims-{os.getpid()}"
    assert base.stat().st_dev != shared.parent.stat().st_dev
    (base / "drop/in/orders.edi").write_bytes(b"x")
    try:
        with opened(base, claims=shared) as channel:
            with pytest.raises(ChannelError) as caught:
                channel.list("in")
            [failed] = channel.fetch([Fetch("01A", "in", b"orders.edi", 1, 0)], LIMIT)
    finally:
        shared.rmdir()
    assert caught.value.findings[0].code == "NET-014"
    assert isinstance(failed, Failed)
    assert (failed.finding.code, failed.retry) == ("NET-014", False)


def test_an_absolute_folder_is_refused(base: Path) -> None:
    with opened(base) as channel, pytest.raises(ChannelError) as caught:
        channel.list("/etc")
    assert caught.value.findings[0].code == "NET-002"


def test_a_part_that_is_a_link_is_replaced_not_written_through(base: Path) -> None:
    victim = base / "victim"
    victim.write_bytes(b"precious")
    (base / "drop/out/.01A.part").symlink_to(victim)
    (base / "source").write_bytes(b"data")
    with opened(base) as channel:
        assert channel.upload([Upload("01A", "out", "stock.csv", base / "source", 4)]) == [Done("01A")]
        assert channel.publish([Publish("01A", "out", "stock.csv")]) == [Published("01A", fresh=True)]
    assert victim.read_bytes() == b"precious"
    delivered = base / "drop/out/stock.csv"
    assert not delivered.is_symlink()
    assert stat.S_IMODE(delivered.stat().st_mode) == 0o640


def test_nothing_is_overwritten_where_the_system_cannot_rename_exclusively(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_posix, "_renameat2", lambda *names: errno.EINVAL)
    (base / "source").write_bytes(b"data")
    item = Publish("01A", "out", "stock.csv")
    with opened(base) as channel:
        channel.upload([Upload("01A", "out", "stock.csv", base / "source", 4)])
        (base / "drop/out/stock.csv").write_bytes(b"other")
        [failed] = channel.publish([item])
        (base / "drop/out/stock.csv").unlink()
        assert channel.publish([item]) == [Published("01A", fresh=True)]
        assert channel.publish([item]) == [Published("01A", fresh=False)]
    assert isinstance(failed, Failed)
    assert failed.finding.code == "NET-031"


def test_a_full_disk_fails_one_file_and_leaves_its_part_invisible(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (base / "source").write_bytes(b"data")
    monkeypatch.setattr("shutil.copyfileobj", full)
    with opened(base) as channel:
        [failed] = channel.upload([Upload("01A", "out", "stock.csv", base / "source", 4)])
        assert channel.list("out") == []
    assert isinstance(failed, Failed)
    assert (failed.finding.code, failed.retry) == ("NET-033", True)


def test_a_failed_flush_is_a_failure_of_the_channel(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    (base / "source").write_bytes(b"data")
    monkeypatch.setattr(_posix, "sync_filesystem", broken)
    with opened(base) as channel, pytest.raises(ChannelError) as caught:
        channel.upload([Upload("01A", "out", "stock.csv", base / "source", 4)])
    assert (caught.value.findings[0].code, caught.value.retry) == ("NET-027", True)


def test_an_entry_carries_its_identity(base: Path) -> None:
    (base / "drop/in/orders.edi").write_bytes(b"x")
    with opened(base) as channel:
        [entry] = channel.list("in")
    status = (base / "drop/in/orders.edi").stat()
    assert entry.identity == f"{status.st_dev}:{status.st_ino}"
    assert entry.mtime_ns == status.st_mtime_ns


def test_five_hundred_files_in_one_batch(base: Path) -> None:
    for number in range(500):
        (base / f"drop/in/{number:03}.edi").write_bytes(str(number).encode())
    before = open_files()
    with opened(base) as channel:
        items = [fetch(entry, f"id{entry.name}") for entry in channel.list("in")]
        outcomes = channel.fetch(items, LIMIT)
        assert len([o for o in outcomes if isinstance(o, Fetched)]) == 500
        assert channel.release(items) == [Done(item.id) for item in items]
    assert list((base / "drop/in").iterdir()) == []
    assert open_files() == before


def test_an_unknown_type_of_channel_names_those_there_are(base: Path) -> None:
    with pytest.raises(ChannelError) as caught:
        open_channel(Channel("erp", "x", "ftp", {}), base, lambda _: NoSecret(), base)
    assert caught.value.findings[0].code == "NET-001"
    assert "folder, sftp" in caught.value.findings[0].text
