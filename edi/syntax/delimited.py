"""Delimited text (CSV and its kin): one record a row, cells by header name or position.

Rows end where RFC 4180 says: at a line end outside quotes. The rows are found by one scan over the bytes, so
that each knows its line and offset; the cells are cut by Arrow, as strings. Files with a record type column
give one record set a type, others a single set of kind "".

Options: encoding, separator, quote, header, end, decimal, date, record, repeat, people (docs/formats.md).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from edi.findings import finding
from edi.library import Library
from edi.model import Finding, Location, Output
from edi.syntax import MAX_FINDINGS, MESSAGES, Address, Records, RecordSet
from edi.syntax._text import BOM, CR, LF, MAX_LINE, Lines, decode, line_numbers, outputs, spans

MAX_COLUMNS = 2000
DEFAULTS: dict[str, Any] = {
    "encoding": "utf-8",
    "separator": ",",
    "quote": '"',
    "header": True,
    "end": "\n",
    "decimal": ".",
    "date": "iso",
    "record": None,
    "repeat": True,
    "people": False,
}

DANGEROUS = r"^\s*[=+\-@\t\r\x00＝＋－＠]"
NUMBER = r"^[+-]?\d+([.,]\d+)?$"
"""A cell that begins like a formula is disarmed for people, unless it is a plain number."""


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with defaults filled in."""
    return {**DEFAULTS, **options}


def expect(
    options: Mapping[str, Any],
    columns: Sequence[Hashable],
    required: Sequence[Hashable],
    kinds: Mapping[str, int | None],
) -> dict[str, Any]:
    """Tell the syntax which columns the descriptor uses, so that it can recognise files and name what lacks."""
    return {**options, "columns": list(columns), "required": list(required), "kinds": list(kinds)}


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """A column by header name or by position from 1; `^` in front means the enclosing record's."""
    name = str(text)
    up = len(name) - len(name.lstrip("^"))
    bare = name.lstrip("^")
    by_position = isinstance(text, int) or not options.get("header", True)
    cell: Hashable = int(bare) if by_position and bare.isdigit() else bare
    return Address((), ((cell, ()),), up=up, text=name)


def rows_kind(text: str, options: Mapping[str, Any]) -> str:
    """The record set of a table: its record type, or the only one."""
    return text if options.get("record") else ""


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """How well the start of a file fits: 2 all mapped columns are there, 1 the required ones, 0 neither."""
    text = decode(head[: head.rfind(b"\n") + 1] or head, options["encoding"], 0)
    if isinstance(text, Finding):
        return 0, f"not {options['encoding']} text"
    first = next(iter(_reader(text, options)), [])
    if "\x00" in text or not first:
        return 0, "no text in rows"
    if options["record"]:
        position = options["record"] - 1
        kind = first[position] if len(first) > position else ""
        return (
            (2, f"records of type {kind}")
            if kind in options["kinds"]
            else (0, f"a row starting {first[0][:20]}")
        )
    return _fit_columns(first, options)


def _fit_columns(first: list[str], options: Mapping[str, Any]) -> tuple[int, str]:
    seen = f"{len(first)} columns: {', '.join(first[:6])}"
    present = set(_names(first)) if options["header"] else set(range(1, len(first) + 1))
    if not all(cell in present for cell in options["required"]) or present.isdisjoint(options["columns"]):
        return 0, seen
    complete = options["header"] and all(cell in present for cell in options["columns"])
    return 2 if complete else 1, seen


def _reader(text: str, options: Mapping[str, Any]) -> Any:
    quoting = csv.QUOTE_MINIMAL if options["quote"] else csv.QUOTE_NONE
    lines = (line for line in io.StringIO(text, newline="") if line.strip("\r\n"))
    return csv.reader(
        lines, delimiter=options["separator"], quotechar=options["quote"] or '"', quoting=quoting
    )


def _names(first: Sequence[str]) -> list[str]:
    return [name.strip() for name in first]


# --- read -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sheet:
    """One file: the header's names, its rows as bytes, and where each row stands in the joined data."""

    member: int
    names: list[str]
    width: int
    body: bytes
    offset: np.ndarray
    line: np.ndarray
    bad: list[tuple[int, Finding]]  # row of this sheet -> finding


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """Records of every row; files with the same columns are cut in one pass."""
    findings: list[Finding] = []
    sheets: list[_Sheet] = []
    for member, (start, end) in enumerate(spans(data, starts)):
        found = _sheet(data[start:end], start, member, options)
        if isinstance(found, _Sheet):
            sheets.append(found)
        else:
            findings.append(found)
    table = _Table(sheets, options)
    records = Records(
        sets=_sets(table, options),
        messages=MESSAGES.empty_table(),
        findings=[*findings, *table.findings],
        starts=tuple(starts),
        decimal=(options["decimal"],),
    )
    records.on_records = table.on_records
    return records


def _sheet(data: bytes, start: int, member: int, options: Mapping[str, Any]) -> _Sheet | Finding:
    """One file cut into rows; a finding when it cannot be used at all."""
    if not data:
        return finding("FILE-001", Location(member=member))
    text = decode(data, options["encoding"], member)
    if isinstance(text, Finding):
        return text
    mark = len(BOM) if data.startswith(BOM) else 0
    raw = np.frombuffer(data, np.uint8)[mark:]
    quote = options["quote"]
    begin, end = _rows(raw, ord(quote) if quote and quote.encode() in data else None)
    line = line_numbers(raw, begin)
    if not len(begin):
        return finding("FILE-001", Location(member=member))
    if quote and _open(raw, ord(quote)):
        return finding("CSV-001", Location(member=member, line=int(line[-1])), found=quote)
    if (end - begin).max() > MAX_LINE:
        return finding(
            "CSV-007", Location(member=member, line=int(line[np.argmax(end - begin)])), expected=MAX_LINE
        )
    first = next(iter(_reader(text, options)))
    if len(first) > MAX_COLUMNS:
        return finding("CSV-008", Location(member=member, line=1), found=len(first), expected=MAX_COLUMNS)
    names = _names(first) if options["header"] else []
    wrong = _header_fault(names, member, options) if options["header"] else None
    if wrong:
        return wrong
    skip = 1 if options["header"] else 0
    plain = text.encode() if options["encoding"] != "utf-8" else data[mark:]
    body = _body(plain, raw, begin, skip)
    bad = _nulls(raw, begin[skip:], line[skip:], member)
    return _Sheet(
        member,
        names,
        len(first),
        body.replace(b"\x00", b" ") if bad else body,
        begin[skip:] + start + mark,
        line[skip:],
        bad,
    )


def _body(plain: bytes, raw: np.ndarray, begin: np.ndarray, skip: int) -> bytes:
    """The bytes of the data rows, in UTF-8, ended by a line end."""
    if skip >= len(begin):
        return b""
    at = int(begin[skip]) if len(plain) == len(raw) else len(raw[: begin[skip]].tobytes())
    if len(plain) != len(raw):
        # Transcoding moved the bytes: the header is skipped by its own length in UTF-8.
        at = _moved(plain, raw, int(begin[skip]))
    body = plain[at:]
    return body if body.endswith((b"\n", b"\r")) else body + b"\n"


def _moved(plain: bytes, raw: np.ndarray, offset: int) -> int:
    """Where the byte after the line ends before `offset` stands in the transcoded text."""
    ends = int(np.count_nonzero((raw[:offset] == LF) | (raw[:offset] == CR)))
    moved = np.frombuffer(plain, np.uint8)
    return int(np.flatnonzero((moved == LF) | (moved == CR))[ends - 1]) + 1


def _rows(raw: np.ndarray, quote: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Begin and end offsets of the rows that are not blank: line ends outside quotes part them."""
    breaks = np.flatnonzero(raw == LF)
    lone = np.flatnonzero(raw == CR)
    if len(lone):
        follows = np.append(raw[1:], 0)[lone]
        breaks = np.union1d(breaks, lone[follows != LF])
    if quote is not None:
        quotes = np.flatnonzero(raw == quote)
        breaks = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    begin = np.concatenate([[0], breaks + 1]).astype(np.int64)
    end = np.concatenate([breaks, [len(raw)]]).astype(np.int64)
    some = np.minimum(end, len(raw)) - begin
    blank = (some <= 0) | ((some == 1) & (raw[np.minimum(begin, len(raw) - 1)] == CR))
    return begin[~blank], end[~blank]


def _open(raw: np.ndarray, quote: int) -> bool:
    return bool(np.count_nonzero(raw == quote) % 2)


def _nulls(raw: np.ndarray, begin: np.ndarray, line: np.ndarray, member: int) -> list[tuple[int, Finding]]:
    """Rows that hold a NUL byte."""
    rows = np.unique(np.searchsorted(begin, np.flatnonzero(raw == 0), side="right") - 1)
    return [
        (int(row), finding("CSV-002", Location(member=member, line=int(line[row]))))
        for row in rows[rows >= 0][:MAX_FINDINGS]
    ]


def _header_fault(names: list[str], member: int, options: Mapping[str, Any]) -> Finding | None:
    place = Location(member=member, line=1)
    used = [cell for cell in options.get("columns", ()) if isinstance(cell, str)]
    twice = next((name for name in used if names.count(name) > 1), None)
    if twice:
        return finding("CSV-003", place, found=twice)
    missing = [cell for cell in options.get("required", ()) if isinstance(cell, str) and cell not in names]
    if missing:
        return finding("CSV-004", place, found=", ".join(names), expected=", ".join(missing))
    return None


class _Table:
    """The cells of all sheets: one Arrow table for each distinct header, columns joined on demand."""

    def __init__(self, sheets: list[_Sheet], options: Mapping[str, Any]) -> None:
        self.options = options
        self.findings: list[Finding] = []
        self.on_records: list[tuple[int, Finding]] = []
        self.groups: list[tuple[list[str], int, pa.Table]] = []
        self.names: list[str] = list(dict.fromkeys(name for sheet in sheets for name in sheet.names))
        self.width = max((sheet.width for sheet in sheets), default=0)
        kept = self._cut(sheets)
        empty = np.zeros(0, np.int64)
        self.offset = np.concatenate([empty, *(sheet.offset for sheet in kept)])
        self.line = np.concatenate([empty, *(sheet.line for sheet in kept)])
        self.order = np.argsort(self.offset, kind="stable")
        self.sorted = bool((self.order == np.arange(len(self.order))).all())
        self.offset, self.line = self.offset[self.order], self.line[self.order]
        self.on_records.sort(key=lambda pair: pair[0])

    def __len__(self) -> int:
        return len(self.offset)

    def _cut(self, sheets: list[_Sheet]) -> list[_Sheet]:
        """Cut the sheets group by group; those with a stray quote are left out with a finding."""
        groups: dict[tuple[Any, ...], list[_Sheet]] = {}
        for sheet in sheets:
            groups.setdefault((*sheet.names, sheet.width), []).append(sheet)
        kept: list[_Sheet] = []
        for members in groups.values():
            kept += self._cut_group(members)
        return kept

    def _cut_group(self, sheets: list[_Sheet]) -> list[_Sheet]:
        rows = sum(len(sheet.offset) for sheet in sheets)
        names, width = sheets[0].names, sheets[0].width
        table, ragged = _cells(b"".join(sheet.body for sheet in sheets), width, self.options)
        if len(table) + len(ragged) != rows:
            if len(sheets) > 1:
                return [kept for sheet in sheets for kept in self._cut_group([sheet])]
            self.findings.append(
                finding("CSV-005", Location(member=sheets[0].member), found=self.options["quote"])
            )
            return []
        if ragged:
            table = _with_ragged(table, ragged, width, self.options)
        self.groups.append((names, width, table))
        self._note(sheets, ragged, width)
        return sheets

    def _note(self, sheets: list[_Sheet], ragged: list[tuple[int, int, str]], width: int) -> None:
        """Findings of single rows, by the byte offset of the row (which is the record's order)."""
        first = np.cumsum([0, *(len(sheet.offset) for sheet in sheets)])
        for sheet in sheets:
            self.on_records += [(int(sheet.offset[row]), wrong) for row, wrong in sheet.bad]
        for row, actual, _ in ragged[:MAX_FINDINGS]:
            which = int(np.searchsorted(first, row, side="right")) - 1
            sheet, inside = sheets[which], row - int(first[which])
            place = Location(
                member=sheet.member, line=int(sheet.line[inside]), offset=int(sheet.offset[inside])
            )
            wrong = finding("CSV-006", place, found=actual, expected=width)
            self.on_records.append((int(sheet.offset[inside]), wrong))

    def column(self, cell: Hashable) -> pa.Array:
        """A column over all sheets, in file order; null where a file has no such column."""
        parts = []
        for names, width, table in self.groups:
            place = names.index(cell) if cell in names else (cell - 1 if isinstance(cell, int) else -1)
            parts.append(
                table.column(place)
                if 0 <= place < width
                else pa.chunked_array([pa.nulls(len(table), pa.string())])
            )
        joined = pa.chunked_array(
            [chunk for part in parts for chunk in part.chunks], pa.string()
        ).combine_chunks()
        return joined if self.sorted else joined.take(pa.array(self.order))

    def cells(self) -> list[Hashable]:
        return list(self.names) if self.options["header"] else list(range(1, self.width + 1))


def _cells(
    body: bytes, width: int, options: Mapping[str, Any]
) -> tuple[pa.Table, list[tuple[int, int, str]]]:
    """All cells as strings, empty ones null; and the rows of another width as (row, width, text)."""
    ragged: list[tuple[int, int, str]] = []
    names = [str(n) for n in range(width)]
    if not body:
        return pa.table({name: pa.array([], pa.string()) for name in names}), ragged

    def keep(row: Any) -> str:
        ragged.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    quote = options["quote"]
    quoted = bool(quote) and quote.encode() in body
    convert = arrow_csv.ConvertOptions(
        column_types={name: pa.string() for name in names},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        check_utf8=False,
    )
    shape: dict[str, Any] = {
        "delimiter": options["separator"],
        "quote_char": quote if quoted else False,
        "newlines_in_values": quoted,
    }
    reading = {"column_names": names, "block_size": max(4 * MAX_LINE, 1 << 20)}
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body), arrow_csv.ReadOptions(**reading), arrow_csv.ParseOptions(**shape), convert
        )
    except pa.ArrowInvalid:
        # Rows of another width: read again, in order, keeping them aside. Numbers are given to one thread only.
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            arrow_csv.ReadOptions(**reading, use_threads=False),
            arrow_csv.ParseOptions(**shape, invalid_row_handler=keep),
            convert,
        )
    return table, ragged


def _with_ragged(
    table: pa.Table, ragged: list[tuple[int, int, str]], width: int, options: Mapping[str, Any]
) -> pa.Table:
    """The rows of another width back in their places, cut or filled up to the header's width."""
    rows = list(_reader_of(options, [text for _, _, text in ragged]))
    padded = [[cell or None for cell in (row + [""] * width)[:width]] for row in rows]
    extra = pa.table(
        {name: pa.array([row[n] for row in padded], pa.string()) for n, name in enumerate(table.column_names)}
    )
    places = np.array([row for row, _, _ in ragged])
    others = np.setdiff1d(np.arange(len(table) + len(ragged)), places)
    order = np.argsort(np.concatenate([others, places]))
    return pa.concat_tables([table, extra]).take(pa.array(order))


def _reader_of(options: Mapping[str, Any], texts: list[str]) -> Any:
    for text in texts:
        yield next(iter(_reader(text, options)), [])


def _sets(table: _Table, options: Mapping[str, Any]) -> dict[str, RecordSet]:
    if not options["record"]:
        return {"": _set(table, None)}
    kinds = table.column(options["record"])
    present = [kind for kind in pc.unique(kinds).to_pylist() if kind is not None]
    return {
        kind: _set(
            table, np.flatnonzero(pc.fill_null(pc.equal(kinds, kind), False).to_numpy(zero_copy_only=False))
        )
        for kind in present
    }


def _set(table: _Table, rows: np.ndarray | None) -> RecordSet:
    """The record set of some rows (None: all). A record's order is its byte offset: unique and increasing."""
    offset = table.offset if rows is None else table.offset[rows]
    line = table.line if rows is None else table.line[rows]

    def column(cell: Hashable) -> pa.Array:
        values = table.column(cell)
        return values if rows is None else values.take(pa.array(rows))

    return RecordSet(
        message=np.full(len(offset), -1, np.int32),
        order=offset,
        parent=np.full(len(offset), -1, np.int64),
        offset=offset,
        column=column,
        line=line,
        cells=table.cells,
    )


# --- write ----------------------------------------------------------------------------------------------------


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One file a member of `records.messages`: rows of all kinds in order, quoted only where needed."""
    parts = [(part, _lines(part, kind, options)) for kind, part in records.sets.items() if len(part)]
    order = np.concatenate([np.zeros(0, np.int64), *(part.order for part, _ in parts)])
    place = np.argsort(order, kind="stable")
    message = np.concatenate([np.zeros(0, np.int32), *(part.message for part, _ in parts)])[place]
    text = pa.concat_arrays([pa.array([], pa.string()), *(lines for _, lines in parts)]).take(pa.array(place))
    made, findings = outputs(
        Lines(text, message),
        records.groups,
        options["encoding"].replace("-sig", ""),
        options["end"],
        _head(records, options),
    )
    records.findings += findings
    if options["encoding"] != "utf-8-sig":
        return made
    return [Output(one.name, BOM + one.data, one.messages) for one in made]


def _head(records: Records, options: Mapping[str, Any]) -> str:
    if not options["header"]:
        return ""
    cells = next(iter(records.sets.values())).cells() if records.sets else options.get("columns", [])
    names = _quoted(pa.array([str(cell) for cell in cells], pa.string()), options)
    return options["separator"].join(names.to_pylist()) + str(options["end"])


def _lines(part: RecordSet, kind: str, options: Mapping[str, Any]) -> pa.Array:
    """The rows of one kind as text; columns by position are filled up from 1."""
    cells = part.cells()
    if not options["header"]:
        cells = list(range(1, max([options["record"] or 1, *(c for c in cells if isinstance(c, int))]) + 1))
    blank = pa.repeat(pa.scalar(""), len(part))
    columns = []
    for cell in cells:
        values = (
            pa.repeat(pa.scalar(kind), len(part)) if kind and cell == options["record"] else part.column(cell)
        )
        columns.append(
            _quoted(pc.fill_null(values, ""), options) if values.null_count < len(values) else blank
        )
    joined = pc.binary_join_element_wise(*columns, options["separator"])
    # An empty line would be skipped by every reader, so the only cell of such a row is quoted.
    return pc.if_else(pc.equal(joined, ""), (options["quote"] or '"') * 2, joined)


def _quoted(values: pa.Array, options: Mapping[str, Any]) -> pa.Array:
    """Cells with quotes where the separator, a quote or a line end stands in them."""
    if options["people"]:
        values = disarmed(values)
    quote = options["quote"]
    if not quote:
        return values
    special = (
        "".join(f"\\x{ord(c):02x}" if ord(c) < 128 else c for c in (options["separator"], quote)) + "\\r\\n"
    )
    needs = pc.match_substring_regex(values, f"[{special}]")
    if not pc.any(needs).as_py():
        return values
    doubled = pc.replace_substring(values, quote, quote * 2)
    return pc.if_else(needs, pc.binary_join_element_wise(quote, doubled, quote, ""), values)


def disarmed(values: pa.Array) -> pa.Array:
    """Cells that a spreadsheet would take for a formula, with an apostrophe in front (OWASP CSV injection)."""
    risky = pc.and_(
        pc.match_substring_regex(values, DANGEROUS), pc.invert(pc.match_substring_regex(values, NUMBER))
    )
    return pc.if_else(risky, pc.binary_join_element_wise("'", values, ""), values)
