"""Delivering, as every channel must do it."""

from __future__ import annotations

import pytest

from edi.transport import Done, Failed, Publish, Published, Upload
from tests.conformance.transport.harness import Harness, publish


def test_a_file_is_visible_only_when_published(harness: Harness) -> None:
    out = harness.folder("out")
    item = harness.upload("01A", b"sku;qty\nMIEL-500;4\n")
    with harness.open() as channel:
        assert channel.upload([item]) == [Done("01A")]
        assert [path.name for path in out.iterdir()] == [".01A.part"]
        assert channel.publish([publish(item)]) == [Published("01A", fresh=True)]
    assert [path.name for path in out.iterdir()] == ["stock.csv"]
    assert (out / "stock.csv").read_bytes() == b"sku;qty\nMIEL-500;4\n"


def test_a_file_that_the_receiver_took_is_not_sent_twice(harness: Harness) -> None:
    out = harness.folder("out")
    item = harness.upload("01A", b"data")
    with harness.open() as channel:
        channel.upload([item])
        channel.publish([publish(item)])
    (out / "stock.csv").unlink()
    with harness.open() as channel:
        assert channel.publish([publish(item)]) == [Published("01A", fresh=False)]
    assert list(out.iterdir()) == []


def test_publishing_again_while_the_file_is_there_changes_nothing(harness: Harness) -> None:
    out = harness.folder("out")
    item = harness.upload("01A", b"data")
    with harness.open() as channel:
        channel.upload([item])
        assert channel.publish([publish(item)]) == [Published("01A", fresh=True)]
        assert channel.publish([publish(item)]) == [Published("01A", fresh=False)]
    assert [path.name for path in out.iterdir()] == ["stock.csv"]


def test_uploading_again_replaces_the_half_written_part(harness: Harness) -> None:
    out = harness.folder("out")
    (out / ".01A.part").write_bytes(b"half of something longer than the file itself")
    item = harness.upload("01A", b"whole")
    with harness.open() as channel:
        assert channel.upload([item]) == [Done("01A")]
        assert channel.upload([item]) == [Done("01A")]
        channel.publish([publish(item)])
    assert (out / "stock.csv").read_bytes() == b"whole"


def test_nothing_is_overwritten(harness: Harness) -> None:
    out = harness.folder("out")
    (out / "stock.csv").write_bytes(b"yesterday")
    item = harness.upload("01A", b"today")
    with harness.open() as channel:
        channel.upload([item])
        [failed] = channel.publish([publish(item)])
        assert isinstance(failed, Failed)
        assert (failed.finding.code, failed.retry) == ("NET-031", False)
        assert (out / "stock.csv").read_bytes() == b"yesterday"
        (out / "stock.csv").unlink()
        assert channel.publish([publish(item)]) == [Published("01A", fresh=True)]
    assert (out / "stock.csv").read_bytes() == b"today"


def test_two_files_of_a_batch_with_one_name_do_not_harm_each_other(harness: Harness) -> None:
    out = harness.folder("out")
    items = [harness.upload("01A", b"first"), harness.upload("01B", b"second")]
    with harness.open() as channel:
        channel.upload(items)
        outcomes = [channel.publish([publish(item)])[0] for item in items]
    assert outcomes[0] == Published("01A", fresh=True)
    assert isinstance(outcomes[1], Failed)
    assert (out / "stock.csv").read_bytes() == b"first"
    assert (out / ".01B.part").read_bytes() == b"second"


UNSTORABLE = [
    "../stock.csv",
    "a/b",
    "/etc/passwd",
    "..",
    "-rf",
    ".hidden",
    "CON",
    "com1.csv",
    "a|b",
    "a.part",
]
INVISIBLE = ["", "stock.csv.", "a\0b", "a\nb", "stock.csv ", "stock\u202e.csv", "\udcff", "x" * 201]


@pytest.mark.parametrize("name", [*UNSTORABLE, *INVISIBLE])
def test_a_name_that_a_receiver_cannot_store_is_refused(harness: Harness, name: str) -> None:
    harness.folder("out")
    source = harness.source("01A", b"data")
    before = sorted(path.name for path in harness.remote.rglob("*"))
    with harness.open() as channel:
        [uploaded] = channel.upload([Upload("01A", "out", name, source, 4)])
        [published] = channel.publish([Publish("01A", "out", name)])
    for outcome in (uploaded, published):
        assert isinstance(outcome, Failed)
        assert (outcome.finding.code, outcome.retry) == ("NET-030", False)
    assert sorted(path.name for path in harness.remote.rglob("*")) == before


def test_a_source_that_is_not_what_it_was_is_not_delivered(harness: Harness) -> None:
    harness.folder("out")
    short = harness.upload("01A", b"data")
    missing = Upload("01B", "out", "other.csv", harness.local / "missing", 4)
    with harness.open() as channel:
        outcomes = channel.upload([Upload("01A", "out", "stock.csv", short.path, 5), missing])
    assert [outcome.finding.code for outcome in outcomes if isinstance(outcome, Failed)] == [
        "NET-032",
        "NET-034",
    ]


def test_files_of_all_sizes_arrive_whole(harness: Harness) -> None:
    out = harness.folder("out")
    sizes = [0, 1, 32768, 32769, 700_001]
    items = [harness.upload(f"id-{size}", b"x" * size, f"{size}.bin") for size in sizes]
    with harness.open() as channel:
        assert all(isinstance(outcome, Done) for outcome in channel.upload(items))
        assert all(isinstance(o, Published) and o.fresh for o in channel.publish([publish(i) for i in items]))
    assert {path.name: path.stat().st_size for path in out.iterdir()} == {
        f"{size}.bin": size for size in sizes
    }
