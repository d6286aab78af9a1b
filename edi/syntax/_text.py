"""What the text syntaxes share: strict decoding and encoding, physical lines, outputs by file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.model import Finding, Location, Output

BOM = b"\xef\xbb\xbf"
LF, CR = 10, 13
PIECE = 1 << 18
MAX_LINE = 1 << 20
"""Bytes of one line (or quoted row) at most."""


def spans(data: bytes, starts: Sequence[int]) -> list[tuple[int, int]]:
    """First and last byte (exclusive) of each joined file."""
    return list(zip(starts, [*starts[1:], len(data)], strict=True))


def decode(data: bytes, encoding: str, member: int) -> str | Finding:
    """The text of one file, or a finding that names the byte, its line and what it looks like."""
    if data.startswith(BOM):
        if not encoding.startswith("utf-8"):
            return finding(
                "TEXT-001",
                Location(member=member, line=1, offset=0),
                found="EF BB BF (UTF-8)",
                expected=encoding,
            )
        data = data[len(BOM) :]
        encoding = "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(error, data, encoding, member)


def valid_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, without making a text of them."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    whole = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)])
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _undecodable(error: UnicodeDecodeError, data: bytes, encoding: str, member: int) -> Finding:
    wrong = data[error.start : error.end]
    line = data.count(b"\n", 0, error.start) + 1
    shown = f"{wrong.hex(' ').upper()} ({_guess(data[error.start : error.start + 4], encoding)})"
    return finding(
        "TEXT-001", Location(member=member, line=line, offset=error.start), found=shown, expected=encoding
    )


def _guess(excerpt: bytes, declared: str) -> str:
    """What bytes would say in the encoding they most likely are in."""
    for name in ("utf-8", "cp1252", "cp850"):
        if name == declared:
            continue
        try:
            return f"in {name}: {excerpt.decode(name, errors='strict')[0]}"
        except UnicodeDecodeError:
            continue
    return "no known text"


def misfits(text: pa.Array, encoding: str) -> dict[int, str]:
    """Row -> first character that the encoding cannot hold; empty in the usual case."""
    if encoding.startswith("utf"):
        return {}
    distinct = set("".join(pc.unique(pc.fill_null(text, "")).to_pylist()))
    found: dict[int, str] = {}
    for character in sorted(c for c in distinct if not _fits(c, encoding)):
        hit = pc.fill_null(pc.match_substring(text, character), False)
        for row in np.flatnonzero(hit.to_numpy(zero_copy_only=False)).tolist():
            found.setdefault(row, character)
    return found


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Lines:
    """Written rows in file order: text without the line end, the message each belongs to."""

    text: pa.Array
    message: np.ndarray


def outputs(
    lines: Lines, groups: np.ndarray | None, encoding: str, end: str, head: str = "", tail: str = ""
) -> tuple[list[Output], list[Finding]]:
    """One output a group (None: one for all), and a finding for each message the encoding cannot hold.

    Rows stand in file order. Messages with a finding are left out of their file.
    """
    style = (encoding, end, head, tail)
    try:
        return _files(lines, groups, style), []
    except UnicodeEncodeError:
        bad = misfits(lines.text, encoding)
    findings = [
        finding("TEXT-002", message=int(lines.message[row]), found=character, expected=encoding)
        for row, character in bad.items()
    ]
    kept = ~np.isin(lines.message, lines.message[list(bad)])
    return _files(Lines(lines.text.filter(pa.array(kept)), lines.message[kept]), groups, style), findings


def _files(lines: Lines, groups: np.ndarray | None, style: tuple[str, str, str, str]) -> list[Output]:
    """The rows cut into files: they stand in file order, so each file is one slice."""
    encoding, end, *around = style
    head, tail = (one.encode(encoding) for one in around)
    text, offsets = _joined(lines.text, end)
    count = 1 if groups is None else int(groups.max(initial=-1)) + 1
    group = np.zeros(len(lines.message), np.int32) if groups is None else groups[lines.message]
    made = []
    for first, last in pairwise(np.searchsorted(group, np.arange(count + 1)).tolist()):
        body = _encoded(text[offsets[first] : offsets[last]], encoding)
        messages = tuple(np.unique(lines.message[first:last]).tolist())
        made.append(Output("", b"".join((head, body, tail)), messages))
    return made


def _joined(rows: pa.Array, end: str) -> tuple[memoryview, list[int]]:
    """All rows with their line ends as one text in UTF-8, and where each row begins in it."""
    if not len(rows):
        return memoryview(b""), [0]
    if end:
        short = rows.nbytes + len(end) * len(rows) < 1 << 31
        kind = pa.string() if short else pa.large_string()
        rows = pc.binary_join_element_wise(rows.cast(kind), pa.scalar(end, kind), pa.scalar("", kind))
    _, offsets, data = rows.buffers()
    width = np.int32 if rows.type == pa.string() else np.int64
    begins = np.frombuffer(offsets, width)[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(data or b""), begins.tolist()


def _encoded(text: memoryview, encoding: str) -> bytes:
    """UTF-8 in another encoding. UnicodeEncodeError for a character that it does not have."""
    if encoding == "utf-8":
        return bytes(text)
    decoded = str(text, "utf-8")
    if encoding != "cp1252":
        return decoded.encode(encoding)
    try:
        latin = decoded.encode("latin-1")
    except UnicodeEncodeError:
        return decoded.encode(encoding)
    # Windows-1252 is ISO 8859-1 but for 80 to 9F, and Python writes the latter much faster.
    return decoded.encode(encoding) if _has_control(latin) else latin


def _has_control(latin: bytes) -> bool:
    """Whether a byte from 80 to 9F is among them."""
    return any(((piece & 0xE0) == 0x80).any() for _, piece in pieces(np.frombuffer(latin, np.uint8)))


def pieces(raw: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The bytes in pieces that fit the processor's cache, each with its offset."""
    for start in range(0, len(raw), PIECE):
        yield start, raw[start : start + PIECE]


def places(raw: np.ndarray, byte: int) -> np.ndarray:
    """The offsets of a byte."""
    found = [np.flatnonzero(piece == byte) + start for start, piece in pieces(raw)]
    return np.concatenate([np.zeros(0, np.int64), *found])
