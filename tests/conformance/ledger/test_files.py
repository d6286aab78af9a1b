"""Incoming files: from the claim to the end of a run."""

from __future__ import annotations

import pytest

from edi.findings import EdiError
from edi.ledger.contract import Claim
from edi.ledger.ids import new_id
from tests.ledgers import AT, FINDING, INBOX, LATER, Day


def states(day: Day, ids: list[str]) -> list[str]:
    return [day.ledger.file(one).state for one in ids]


def test_a_claimed_file_is_open_and_knows_its_raw_name(day: Day) -> None:
    name = "commande\xa0n° 1.edi".encode("latin-1")
    file = new_id(AT)
    day.ledger.claim(INBOX, "epicerie", [Claim(file, name, "commande n° 1.edi", None, None)], AT)
    (row,) = day.ledger.open_files(INBOX)
    assert (row.id, row.state, row.raw_name, row.name) == (file, "claiming", name, "commande n° 1.edi")
    assert (row.size, row.mtime, row.path, row.run) == (None, None, "", None)
    assert row.claimed_at == "2026-11-22T07:15:00.000000Z"


def test_a_staged_file_can_be_read_from_the_archive(day: Day) -> None:
    ids = day.claim(b"UNB")
    assert day.stage(ids, b"UNB") == {}
    row = day.ledger.file(ids[0])
    assert row.state == "staged"
    assert day.archive.read(row.path) == b"UNB"
    assert row.mtime == 1_763_798_400_123_456_789


def test_files_of_other_endpoints_and_states_are_not_listed(day: Day) -> None:
    day.claim(b"1")
    other = day.claim(b"2", endpoint="boutique/folder/out", partner="boutique")
    assert [row.id for row in day.ledger.open_files("boutique/folder/out")] == other
    assert day.ledger.open_files(states=("staged",)) == []
    assert len(day.ledger.open_files()) == 2


@pytest.mark.parametrize(
    ("policy", "state"),
    [("reject", "duplicate"), ("ignore", "duplicate"), ("hold", "held"), ("process", "released")],
)
def test_the_same_content_again_goes_where_the_policy_says(day: Day, policy: str, state: str) -> None:
    (first,) = day.released(b"same", policy=policy)
    (second,) = day.released(b"same", policy=policy)
    assert states(day, [first, second]) == ["released", state]
    assert day.ledger.file(second).duplicate_of == (None if policy == "process" else first)


def test_the_same_content_twice_in_one_batch_is_a_duplicate_of_the_first(day: Day) -> None:
    first, second, third = day.released(b"same", b"other", b"same")
    assert states(day, [first, second, third]) == ["released", "released", "duplicate"]
    assert day.ledger.file(third).duplicate_of == first


def test_the_same_content_from_elsewhere_is_not_a_duplicate(day: Day) -> None:
    day.released(b"same")
    ids = day.claim(b"same", endpoint="boutique/folder/out", partner="boutique")
    assert day.stage(ids, b"same") == {}


def test_a_quarantined_or_void_file_is_no_original(day: Day) -> None:
    (bad,) = day.released(b"same")
    day.ledger.quarantine({bad: FINDING}, AT)
    gone = day.claim(b"never fetched")
    day.ledger.void(gone, "gone", AT)
    ids = day.claim(b"same")
    assert day.stage(ids, b"same") == {}


def test_quarantine_keeps_the_finding_for_people(day: Day) -> None:
    (bad,) = day.claim(b"x")
    day.ledger.quarantine({bad: FINDING}, AT)
    assert day.ledger.file(bad).finding == FINDING
    assert day.ledger.file(bad).state == "quarantined"


def test_a_file_that_was_set_aside_can_be_opened_again(day: Day) -> None:
    (bad,) = day.released(b"x")
    day.ledger.quarantine({bad: FINDING}, AT)
    day.ledger.reopen([bad], "operator", LATER)
    row = day.ledger.file(bad)
    assert (row.state, row.run) == ("released", None)


def test_a_step_that_is_not_in_the_table_changes_nothing(day: Day) -> None:
    good, bad = day.claim(b"a", b"b")
    day.stage([good], b"a")
    before = day.ledger.sequence()
    with pytest.raises(EdiError) as refused:
        day.ledger.release([good, bad], AT)
    assert refused.value.findings[0].code == "AUD-033"
    assert states(day, [good, bad]) == ["staged", "claiming"]
    assert day.ledger.sequence() == before


def test_an_unknown_file_is_refused(day: Day) -> None:
    with pytest.raises(EdiError, match="unknown"):
        day.ledger.release([new_id(AT)], AT)


def test_a_refused_name_is_recorded_once_for_its_size_and_time(day: Day) -> None:
    name = b"../../etc/passwd\xff"
    assert day.ledger.refuse_entry(INBOX, name, FINDING, AT, size=2**63, mtime=1)
    assert not day.ledger.refuse_entry(INBOX, name, FINDING, LATER, size=2**63, mtime=1)
    assert day.ledger.refuse_entry(INBOX, name, FINDING, LATER, size=2**63, mtime=2)
    assert day.ledger.refuse_entry(INBOX, name + b"2", FINDING, LATER, size=None, mtime=None)


def test_counts_latest_and_last_success(day: Day) -> None:
    assert day.ledger.endpoint_last_success(INBOX) is None
    first = day.released(b"1")
    second = day.claim(b"2")
    assert day.ledger.counts()["file"] == {"released": 1, "claiming": 1}
    assert [row.id for row in day.ledger.latest(1)] == [max(first + second)]
    assert day.ledger.endpoint_last_success(INBOX) == "2026-11-22T07:15:00.000000Z"


def test_files_are_found_by_day_and_partner(day: Day) -> None:
    ids = day.released(b"1")
    assert [f.id for f in day.ledger.files_between("2026-11-22", "2026-11-22")] == ids
    assert [f.id for f in day.ledger.files_between("2026-11-20", "2026-11-30", "epicerie")] == ids
    assert day.ledger.files_between("2026-11-22", "2026-11-22", "boutique") == []
    assert day.ledger.files_between("2026-11-23", "2026-11-24") == []


def test_an_identifier_may_be_shortened_while_it_is_unique(day: Day) -> None:
    one, two = day.claim(b"1", b"2")
    shared = next(n for n in range(26) if one[: n + 1] != two[: n + 1])
    assert day.ledger.find(one[: shared + 1].lower()).id == one
    for bad in (one[:shared], "ZZZZ", ""):
        with pytest.raises(EdiError) as refused:
            day.ledger.find(bad)
        assert refused.value.findings[0].code == "AUD-036"


def test_a_time_without_zone_is_a_bug(day: Day) -> None:
    with pytest.raises(ValueError, match="zone"):
        day.ledger.claim(INBOX, "epicerie", [], "2026-11-22T08:15:00")
