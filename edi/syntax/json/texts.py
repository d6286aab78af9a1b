"""The text of a file cut into documents, each parsed strictly, within limits, never as floats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edi.model import Location
from edi.syntax._text import BOM

DEPTH = 32
"""Levels of nesting that a document may have; real ones have three or four."""

SIZE = 16 * 1024 * 1024
"""Characters that one document may have."""

HEAD = 64 * 1024
"""Bytes of a head that may have been cut."""

_SPACE = re.compile(r"[ \t\r\n]*")
LISTING = re.compile(
    r'(?:\s*\{"kind": ?"(?:file|finding|summary)",.*\n)*\s*\{"kind": ?"document", ?"document": ?\{'
)
"""What a command printed with --json: documents wrapped in objects of a kind, among others."""

ABOUT = re.compile(r'\{"kind": ?"(?:file|finding|summary)",')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Refused(Exception):
    """What stands in a document cannot be taken over."""

    def __init__(self, code: str, **names: Any) -> None:
        super().__init__(code)
        self.code = code
        self.names = names


@dataclass(frozen=True, slots=True)
class Span:
    """One document's text and where it lies: byte span in the joined data, line in its file."""

    text: str
    start: int
    end: int
    line: int
    member: int

    def at(self, refused: Refused) -> Location:
        """Where in the file the fault is, or where the document begins."""
        before = self.text[: refused.names.get("place", 0)]
        offset = self.start + len(before.encode(errors="replace"))
        return Location(member=self.member, line=self.line + before.count("\n"), offset=offset)


def spans(text: str, start: int, member: int) -> Iterator[Span]:
    """The documents of one file: the elements of an array, the lines, or the whole text."""
    first = _SPACE.match(text).end()  # type: ignore[union-attr]
    if text.startswith("[", first):
        yield from _elements(text, first + 1, start, member)
    elif _is_lines(text):
        yield from _lines(text, start, member)
    elif text.strip() and not text.startswith("{", first):
        raise Refused("JSON-001", found="it begins with neither { nor [", place=first)
    elif text.strip():
        yield _Counter(text, start, member).span(first, len(text.rstrip()))


class _Counter:
    """Turns places in a text into bytes and lines, going forward only."""

    def __init__(self, text: str, start: int, member: int) -> None:
        self.text, self.member = text, member
        self.place, self.byte, self.line = 0, start, 1

    def advance(self, place: int) -> int:
        passed = self.text[self.place : place]
        self.byte += len(passed) if passed.isascii() else len(passed.encode())
        self.line += passed.count("\n")
        self.place = place
        return self.byte

    def span(self, begin: int, end: int) -> Span:
        start, line = self.advance(begin), self.line
        return Span(self.text[begin:end], start, self.advance(end), line, self.member)


def _is_lines(text: str) -> bool:
    """Whether one of the first two lines with anything on them is a document by itself."""
    head = [line for line in text[:SIZE].split("\n", 32) if line.strip()][:2]
    return any(line.lstrip().startswith("{") and _parses(line) for line in head)


def _parses(text: str) -> bool:
    try:
        parsed(text)
    except Refused as refused:
        return refused.code != "JSON-001"
    return True


def _lines(text: str, start: int, member: int) -> Iterator[Span]:
    counter, place = _Counter(text, start, member), 0
    for line in text.split("\n"):
        if stripped := line.strip():
            begin = place + line.index(stripped[0])
            yield counter.span(begin, begin + len(stripped))
        place += len(line) + 1


def _elements(text: str, place: int, start: int, member: int) -> Iterator[Span]:
    """The elements of an array; a broken one hides where the next begins, so it stops the file."""
    counter = _Counter(text, start, member)
    place = _after_space(text, place)
    if text.startswith("]", place):
        return _ended(text, place + 1)
    while True:
        end = _element_end(text, place)
        yield counter.span(place, end)
        place = _after_space(text, end)
        if text.startswith("]", place):
            return _ended(text, place + 1)
        if not text.startswith(",", place):
            raise Refused("JSON-001", found="expected , or ]", place=place)
        place = _after_space(text, place + 1)


def _ended(text: str, place: int) -> None:
    if (rest := _after_space(text, place)) != len(text):
        raise Refused("JSON-001", found="more text after the end of the array", place=rest)


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _element_end(text: str, place: int) -> int:
    try:
        return _SCAN.raw_decode(text, place)[1]
    except json.JSONDecodeError as error:
        raise Refused("JSON-001", found=error.msg, place=error.pos) from None
    except RecursionError:
        raise Refused("JSON-004", found=DEPTH) from None


class Literal(str):
    """A number, true or false, as it is spelled: a value that was written without quotes."""

    __slots__ = ()


def parsed(text: str) -> Any:
    """One JSON value, numbers as spelled (`Literal`); Refused for what RFC 8259 or a limit forbids."""
    if len(text) > SIZE:
        raise Refused("JSON-006", found=len(text), expected=SIZE)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Refused("JSON-001", found=error.msg, place=error.pos) from None
    except RecursionError:
        raise Refused("JSON-004", found=DEPTH) from None
    if _SURROGATE.search(text) and not _encodable(value):
        raise Refused("JSON-001", found="half of a surrogate pair")
    return value


def _encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise Refused("JSON-002", found=next(name for name in names if names.count(name) > 1))
    return made


def _no_constant(name: str) -> Any:
    raise Refused("JSON-001", found=f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=Literal, parse_int=Literal, parse_constant=_no_constant
)
_SCAN = json.JSONDecoder(parse_float=str, parse_int=str)


def first_object(head: bytes) -> tuple[list[str] | None, bool]:
    """Property names of the first object in a head, and whether it is all there; no names for no object."""
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    place = _after_space(text, 0)
    if text.startswith("[", place):
        place = _after_space(text, place + 1)
    if not text.startswith("{", place):
        return None, True
    if listing := LISTING.match(text):
        place = listing.end() - 1
    names: list[str] = []
    try:
        while not text.startswith("}", place := _after_space(text, place + 1)):
            name, place = _SCAN.raw_decode(text, place)
            names.append(str(name))
            _, place = _SCAN.raw_decode(text, _after_space(text, _after_space(text, place) + 1))
            place = _after_space(text, place)
            if text.startswith("}", place):
                break
    except (json.JSONDecodeError, RecursionError):
        return names, len(head) < HEAD
    return names, True
