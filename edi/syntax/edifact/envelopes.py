"""Checks of UNB..UNZ, UNG..UNE and UNH..UNT: what headers promise and trailers count (ISO 9735 part 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from edi.model import Envelope
from edi.syntax import MAX_FINDINGS
from edi.syntax.edifact.directory import SKIP, Directory
from edi.syntax.edifact.messages import Layout, cell
from edi.syntax.edifact.scan import File, Tokens
from edi.syntax.edifact.suspects import Suspects, of_cells, of_segments

Array = npt.NDArray[Any]


def flags(values: pa.Array | pa.ChunkedArray) -> Array:
    """A boolean Arrow array as NumPy, null as False."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)


def expected(
    tokens: Tokens, plan: Layout, directory: Directory, association: str
) -> tuple[Array, list[Suspects]]:
    """Which messages are of the directory's type and release; what the others are."""
    wanted = (directory.message, directory.version, directory.release)
    fits = np.ones(len(plan.first), np.bool_)
    for component, value in enumerate(wanted, 1):
        fits &= flags(pc.equal(cell(tokens, plan, plan.first, 2, component), value))
    others = of_cells("MSG-001", plan.first[~fits], 2, 1)
    found = [_said(others, f"{wanted[0]} {wanted[1]}.{wanted[2]}")]
    if association:
        code = cell(tokens, plan, plan.first, 2, 5)
        other = fits & flags(pc.not_equal(pc.fill_null(code, ""), association))
        found.append(_said(of_cells("MSG-006", plan.first[other], 2, 5), association))
    return fits, found


def _said(suspects: Suspects, expected_: str) -> Suspects:
    return Suspects(
        suspects.code, suspects.segment, suspects.element, suspects.component, suspects.token, expected_
    )


def check(
    tokens: Tokens, plan: Layout, members: list[File], table: pa.Table, directory: Directory
) -> Iterator[Suspects]:
    """Everything wrong with headers and trailers."""
    yield from _trailers(tokens, plan, directory)
    yield from _duplicates(plan, table)
    yield from _interchanges(tokens, plan, directory)
    yield from _strays(tokens, plan, directory)
    known = np.array([member.style.charset in directory.charsets for member in members])
    opening = plan.opening[~known[plan.member[plan.opening]]]
    yield _said(of_cells("ENV-009", opening, 1, 1), ", ".join(directory.charsets))


def _trailers(tokens: Tokens, plan: Layout, directory: Directory) -> Iterator[Suspects]:
    """UNT: present, 0074 the number of segments, 0062 as in UNH."""
    yield of_segments("MSG-002", plan.first[plan.trailer < 0])
    whole = np.flatnonzero(plan.trailer >= 0)
    trailer = plan.trailer[whole]
    count = cell(tokens, plan, trailer, 1, 1)
    real = trailer - plan.first[whole] + 1
    yield from _counted("MSG-003", trailer, count, real)
    opened, closed = cell(tokens, plan, plan.first[whole], 1, 1), cell(tokens, plan, trailer, 2, 1)
    yield from _compared("MSG-004", trailer, closed, opened, 2)


def _counted(code: str, segments: Array, said: pa.Array, real: Array) -> Iterator[Suspects]:
    """A trailer's count (element 1) against the number counted."""
    plain = pc.utf8_ltrim(pc.fill_null(said, ""), "0")
    counted = pa.array(real).cast(pa.string())
    rows = np.flatnonzero(flags(pc.not_equal(plain, pc.utf8_ltrim(counted, "0"))))
    yield from _each(code, segments[rows], 1, counted.take(pa.array(rows)))


def _compared(
    code: str, segments: Array, said: pa.Array, meant: pa.Array, element: int
) -> Iterator[Suspects]:
    """A trailer's reference against its header's."""
    meant = pc.fill_null(meant, "")
    rows = np.flatnonzero(flags(pc.not_equal(pc.fill_null(said, ""), meant)))
    yield from _each(code, segments[rows], element, meant.take(pa.array(rows)))


def _each(code: str, segments: Array, element: int, expected_: pa.Array) -> Iterator[Suspects]:
    """One suspicion for each segment with what is expected; beyond the first ones in general terms."""
    for row, text in enumerate(expected_.slice(0, MAX_FINDINGS).to_pylist()):
        yield _said(of_cells(code, segments[row : row + 1], element, 1), text)
    yield _said(of_cells(code, segments[MAX_FINDINGS:], element, 1), "another value")


def _duplicates(plan: Layout, table: pa.Table) -> Iterator[Suspects]:
    """A message reference used again in the same interchange: the later ones."""
    reference = table["reference"].combine_chunks().dictionary_encode()
    code = np.asarray(pc.fill_null(reference.indices, -1))
    key = plan.interchange.astype(np.int64) << 32 | code
    _, first = np.unique(key, return_index=True)
    again = np.ones(len(key), np.bool_)
    again[first] = False
    yield of_cells("MSG-005", plan.first[again & (code >= 0)], 1, 1)


def _interchanges(tokens: Tokens, plan: Layout, directory: Directory) -> Iterator[Suspects]:
    """UNZ: present, 0036 the number of messages (or groups), 0020 as in UNB; no message: ENV-010."""
    closing = np.flatnonzero(tokens.tag == directory.tag_id("UNZ"))
    place = np.append(closing, len(tokens.tag))[np.searchsorted(closing, plan.opening)]
    following = np.append(plan.opening[1:], len(tokens.tag))
    last = np.searchsorted(plan.member, plan.member[plan.opening], side="right")
    closed = place < np.minimum(following, last)
    yield of_segments("ENV-003", plan.opening[~closed])
    count = np.bincount(plan.interchange[plan.interchange >= 0], minlength=len(plan.opening))
    groups = np.flatnonzero(tokens.tag == directory.tag_id("UNG"))
    grouped = np.searchsorted(groups, place) - np.searchsorted(groups, plan.opening)
    yield of_segments("ENV-010", plan.opening[closed & (count == 0)])
    trailer = place[closed]
    said = cell(tokens, plan, trailer, 1, 1)
    yield from _counted("ENV-005", trailer, said, np.where(grouped > 0, grouped, count)[closed])
    opened = cell(tokens, plan, plan.opening[closed], 5, 1)
    yield from _compared("ENV-006", trailer, cell(tokens, plan, trailer, 2, 1), opened, 2)


def _strays(tokens: Tokens, plan: Layout, directory: Directory) -> Iterator[Suspects]:
    """Segments outside of any message, messages outside of any interchange."""
    service = [directory.tag_id(tag) for tag in ("UNB", "UNZ", "UNG", "UNE", "UNH")]
    outside = (plan.message < 0) & (tokens.tag != SKIP) & ~np.isin(tokens.tag, service)
    begins = outside & ~np.append(False, outside[:-1])
    yield of_segments("ENV-007", np.flatnonzero(begins))
    yield of_segments("ENV-011", plan.first[plan.interchange < 0])


def envelopes(tokens: Tokens, plan: Layout, members: list[File]) -> tuple[Envelope, ...]:
    """What the first interchange of each file says about itself; an empty one where there is none.

    EDIFACT times carry no zone: they are given as UTC.
    """
    owner, first = np.unique(plan.member[plan.opening], return_index=True)
    opening = plan.opening[first]
    cells = ((2, 1), (3, 1), (5, 1), (4, 1), (4, 2), (2, 2), (3, 2), (7, 1), (11, 1))
    columns = [pc.fill_null(cell(tokens, plan, opening, *place), "").to_pylist() for place in cells]
    found = [Envelope()] * len(members)
    for member, row in zip(owner.tolist(), zip(*columns, strict=True), strict=True):
        style = members[member].style
        sender, receiver, reference, day, time, qualifier, other, application, test = row
        found[member] = Envelope(
            sender=sender,
            receiver=receiver,
            reference=reference,
            prepared_at=_moment(day, time),
            sender_qualifier=qualifier,
            receiver_qualifier=other,
            application=application,
            test=test == "1",
            charset=style.charset,
            version=style.version,
        )
    return tuple(found)


def _moment(day: str, time: str) -> str:
    """YYMMDD or CCYYMMDD and HHMM as ISO 8601; empty when they are no digits."""
    if len(day) not in (6, 8) or len(time) != 4 or not (day + time).isdigit():
        return ""
    day = day if len(day) == 8 else f"20{day}"
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:]}:00+00:00"
