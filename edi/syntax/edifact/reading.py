"""Bytes to records: scan, judge, and hand out columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.model import Finding
from edi.syntax import MESSAGES, Records, RecordSet
from edi.syntax.edifact import elements, envelopes, limits, messages, placing, report, scan
from edi.syntax.edifact.cells import Cells
from edi.syntax.edifact.directory import SKIP, Directory
from edi.syntax.edifact.messages import Layout
from edi.syntax.edifact.placing import Places
from edi.syntax.edifact.scan import File, Tokens
from edi.syntax.edifact.suspects import Suspects, of_segments

Array = npt.NDArray[Any]


def read(data: bytes, directory: Directory, starts: Sequence[int], association: str = "") -> Records:
    """See `edi.syntax`. A message of another type or release gets a finding; its neighbours are read."""
    members, findings = scan.files(data, starts)
    decimal = tuple(member.style.decimal for member in members)
    if all(member.begin >= member.end for member in members):
        return Records({}, MESSAGES.empty_table(), findings, tuple(starts), decimal)
    tokens, suspects, refused = _tokens(data, members, directory)
    findings += refused.values()
    if refused:
        members = [replace(m, begin=m.end) if n in refused else m for n, m in enumerate(members)]
        tokens, suspects, _ = _tokens(data, members, directory)
    suspects += _not_segments(tokens, members)
    lines = Lines(tokens.breaks, members)
    plan = messages.layout(tokens, members, directory)
    table = messages.table(tokens, plan, lines.at(tokens.start[plan.first]))
    judged, unexpected = envelopes.expected(tokens, plan, directory, association)
    places = placing.place(tokens, plan, judged, directory)
    findings += [limits.unrepeating(*file) for file in places.refused.items()]
    suspects += [*unexpected, *envelopes.check(tokens, plan, members, table, directory)]
    suspects += placing.suspects(places)
    reporter = report.Reporter(tokens, plan, places, members, table, directory, lines.at)
    findings += reporter.findings(suspects, judged)
    sets = _sets(tokens, plan, places, directory, lines)
    said = envelopes.envelopes(tokens, plan, members)
    return Records(sets, table, findings, tuple(starts), decimal, said, locate=reporter.locate)


def _tokens(
    data: bytes, members: list[File], directory: Directory
) -> tuple[Tokens, list[Suspects], dict[int, Finding]]:
    """All tokens, what is wrong with their elements, and the files that hold more than is read."""
    edges = np.unique([*(m.end for m in members), *(m.begin for m in members if m.begin > m.start)])
    meter = limits.Meter(data, members, directory)
    joined, suspects = scan.Joined(len(data)), list[Suspects]()
    for start, end, style in scan.ranges(data, members):
        if meter.is_refused(start, end):
            continue
        inside = edges[np.searchsorted(edges, start, "right") : np.searchsorted(edges, end, "right")]
        chunk = scan.scan(data, start, end, style, directory, inside)
        if style:
            found = elements.check(chunk, style, directory)
            meter.charge(chunk, found)
            suspects += [one.moved(joined.segments, joined.tokens) for one in found]
        else:
            meter.unending(start, end)
        joined.add(chunk)
    return joined.finish(data), suspects, meter.refused


def _not_segments(tokens: Tokens, members: list[File]) -> list[Suspects]:
    """Mark UNA, what stands before it, and an unterminated end as no segments; report the latter."""
    cut_off = []
    spans = np.array([(member.start, member.begin, member.end) for member in members])
    segments = np.searchsorted(tokens.start, spans.astype(tokens.start.dtype)).tolist()
    for member, (start, first, end) in zip(members, segments, strict=True):
        if member.begin >= member.end:
            continue
        tokens.tag[start:first] = SKIP
        if tokens.data.startswith(b"UNA", member.begin):
            tokens.tag[first] = SKIP
        last = end - 1
        if not scan.is_terminated(tokens.data, member) and tokens.tag[last] != SKIP:
            tokens.tag[last] = SKIP
            cut_off.append(last)
    return [of_segments("ENV-004", np.array(cut_off))] if cut_off else []


class Lines:
    """Physical line numbers in each file, from 1; `breaks` are the offsets of line feeds."""

    def __init__(self, breaks: Array, members: list[File]) -> None:
        self.breaks = breaks.astype(np.int64)
        self.starts = np.array([member.start for member in members])

    def at(self, offsets: Array) -> Array:
        """The line of each offset in the joined data."""
        if not len(self.breaks):
            return np.broadcast_to(np.int64(1), len(offsets))
        begin = self.starts[np.searchsorted(self.starts, offsets, side="right") - 1]
        before = np.searchsorted(self.breaks, begin)
        return np.asarray(np.searchsorted(self.breaks, offsets) - before + 1)


# --- record sets ---------------------------------------------------------------------------------------


def _sets(
    tokens: Tokens, plan: Layout, places: Places, directory: Directory, lines: Lines
) -> dict[str, RecordSet]:
    """Records by kind, for every segment that has a place."""
    kinds = [item.kind for item, _ in directory.structure.places]
    names = list(dict.fromkeys(kinds))
    number = np.array([names.index(kind) for kind in kinds] + [len(names)], np.int16)[places.node]
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(len(names) + 1))
    return {
        name: _set(order[bounds[n] : bounds[n + 1]], tokens, plan, places, lines)
        for n, name in enumerate(names)
        if bounds[n + 1] > bounds[n]
    }


def _set(rows: Array, tokens: Tokens, plan: Layout, places: Places, lines: Lines) -> RecordSet:
    message = plan.message[rows]
    start = tokens.start[rows].astype(np.int64)
    cells = Cells(tokens, plan, rows)
    return RecordSet(
        message=message,
        order=rows.astype(np.int64),
        parent=places.parent[rows],
        offset=start,
        column=cells.column,
        line=lines.at(start),
        segment=(rows - plan.first[message] + 1).astype(np.int32),
        cells=cells.filled,
        among=cells.among,
    )


# --- recognising ---------------------------------------------------------------------------------------


def sniff(head: bytes, directory: Directory) -> tuple[int, str]:
    """How well the first bytes of a file fit: (0, 1 or 2, why)."""
    members, findings = scan.files(head, (0,))
    if any(f.severity == "error" for f in findings):
        return 0, "no UNA or UNB: not EDIFACT"
    style = members[0].style
    element, component = chr(style.element), chr(style.component)
    at = head.find(f"UNH{element}".encode("latin-1"), members[0].begin)
    if at < 0:
        return 1, "EDIFACT without a message"
    header = head[at : at + 200].split(bytes([style.terminator]))[0].decode("latin-1").split(element)
    kind = [*header[2].split(component), "", ""][:3] if len(header) > 2 else ["", "", ""]
    name = f"{kind[0]} {kind[1]}.{kind[2]}"
    fits = kind == [directory.message, directory.version, directory.release]
    return (2 if fits else 1), f"EDIFACT {name}"
