"""Runs: control references, verdicts, messages and deliveries in one transaction."""

from __future__ import annotations

import pytest

from edi.findings import EdiError
from edi.ledger.contract import FinishedRun, ObjectRef, Scheduled
from edi.ledger.ids import new_id, utc
from tests.ledgers import AT, FINDING, INBOX, LATER, OUTBOX, Day


def test_runs_never_share_a_control_reference(day: Day) -> None:
    first = day.reserve(day.released(b"1"), references=5)
    second = day.reserve(day.released(b"2"), references=3)
    more = day.ledger.extend(first, 4, AT)
    assert day.ledger.run(first).references == ((1, 5), (9, 4))
    assert day.ledger.run(second).references == ((6, 3),)
    assert more == 9


def test_an_open_run_can_be_resumed_from_what_was_recorded(day: Day) -> None:
    ids = day.released(b"1", b"2")
    run = day.reserve(ids)
    (row,) = day.ledger.open_runs()
    assert (row.id, row.state, row.record["members"]) == (run, "open", ids)
    assert row.clock == "2026-11-22T07:15:00.000000Z"
    assert [rule.name for rule in day.ledger.rules_of_run(run)] == ["codes/articles.csv"]
    assert [file.id for file in day.ledger.files_of_run(run)] == ids


def test_a_file_is_in_one_open_run_at_most(day: Day) -> None:
    ids = day.released(b"1")
    day.reserve(ids)
    with pytest.raises(EdiError) as refused:
        day.reserve(ids)
    assert refused.value.findings[0].code == "AUD-033"
    assert len(day.ledger.open_runs()) == 1


def test_an_abandoned_run_gives_its_files_back_but_not_its_references(day: Day) -> None:
    ids = day.released(b"1")
    run = day.reserve(ids, references=7)
    day.ledger.abandon(run, "stopped", LATER)
    row = day.ledger.file(ids[0])
    assert (row.state, row.run) == ("released", None)
    again = day.reserve(ids, references=1)
    assert day.ledger.run(again).references == ((8, 1),)
    with pytest.raises(EdiError):
        day.ledger.extend(run, 1, LATER)


def test_a_finished_run_leaves_verdicts_messages_and_deliveries(day: Day) -> None:
    ids = day.released(b"1", b"2")
    run = day.reserve(ids)
    deliveries = day.finish(run, ids)
    assert [f.state for f in day.ledger.files_of_run(run)] == ["processed", "processed"]
    assert day.ledger.file(ids[0]).route == "orders"
    (message,) = day.ledger.messages_of(ids[1])
    assert (message.key, message.number, message.state) == (1, "CDE-1", "accepted")
    assert [d.id for d in day.ledger.deliveries_of(run)] == deliveries
    (delivery,) = day.ledger.deliveries_of(ids[0])
    assert (delivery.files, delivery.state, delivery.endpoint) == ((ids[0],), "pending", OUTBOX)
    assert day.archive.read(delivery.path) == b"#CHEN\r\n0"
    assert day.archive.read(day.ledger.run(run).path) == b'{"result": []}'
    assert day.ledger.open_runs() == []


def test_verdicts_must_cover_exactly_the_files_of_the_run(day: Day) -> None:
    ids = day.released(b"1", b"2")
    run = day.reserve(ids)
    with pytest.raises(ValueError, match="verdicts"):
        day.finish(run, ids[:1])
    assert day.ledger.run(run).state == "open"
    assert day.ledger.open_deliveries() == []


def test_more_references_than_reserved_are_a_bug(day: Day) -> None:
    ids = day.released(b"1")
    run = day.reserve(ids, references=2)
    with pytest.raises(ValueError, match="reserved"):
        day.finish(run, ids, used=3)
    assert day.ledger.file(ids[0]).state == "released"


def test_a_run_may_do_without_files_and_deliveries(day: Day) -> None:
    run = new_id(AT)
    day.ledger.reserve(run, INBOX, [], 0, AT, [], {}, AT)
    stored = day.archive.store([])
    assert stored == []
    record = day.rule("run", b"{}")
    day.ledger.finish(run, FinishedRun([], [], [], 0, ObjectRef(record.path, record.sha256, record.size)), AT)
    assert day.ledger.run(run).state == "done"


def test_a_rule_is_known_once_a_run_used_it(day: Day) -> None:
    rule = day.rule("codes/articles.csv", b"gtin,sku\n3012345100014,MIEL-500\n")
    assert day.ledger.rules_known([rule.sha256]) == set()
    day.reserve(day.released(b"1"))
    day.reserve(day.released(b"2"))
    assert day.ledger.rules_known([rule.sha256, b"\0" * 32]) == {rule.sha256}


def test_a_file_judged_again_shows_its_newest_messages(day: Day) -> None:
    ids, _, _ = day.whole(b"1")
    day.ledger.reopen(ids, "operator", LATER)
    day.at = LATER
    run = day.reserve(ids)
    day.finish(run, ids, used=1)
    assert len(day.ledger.messages_of(ids[0])) == 1
    assert len(day.ledger.deliveries_of(ids[0])) == 2


# --- deliveries -----------------------------------------------------------------------------


@pytest.fixture
def pending(day: Day) -> list[str]:
    ids = day.released(b"1", b"2")
    return day.finish(day.reserve(ids), ids)


def test_a_delivery_goes_through_uploaded(day: Day, pending: list[str]) -> None:
    with pytest.raises(EdiError):
        day.ledger.delivered(pending, AT)
    day.ledger.uploaded(pending, AT)
    assert [d.state for d in day.ledger.open_deliveries()] == ["uploaded", "uploaded"]
    day.ledger.delivered(pending, AT)
    assert day.ledger.open_deliveries() == []
    with pytest.raises(EdiError):
        day.ledger.uploaded(pending, AT)


def test_a_failed_delivery_waits_until_its_time(day: Day, pending: list[str]) -> None:
    day.ledger.retry(pending[:1], "NET-010", LATER, AT)
    assert [d.id for d in day.ledger.due_deliveries(AT)] == pending[1:]
    assert [d.id for d in day.ledger.due_deliveries(LATER)] == pending
    row = day.ledger.delivery(pending[0])
    assert (row.attempt, row.state, row.not_before) == (1, "pending", "2026-11-23T08:00:00.000000Z")


def test_a_retry_after_the_upload_keeps_the_token(day: Day, pending: list[str]) -> None:
    day.ledger.uploaded(pending, AT)
    day.ledger.retry(pending, "NET-010", LATER, AT)
    assert {d.state for d in day.ledger.open_deliveries()} == {"uploaded"}


def test_deliveries_that_were_set_aside_may_be_tried_again(day: Day, pending: list[str]) -> None:
    one, two = pending
    day.ledger.refused([one], FINDING, AT)
    assert day.ledger.delivery(one).finding == FINDING
    day.ledger.retry([one], "operator", AT, AT)
    day.ledger.uncertain([one], "connection lost", AT)
    day.ledger.quarantine_deliveries({two: FINDING}, AT)
    assert day.ledger.counts()["delivery"] == {"uncertain": 1, "quarantined": 1}
    day.ledger.retry([one, two], "operator", AT, AT)
    assert [d.attempt for d in day.ledger.due_deliveries(LATER)] == [2, 1]


def test_how_far_a_schedule_is_done_is_kept_for_each_route(day: Day) -> None:
    assert day.ledger.schedules() == {}
    day.ledger.scheduled({"stock": Scheduled("0 6 * * *", AT), "orders": Scheduled("0 7 * * *", AT)}, AT)
    day.ledger.scheduled({"stock": Scheduled("0 6 * * *", LATER)}, LATER)
    known = day.ledger.schedules()
    assert known["stock"] == Scheduled("0 6 * * *", utc(LATER))
    assert known["orders"] == Scheduled("0 7 * * *", utc(AT))


def test_what_a_route_sent_to_an_endpoint_is_told_in_the_order_of_writing(day: Day) -> None:
    first = day.finish(day.reserve(ids := day.released(b"1", b"2")), ids)
    second = day.finish(day.reserve(ids := day.released(b"3")), ids, used=1)
    day.ledger.uploaded([first[1]], AT)
    day.ledger.delivered([first[1]], LATER)
    told = day.ledger.sendings("orders", OUTBOX)
    assert [one.delivery for one in told] == [*first, *second]
    assert [one.state for one in told] == ["pending", "delivered", "pending"]
    assert (told[1].changed_at, told[1].clock) == (utc(LATER), utc(AT))
    assert day.ledger.sendings("stock", OUTBOX) == []
