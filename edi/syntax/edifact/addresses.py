"""Addresses of EDIFACT descriptors: "NAD[3035=BY]/3039", resolved by the directory.

    address   = ["^" | "//"] step *("/" ["/"] step) "/" element | element
    step      = tag or "SG28", then conditions
    element   = data element number, ["#" occurrence, or "#*" for every one], then conditions inside the
                same composite
    condition = "[" data element "=" value *("|" value) "]"

A step names a segment of the group reached so far, or the trigger of a group directly below it. `//` before
the last step looks any number of groups below, `^` starts from the nearest group around the row that has the
first step. The row's own trigger is named by its tag, or by nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from edi.findings import EdiError, finding, nearest
from edi.syntax import Address, Condition, Step
from edi.syntax.edifact.directory import Directory, Segment
from edi.syntax.edifact.structure import Group, Item

STEP = re.compile(r"(SG\d+|[A-Z]{3})((?:\[[^\[\]]+\])*)")
CELL = re.compile(r"(\d{4})(?:#(\d+|\*))?((?:\[[^\[\]]+\])*)")
CONDITION = re.compile(r"\[(\d{4})=([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path has come to: the segment's item, and the group one stands in."""

    item: Item
    group: Group


def rows_kind(tag: str, directory: Directory) -> str:
    """The kind of the rows that `tag` opens: "" (messages), "LIN", "25/LIN" or "SG25"."""
    return _rows(tag, directory).item.kind


def rank(kind: str, directory: Directory) -> int:
    """The first place of a kind in the message; KeyError for a kind it does not have."""
    if "rank" not in directory.cache:
        places = reversed(directory.structure.places)
        directory.cache["rank"] = {item.kind: item.node for item, _ in places}
    return int(directory.cache["rank"][kind])


def _rows(tag: str, directory: Directory) -> Place:
    structure = directory.structure
    number, _, name = tag.rpartition("/")
    triggers = [item for item, _ in structure.places if item.opens]
    if not tag or tag in ("UNH", "0/UNH"):
        return Place(structure.item(0), structure.groups[0])
    fits = [i for i in triggers if f"SG{i.opens}" == tag or (i.tag == name and number in ("", str(i.opens)))]
    if not fits:
        hint = nearest(tag, [item.tag for item in triggers])
        raise EdiError(
            finding("FMT-104", found=tag, tag=tag, expected="the groups of the message", nearest=hint)
        )
    if len(fits) > 1:
        raise EdiError(finding("FMT-106", found=tag, expected=_groups(fits)))
    return Place(fits[0], structure.groups[fits[0].opens])


def period(address: Address, directory: Directory) -> tuple[int, int] | None:
    """The cell of the date format code (2379) beside a date (2380); None for any other element."""
    if not address.steps:
        return None
    segment = directory.segments[address.steps[-1].kind.rpartition("/")[2]]
    cell = cast(tuple[int, int], address.choices[0][0])
    if cell not in segment.positions("2380"):
        return None
    return next((found for found in segment.positions("2379") if found[0] == cell[0]), None)


def address(text: str, rows: str, directory: Directory) -> Address:
    """`text` seen from the rows that `rows` opens. EdiError FMT-103 to FMT-106 say what does not fit."""
    return _Resolver(text, directory).address(_rows(rows, directory))


class _Resolver:
    """One address on its way through the structure."""

    def __init__(self, text: str, directory: Directory) -> None:
        self.text = text
        self.directory = directory
        self.structure = directory.structure

    def address(self, place: Place) -> Address:
        up, deep, path, last = self.parse()
        rising = 0
        if up:
            place, rising = self.rise(place, path[0])
        if path and self.is_own(place, path[0]) and not path[0][1]:
            path = path[1:]
        steps = []
        for number, step in enumerate(path):
            place = self.descend(place, step[0], deep and number == len(path) - 1)
            steps.append(Step(place.item.kind, self.conditions(place.item.tag, step[1])))
        choices = self.choices(self.directory.segments[place.item.tag], last)
        return Address(tuple(steps), choices, rising, deep and bool(steps), self.text)

    def parse(self) -> tuple[bool, bool, list[tuple[str, str]], re.Match[str]]:
        """The parts of the text: from an ancestor?, deep?, steps (name, conditions), the data element."""
        rest = self.text.strip()
        up = rest.startswith("^")
        rest = rest.removeprefix("^")
        parts = rest.removeprefix("//").split("/")
        deep = rest.startswith("//") and len(parts) == 2
        if "" in parts:
            if parts.index("") != len(parts) - 3 or parts.count("") > 1:
                raise self.error("FMT-103", expected="// may stand before the last segment only")
            parts.remove("")
            deep = True
        elif rest.startswith("//") and not deep:
            raise self.error("FMT-103", expected="// may stand before the last segment only")
        cell = CELL.fullmatch(parts[-1])
        if cell is None:
            raise self.error("FMT-103", expected=f"{parts[-1]} is no data element such as 3039")
        matches = [STEP.fullmatch(part) for part in parts[:-1]]
        steps = [(m[1], m[2]) for m in matches if m]
        if len(steps) < len(matches):
            bad = next(part for part, m in zip(parts, matches, strict=False) if not m)
            raise self.error("FMT-103", expected=f"{bad} is no segment such as NAD[3035=BY]")
        if up and not steps:
            raise self.error("FMT-103", expected="^ needs a segment")
        return up, deep, steps, cell

    def is_own(self, place: Place, step: tuple[str, str]) -> bool:
        """Whether a step names the trigger of the group one stands in."""
        own = place.group.items[0]
        return step[0] in (own.tag, f"SG{place.group.number}") and place.item.node == own.node

    def rise(self, place: Place, step: tuple[str, str]) -> tuple[Place, int]:
        """The nearest group around that has the step, and how many levels up it is."""
        for up, number in enumerate(list(self.structure.ancestors(place.group.number))[1:], 1):
            group = self.structure.groups[number]
            around = Place(self.structure.item(group.items[0].node), group)
            if self.is_own(around, step) or self.candidates(group, step[0]):
                return around, up
        raise self.error("FMT-104", tag=step[0], expected="the groups around", nearest="")

    def candidates(self, group: Group, name: str) -> list[Item]:
        return [
            i
            for i in group.items[group.number > 0 :]
            if name == i.tag or (i.opens and name == f"SG{i.opens}")
        ]

    def descend(self, place: Place, name: str, deep: bool) -> Place:
        """One step: a segment of the group, or a group directly below it (or anywhere below)."""
        if not place.item.opens and place.item.node:
            raise self.error(
                "FMT-104", tag=name, expected=f"a group ({place.item.tag} opens none)", nearest=""
            )
        found = self.candidates(place.group, name)
        if deep:
            found = [i for g in self.below(place.group) for i in self.candidates(g, name)]
        if len({item.kind for item in found}) > 1:
            raise self.error("FMT-106", expected=_groups(found))
        if not found:
            around = f"SG{place.group.number}" if place.group.number else "the message"
            hint = nearest(name, [item.tag for item in place.group.items])
            raise self.error("FMT-104", tag=name, expected=around, nearest=hint)
        item = found[0]
        return Place(item, self.structure.groups[item.opens or item.group])

    def below(self, group: Group) -> list[Group]:
        """The group and all groups below it."""
        inner = [self.structure.groups[i.opens] for i in group.items if i.opens]
        return [group, *(g for one in inner for g in self.below(one))]

    def conditions(self, tag: str, text: str) -> tuple[Condition, ...]:
        """The conditions of a step: any position of the data element counts."""
        segment = self.directory.segments[tag]
        found = []
        for element, values in self.split(text):
            cells = tuple(segment.positions(element))
            if not cells:
                raise self.unknown(segment, element)
            found.append(Condition(cells, tuple(values.split("|"))))
        return tuple(found)

    def split(self, text: str) -> list[tuple[str, str]]:
        pairs = CONDITION.findall(text)
        if "".join(f"[{element}={values}]" for element, values in pairs) != text:
            raise self.error("FMT-103", expected=f"{text} is no condition such as [3035=BY]")
        return pairs

    def choices(self, segment: Segment, last: re.Match[str]) -> tuple[tuple[Any, tuple[Condition, ...]], ...]:
        """Every position of the data element, with its conditions inside the same composite."""
        element, occurrence, text = last[1], last[2], last[3]
        conditions = self.split(text)
        cells = segment.positions(element)
        if occurrence and occurrence != "*":
            cells = cells[int(occurrence) - 1 : int(occurrence)]
        if not cells:
            raise self.unknown(segment, element)
        found = []
        for cell in cells if conditions or occurrence == "*" else cells[:1]:
            where = [self.within(segment, cell[0], other, values) for other, values in conditions]
            if all(where):
                found.append((cell, tuple(w for w in where if w)))
        if not found:
            raise self.unknown(segment, conditions[0][0])
        return tuple(found)

    def within(self, segment: Segment, element: int, other: str, values: str) -> Condition | None:
        """A condition on another component of the same composite; None when it has no such component."""
        cells = tuple(cell for cell in segment.positions(other) if cell[0] == element)
        return Condition(cells, tuple(values.split("|"))) if cells else None

    def unknown(self, segment: Segment, element: str) -> EdiError:
        known = [rule.id for item in segment.elements for rule in item.components]
        return self.error("FMT-105", tag=element, expected=segment.tag, nearest=nearest(element, known))

    def error(self, code: str, **names: Any) -> EdiError:
        return EdiError(finding(code, found=self.text, **names))


def _groups(items: list[Item]) -> str:
    """Groups by number, for people: "SG2, SG35"."""
    return ", ".join(
        dict.fromkeys(f"SG{item.opens}" if item.opens else f"{item.tag} of SG{item.group}" for item in items)
    )
