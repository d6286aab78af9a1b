"""Suspects to findings: which are kept, where they are, what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edi.findings import CATALOGUE, finding
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS
from edi.syntax.edifact.directory import Directory, Segment
from edi.syntax.edifact.messages import Layout
from edi.syntax.edifact.placing import Places
from edi.syntax.edifact.scan import File, Tokens
from edi.syntax.edifact.suspects import Suspects

Array = npt.NDArray[Any]
MAX_REFUSED = 20_000
"""Messages of a file that are refused one by one; with more, the whole file is refused."""

ANYWAY = ("MSG-001",)
"""Codes that are told about messages which are not judged."""
ELEMENT_RULES = tuple(code for code in CATALOGUE if code.startswith("ELM-"))
"""Outside of messages these are warnings: an odd UNB is no reason to refuse everything in it."""


@dataclass(slots=True)
class Reporter:
    """Knows where everything is in the joined files."""

    tokens: Tokens
    plan: Layout
    places: Places
    members: list[File]
    table: pa.Table
    directory: Directory
    lines: Callable[[Array], Array]

    def findings(self, suspects: list[Suspects], judged: Array) -> list[Finding]:
        """Findings in order of appearance, MAX_FINDINGS a file and the first error of each message."""
        if not suspects:
            return []
        segment = np.concatenate([s.segment for s in suspects]).astype(np.int64)
        if not len(segment):
            return []
        source = np.repeat(np.arange(len(suspects)), [len(s) for s in suspects])
        row = np.concatenate([np.arange(len(s)) for s in suspects])
        message = self.plan.message[segment]
        always = np.array([s.code in ANYWAY for s in suspects])[source]
        told = (message < 0) | np.append(judged, True)[message] | always
        kept, dropped, hopeless = self._kept(np.flatnonzero(told), segment, source, message, suspects)
        findings = [self._finding(suspects[source[i]], int(row[i])) for i in kept]
        findings += [finding("ENV-013", Location(member=int(m)), expected=MAX_REFUSED) for m in hopeless]
        return findings + [
            finding("ENV-012", Location(member=int(m)), found=int(n), severity="notice")
            for m, n in zip(*dropped, strict=True)
        ]

    def _kept(
        self, told: Array, segment: Array, source: Array, message: Array, suspects: list[Suspects]
    ) -> tuple[Array, tuple[Array, Array], Array]:
        """Which suspects to tell, for each file with more how many are left out, files refused as a whole."""
        told = told[np.argsort(segment[told], kind="stable")]
        grave = np.array([CATALOGUE[s.code].severity == "error" for s in suspects])[source[told]]
        owner = np.where(message[told] >= 0, message[told], -1 - self.plan.member[segment[told]])
        first = np.zeros(len(told), np.bool_)
        errors = np.flatnonzero(grave)
        first[errors[np.unique(owner[errors], return_index=True)[1]]] = True
        member = self.plan.member[segment[told]]
        refused = np.bincount(member[first & (owner >= 0)], minlength=len(self.members))
        first &= refused[member] <= MAX_REFUSED
        begin = np.searchsorted(member, member)
        kept = first | (np.arange(len(told)) - begin < MAX_FINDINGS)
        files, counts = np.unique(member[~kept], return_counts=True)
        return told[kept], (files, counts), np.flatnonzero(refused > MAX_REFUSED)

    def _finding(self, suspects: Suspects, row: int) -> Finding:
        segment, token = int(suspects.segment[row]), int(suspects.token[row])
        element, component = int(suspects.element[row]), int(suspects.component[row])
        if token < 0 and element:
            token = self._token(segment, element, max(component, 1))
        message = int(self.plan.message[segment])
        kind = self._segment(segment)
        lenient = message < 0 and suspects.code in ELEMENT_RULES
        expected = suspects.expected or _rule(kind, element, component)
        if suspects.code == "ELM-006":
            expected = f"a code of {_name(kind, element, component)}"
        return finding(
            suspects.code,
            self._location(segment, token, element, component),
            message=message if message >= 0 else None,
            found=self._kind(segment) if suspects.code == "MSG-001" else self._found(segment, token),
            severity="warning" if lenient else "",
            expected=expected,
            tag=self._tag(segment),
            name=_name(kind, element, component),
        )

    def _token(self, segment: int, element: int, component: int) -> int:
        token, here = self.tokens.of_cell(np.array([segment]), element, component)
        return int(token[0]) if here[0] else -1

    def _tag(self, segment: int) -> str:
        raw = self.tokens.text(int(self.tokens.element[self.tokens.segment[segment]]))
        return raw.strip(b"\r\n\t \x00\x1a")[:3].decode("latin-1")

    def _segment(self, segment: int) -> Segment | None:
        tag = self._tag(segment)
        if (
            self.members[int(self.plan.member[segment])].style.version >= "4"
            and tag in self.directory.service
        ):
            return self.directory.service[tag]
        return self.directory.segments.get(tag)

    def _kind(self, segment: int) -> str:
        """Type and release that a UNH names (S009): "INVOIC D.93A"."""
        tokens = [self._token(segment, 2, component) for component in (1, 2, 3)]
        kind, version, release = (self.tokens.text(t).decode("latin-1") if t >= 0 else "" for t in tokens)
        return f"{kind} {version}.{release}"

    def _found(self, segment: int, token: int) -> str:
        if token < 0:
            return self._tag(segment)
        codec = self.plan.codecs[int(self.plan.codec[self.plan.member[segment]])]
        return self.tokens.text(token).decode(codec, "replace")

    def _location(self, segment: int, token: int, element: int = 0, component: int = 0) -> Location:
        message = int(self.plan.message[segment])
        offset = int(self.tokens.cut[token]) + 1 if token >= 0 else int(self.tokens.start[segment])
        return Location(
            member=int(self.plan.member[segment]),
            reference=(self.table["reference"][message].as_py() or "") if message >= 0 else "",
            line=int(self.lines(np.array([offset]))[0]),
            offset=offset,
            segment=segment - int(self.plan.first[message]) + 1 if message >= 0 else None,
            tag=self._tag(segment),
            element=element or None,
            component=component or None,
        )

    def locate(self, offset: int) -> Location:
        """The place of a byte in the joined data, down to the component."""
        segment = max(_place(self.tokens.start, offset + 1), 0)
        token = max(_place(self.tokens.cut, offset), 0)
        element = _place(self.tokens.element, token + 1)
        number = element - int(self.tokens.segment[segment])
        if number < 1:
            return self._location(segment, -1)
        return self._location(segment, token, number, token - int(self.tokens.element[element]) + 1)


def _place(begins: Array, at: int) -> int:
    """The last of ascending `begins` below `at`, or -1. Of their own type, as a cast copies them all."""
    return int(np.searchsorted(begins, begins.dtype.type(at))) - 1


def _rule(segment: Segment | None, element: int, component: int) -> str:
    """The format of a component ("an..35"), or of a composite nothing."""
    if segment is None or not 0 < element <= len(segment.elements):
        return ""
    rules = segment.elements[element - 1].components
    if not 0 < component <= len(rules):
        return ""
    rule = rules[component - 1]
    return f"{rule.kind}{rule.most}" if rule.least else f"{rule.kind}..{rule.most}"


def _name(segment: Segment | None, element: int, component: int) -> str:
    """The data element's or composite's number ("7140", "C212"), for people."""
    if segment is None or not 0 < element <= len(segment.elements):
        return f"element {element}" if element else ""
    item = segment.elements[element - 1]
    if 0 < component <= len(item.components):
        return item.components[component - 1].id
    return item.id
