"""Cron schedules: the moments at which something is due, in a time zone, right when clocks change.

An expression has five fields (minute, hour, day of month, month, day of week), as in crontab(5). A moment
that the spring change leaves out comes right after the gap; one that the autumn change repeats comes once,
except where the minute or the hour is a pattern such as */15 (rules of Debian's cron).
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class BadSchedule(ValueError):
    """The expression is no schedule; the text says why."""


def following(expression: str, zone: str, after: datetime) -> datetime | None:
    """The first moment of a schedule after `after` (with a zone); None when there is none any more.

    Raises BadSchedule.
    """
    from cronsim import CronSim, CronSimError

    try:
        moments = CronSim(expression, after.astimezone(ZoneInfo(zone)))
    except CronSimError as wrong:
        raise BadSchedule(str(wrong)) from None
    # two times of one zone compare by their clock faces, which the autumn change shows twice
    return next((moment for moment in moments if moment.timestamp() > after.timestamp()), None)


def upcoming(expression: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """The next `count` moments after `after`, fewer when there are no more."""
    found: list[datetime] = []
    while len(found) < count and (moment := following(expression, zone, after)) is not None:
        found.append(moment)
        after = moment
    return found


def passed(expression: str, zone: str, since: datetime, now: datetime) -> bool:
    """Whether a moment of the schedule lies after `since` and not after `now`."""
    moment = following(expression, zone, since)
    return moment is not None and moment.timestamp() <= now.timestamp()


def wrong(expression: str) -> str:
    """Why an expression is no schedule, "" when it is one."""
    try:
        never = following(expression, "UTC", EPOCH) is None
    except BadSchedule as bad:
        return str(bad)
    return "this moment never comes" if never else ""
