"""Moments of a cron schedule, above all where clocks change (Europe: 29 March and 25 October 2026)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import schedule

PARIS = "Europe/Paris"
SOFIA = "Europe/Sofia"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moments(expression: str, after: str, count: int, zone: str = PARIS) -> list[str]:
    found = schedule.upcoming(expression, zone, at(after), count)
    return [moment.isoformat(timespec="minutes") for moment in found]


def test_a_schedule_means_the_clock_of_the_workspace() -> None:
    assert moments("0 6 * * 1-5", "2026-11-20T07:00+01:00", 2) == [
        "2026-11-23T06:00+01:00",
        "2026-11-24T06:00+01:00",
    ]
    assert moments("0 6 * * *", "2026-11-20T07:00+01:00", 1, SOFIA) == ["2026-11-21T06:00+02:00"]


def test_a_moment_that_spring_leaves_out_comes_right_after_the_gap() -> None:
    assert moments("30 2 * * *", "2026-03-28T12:00+01:00", 2) == [
        "2026-03-29T03:00+02:00",
        "2026-03-30T02:30+02:00",
    ]


@pytest.mark.parametrize(
    "after", ["2026-10-25T02:30+02:00", "2026-10-25T02:10+01:00", "2026-10-25T02:30+01:00"]
)
def test_a_moment_that_autumn_repeats_comes_once(after: str) -> None:
    assert moments("30 2 * * *", after, 1) == ["2026-10-26T02:30+01:00"]


def test_an_hourly_schedule_goes_on_through_the_repeated_hour() -> None:
    assert moments("0 * * * *", "2026-10-25T01:30+02:00", 3) == [
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]


@pytest.mark.parametrize(
    ("since", "now", "wanted"),
    [
        ("2026-11-22T05:59+01:00", "2026-11-22T06:00+01:00", True),
        ("2026-11-22T06:00+01:00", "2026-11-22T06:00+01:00", False),
        ("2026-11-22T06:00+01:00", "2026-11-23T05:59+01:00", False),
        ("2026-11-20T06:00+01:00", "2026-11-23T05:59+01:00", True),
        ("2026-10-25T00:40+00:00", "2026-10-25T01:40+00:00", False),
    ],
)
def test_whether_a_moment_came_meanwhile(since: str, now: str, wanted: bool) -> None:
    expression = "30 2 * * *" if since.startswith("2026-10") else "0 6 * * *"
    assert schedule.passed(expression, PARIS, at(since), at(now)) is wanted


@pytest.mark.parametrize("expression", ["", "6", "0 25 * * *", "0 6 * *", "@daily", "0 0 31 2 *"])
def test_what_is_no_schedule_is_explained(expression: str) -> None:
    assert schedule.wrong(expression)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.sampled_from(["*/15 * * * *", "30 2 * * *", "0 3 25-31 3,10 0", "59 23 * * *", "0 0 29 2 *"]),
    st.sampled_from([PARIS, SOFIA, "UTC"]),
)
def test_moments_rise_and_leave_nothing_out(moment: datetime, expression: str, zone: str) -> None:
    after = moment.replace(tzinfo=UTC)
    found = schedule.following(expression, zone, after)
    assert found is not None and found.timestamp() > after.timestamp()
    earlier = after + timedelta(seconds=(found.timestamp() - after.timestamp()) / 2)
    again = schedule.following(expression, zone, earlier)
    assert again is not None and again.timestamp() == found.timestamp()
    assert found.tzinfo == ZoneInfo(zone)
