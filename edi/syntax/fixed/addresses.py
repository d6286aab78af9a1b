"""Addresses in records of fixed width.

[35, 6]                    positions 35 to 40 of the row's own record; also written "35,6"
^[17,3]                    the same of the record around it
05[46,3=LIB|LCC]/49,70     of a record 05 below, where positions 46 to 48 hold one of the values
^07/91,14                  of a record 07 below the record around
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, cast

from edi.findings import EdiError, finding
from edi.syntax import Address, Condition, Step

_CELL = re.compile(r"^\[?(\d+)\s*,\s*(\d+)\]?$")
_STEP = re.compile(r"^(?P<kind>[A-Za-z0-9#]+)(?:\[(?P<first>\d+),(?P<length>\d+)=(?P<values>[^\]]+)\])?/")


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """The address; EdiError FMT-132 for what is none, or for a place outside the record."""
    if isinstance(text, list):
        return Address((), ((_inside(tuple(text), text, options), ()),), text=str(text))
    whole = str(text)
    rest = whole.lstrip("^")
    steps: list[Step] = []
    while match := _STEP.match(rest):
        steps.append(Step(match["kind"], _condition(match)))
        rest = rest[match.end() :]
    found = _CELL.match(rest)
    if found is None:
        raise EdiError(finding("FMT-132", found=whole))
    cell = _inside((int(found[1]), int(found[2])), whole, options)
    return Address(tuple(steps), ((cell, ()),), up=len(whole) - len(whole.lstrip("^")), text=whole)


def _condition(match: re.Match[str]) -> tuple[Condition, ...]:
    if match["values"] is None:
        return ()
    return (Condition(((int(match["first"]), int(match["length"])),), tuple(match["values"].split("|"))),)


def _inside(cell: tuple[int, ...], text: Any, options: Mapping[str, Any]) -> Hashable:
    first, length = cell
    if first < 1 or length < 1 or first + length - 1 > options["width"]:
        raise EdiError(finding("FMT-132", found=text))
    return first, length


def place(cell: Hashable) -> tuple[int, int]:
    """A cell of this syntax: first position and length."""
    first, length = cast(tuple[int, int], cell)
    return first, length


def room(address: Address) -> int:
    """How many characters the place of an address has."""
    return place(address.choices[0][0])[1]


def spell(kind: str, cell: Hashable) -> str:
    """A cell as people write it."""
    first, length = place(cell)
    return f"{kind}/{first},{length}" if kind else f"{first},{length}"


def overlap(one: Hashable, other: Hashable) -> bool:
    """Whether two places share a position."""
    (first, length), (begin, count) = place(one), place(other)
    return bool(first < begin + count and begin < first + length)
