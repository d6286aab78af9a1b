"""Identifiers of files, runs and deliveries: 26 characters, in the order of their time.

The layout is that of a ULID: 48 bits of Unix milliseconds, 80 random bits, in Crockford's base 32.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26


def utc(at: str) -> str:
    """An ISO 8601 time with zone as UTC in one fixed width: "2026-11-22T08:15:00.000000Z".

    Raises ValueError for a time without zone: its order among others would be a guess.
    """
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(f"time without zone: {at!r}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def new_ids(count: int, at: str) -> list[str]:
    """`count` new identifiers in ascending order, all of the time `at` (ISO 8601 with zone)."""
    milliseconds = _milliseconds(at)
    numbers = sorted(secrets.randbits(80) for _ in range(count))
    return [_encode(milliseconds << 80 | number) for number in numbers]


def lowest_id(at: str) -> str:
    """The lowest identifier that the time `at` can have: a bound for searches."""
    return _encode(_milliseconds(at) << 80)


def day_of(identifier: str) -> str:
    """The day (ISO, UTC) in an identifier's time; empty when it is none."""
    try:
        milliseconds = sum(ALPHABET.index(c) << 5 * (9 - i) for i, c in enumerate(identifier[:10]))
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def new_id(at: str) -> str:
    """One new identifier of the time `at`."""
    return new_ids(1, at)[0]


def _milliseconds(at: str) -> int:
    return int(datetime.fromisoformat(utc(at)).timestamp() * 1000)


def _encode(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
