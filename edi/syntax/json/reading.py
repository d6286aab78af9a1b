"""Bytes to records: every document of every joined file, flattened into columns by kind."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.syntax._text import BOM, decode
from edi.syntax.json.texts import ABOUT, DEPTH, LISTING, Literal, Refused, Span, parsed, spans


@dataclass(slots=True)
class Rows:
    """The records of one kind, gathered; `quoted` has the cells seen, in order: a text, or only literals."""

    message: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    values: list[dict[str, str]] = field(default_factory=list)
    quoted: dict[str, bool] = field(default_factory=dict)


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """All documents of the joined files, one message each, in order.

    Lines that `edi read --json` printed, {"kind":"document","document":{...}}, are taken for what they hold.
    A document that is wrong is a message with a finding; its neighbours go on where a line break or a comma
    bounds it for certain. A file whose text or array is broken has a finding without message.
    """
    reader = Reader()
    for member, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True)):
        reader.file(data[start:end], start, member)
    return Records(
        sets={kind: _record_set(rows, reader.spans) for kind, rows in reader.kinds.items()},
        messages=_messages(reader.spans),
        findings=reader.findings,
        starts=tuple(starts),
        locate=_locator(data, tuple(starts)),
    )


class Reader:
    """Gathers records, message spans and findings over all files."""

    def __init__(self) -> None:
        self.kinds: dict[str, Rows] = defaultdict(Rows)
        self.spans: list[Span] = []
        self.findings: list[Finding] = []
        self.order = 0

    def file(self, data: bytes, start: int, member: int) -> None:
        """One file; what stops it as a whole is a finding without message."""
        text = decode(data, "utf-8", member)
        if isinstance(text, Finding):
            self.findings.append(shifted(text, start))
            return
        mark = len(BOM) if data.startswith(BOM) else 0
        count, faults, listing = len(self.spans), len(self.findings), bool(LISTING.match(text))
        try:
            for span in spans(text, start + mark, member):
                self.document(span, listing)
                if len(self.findings) - faults >= MAX_FINDINGS:
                    raise Refused("JSON-007", found=MAX_FINDINGS)
            if len(self.spans) == count:
                raise Refused("JSON-005")
        except Refused as refused:
            self.findings.append(_file_finding(refused, data, start, member))

    def document(self, span: Span, listing: bool) -> None:
        """One document: its records, or a finding on its message. A listing's other lines are passed over."""
        if listing and ABOUT.match(span.text):
            return
        message = len(self.spans)
        self.spans.append(span)
        try:
            value = parsed(span.text)
            if listing and isinstance(value, dict):
                value = value.get("document")
            if not isinstance(value, dict):
                raise Refused("JSON-003", found=_shape(value))
            self.add("", value, message, -1, 1)
        except Refused as refused:
            self.findings.append(finding(refused.code, span.at(refused), message=message, **_shown(refused)))

    def add(self, kind: str, value: Mapping[str, Any], message: int, parent: int, depth: int) -> None:
        """One object as a record, then the objects in its arrays as records below it."""
        rows, order = self.kinds[kind], self.order
        self.order += 1
        flat: dict[str, str] = {}
        arrays: list[tuple[str, list[Any]]] = []
        _flatten(value, "", flat, arrays, depth)
        rows.message.append(message)
        rows.order.append(order)
        rows.parent.append(parent)
        rows.values.append(flat)
        for cell, text in flat.items():
            rows.quoted[cell] = rows.quoted.get(cell, False) or not isinstance(text, Literal)
        for name, items in arrays:
            below = f"{kind}/{name}".lstrip("/")
            for item in items:
                self.add(below, item if isinstance(item, dict) else {"": item}, message, order, depth + 1)


def _flatten(
    value: Mapping[str, Any],
    prefix: str,
    flat: dict[str, str],
    arrays: list[tuple[str, list[Any]]],
    depth: int,
) -> None:
    if depth > DEPTH:
        raise Refused("JSON-004", found=DEPTH)
    for name, item in value.items():
        if isinstance(item, str):
            if item:
                flat[prefix + name] = item
        elif isinstance(item, dict):
            _flatten(item, f"{prefix}{name}/", flat, arrays, depth + 1)
        elif isinstance(item, list):
            arrays.append((prefix + name, item))
        elif item is not None:
            flat[prefix + name] = Literal("true" if item else "false")


def shifted(found: Finding, start: int) -> Finding:
    """A finding of one file, its offset counted in the joined data."""
    return replace(found, location=replace(found.location, offset=(found.location.offset or 0) + start))


def _shown(refused: Refused) -> dict[str, Any]:
    return {key: value for key, value in refused.names.items() if key != "place"}


def _file_finding(refused: Refused, data: bytes, start: int, member: int) -> Finding:
    mark = len(BOM) if data.startswith(BOM) else 0
    byte = mark + len(data[mark:].decode()[: refused.names.get("place", 0)].encode())
    where = Location(member=member, line=data.count(b"\n", 0, byte) + 1, offset=start + byte)
    return finding(refused.code, where, **_shown(refused))


def _shape(value: Any) -> str:
    return {list: "an array", bool: "true or false", type(None): "null"}.get(type(value), "a plain value")


def _record_set(rows: Rows, spans: Sequence[Span]) -> RecordSet:
    message = np.array(rows.message, dtype=np.int32)
    starts = np.array([span.start for span in spans], dtype=np.int64)
    lines = np.array([span.line for span in spans], dtype=np.int64)

    def column(cell: Hashable) -> pa.Array:
        return pa.array([values.get(cell) for values in rows.values], pa.string())  # type: ignore[call-overload]

    def cells() -> list[Hashable]:
        return [cell if quoted else Literal(cell) for cell, quoted in rows.quoted.items()]

    return RecordSet(
        message=message,
        order=np.array(rows.order, dtype=np.int64),
        parent=np.array(rows.parent, dtype=np.int64),
        offset=starts[message],
        column=column,
        line=lines[message],
        cells=cells,
    )


def _messages(spans: Sequence[Span]) -> pa.Table:
    count = len(spans)
    columns: dict[str, Any] = {
        "message": np.arange(count, dtype=np.int32),
        "member": [span.member for span in spans],
        "start": [span.start for span in spans],
        "end": [span.end for span in spans],
        "line": [span.line for span in spans],
    }
    arrays = [
        pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(count, f.type) for f in MESSAGES
    ]
    return pa.table(arrays, schema=MESSAGES)


def _locator(data: bytes, starts: tuple[int, ...]) -> Callable[[int], Location]:
    def locate(offset: int) -> Location:
        member = bisect_right(starts, offset) - 1
        return Location(member=member, line=data.count(b"\n", starts[member], offset) + 1, offset=offset)

    return locate
