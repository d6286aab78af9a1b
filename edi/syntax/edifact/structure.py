"""The structure of a message: segment groups as a tree, and the matcher that places segments in it.

A message is cut into blocks at tags that stand in one place of the structure only (UNH, LIN, UNS...). Where
such a block begins decides everything inside it, so the matcher runs once for each distinct sequence of tags,
and once for each distinct step from one block to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

STARTS_BLOCK_FROM = 99
"""A group that may repeat at least so often begins a block of its own."""


@dataclass(frozen=True, slots=True)
class Item:
    """A segment, or a group seen by its trigger, at its place in a group. `node` numbers places from 0."""

    node: int
    tag: str
    mandatory: bool
    most: int
    group: int
    opens: int = 0

    @property
    def kind(self) -> str:
        return f"{self.opens or self.group}/{self.tag}"


@dataclass(slots=True)
class Group:
    """A segment group: 0 is the message itself. The first item of a group is its trigger."""

    number: int
    parent: int
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """The matcher's place in one open group: item, how often it stood there, the trigger's position."""

    group: int
    at: int
    count: int
    trigger: int | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the segment at `position`: a catalogue code, and the tag or limit meant."""

    code: str
    position: int
    expected: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the segments of a block belong.

    `nodes` has -1 for a segment that has no place; a parent is the position of the trigger in the block, or
    -1 - group when that group was opened before the block.
    """

    nodes: tuple[int, ...]
    parents: tuple[int, ...]
    faults: tuple[Fault, ...]
    last: int


class Structure:
    """The segment groups of one message, from the directory's items `[tag|number, status, max, [items]]`."""

    def __init__(self, items: list[list[Any]]) -> None:
        self.groups: dict[int, Group] = {0: Group(0, -1)}
        self.places: list[tuple[Item, Item]] = []
        self._add(items, 0)
        self.places.sort(key=lambda pair: pair[0].node)
        self.tags = frozenset(item.tag for item, _ in self.places)
        self.starters = self._starters()

    def _add(self, items: list[list[Any]], number: int, node: int = 0) -> int:
        group = self.groups[number]
        for name, status, most, *inner in items:
            if not inner:
                item = Item(node, name, status == "M", most, number)
                group.items.append(item)
                if number == 0 or len(group.items) > 1:
                    self.places.append((item, item))
                node += 1
                continue
            item = Item(node, inner[0][0][0], status == "M", most, number, opens=name)
            group.items.append(item)
            self.places.append((item, item))
            self.groups[name] = Group(name, number)
            node = self._add(inner[0], name, node)
        return node

    def _starters(self) -> dict[str, int]:
        """Tags that begin a block -> their only node."""
        seen = Counter(item.tag for item, _ in self.places)
        return {
            item.tag: item.node
            for item, _ in self.places
            if seen[item.tag] == 1
            and ((item.opens and item.most >= STARTS_BLOCK_FROM) or item.tag in ("UNH", "UNS"))
        }

    def item(self, node: int) -> Item:
        """The item of a node: for a trigger, its group as an item of the group around."""
        return self.places[node][0]

    def trigger(self, group: int) -> int:
        """The node of a group's trigger; 0 (UNH) for the message."""
        return self.groups[group].items[0].node

    def ancestors(self, group: int) -> Iterator[int]:
        """The group and the groups around it, innermost first."""
        while group >= 0:
            yield group
            group = self.groups[group].parent

    # --- matching ---------------------------------------------------------------------------------------

    def frames(self, node: int) -> list[Frame]:
        """The matcher standing on `node`, outer groups first, their triggers unknown."""
        item = self.item(node)
        frames = [Frame(item.opens, 0, 1, None)] if item.opens else []
        while True:
            group = self.groups[item.group]
            frames.insert(0, Frame(item.group, group.items.index(item), 1, None))
            if group.parent < 0:
                return frames
            item = next(i for i in self.groups[group.parent].items if i.opens == item.group)

    def enter(self, last: int, starter: str) -> tuple[Fault, ...]:
        """What is wrong with a block that begins with `starter` after one that ended on node `last`."""
        frames = self.frames(last)
        position = _find(self, frames, starter)
        if position is None:
            return (Fault("SEG-002", 0, self.expected(frames)),)
        return tuple(Fault("SEG-004", 0, tag) for tag in position[2])

    def match(self, tags: tuple[str, ...]) -> Shape:
        """The places of a block's segments; the first tag is a starter (or UNH)."""
        node = self.starters[tags[0]]
        frames = self.frames(node)
        if node == 0 or self.item(node).opens:
            frames[-1].trigger = 0
        nodes, faults = [node], list[Fault]()
        parents = [self._parent(frames, nodes[0])]
        for position, tag in enumerate(tags[1:], 1):
            following = tags[position + 1] if position + 1 < len(tags) else ""
            placed = self._place(frames, tag, following, position, faults)
            nodes.append(self._node(frames) if placed else -1)
            parents.append(self._parent(frames, nodes[-1]))
        last = next(node for node in reversed(nodes) if node >= 0)
        return Shape(tuple(nodes), tuple(parents), tuple(faults), last)

    def _place(
        self, frames: list[Frame], tag: str, following: str, position: int, faults: list[Fault]
    ) -> bool:
        """Move `frames` to the place of `tag`; add what was missing, too many or out of place."""
        found = _find(self, frames, tag)
        if found is None or (found[2] and self._strays(frames, found, following)):
            faults.append(Fault("SEG-002" if tag else "SEG-001", position, self.expected(frames)))
            return False
        depth, at, missing, full = found
        faults += [Fault("SEG-004", position, wanted) for wanted in missing]
        item = self._move(frames, depth, at, position)
        if full and frames[depth].count == item.most + 1:
            faults.append(Fault("SEG-005" if item.opens else "SEG-003", position, str(item.most)))
        return True

    def _move(self, frames: list[Frame], depth: int, at: int, position: int) -> Item:
        """Stand on item `at` of the group at `depth`, inside it when it is a group."""
        del frames[depth + 1 :]
        frame = frames[depth]
        frame.count = frame.count + 1 if at == frame.at else 1
        frame.at = at
        item = self.groups[frame.group].items[at]
        if item.opens:
            frames.append(Frame(item.opens, 0, 1, position))
        return item

    def _strays(self, frames: list[Frame], found: Found, following: str) -> bool:
        """Whether a segment that skips something mandatory is the odd one: the next fits without it."""
        if not following:
            return False
        beyond = [replace(frame) for frame in frames]
        self._move(beyond, found[0], found[1], 0)
        return _find(self, beyond, following) is None and _find(self, frames, following) is not None

    def _node(self, frames: list[Frame]) -> int:
        return self.groups[frames[-1].group].items[frames[-1].at].node

    def _parent(self, frames: list[Frame], node: int) -> int:
        """The trigger of the group around the segment just placed."""
        frame = frames[-2] if node >= 0 and self.item(node).opens else frames[-1]
        return -1 - frame.group if frame.trigger is None else frame.trigger

    def expected(self, frames: list[Frame]) -> str:
        """The tags that may stand next, nearest first, for people."""
        tags = [
            item.tag
            for frame in reversed(frames)
            for item in self.groups[frame.group].items[frame.at :]
            if item.tag not in ("UNH",)
        ]
        return ", ".join(list(dict.fromkeys(tags))[:8])


Found = tuple[int, int, list[str], bool]


def _find(structure: Structure, frames: list[Frame], tag: str) -> Found | None:
    """Depth and item where `tag` stands next, the mandatory tags skipped, whether it is one too many.

    Inner groups first, forwards only (ISO 9735: a segment belongs to the first place that takes it). A place
    that is full gives way to a later one, unless that would skip something mandatory.
    """
    missing: list[str] = []
    full: Found | None = None
    for depth in range(len(frames) - 1, -1, -1):
        frame = frames[depth]
        for at in range(frame.at, len(structure.groups[frame.group].items)):
            item = structure.groups[frame.group].items[at]
            repeats = at == frame.at
            if item.tag == tag and not (repeats and at == 0 and depth > 0):
                if not (repeats and frame.count >= item.most):
                    return full if full and missing else (depth, at, missing, False)
                full = full or (depth, at, list(missing), True)
            elif item.mandatory and not repeats:
                missing = [*missing, item.tag]
    return full
