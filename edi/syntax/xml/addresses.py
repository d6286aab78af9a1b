"""Addresses: a small part of XPath, relative to the element of the row.

Refs/EndToEndId                       an element's text
Amt/@Ccy                              an attribute
^Ntry/BookgDt/Dt                      from the enclosing Ntry
^Stmt/Bal[Tp/CdOrPrtry/Cd=OPBD]/Amt   only of those Bal that hold one of the values (A|B)
^Ntry/position()                      the place of the Ntry among its like, from 1
.                                     the row's own text
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any

from edi.findings import EdiError, finding
from edi.syntax import Address, Condition, Step

HOP = re.compile(r"(//?)?([^/]+)")
SEGMENT = re.compile(r"(?P<name>[\w.:-]+)(?P<where>(?:\[[^\[\]=]+=[^\[\]]+\])*)(?:/|$)")
CONDITION = re.compile(r"\[([^\[\]=]+)=([^\[\]]+)\]")
LAST = re.compile(r"(?:@[\w.:-]+|position\(\)|\.)$")


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """The address seen from the kind `rows`; EdiError FMT-130 for what is no address of this kind."""
    whole = str(text)
    kind, up, rest = _above(rows.strip("/"), whole)
    steps: list[Step] = []
    while match := SEGMENT.match(rest):
        kind = f"{kind}/{match['name']}".lstrip("/")
        steps.append(Step(kind, _conditions(match["where"])))
        rest = rest[match.end() :]
    if (rest and not LAST.match(rest)) or not (rest or steps):
        raise EdiError(finding("FMT-130", found=whole))
    cell: Hashable = rest if rest != "." else ""
    return Address(tuple(steps), ((cell, ()),), up=up, text=whole)


def _above(rows: str, text: str) -> tuple[str, int, str]:
    """The kind that the address starts from, how many levels up that is, and the rest of the address."""
    chain = levels(rows)
    if not text.startswith("^"):
        return chain[0], 0, text
    name, _, rest = text[1:].partition("/")
    names = [kind.rpartition("/")[2] for kind in chain]
    if name not in names[1:]:
        raise EdiError(finding("FMT-130", found=text))
    up = names.index(name, 1)
    return chain[up], up, rest


def levels(kind: str) -> list[str]:
    """A kind and those of the elements around it, innermost first; the root is ""."""
    chain = [""]
    for slash, name in HOP.findall(kind):
        chain.append(f"{chain[-1]}{slash if chain[-1] else ''}{name}")
    return chain[::-1]


def _conditions(text: str) -> tuple[Condition, ...]:
    return tuple(Condition((cell,), tuple(values.split("|"))) for cell, values in CONDITION.findall(text))


def spell(kind: str, cell: Hashable) -> str:
    """The address of a cell as people write it, from the root."""
    return f"{kind}/{cell}".rstrip("/") if cell else kind
