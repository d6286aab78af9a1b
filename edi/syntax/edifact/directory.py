"""A UN/EDIFACT directory compiled for one message: its structure, and its element rules as integer tables.

Sources are `formats/edifact/directory/<release>.json`, `<release>.codes.json` and `service.json` (ISO 9735).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.findings import EdiError, finding, nearest
from edi.library import Library
from edi.syntax.edifact.structure import Structure

FOLDER = "formats/edifact/directory"
UNKNOWN, SKIP = 0, 1
"""Tag ids of a segment that the directory does not know, and of bytes that are no segment."""

NUMERIC, ALPHABETIC, CODED, DATED, MANDATORY, PERIOD = 1, 2, 4, 8, 16, 32
"""Bits of `Rules.flags`."""

UNLIMITED = 1 << 20
SERVICE = ("UNB", "UNZ", "UNG", "UNE", "UNH", "UNT", "UNS")
NO_LISTS = frozenset({"0007"})
"""Partners agree on values outside these lists, so they are not checked."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one component of one element may hold: "an..35" is kind "an", 0 to 35 characters."""

    id: str
    kind: str
    least: int
    most: int
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a segment: a simple one has a single component."""

    id: str
    mandatory: bool
    components: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of the directory; elements in order, repeated ones written out."""

    tag: str
    name: str
    elements: tuple[Element, ...]

    def positions(self, element: str) -> list[tuple[int, int]]:
        """Every (element, component) position, from 1, that holds a data element."""
        return [
            (e, c)
            for e, item in enumerate(self.elements, 1)
            for c, rule in enumerate(item.components, 1)
            if rule.id == element
        ]


@dataclass(slots=True)
class Rules:
    """Element rules of all segments as flat tables.

    Row `tag id`, column `element` (0 is the tag) of `base`, `count` and `needs` give the rule of the first
    component, how many components there are, and how many of them are mandatory. A rule id indexes `most`,
    `least`, `flags` and `lists`; rule 0 allows everything.
    """

    base: npt.NDArray[np.int32]
    count: npt.NDArray[np.int32]
    needs: npt.NDArray[np.int32]
    required: npt.NDArray[np.bool_]
    elements: npt.NDArray[np.int32]
    most: npt.NDArray[np.int32]
    least: npt.NDArray[np.int32]
    flags: npt.NDArray[np.uint8]
    lists: npt.NDArray[np.uint64]

    @property
    def width(self) -> int:
        return int(self.base.shape[1])


@dataclass(slots=True)
class Directory:
    """One message of one release, ready for reading and writing; immutable once compiled."""

    message: str
    version: str
    release: str
    structure: Structure
    tags: list[str]
    tag_ids: npt.NDArray[np.uint8]
    segments: dict[str, Segment]
    service: dict[str, Segment]
    codes: dict[str, dict[str, str]]
    names: dict[str, str]
    charsets: dict[str, str]
    rules: dict[str, Rules] = field(default_factory=dict)
    code_keys: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    code_slots: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    cache: dict[Any, Any] = field(default_factory=dict)

    def tag_id(self, tag: str) -> int:
        return self.tags.index(tag) if tag in self.tags else UNKNOWN


def tag_slot(first: Any, second: Any, third: Any) -> Any:
    """Place of a three-letter tag in `Directory.tag_ids`, from its upper-case letters' bytes."""
    return ((first & 31) << 10) | ((second & 31) << 5) | (third & 31)


def load(message: str, release: str, library: Library) -> Directory:
    """The directory of a message ("ORDERS", "D.96A"); CONTRL comes with the service segments of ISO 9735.

    EdiError FMT-101 for a release that the library does not hold, FMT-102 for a message it lacks.
    """
    stem = release.replace(".", "").lower()
    service = library.read(f"{FOLDER}/service.json")
    if message == "CONTRL":
        return _compile(message, release, b"", b"", service)
    try:
        body = library.read(f"{FOLDER}/{stem}.json")
    except KeyError:
        raise EdiError(finding("FMT-101", found=release, expected=", ".join(_releases(library)))) from None
    try:
        codes = library.read(f"{FOLDER}/{stem}.codes.json")
    except KeyError:
        codes = b""
    return _compile(message, release, body, codes, service)


def _releases(library: Library) -> list[str]:
    names = (name.removeprefix(f"{FOLDER}/").removesuffix(".json") for name in library.names(f"{FOLDER}/d"))
    return sorted(f"{name[0]}.{name[1:]}".upper() for name in names if "." not in name)


@lru_cache(maxsize=32)
def _compile(message: str, release: str, body: bytes, codes: bytes, service: bytes) -> Directory:
    facts = json.loads(body) if body else {"messages": {}, "segments": {}, "composites": {}, "elements": {}}
    basics = json.loads(service)
    messages = {**facts["messages"], **basics["messages"]}
    if message not in messages:
        hint = nearest(message, messages)
        raise EdiError(finding("FMT-102", found=message, expected=release, nearest=hint))
    own = {tag: _segment(tag, row, facts) for tag, row in facts["segments"].items()}
    served = {v: {t: _service(t, row) for t, row in basics[f"segments_{v}"].items()} for v in ("3", "4")}
    version, _, number = release.partition(".")
    directory = Directory(
        message=message,
        version=version,
        release=number,
        structure=Structure(messages[message]["items"]),
        tags=["", "", *sorted({*own, *served["3"], *SERVICE})],
        tag_ids=np.zeros(1 << 15, np.uint8),
        segments={**served["3"], **own},
        service=served["4"],
        names={**basics.get("elements", {}), **{i: row[1] for i, row in facts["elements"].items()}},
        codes={**(json.loads(codes)["codes"] if codes else {}), **_service_codes(basics)},
        charsets=basics["charsets"],
    )
    for number_, tag in enumerate(directory.tags[2:], 2):
        directory.tag_ids[tag_slot(*tag.encode())] = number_
    _compile_codes(directory)
    for syntax_version, services in served.items():
        directory.rules[syntax_version] = _rules(directory, {**own, **services})
    return directory


def _segment(tag: str, row: dict[str, Any], facts: dict[str, Any]) -> Segment:
    elements: list[Element] = []
    for name, status, most in row["elements"]:
        parts = facts["composites"][name]["components"] if name in facts["composites"] else [[name, "M"]]
        rules = tuple(_rule(i, facts["elements"][i][0], s) for i, s in parts)
        elements += [Element(name, status == "M" and n == 0, rules) for n in range(most)]
    return Segment(tag, row["name"], tuple(elements))


def _service_codes(basics: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Code lists of the service segments: the values of syntax versions 3 and 4, and every charset read."""
    early, late = basics["codes_3"], basics["codes_4"]
    lists = {name: {**late.get(name, {}), **early.get(name, {})} for name in {**early, **late}}
    return {**lists, "0001": {**basics["charsets"], **lists["0001"]}}


def _service(tag: str, row: dict[str, Any]) -> Segment:
    elements = []
    for name, status, _, shape in row["elements"]:
        parts = [[name, "M", shape]] if isinstance(shape, str) else shape
        elements.append(Element(name, status == "M", tuple(_rule(i, r, s) for i, s, r in parts)))
    return Segment(tag, row["name"], tuple(elements))


def _rule(identity: str, shape: str, status: str) -> Rule:
    """`shape` as the directories write it: "an..35" at most 35 characters, "a3" exactly 3."""
    kind = shape.rstrip("0123456789.")
    size = shape[len(kind) :]
    most = int(size.lstrip("."))
    return Rule(identity, kind, 0 if size.startswith(".") else most, most, status == "M")


# --- code lists ----------------------------------------------------------------------------------------


def pack(code: str) -> int:
    """Up to four characters of a code as the little-endian number that reading them gives."""
    return int.from_bytes(code.encode("ascii", "replace")[:4], "little")


def list_numbers(directory: Directory) -> dict[str, int]:
    """The number of each code list that is checked, from 1."""
    listed = (name for name in directory.codes if name not in NO_LISTS)
    return {name: n for n, name in enumerate(listed, 1)}


def _compile_codes(directory: Directory) -> None:
    """Keys `list number << 32 | packed code`: sorted, and in a table by hash that answers most look-ups."""
    keys = [
        number << 32 | pack(code)
        for name, number in list_numbers(directory).items()
        for code in directory.codes[name]
    ]
    directory.code_keys = np.unique(np.array(keys, dtype=np.uint64))
    directory.code_slots = code_table(directory.code_keys)


def code_slot(keys: Any) -> Any:
    """The place of code keys in `Directory.code_slots` (multiplicative hashing)."""
    return (keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(47)


def code_table(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A table of 2**17 slots with each key at its hash; of two keys with one hash, one stays out."""
    table = np.zeros(1 << 17, np.uint64)
    table[code_slot(keys)] = keys
    return table


# --- integer tables ------------------------------------------------------------------------------------


def _rules(directory: Directory, segments: dict[str, Segment]) -> Rules:
    width = max(len(s.elements) for s in segments.values()) + 2
    shape = (len(directory.tags), width)
    rules = Rules(
        base=np.zeros(shape, np.int32),
        count=np.ones(shape, np.int32),
        needs=np.zeros(shape, np.int32),
        required=np.zeros(shape, np.bool_),
        elements=np.full(shape[0], UNLIMITED, np.int32),
        most=np.full(1, UNLIMITED, np.int32),
        least=np.zeros(1, np.int32),
        flags=np.zeros(1, np.uint8),
        lists=np.zeros(1, np.uint64),
    )
    flat: list[Rule] = [Rule("", "an", 0, UNLIMITED, False)]
    for tag, segment in segments.items():
        row = directory.tag_id(tag)
        rules.elements[row] = len(segment.elements)
        for e, element in enumerate(segment.elements, 1):
            rules.base[row, e], rules.count[row, e] = len(flat), len(element.components)
            rules.needs[row, e] = sum(rule.mandatory for rule in element.components)
            rules.required[row, e] = element.mandatory
            flat += element.components
    _flatten(rules, flat, list_numbers(directory))
    return rules


def _flatten(rules: Rules, flat: Sequence[Rule], lists: dict[str, int]) -> None:
    rules.most = np.array([r.most for r in flat], np.int32)
    rules.least = np.array([r.least for r in flat], np.int32)
    rules.lists = np.array([lists.get(r.id, 0) for r in flat], np.uint64) << np.uint64(32)
    rules.flags = np.array([sum(_flags(r, lists)) for r in flat], np.uint8)


def _flags(rule: Rule, lists: dict[str, int]) -> Iterator[int]:
    yield {"n": NUMERIC, "a": ALPHABETIC}.get(rule.kind, 0)
    yield CODED if rule.id in lists else 0
    yield DATED if rule.id == "2380" else 0
    yield MANDATORY if rule.mandatory else 0
