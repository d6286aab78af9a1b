"""Bytes to rows and cells: one scan finds where rows end, Arrow cuts the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.syntax._spreadsheet import plain
from edi.syntax._text import BOM, CR, LF, MAX_LINE, decode, places, spans, valid_utf8

MAX_COLUMNS = 2000


def rows_of(text: str, options: Mapping[str, Any]) -> Iterator[list[str]]:
    """The rows of a text cut by the standard library: for headers and odd rows only."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if options["quote"] else csv.QUOTE_NONE
    lines = (line for line in io.StringIO(text, newline="") if line.strip("\r\n"))
    return csv.reader(
        lines, delimiter=options["separator"], quotechar=options["quote"] or '"', quoting=quoting
    )


def names_of(first: Sequence[str]) -> list[str]:
    """The column names of a header row."""
    return [name.strip() for name in first]


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
    findings += [one for sheet in sheets for one in _unexpected(sheet, options)]
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
    if not data.removeprefix(BOM):
        return finding("FILE-001", Location(member=member))
    encoding = options["encoding"]
    text = None if encoding.startswith("utf-8") and valid_utf8(data) else decode(data, encoding, member)
    if isinstance(text, Finding):
        return text
    mark = len(BOM) if data.startswith(BOM) else 0
    raw = np.frombuffer(data, np.uint8)[mark:]
    quote = options["quote"]
    quotes = places(raw, ord(quote)) if quote and quote.encode() in data else np.zeros(0, np.int64)
    begin, end, line = _rows(raw, quotes)
    if not len(begin):
        return finding("FILE-001", Location(member=member))
    first = next(rows_of(data[mark : mark + int(end[0])].decode(encoding), options), [])
    names = names_of(first) if options["header"] else []
    wrong = _unusable(len(quotes), begin, end, line, member, options) or _header_fault(
        first, names, member, options
    )
    if wrong:
        return wrong
    skip = 1 if options["header"] else 0
    if len(begin) == skip:
        return finding("CSV-009", Location(member=member, line=1), found=len(first))
    at = mark + int(begin[skip])
    body = data[at:] if text is None else text[len(data[:at].decode(encoding)) :].encode()
    bad = _nulls(raw, begin[skip:], line[skip:], member)
    if not body.endswith((b"\n", b"\r")):
        body += b"\n"
    body = body.replace(b"\x00", b" ") if bad else body
    return _Sheet(member, names, len(first), body, begin[skip:] + start + mark, line[skip:], bad)


def _unusable(
    quotes: int,
    begin: np.ndarray,
    end: np.ndarray,
    line: np.ndarray,
    member: int,
    options: Mapping[str, Any],
) -> Finding | None:
    """What makes the rows of a file uncertain: a quote left open, a row without end."""
    if quotes % 2:
        return finding("CSV-001", Location(member=member, line=int(line[-1])), found=options["quote"])
    longest = int(np.argmax(end - begin))
    if end[longest] - begin[longest] > MAX_LINE:
        return finding("CSV-007", Location(member=member, line=int(line[longest])), expected=MAX_LINE)
    return None


def _rows(raw: np.ndarray, quotes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Begin, end and physical line of the rows that are not blank: line ends outside quotes part them."""
    feeds = places(raw, LF)
    lone = _lone_returns(raw, feeds)
    breaks = np.union1d(feeds, lone) if len(lone) else feeds
    if len(quotes):
        breaks = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    begin = np.concatenate([[0], breaks + 1]).astype(np.int64)
    end = np.concatenate([breaks, [len(raw)]]).astype(np.int64)
    some = np.minimum(end, len(raw)) - begin
    blank = (some <= 0) | ((some == 1) & (raw[np.minimum(begin, len(raw) - 1)] == CR))
    line = np.arange(1, len(begin) + 1) if breaks is feeds else np.searchsorted(feeds, begin) + 1
    return begin[~blank], end[~blank], line[~blank]


def _lone_returns(raw: np.ndarray, feeds: np.ndarray) -> np.ndarray:
    """Carriage returns that no line feed follows."""
    returns = places(raw, CR)
    return returns[raw[np.minimum(returns + 1, len(raw) - 1)] != LF] if len(returns) else returns


def _nulls(raw: np.ndarray, begin: np.ndarray, line: np.ndarray, member: int) -> list[tuple[int, Finding]]:
    """Rows that hold a NUL byte."""
    if raw.all():
        return []
    rows = np.unique(np.searchsorted(begin, np.flatnonzero(raw == 0), side="right") - 1)
    return [
        (int(row), finding("CSV-002", Location(member=member, line=int(line[row]))))
        for row in rows[rows >= 0][:MAX_FINDINGS]
    ]


def _header_fault(
    first: list[str], names: list[str], member: int, options: Mapping[str, Any]
) -> Finding | None:
    """What is wrong with the first row: too many columns, a name twice, a required one missing."""
    place = Location(member=member, line=1)
    if len(first) > MAX_COLUMNS:
        return finding("CSV-008", place, found=len(first), expected=MAX_COLUMNS)
    if not options["header"]:
        return None
    if any("\x00" in name for name in names):
        return finding("CSV-002", place)
    used = [cell for column in options.get("columns", ()) for cell in column if isinstance(cell, str)]
    twice = next((name for name in used if names.count(name) > 1), None)
    if twice:
        return finding("CSV-003", place, found=twice)
    missing = [cell for cell in options.get("required", ()) if isinstance(cell, str) and cell not in names]
    if missing:
        return finding("CSV-004", place, found=", ".join(names), expected=", ".join(missing))
    return None


def _unexpected(sheet: _Sheet, options: Mapping[str, Any]) -> Iterator[Finding]:
    """Columns that the descriptor uses and this header lacks, and the other way round: told, never silent."""
    used = [column for column in options.get("columns", ()) if isinstance(column[0], str)]
    if not options["header"] or not used:
        return
    place = Location(member=sheet.member, line=1)
    missing = [column[0] for column in used if not set(column).intersection(sheet.names)]
    known = {"", *options["others"]}.union(*used)
    extra = [name for name in sheet.names if name not in known]
    if missing:
        yield finding("CSV-011", place, found=", ".join(missing))
    if extra:
        yield finding("CSV-010", place, found=", ".join(extra))


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
        if self.options["record"]:
            # Records of different types have different widths: the widest counts, and none is wrong.
            width = max([width, *(actual for _, actual, _ in ragged)])
            self.width = max(self.width, width)
        else:
            self._note(sheets, ragged, width)
        if ragged:
            table = _with_ragged(table, ragged, width, self.options)
        self.groups.append((names, width, table))
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
        if self.options["people"]:
            joined = plain(joined)
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
        null_values=["", *options["empty"]],
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
        # Rows of another width: read again, keeping them aside. Only a single thread numbers its rows.
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
    nothing = {"", *options["empty"]}
    padded = [[None if c in nothing else c for c in (row + [""] * width)[:width]] for row in rows]
    while table.num_columns < width:
        table = table.append_column(str(table.num_columns), pa.nulls(len(table), pa.string()))
    extra = pa.table(
        {name: pa.array([row[n] for row in padded], pa.string()) for n, name in enumerate(table.column_names)}
    )
    places = np.array([row for row, _, _ in ragged])
    others = np.setdiff1d(np.arange(len(table) + len(ragged)), places)
    order = np.argsort(np.concatenate([others, places]))
    return pa.concat_tables([table, extra]).take(pa.array(order))


def _reader_of(options: Mapping[str, Any], texts: list[str]) -> Any:
    for text in texts:
        yield next(iter(rows_of(text, options)), [])


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
