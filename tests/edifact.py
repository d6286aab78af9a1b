"""What the tests of EDIFACT share: a slow, plain parser to compare with, and small interchanges."""

from __future__ import annotations

from collections.abc import Iterable

from edi.library import shipped
from edi.model import Finding
from edi.syntax import Records, edifact

ORDERS = edifact.prepare({"message": "ORDERS", "release": "D.96A"}, shipped())

HEADING = ("BGM+220+PO1+9", "DTM+137:20261122:102", "NAD+BY+3020110000001::9")
LINE = ("LIN+1++3012345100014:EN", "QTY+21:12", "PRI+AAA:12.50")


def message(*segments: str, reference: str = "1", kind: str = "ORDERS:D:96A:UN") -> list[str]:
    """A message around the segments, its trailer counted."""
    return [f"UNH+{reference}+{kind}", *segments, f"UNT+{len(segments) + 2}+{reference}"]


def order(*lines: str, heading: Iterable[str] = HEADING, reference: str = "1") -> list[str]:
    """An ORDERS message: heading, lines (one line unless given), UNS."""
    return message(*heading, *(lines or LINE), "UNS+S", reference=reference)


def interchange(
    *messages: list[str], charset: str = "UNOC:3", reference: str = "R1", end: str = "'"
) -> bytes:
    """One interchange, in ISO 8859-1 or UTF-8."""
    day = "20261122" if charset.endswith("4") else "261122"
    head = f"UNB+{charset}+3020110000001:14+3012345000017:14+{day}:0615+{reference}"
    segments = [head, *(s for m in messages for s in m), f"UNZ+{len(messages)}+{reference}"]
    text = "".join(segment + end for segment in segments)
    return text.encode("utf-8" if charset.startswith("UNOW") else "latin-1")


def codes(records: Records) -> list[str]:
    return [finding.code for finding in records.findings]


def only(records: Records) -> Finding:
    """The one finding there is."""
    assert len(records.findings) == 1, records.findings
    return records.findings[0]


Segment = tuple[str, list[list[str]]]


def parse(
    text: str, component: str = ":", element: str = "+", release: str = "?", end: str = "'"
) -> list[Segment]:
    """Tag, and elements as lists of components; one character after the other, as ISO 9735 tells it."""
    segments: list[Segment] = []
    elements: list[list[str]] = [[""]]
    characters = iter(text)
    for character in characters:
        if character == release:
            elements[-1][-1] += next(characters, "")
        elif character == component:
            elements[-1].append("")
        elif character == element:
            elements.append([""])
        elif character == end:
            segments.append((elements[0][0].lstrip("\r\n "), elements[1:]))
            elements = [[""]]
        else:
            elements[-1][-1] += character
    return segments
