"""Picking up, as every channel must do it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edi.transport import Done, Failed, Fetched, FolderError, Gone
from tests.conformance.transport.harness import Harness, claim

LIMIT = 1_000_000


def drop(folder: Path, name: str, data: bytes, age: int = 60) -> Path:
    path = folder / name
    path.write_bytes(data)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return path


def test_a_file_is_listed_fetched_and_released(harness: Harness) -> None:
    source = drop(harness.folder("in"), "orders.edi", b"UNB+UNOC:3'")
    with harness.open() as channel:
        [entry] = channel.list("in")
        assert (entry.name, entry.raw, entry.size, entry.refused) == ("orders.edi", b"orders.edi", 11, None)
        [fetched] = channel.fetch([claim(entry)], LIMIT)
        assert isinstance(fetched, Fetched)
        assert fetched.path.read_bytes() == b"UNB+UNOC:3'"
        assert fetched.size == 11
        assert source.exists() is not harness.claims_by_rename
        assert channel.release([claim(entry)]) == [Done("id-orders.edi")]
        assert not fetched.path.exists()
    assert list((harness.remote / "in").iterdir()) == []


def test_the_oldest_come_first_and_no_more_than_asked(harness: Harness) -> None:
    for age, name in ((10, "c"), (30, "a"), (20, "b")):
        drop(harness.folder("in"), name, b"x", age)
    with harness.open() as channel:
        assert [entry.name for entry in channel.list("in")] == ["a", "b", "c"]
        assert len(channel.list("in", limit=2)) == 2


def test_names_keep_their_accents_and_bytes(harness: Harness) -> None:
    name = "Commande d’épicerie № 7.csv"
    drop(harness.folder("in"), name, b"x")
    with harness.open() as channel:
        [entry] = channel.list("in")
        assert (entry.name, entry.raw) == (name, name.encode())
        [fetched] = channel.fetch([claim(entry, id="01A")], LIMIT)
    assert isinstance(fetched, Fetched)


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.edi", b"a\nb", b"a\x1b[2Jb", "facture\u202efdp.exe".encode(), b"a\\b", b"n" * 201]
)
def test_a_hostile_name_is_refused_and_left_alone(harness: Harness, name: bytes) -> None:
    folder = harness.folder("in")
    path = os.fsencode(folder) + b"/" + name
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")
    with harness.open() as channel:
        [entry] = channel.list("in")
        assert entry.refused is not None
        assert entry.refused.code == "NET-022"
        assert entry.name.isprintable()
        [failed] = channel.fetch([claim(entry, id="01A")], LIMIT)
    assert isinstance(failed, Failed)
    assert (failed.finding.code, failed.retry) == ("NET-022", False)
    assert os.path.exists(path)  # noqa: PTH110


@pytest.mark.parametrize(
    "name", [".hidden", "big.csv.part", "big.filepart", "a.TMP", ".edi-01A", ".01A.part"]
)
def test_unfinished_and_claimed_files_are_not_listed(harness: Harness, name: str) -> None:
    drop(harness.folder("in"), name, b"x")
    with harness.open() as channel:
        assert channel.list("in") == []


def test_a_link_is_refused_and_a_folder_is_passed_over(harness: Harness) -> None:
    folder = harness.folder("in")
    (folder / "archive").mkdir()
    secret = harness.source("secret", b"secret")
    (folder / "link.edi").symlink_to(secret)
    with harness.open() as channel:
        [entry] = channel.list("in")
        assert entry.refused is not None
        assert entry.refused.code == "NET-020"
        [failed] = channel.fetch([claim(entry)], LIMIT)
    assert isinstance(failed, Failed)
    assert (folder / "link.edi").is_symlink()


def test_a_file_that_someone_else_took_is_gone(harness: Harness) -> None:
    source = drop(harness.folder("in"), "orders.edi", b"x")
    with harness.open() as channel:
        [entry] = channel.list("in")
        source.unlink()
        assert channel.fetch([claim(entry)], LIMIT) == [Gone("id-orders.edi")]
        assert channel.release([claim(entry)]) == [Done("id-orders.edi")]


def test_a_file_over_the_limit_stays_where_it_is(harness: Harness) -> None:
    source = drop(harness.folder("in"), "orders.edi", b"12345")
    with harness.open() as channel:
        [entry] = channel.list("in")
        [failed] = channel.fetch([claim(entry)], 4)
        assert isinstance(failed, Failed)
        assert (failed.finding.code, failed.retry) == ("NET-024", False)
        assert source.read_bytes() == b"12345"
        [fetched] = channel.fetch([claim(entry)], 5)
    assert isinstance(fetched, Fetched)


def test_one_bad_file_does_not_stop_its_neighbours(harness: Harness) -> None:
    folder = harness.folder("in")
    drop(folder, "a.edi", b"a", 30)
    gone = drop(folder, "b.edi", b"b", 20)
    drop(folder, "c.edi", b"c" * 100, 10)
    with harness.open() as channel:
        items = [claim(entry) for entry in channel.list("in")]
        gone.unlink()
        outcomes = channel.fetch(items, 50)
    assert [type(outcome) for outcome in outcomes] == [Fetched, Gone, Failed]
    assert [outcome.id for outcome in outcomes] == ["id-a.edi", "id-b.edi", "id-c.edi"]


def test_fetching_again_after_a_crash_finishes(harness: Harness) -> None:
    drop(harness.folder("in"), "orders.edi", b"data")
    with harness.open() as channel:
        [entry] = channel.list("in")
        channel.fetch([claim(entry)], LIMIT)
        assert len(channel.list("in")) == (0 if harness.claims_by_rename else 1)
    with harness.open() as channel:
        [again] = channel.fetch([claim(entry)], LIMIT)
        assert isinstance(again, Fetched)
        assert again.path.read_bytes() == b"data"
        assert channel.release([claim(entry)]) == [Done("id-orders.edi")]
        assert channel.release([claim(entry)]) == [Done("id-orders.edi")]
        assert channel.fetch([claim(entry)], LIMIT) == [Gone("id-orders.edi")]


def test_a_claim_can_be_undone(harness: Harness) -> None:
    source = drop(harness.folder("in"), "orders.edi", b"data")
    with harness.open() as channel:
        [entry] = channel.list("in")
        channel.fetch([claim(entry)], LIMIT)
        assert channel.restore([claim(entry)]) == [Done("id-orders.edi")]
        assert channel.restore([claim(entry)]) == [Done("id-orders.edi")]
        assert [again.name for again in channel.list("in")] == ["orders.edi"]
    assert source.read_bytes() == b"data"


@pytest.mark.parametrize("harness", ["folder", "sftp"], indirect=True)
def test_undoing_a_claim_overwrites_nothing(harness: Harness) -> None:
    folder = harness.folder("in")
    drop(folder, "orders.edi", b"first")
    with harness.open() as channel:
        [entry] = channel.list("in")
        channel.fetch([claim(entry)], LIMIT)
        newer = drop(folder, "orders.edi", b"second")
        [failed] = channel.restore([claim(entry)])
        assert isinstance(failed, Failed)
        assert (failed.finding.code, failed.retry) == ("NET-035", True)
        assert newer.read_bytes() == b"second"
        newer.unlink()
        assert channel.restore([claim(entry)]) == [Done("id-orders.edi")]
    assert newer.read_bytes() == b"first"


def test_a_new_file_of_the_same_name_is_a_file_of_its_own(harness: Harness) -> None:
    folder = harness.folder("in")
    drop(folder, "orders.edi", b"first")
    with harness.open() as channel:
        [entry] = channel.list("in")
        [first] = channel.fetch([claim(entry, id="01A")], LIMIT)
        newer = drop(folder, "orders.edi", b"second", 30)
        channel.release([claim(entry, id="01A")])
        assert newer.exists()
        [entry] = channel.list("in")
        [second] = channel.fetch([claim(entry, id="01B")], LIMIT)
        assert isinstance(first, Fetched)
        assert isinstance(second, Fetched)
        assert second.path.read_bytes() == b"second"


@pytest.mark.parametrize("folder", ["../elsewhere", "in/../..", ".."])
def test_a_folder_outside_the_channel_is_refused(harness: Harness, folder: str) -> None:
    drop(harness.folder("in"), "orders.edi", b"x")
    with harness.open() as channel:
        with pytest.raises(FolderError) as caught:
            channel.list(folder)
        assert len(channel.list("in")) == 1
    assert caught.value.findings[0].code == "NET-002"


def test_an_empty_batch_is_an_empty_answer(harness: Harness) -> None:
    with harness.open() as channel:
        assert list(channel.fetch([], LIMIT)) == []
        assert list(channel.release([])) == []
        assert list(channel.restore([])) == []
        assert list(channel.upload([])) == []
        assert list(channel.publish([])) == []


def test_files_of_all_sizes_arrive_whole(harness: Harness) -> None:
    folder = harness.folder("in")
    sizes = [0, 1, 32767, 32768, 32769, 65536, 700_001]
    contents = {f"{size}.bin": bytes(range(256)) * (size // 256) + b"z" * (size % 256) for size in sizes}
    for name, data in contents.items():
        drop(folder, name, data)
    with harness.open() as channel:
        items = [claim(entry, id=entry.name) for entry in channel.list("in")]
        outcomes = channel.fetch(items, LIMIT)
        assert all(isinstance(outcome, Fetched) for outcome in outcomes)
        assert {o.id: o.path.read_bytes() for o in outcomes if isinstance(o, Fetched)} == contents
