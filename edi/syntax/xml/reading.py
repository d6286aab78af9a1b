"""Elements to records: one record set a kind, its texts and attributes read from the data when asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.syntax._text import spans
from edi.syntax.xml.addresses import levels
from edi.syntax.xml.parsing import checked, matches_root, root_of
from edi.syntax.xml.scan import MAX_ELEMENTS, Elements, elements, places

BLANK = " \t\n\r"
HEAD = 65_536
LINE_FEED = 10
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_REFERENCE = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|[a-z]+);")
_MARKUP = re.compile(r"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w.:-]+)\s*=\s*(?:"[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Joined:
    """The files that are right, joined in UTF-8: where each starts here, and where it starts in the data
    given.

    `length` is the length of each in the data given, `member` its ordinal there.
    """

    data: bytes
    here: np.ndarray
    there: np.ndarray
    length: np.ndarray
    member: list[int]

    def given(self, offset: np.ndarray) -> np.ndarray:
        """Offsets in the data given; inside a file of another encoding they are approximate."""
        if len(self.here) == 1 and self.length[0] == len(self.data):
            return offset + int(self.there[0])
        file = np.searchsorted(self.here, offset, side="right") - 1
        inside = np.minimum(offset - self.here[file], self.length[file] - 1)
        return self.there[file] + inside


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """Every element as a record of its kind. A file that is no such XML has a finding and no records."""
    findings: list[Finding] = []
    joined = _joined(data, starts, options, findings)
    deep = [kind for kind in options["kinds"] if "//" in kind]
    found = elements(joined.data, deep)
    findings += _beside(joined, found)
    index = _by_kind(found, options["kinds"])
    for kind in deep:
        _lift(found, index, kind)
    reader = Reader(joined, found, index)
    sets = {kind: reader.record_set(kind, None) for kind in index}
    for kind in options["kinds"]:
        own = index[kind]
        sets[kind].line = _lines(joined, found.start[np.where(own < 0, ~own, own)])
    return Records(
        sets=sets,
        messages=MESSAGES.empty_table(),
        findings=findings,
        starts=tuple(starts),
        locate=_locator(data, tuple(starts)),
        above=reader.above,
    )


def _joined(
    data: bytes, starts: Sequence[int], options: Mapping[str, Any], findings: list[Finding]
) -> Joined:
    """The files that are right; what is wrong with the others goes to `findings`."""
    good: list[bytes] = []
    places: list[tuple[int, int, int]] = []
    for member, (start, end) in enumerate(spans(data, starts)):
        whole = start == 0 and end == len(data)
        file = _file(data if whole else data[start:end], member, options)
        if isinstance(file, Finding):
            findings.append(file)
            continue
        good.append(file)
        places.append((start, end - start, member))
    here = np.cumsum([0, *(len(file) for file in good)])[:-1]
    there, length, members = np.array(places, np.int64).reshape(-1, 3).T
    return Joined(good[0] if len(good) == 1 else b"".join(good), here, there, length, members.tolist())


def _file(data: bytes, member: int, options: Mapping[str, Any]) -> bytes | Finding:
    file = checked(data, member)
    if isinstance(file, Finding):
        return file
    if data.count(b"<") > 2 * MAX_ELEMENTS:
        return finding("XML-004", Location(member=member), found="too many elements", expected=MAX_ELEMENTS)
    root = root_of(data[:HEAD]) or ""
    if not matches_root(root, options["root"]):
        return finding("XML-005", Location(member=member, line=1), found=root, expected=options["root"])
    return file


def _beside(joined: Joined, found: Elements) -> list[Finding]:
    """Text that stands beside elements, which no address can reach: a finding for its file."""
    stray = np.array([place for place, _ in found.stray[:MAX_FINDINGS]], np.int64)
    given = joined.given(stray)
    member = np.searchsorted(joined.there, given, side="right") - 1
    return [
        finding("XML-006", Location(member=joined.member[file], offset=offset), found=text)
        for file, offset, (_, text) in zip(member.tolist(), given.tolist(), found.stray, strict=False)
    ]


# --- rows and kinds -----------------------------------------------------------------------------------------


def _by_kind(found: Elements, asked: Sequence[str]) -> dict[str, np.ndarray]:
    """The elements of each kind, in document order."""
    kinds = list(dict.fromkeys([*asked, *found.paths]))
    number = {kind: place for place, kind in enumerate(kinds)}
    kind = np.array([number[name] for name in found.paths], np.int16)[found.path]
    order = np.argsort(kind, kind="stable").astype(np.int32)
    ends = np.searchsorted(kind[order], np.arange(len(kinds) + 1))
    return {name: order[ends[place] : ends[place + 1]] for name, place in number.items()}


def _lift(found: Elements, index: dict[str, np.ndarray], kind: str) -> None:
    """Rows of `A//C` become children of their A; an A without one gets a row, its place inverted."""
    base = index.get(kind.rpartition("//")[0], np.zeros(0, np.int32))
    above = np.zeros(len(found.parent), bool)
    above[base] = True
    rows = index[kind]
    up = found.parent[rows]
    while not above[up].all():
        up = np.where(above[up], up, found.parent[up])
    found.parent[rows] = up
    above[up] = False
    lone = np.flatnonzero(above).astype(np.int32)
    every = np.concatenate([rows, ~lone])
    index[kind] = every[np.argsort(_orders(every), kind="stable")]


def _orders(index: np.ndarray) -> np.ndarray:
    """Twice an element's place, so that a row which stands for an element without rows comes after it."""
    return np.where(index >= 0, index * 2, ~index * 2 + 1)


class Reader:
    """Gives the record sets of the kinds; texts and attributes are taken from the data when asked for."""

    def __init__(self, joined: Joined, found: Elements, index: Mapping[str, np.ndarray]) -> None:
        self.joined = joined
        self.found = found
        self.index = index

    def record_set(self, kind: str, line: np.ndarray | None) -> RecordSet:
        """The records of a kind. One that stands for an element without rows has no cells."""
        index = self.index[kind]
        order = _orders(index)
        return RecordSet(
            message=np.broadcast_to(np.int32(-1), len(index)),
            order=order,
            parent=self.above(order),
            offset=self.joined.given(self.found.start[np.where(index < 0, ~index, index)]),
            column=partial(self.column, kind),
            line=line,
            cells=partial(self.cells, kind),
        )

    def above(self, orders: np.ndarray) -> np.ndarray:
        """The order of the element around each; -1 for a root and for -1."""
        parent = self.found.parent[np.maximum(orders, 0) // 2]
        around = np.where(orders % 2 == 1, orders - 1, np.where(parent < 0, -1, parent * 2))
        return np.where(orders < 0, -1, around)

    def column(self, kind: str, cell: Hashable) -> pa.Array:
        """The values of a cell, or of a path below the record (for conditions), as a string array."""
        name = str(cell)
        if name == "position()":
            return self.positions(kind)
        if name == "" or name.startswith("@"):
            return self.own(self.index[kind], name)
        path, _, last = name.rpartition("/") if "/@" in name else (name, "", "")
        if path.startswith("^"):
            name, _, path = path[1:].partition("/")
            return self.around(kind, name, path, last)
        return self.below(kind, self.index[kind], path, last)

    def own(self, index: np.ndarray, name: str) -> pa.Array:
        """Text ("") or attribute ("@name") of elements; null for an index below 0."""
        real = index >= 0
        at = index[real]
        values = self.attribute(at, name[1:]) if name else self.text(at)
        if real.all():
            return values
        place = np.where(real, np.cumsum(real) - 1, 0)
        return values.take(pa.array(place, mask=~real))

    def text(self, index: np.ndarray) -> pa.Array:
        start, end = self.found.close[index] + 1, self.found.text_end[index]
        return texts(self.joined.data, start, np.maximum(start, end))

    def attribute(self, index: np.ndarray, name: str) -> pa.Array:
        tag = sliced(self.joined.data, self.found.start[index], self.found.close[index])
        quoted = f"[\\s\"']{re.escape(name)}\\s*=\\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
        found = pc.extract_regex(tag, pattern=quoted)
        double, single = pc.struct_field(found, "double"), pc.struct_field(found, "single")
        return cleaned(pc.if_else(pc.equal(double, ""), single, double))

    def positions(self, kind: str) -> pa.Array:
        """The place of each record among those of its kind and parent, from 1."""
        parent = self.above(_orders(self.index[kind]))
        first = np.flatnonzero(np.diff(parent, prepend=-2))
        length = np.diff(np.append(first, len(parent)))
        return pa.array(np.arange(len(parent)) - np.repeat(first, length) + 1).cast(pa.string())

    def around(self, kind: str, name: str, path: str, last: str) -> pa.Array:
        """The same, but below the enclosing element called `name`."""
        chain = levels(kind)
        up = next((n for n, one in enumerate(chain) if one.rpartition("/")[2] == name), 0)
        owner = self.index[kind]
        for _ in range(up):
            owner = self.found.parent[owner]
        return self.below(chain[up], owner, path, last)

    def below(self, kind: str, index: np.ndarray, path: str, last: str) -> pa.Array:
        """The first element at a path below each of these of one kind: its text, or the attribute `last`."""
        inner = self.index.get(f"{kind}/{path}".lstrip("/"), index[:0])
        owner = inner
        for _ in range(path.count("/") + 1):
            owner = self.found.parent[owner]
        owners, first = np.unique(owner, return_index=True)
        place = np.searchsorted(owners, index)
        inside = np.minimum(place, max(len(owners) - 1, 0))
        hit = owners[inside] == index if len(owners) else np.zeros(len(index), bool)
        chosen = np.where(hit, inner[first[inside]] if len(inner) else -1, -1)
        return self.own(chosen, last)

    def cells(self, kind: str) -> list[Hashable]:
        """The text, where any element of the kind has one, and the attributes of its tags."""
        index = self.index[kind]
        index = index[index >= 0]
        text: list[Hashable] = [""] if self.text(index).null_count < len(index) else []
        more = index[self.found.attributes[index]]
        tag = sliced(self.joined.data, self.found.start[more], self.found.close[more])
        bare = pc.unique(pc.replace_substring_regex(tag, r'"[^"]*"', '""')).to_pylist()
        named = (name for one in bare for name in _ATTRIBUTE.findall(one))
        return [*text, *dict.fromkeys(f"@{name}" for name in named if not _about_names(name))]


def _about_names(attribute: str) -> bool:
    """Whether an attribute declares namespaces or says where a schema is."""
    return attribute.startswith(("xmlns", "xsi:"))


# --- texts --------------------------------------------------------------------------------------------------


def sliced(data: bytes, start: np.ndarray, end: np.ndarray) -> pa.Array:
    """The pieces data[start:end] (ascending, apart) as strings, copied in one go."""
    bounds = np.empty(2 * len(start), np.int64)
    bounds[0::2], bounds[1::2] = start, end
    if not len(start):
        return pa.array([], pa.string())
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(data)]
    pieces = pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, buffers)
    return pieces.take(pa.array(np.arange(0, len(bounds) - 1, 2))).cast(pa.string())


def texts(data: bytes, start: np.ndarray, end: np.ndarray) -> pa.Array:
    """Texts as they are meant: references resolved, blanks at the ends taken off; null if nothing is left."""
    return cleaned(sliced(data, start, end))


def cleaned(raw: pa.Array) -> pa.Array:
    """Raw texts without markup, references, CR LF and blanks at their ends."""
    marked = pc.match_substring_regex(raw, "[&<]")
    if pc.any(marked).as_py():
        meant = [
            _meant(text) if odd else text
            for text, odd in zip(raw.to_pylist(), marked.to_pylist(), strict=True)
        ]
        raw = pa.array(meant, pa.string())
    trimmed = pc.utf8_trim(pc.replace_substring(raw, "\r\n", "\n"), characters=BLANK)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _meant(text: str) -> str:
    """One text with CDATA sections opened, comments left out, references resolved (XML 1.0, 4.1 and 4.6)."""
    meant, at = "", 0
    for markup in _MARKUP.finditer(text):
        meant += _REFERENCE.sub(_referred, text[at : markup.start()]) + (markup[1] or "")
        at = markup.end()
    return meant + _REFERENCE.sub(_referred, text[at:])


def _referred(reference: re.Match[str]) -> str:
    name = reference[1]
    if name.startswith("#"):
        return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
    return NAMED[name]


def _lines(joined: Joined, offset: np.ndarray) -> np.ndarray:
    """The physical line, in its file, of each offset in the files that are right."""
    breaks = places(np.frombuffer(joined.data, np.uint8), LINE_FEED)
    first = np.searchsorted(breaks, joined.here)
    file = np.searchsorted(joined.here, offset, side="right") - 1
    return np.searchsorted(breaks, offset) - first[file] + 1


def _locator(data: bytes, starts: tuple[int, ...]) -> Callable[[int], Location]:
    def locate(offset: int) -> Location:
        member = bisect_right(starts, offset) - 1
        return Location(member=member, line=data.count(b"\n", starts[member], offset) + 1, offset=offset)

    return locate
