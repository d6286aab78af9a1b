"""The SFTP channel against servers that lie, refuse, stall and hang up: a whole file, or a finding."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edi.transport import (
    Channel,
    ChannelError,
    Done,
    Entry,
    Failed,
    Fetch,
    Fetched,
    Gone,
    Publish,
    Published,
    Upload,
    _jobs,
)
from tests import hostile
from tests.proxy import proxy
from tests.servers import Behaviour, Server, sftp_server
from tests.unit.transport.conftest import Opener

LIMIT = 10_000_000
DATA = bytes(range(256)) * 400


@pytest.fixture(params=["rename", "in-place"])
def claim(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def serving(root: Path, behaviour: type[Behaviour]) -> Iterator[Server]:
    with sftp_server(root / "remote", behaviour) as server:
        (server.folder("epicerie", "in") / "orders.edi").write_bytes(DATA)
        server.folder("epicerie", "out")
        yield server


def fetch(channel: Channel, id: str = "01A") -> Fetched | Failed:
    [entry] = channel.list("in")
    [outcome] = channel.fetch([as_claim(entry, id)], LIMIT)
    assert isinstance(outcome, Fetched | Failed)
    return outcome


def as_claim(entry: Entry, id: str = "01A") -> Fetch:
    return Fetch(id, "in", entry.raw, entry.size, entry.mtime_ns)


def upload(channel: Channel, source: Path, id: str = "01A") -> Done | Failed:
    source.write_bytes(DATA)
    [outcome] = channel.upload([Upload(id, "out", "stock.csv", source, len(DATA))])
    return outcome


@pytest.mark.parametrize(
    ("behaviour", "code", "retry"),
    [
        (hostile.SaysLarger, "NET-025", True),
        (hostile.SaysSmaller, "NET-025", True),
        (hostile.GrowsWhileRead, "NET-025", True),
        (hostile.EndsEarly, "NET-025", True),
        (hostile.GivesTooMuch, "NET-025", True),
        (hostile.SwapsWhileRead, "NET-025", True),
        (hostile.HidesAttributes, "NET-036", False),
    ],
)
def test_a_server_that_lies_about_a_file_gives_no_file(
    tmp_path: Path, sftp: Opener, claim: str, behaviour: type[Behaviour], code: str, retry: bool
) -> None:
    with serving(tmp_path, behaviour) as server, sftp(server, claim=claim) as channel:
        outcome = fetch(channel)
    assert isinstance(outcome, Failed)
    assert (outcome.finding.code, outcome.retry) == (code, retry)
    assert list((tmp_path / "claims").iterdir()) == []


def test_a_server_that_gives_little_at_a_time_gives_a_whole_file(
    tmp_path: Path, sftp: Opener, claim: str
) -> None:
    with serving(tmp_path, hostile.DripsBytes) as server, sftp(server, claim=claim) as channel:
        outcome = fetch(channel)
    assert isinstance(outcome, Fetched)
    assert outcome.path.read_bytes() == DATA


def test_a_size_of_exabytes_costs_no_memory(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.SaysHuge) as server, sftp(server) as channel:
        [entry] = channel.list("in")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        [outcome] = channel.fetch([as_claim(entry)], LIMIT)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert isinstance(outcome, Failed)
    assert (outcome.finding.code, outcome.retry) == ("NET-024", False)


def test_names_that_are_no_names_are_shown_and_never_used(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.ListsEvilNames) as server, sftp(server) as channel:
        entries = channel.list("in")
        assert {entry.raw for entry in entries} == set(hostile.EVIL_NAMES)
        assert all(entry.refused is not None and entry.refused.code == "NET-022" for entry in entries)
        assert all(entry.name.isprintable() for entry in entries)
        outcomes = channel.fetch([as_claim(entry, f"id{n}") for n, entry in enumerate(entries)], LIMIT)
    assert all(isinstance(o, Failed) and o.finding.code == "NET-022" for o in outcomes)
    assert list((tmp_path / "claims").iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_listing_without_end_is_cut(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.ListsWithoutEnd) as server, sftp(server) as channel:
        assert len(channel.list("in", limit=1000)) == 1000


def test_a_missing_folder_is_named(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, Behaviour) as server, sftp(server) as channel:
        with pytest.raises(ChannelError) as caught:
            channel.list("commandes")
        source = tmp_path / "source"
        source.write_bytes(b"data")
        [failed] = channel.upload([Upload("01A", "commandes", "stock.csv", source, 4)])
    found = caught.value.findings[0]
    assert (found.code, found.location.file, caught.value.retry) == (
        "NET-012",
        "epicerie/sftp/commandes",
        False,
    )
    assert isinstance(failed, Failed)
    assert failed.finding.code == "NET-012"


def test_a_refused_rename_says_what_to_set(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.RefusesRename) as server:
        with sftp(server) as channel:
            outcome = fetch(channel)
            assert isinstance(outcome, Failed)
            assert outcome.finding.code == "NET-026"
            assert 'claim = "in-place"' in outcome.finding.hint
        with sftp(server, claim="in-place") as channel:
            assert isinstance(fetch(channel), Fetched)


def test_a_rename_that_was_only_pretended_is_noticed(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.PretendsRename) as server, sftp(server) as channel:
        taken = fetch(channel)
        assert isinstance(upload(channel, tmp_path / "source"), Done)
        [published] = channel.publish([Publish("01A", "out", "stock.csv")])
    assert isinstance(taken, Failed)
    assert isinstance(published, Failed)
    assert (server.root / "epicerie/in/orders.edi").read_bytes() == DATA


def test_a_rename_that_was_done_and_denied_is_done_once(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.RenamesAndDenies) as server, sftp(server) as channel:
        [entry] = channel.list("in")
        [first] = channel.fetch([as_claim(entry)], LIMIT)
        [second] = channel.fetch([as_claim(entry)], LIMIT)
        upload(channel, tmp_path / "source")
        item = Publish("01A", "out", "stock.csv")
        [refused] = channel.publish([item])
        assert channel.publish([item]) == [Published("01A", fresh=False)]
    assert isinstance(first, Failed)
    assert first.retry
    assert isinstance(second, Fetched)
    assert isinstance(refused, Failed)
    assert refused.retry
    assert [path.name for path in (server.root / "epicerie/out").iterdir()] == ["stock.csv"]


def test_nothing_is_overwritten_on_a_server_whose_rename_would(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.OverwritingRename) as server, sftp(server) as channel:
        old = server.root / "epicerie/out/stock.csv"
        old.write_bytes(b"yesterday")
        upload(channel, tmp_path / "source")
        [failed] = channel.publish([Publish("01A", "out", "stock.csv")])
        [entry] = channel.list("in")
        channel.fetch([as_claim(entry)], LIMIT)
        (server.root / "epicerie/in/orders.edi").write_bytes(b"newer")
        [kept] = channel.restore([as_claim(entry)])
    assert isinstance(failed, Failed)
    assert failed.finding.code == "NET-031"
    assert old.read_bytes() == b"yesterday"
    assert isinstance(kept, Failed)
    assert (server.root / "epicerie/in/orders.edi").read_bytes() == b"newer"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [(hostile.Full, "NET-033"), (hostile.QuotaAtClose, "NET-033"), (hostile.LosesWrites, "NET-032")],
)
def test_an_upload_that_did_not_arrive_is_not_published(
    tmp_path: Path, sftp: Opener, behaviour: type[Behaviour], code: str
) -> None:
    with serving(tmp_path, behaviour) as server, sftp(server) as channel:
        outcome = upload(channel, tmp_path / "source")
    assert isinstance(outcome, Failed)
    assert (outcome.finding.code, outcome.retry) == (code, True)
    assert not (server.root / "epicerie/out/stock.csv").exists()


def test_a_file_that_may_not_be_removed_is_told(tmp_path: Path, sftp: Opener, claim: str) -> None:
    with serving(tmp_path, hostile.RefusesRemove) as server, sftp(server, claim=claim) as channel:
        [entry] = channel.list("in")
        [fetched] = channel.fetch([as_claim(entry)], LIMIT)
        [failed] = channel.release([as_claim(entry)])
    assert isinstance(fetched, Fetched)
    assert isinstance(failed, Failed)
    assert (failed.finding.code, failed.retry) == ("NET-013", True)


def test_a_file_replaced_after_it_was_fetched_in_place_is_kept(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, Behaviour) as server, sftp(server, claim="in-place") as channel:
        [entry] = channel.list("in")
        [fetched] = channel.fetch([as_claim(entry)], LIMIT)
        source = server.root / "epicerie/in/orders.edi"
        source.write_bytes(b"another")
        assert channel.release([as_claim(entry)]) == [Done("01A")]
        [again] = channel.list("in")
    assert isinstance(fetched, Fetched)
    assert again.size == len(b"another")
    assert source.read_bytes() == b"another"


def test_a_file_that_grew_since_it_was_listed_is_another_file(
    tmp_path: Path, sftp: Opener, claim: str
) -> None:
    with serving(tmp_path, Behaviour) as server, sftp(server, claim=claim) as channel:
        [entry] = channel.list("in")
        source = server.root / "epicerie/in/orders.edi"
        source.write_bytes(DATA + b"more")
        assert channel.fetch([as_claim(entry)], LIMIT) == [Gone("01A")]
        assert source.exists()
        assert isinstance(fetch(channel, "01B"), Fetched)


def test_a_file_that_takes_too_long_is_given_up_alone(
    tmp_path: Path, sftp: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path, Behaviour) as server, sftp(server) as channel:
        [entry] = channel.list("in")
        monkeypatch.setattr(_jobs, "GRACE", -60)
        [taken], sent = channel.fetch([as_claim(entry)], LIMIT), upload(channel, tmp_path / "source")
        monkeypatch.undo()
        [again] = channel.fetch([as_claim(entry)], LIMIT)
    for outcome in (taken, sent):
        assert isinstance(outcome, Failed)
        assert (outcome.finding.code, outcome.retry) == ("NET-029", True)
    assert isinstance(again, Fetched)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stalls_is_given_up_and_the_next_run_finishes(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.Stalls) as server, sftp(server) as channel:
        [entry] = channel.list("in")
        with pytest.raises(ChannelError) as caught:
            channel.fetch([as_claim(entry)], LIMIT)
    assert (caught.value.findings[0].code, caught.value.retry) == ("NET-005", True)
    with sftp_server(tmp_path / "remote") as server, sftp(server) as channel:
        [fetched] = channel.fetch([as_claim(entry)], LIMIT)
        assert isinstance(fetched, Fetched)
        assert fetched.path.read_bytes() == DATA


def test_a_server_that_hangs_up_in_the_middle_leaves_nothing_half(tmp_path: Path, sftp: Opener) -> None:
    with serving(tmp_path, hostile.HangsUp) as server, sftp(server) as channel:
        [entry] = channel.list("in")
        with pytest.raises(ChannelError) as caught:
            channel.fetch([as_claim(entry)], LIMIT)
    assert (caught.value.findings[0].code, caught.value.retry) == ("NET-015", True)
    assert not (tmp_path / "claims" / "01A").exists()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("after", [0, 30, 2_000, 4_000, 20_000, 90_000])
@pytest.mark.parametrize("fault", ["cut", "hole", "flip"])
def test_a_line_that_breaks_gives_the_whole_file_or_an_error(
    tmp_path: Path, sftp: Opener, fault: str, after: int
) -> None:
    with serving(tmp_path, Behaviour) as server, proxy(server.port, fault=fault, after=after) as port:
        with pytest.raises(ChannelError) as caught, sftp(server, port=port) as channel:
            fetch(channel)
        assert caught.value.findings[0].code in {"NET-005", "NET-007", "NET-010", "NET-011", "NET-015"}
        assert not (tmp_path / "claims" / "01A").exists()
        with sftp(server) as channel:
            entry = Entry(b"orders.edi", "orders.edi", len(DATA), None)
            status = next((server.root / "epicerie/in").iterdir()).stat()
            item = Fetch("01A", "in", entry.raw, entry.size, int(status.st_mtime) * 1_000_000_000)
            [again] = channel.fetch([item], LIMIT)
            assert isinstance(again, Fetched)
            assert again.path.read_bytes() == DATA


def test_five_hundred_files_are_brought_with_few_in_flight(tmp_path: Path, sftp: Opener) -> None:
    with sftp_server(tmp_path / "remote") as server:
        folder = server.folder("epicerie", "in")
        contents = {f"{number:03}.edi": str(number).encode() * number for number in range(500)}
        for name, data in contents.items():
            (folder / name).write_bytes(data)
        with sftp(server, in_flight=8) as channel:
            items = [as_claim(entry, f"id-{entry.name}") for entry in channel.list("in")]
            outcomes = channel.fetch(items, LIMIT)
            assert {o.id[3:]: o.path.read_bytes() for o in outcomes if isinstance(o, Fetched)} == contents
            assert channel.release(items) == [Done(item.id) for item in items]
        assert list(folder.iterdir()) == []
