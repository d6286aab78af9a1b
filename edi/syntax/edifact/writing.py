"""Records to interchanges, a column at a time: escaped, joined, trimmed, ordered, encoded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.model import Envelope, Location, Output
from edi.syntax import Records, RecordSet
from edi.syntax.edifact.addresses import rank
from edi.syntax.edifact.directory import Directory
from edi.syntax.edifact.text import codec_of
from edi.syntax.edifact.values import forbidden

Array = npt.NDArray[Any]
GENERATED = ("0/UNH", "0/UNT")
"""Kinds that are made from the messages table, whatever the records say."""

SPECIAL = np.zeros(256, np.bool_)
SPECIAL[list(b"?+:'")] = True
BEFORE, AFTER = -(1 << 62), 1 << 62


@dataclass(frozen=True, slots=True)
class Lines:
    """Segments as text without their terminator: message (row of the messages table) and order among them."""

    text: pa.Array
    message: Array
    order: Array
    rank: Array

    def only(self, rows: Array) -> Lines:
        return Lines(self.text.take(pa.array(rows)), self.message[rows], self.order[rows], self.rank[rows])


def write(records: Records, directory: Directory, options: Mapping[str, Any]) -> list[Output]:
    """One Output a group of `records.groups` (one in all without groups), each one interchange.

    A message with a character that its interchange's set cannot hold is left out, with finding ELM-015.
    """
    keys = records.messages["message"].to_numpy()
    group = np.zeros(len(keys), np.int64) if records.groups is None else records.groups[keys].astype(np.int64)
    number = max(len(records.envelopes), int(group.max(initial=-1)) + 1, records.groups is None)
    envelopes = [*records.envelopes, *[Envelope()] * (number - len(records.envelopes))]
    lines = _segments(records, keys, directory)
    refused = _refuse(records, keys, group, lines, envelopes, directory)
    group = np.where(refused, -1, group)
    lines = _with_service(
        records, directory, options, lines.only(np.flatnonzero(group[lines.message] >= 0)), group
    )
    order = np.lexsort((lines.order, lines.message, group[lines.message]))
    lines = lines.only(order)
    end = "'\r\n" if options.get("newline") else "'"
    text = pc.binary_join_element_wise(lines.text, end, "")
    bounds = np.searchsorted(group[lines.message], np.arange(number + 1))
    return [
        _output(
            text.slice(bounds[n], bounds[n + 1] - bounds[n]),
            keys[group == n],
            e,
            end,
            records,
            directory,
            options,
        )
        for n, e in enumerate(envelopes)
    ]


# --- segments ------------------------------------------------------------------------------------------


def _segments(records: Records, keys: Array, directory: Directory) -> Lines:
    """Every segment of every record set, in no particular order."""
    sets = {kind: s for kind, s in records.sets.items() if kind not in GENERATED and len(s)}
    row = np.full(int(keys.max(initial=-1)) + 1, -1, np.int64)
    row[keys] = np.arange(len(keys))
    parts = [(_text(kind.rpartition("/")[2], one), row[one.message], one.order) for kind, one in sets.items()]
    ranks = [np.full(len(one), rank(kind, directory)) for kind, one in sets.items()]
    none = np.zeros(0, np.int64)
    return Lines(
        pa.concat_arrays([pa.array([], pa.string()), *(text for text, _, _ in parts)]),
        np.concatenate([none, *(message for _, message, _ in parts)]),
        np.concatenate([none, *(order for _, _, order in parts)]) * 2,
        np.concatenate([none, *ranks]),
    )


def _text(tag: str, records: RecordSet) -> pa.Array:
    """Each record as a segment: empty elements and components at the end are left out."""
    elements: dict[int, dict[int, pa.Array]] = defaultdict(dict)
    for cell in records.cells():
        element, component = _position(cell)
        elements[element][component] = escape(records.column(cell))
    parts = {element: _joined(components, ":") for element, components in elements.items()}
    return _joined({0: pa.repeat(pa.scalar(tag), len(records)), **parts}, "+", first=0)


def _position(cell: Hashable) -> tuple[int, int]:
    return cast(tuple[int, int], cell)


def _joined(parts: Mapping[int, pa.Array], separator: str, first: int = 1) -> pa.Array:
    """Texts joined by position, from `first`; gaps are empty, and nothing is left hanging at the end."""
    last = max(parts)
    joined = parts[last]
    for position in range(last - 1, first - 1, -1):
        value = parts.get(position, "")
        more = pc.binary_join_element_wise(value, joined, separator)
        joined = pc.if_else(pc.equal(joined, ""), value, more)
    return joined


def escape(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Values with a release character before each separator; null becomes empty."""
    column = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    column = pc.fill_null(column.cast(pa.string()), "")
    raw = column.buffers()[2]
    if raw is None or not SPECIAL[np.frombuffer(raw, np.uint8)].any():
        return column
    return pc.replace_substring_regex(column, r"([?+:'])", r"?\1")


# --- service segments ----------------------------------------------------------------------------------


def _with_service(
    records: Records, directory: Directory, options: Mapping[str, Any], lines: Lines, group: Array
) -> Lines:
    """UNH, UNT and mandatory UNS added to the segments of the messages that are written."""
    lines = _with_section_control(lines, group, directory)
    rows = np.flatnonzero(group >= 0)
    count = np.bincount(lines.message, minlength=len(group))[rows] + 2
    ordinal = _ordinals(group)[rows]
    reference = records.messages["reference"].combine_chunks().take(pa.array(rows))
    reference = escape(pc.coalesce(reference, pa.array(ordinal).cast(pa.string())))
    kind = [directory.message, directory.version, directory.release, "UN", options.get("association", "")]
    kinds = ":".join(kind).rstrip(":")
    heads = pc.binary_join_element_wise("UNH", reference, kinds, "+")
    trailers = pc.binary_join_element_wise("UNT", pa.array(count).cast(pa.string()), reference, "+")
    size = len(rows)
    return Lines(
        pa.concat_arrays([lines.text, heads, trailers]),
        np.concatenate([lines.message, rows, rows]),
        np.concatenate([lines.order, np.full(size, BEFORE), np.full(size, AFTER)]),
        np.concatenate([lines.rank, np.zeros(2 * size, np.int64)]),
    )


def _ordinals(group: Array) -> Array:
    """The place of each message in its interchange, from 1."""
    order = np.argsort(group, kind="stable")
    sorted_ = group[order]
    place = np.empty(len(group), np.int64)
    place[order] = np.arange(len(group)) - np.searchsorted(sorted_, sorted_) + 1
    return place


def _with_section_control(lines: Lines, group: Array, directory: Directory) -> Lines:
    """UNS+S behind the detail section of messages that need it and have none."""
    items = [item for item in directory.structure.groups[0].items if item.tag == "UNS" and item.mandatory]
    if len(items) != 1:
        return lines
    node = items[0].node
    wanted = group >= 0
    wanted[lines.message[lines.rank == node]] = False
    last = np.full(len(group), BEFORE + 1)
    before = lines.rank < node
    np.maximum.at(last, lines.message[before], lines.order[before])
    rows = np.flatnonzero(wanted)
    return Lines(
        pa.concat_arrays([lines.text, pa.repeat(pa.scalar("UNS+S"), len(rows))]),
        np.concatenate([lines.message, rows]),
        np.concatenate([lines.order, last[rows] + 1]),
        np.concatenate([lines.rank, np.full(len(rows), node)]),
    )


def _output(
    text: pa.Array,
    keys: Array,
    envelope: Envelope,
    end: str,
    records: Records,
    directory: Directory,
    options: Mapping[str, Any],
) -> Output:
    """One interchange around the messages `keys`; empty when all of them were refused."""
    if not len(keys):
        return Output("", b"")
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    body = text.buffers()[2][int(offsets[0]) : int(offsets[-1])].to_pybytes().decode()
    advice = f"UNA:+{records.decimal[0]}? {end}" if options.get("una") else ""
    head, tail = _header(envelope) + end, f"UNZ+{len(keys)}+{_plain(envelope.reference)}{end}"
    data = (advice + head + body + tail).encode(codec_of(envelope.charset, directory.charsets), "replace")
    return Output("", data, tuple(int(key) for key in keys))


def _header(envelope: Envelope) -> str:
    """UNB without its terminator (ISO 9735 versions 3 and 4 differ in the year)."""
    digits = "".join(c for c in envelope.prepared_at[:16] if c.isdigit())
    day, time = digits[:8], digits[8:12]
    elements = [
        "UNB",
        f"{envelope.charset}:{envelope.version}",
        f"{_plain(envelope.sender)}:{_plain(envelope.sender_qualifier)}".rstrip(":"),
        f"{_plain(envelope.receiver)}:{_plain(envelope.receiver_qualifier)}".rstrip(":"),
        f"{day if envelope.version >= '4' else day[2:]}:{time}",
        _plain(envelope.reference),
        "",
        _plain(envelope.application),
        "",
        "",
        "",
        "1" if envelope.test else "",
    ]
    return "+".join(elements).rstrip("+")


def _plain(value: str) -> str:
    return str(escape(pa.array([value]))[0].as_py())


# --- characters ----------------------------------------------------------------------------------------


def _refuse(
    records: Records,
    keys: Array,
    group: Array,
    lines: Lines,
    envelopes: list[Envelope],
    directory: Directory,
) -> Array:
    """Which messages hold a character that their interchange's set does not; each gets a finding."""
    refused = np.zeros(len(keys), np.bool_)
    charset = np.array([e.charset for e in envelopes])
    for name in np.unique(charset):
        rows = np.flatnonzero(np.append(charset == name, False)[group[lines.message]])
        some = lines.only(rows)
        row, found = _unwritable(some.text, str(name), codec_of(str(name), directory.charsets))
        message, first = np.unique(some.message[row], return_index=True)
        refused[message] = True
        for number, at in zip(message.tolist(), first.tolist(), strict=True):
            tag = some.text[int(row[at])].as_py()[:3]
            place = Location(tag=tag, reference=records.messages["reference"][number].as_py() or "")
            what = finding("ELM-015", place, message=int(keys[number]), found=found[at], expected=str(name))
            records.findings.append(replace(what, location=place))
    return refused


def _unwritable(text: pa.Array, charset: str, codec: str) -> tuple[Array, list[str]]:
    """Rows and characters that cannot be written, in order (a row may come twice)."""
    text = pa.concat_arrays([text])
    raw = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    plain = forbidden(charset, codec) & (np.arange(256) < 0x80)
    lead = np.flatnonzero(raw >= 0xC0)
    points = np.frombuffer(raw.tobytes().decode().encode("utf-32-le"), "<u4")
    points = points[points >= 0x80]
    bad = ~np.isin(points, _high_points(codec)) if codec != "utf-8" else np.zeros(len(points), np.bool_)
    low = np.flatnonzero(plain[raw])
    at = np.concatenate([low, lead[bad]])
    characters = [chr(c) for c in [*raw[low].tolist(), *points[bad].tolist()]]
    offsets = np.frombuffer(text.buffers()[1], np.int32)[: len(text) + 1] if len(text) else np.zeros(1)
    return np.searchsorted(offsets, at, side="right") - 1, characters


def _high_points(codec: str) -> Array:
    """The code points beyond ASCII that a single-byte codec can write, control characters left out."""
    if codec == "ascii":
        return np.zeros(0, np.uint32)
    text = bytes(range(0xA0, 0x100)).decode(codec, "ignore")
    return np.array([ord(c) for c in text], np.uint32)
