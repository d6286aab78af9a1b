"""Every segment's place in the structure, without a loop over messages.

Messages are cut into blocks (see `structure`); the matcher runs once for each distinct block and once for
each distinct step between two blocks. The verdicts are kept in the directory's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.syntax.edifact import limits
from edi.syntax.edifact.directory import Directory
from edi.syntax.edifact.messages import Layout
from edi.syntax.edifact.scan import Tokens
from edi.syntax.edifact.structure import Fault, Shape, Structure
from edi.syntax.edifact.suspects import Suspects, of_segments

Array = npt.NDArray[Any]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(slots=True)
class Places:
    """For each segment its node (-1: none), and the segment that triggers the group around it (-1: none)."""

    node: Array
    parent: Array
    faults: list[tuple[Fault, Array]]
    """Each fault with the segments it concerns."""
    refused: dict[int, int] = field(default_factory=dict)
    """Files of which nothing is placed, and how many of their segments stand in ever different order."""


def place(tokens: Tokens, plan: Layout, judged: Array, directory: Directory) -> Places:
    """Places of the segments of the messages `judged` (a flag each); others get none."""
    number = len(tokens.tag)
    node, parent = np.full(number, -1, np.int32), np.full(number, -1, np.int64)
    inside = np.flatnonzero((plan.message >= 0) & np.append(judged, False)[plan.message])
    if not len(inside):
        return Places(node, parent, [])
    tag = tokens.tag[inside]
    starter = np.zeros(len(directory.tags), np.bool_)
    starter[[directory.tag_id(name) for name in directory.structure.starters]] = True
    first = np.flatnonzero(starter[tag])
    length = np.diff(first, append=len(tag))
    kind, sample = _shapes(tag, first, length)
    if refused := _unrepeating(length[sample], plan.member[inside[first[sample]]]):
        others = judged & ~np.isin(plan.member[plan.first], list(refused))
        places = place(tokens, plan, others, directory)
        return replace(places, refused={**refused, **places.refused})
    shapes = [_shape(directory, tag[first[b] : first[b] + length[b]]) for b in sample]
    begin = np.repeat(first, length)
    model = np.repeat(np.cumsum([0, *(len(s.nodes) for s in shapes)])[kind], length)
    model += np.arange(len(tag)) - begin
    node[inside] = np.array([n for s in shapes for n in s.nodes], np.int32)[model]
    trigger = np.array([p for s in shapes for p in s.parents], np.int64)[model]
    parent[inside] = np.where(trigger >= 0, inside[np.maximum(trigger, 0) + begin], trigger)
    _outer_parents(node, parent, plan, directory.structure)
    faults = list(_faults(directory, shapes, kind, inside, first, tag))
    return Places(node, parent, faults + list(_crowded(directory.structure, node, parent)))


def _unrepeating(length: Array, member: Array) -> dict[int, int]:
    """The files whose distinct blocks (of this length, first seen in this file) are too much to match."""
    work = np.bincount(member, length).astype(np.int64)
    return {int(m): int(work[m]) for m in np.flatnonzero(work > limits.LIMITS.arrangements)}


def _shapes(tag: Array, first: Array, length: Array) -> tuple[Array, Array]:
    """A number for each block, equal for equal tag sequences, and one block of each number."""
    place_ = np.arange(len(tag)) - np.repeat(first, length)
    powers = np.cumprod(np.full(int(length.max()), MULTIPLIER), dtype=np.uint64)
    mixed = (tag.astype(np.uint64) + np.uint64(1)) * powers[place_]
    mixed ^= mixed >> np.uint64(29)
    key = np.add.reduceat(mixed, first) * MULTIPLIER + length.astype(np.uint64)
    _, sample, kind = np.unique(key, return_index=True, return_inverse=True)
    model = np.repeat(first[sample[kind]], length) + place_
    if np.array_equal(length[sample[kind]], length) and np.array_equal(tag[model], tag):
        return kind, sample
    return _shapes_one_by_one(tag, first, length)


def _shapes_one_by_one(tag: Array, first: Array, length: Array) -> tuple[Array, Array]:
    """The same by comparison, for data made to collide."""
    seen: dict[bytes, tuple[int, int]] = {}
    raw = tag.astype(np.uint8).tobytes()
    kind = [
        seen.setdefault(raw[a : a + n], (len(seen), b))[0]
        for b, (a, n) in enumerate(zip(first, length, strict=True))
    ]
    return np.array(kind), np.array([block for _, block in seen.values()])


def _shape(directory: Directory, tags: Array) -> Shape:
    key = tags.tobytes()
    shape = directory.cache.get(key)
    if shape is None:
        shape = directory.structure.match(tuple(directory.tags[t] for t in tags))
        if len(directory.cache) < 10_000 and len(tags) < 1_000:
            directory.cache[key] = shape
    return shape


def _outer_parents(node: Array, parent: Array, plan: Layout, structure: Structure) -> None:
    """Parents outside of the own block: the last trigger of that group before the segment."""
    open_ = np.flatnonzero((parent < 0) & (node >= 0))
    for group in np.unique(-1 - parent[open_]):
        rows = open_[parent[open_] == -1 - group]
        triggers = np.flatnonzero(node == structure.trigger(int(group)))
        at = np.searchsorted(triggers, rows) - 1
        found = np.where(at >= 0, np.append(triggers, -1)[at], -1)
        same = plan.message[found] == plan.message[rows]
        parent[rows] = np.where((found >= 0) & same, found, -1)
    parent[plan.first] = -1
    parent[node < 0] = -1


def _faults(
    directory: Directory, shapes: list[Shape], kind: Array, inside: Array, first: Array, tag: Array
) -> Iterator[tuple[Fault, Array]]:
    """Faults in the steps from one block to the next, and inside blocks.

    What a block out of place seems to lack is not told: it was looked for in the wrong place.
    """
    misplaced = np.zeros(len(first), np.bool_)
    follows = np.flatnonzero(directory.tag_id("UNH") != tag[first])
    lasts = np.array([shape.last for shape in shapes])[kind]
    steps = lasts[follows - 1].astype(np.int64) << 8 | tag[first[follows]]
    for step in np.unique(steps):
        for fault in _enter(directory, int(step)):
            blocks = follows[steps == step]
            misplaced[blocks] |= fault.code == "SEG-002"
            yield fault, inside[first[blocks]]
    faulty = [number for number, shape in enumerate(shapes) if shape.faults]
    order = np.argsort(kind, kind="stable") if faulty else kind
    bounds = np.searchsorted(kind[order], np.array([faulty, np.array(faulty) + 1], np.int64))
    for number, begin, end in zip(faulty, *bounds.tolist(), strict=True):
        for fault in shapes[number].faults:
            told = order[begin:end]
            told = told[~misplaced[told]] if fault.code == "SEG-004" else told
            yield fault, inside[first[told] + fault.position]


def _enter(directory: Directory, step: int) -> tuple[Fault, ...]:
    if step not in directory.cache:
        directory.cache[step] = directory.structure.enter(step >> 8, directory.tags[step & 255])
    return directory.cache[step]


def _crowded(structure: Structure, node: Array, parent: Array) -> Iterator[tuple[Fault, Array]]:
    """Groups that begin blocks and stand more often than they may: the first one too many."""
    for name in structure.starters.values():
        item = structure.item(name)
        rows = np.flatnonzero(node == name)
        if name == 0 or len(rows) <= item.most:
            continue
        order = rows[np.argsort(parent[rows], kind="stable")]
        fresh = np.flatnonzero(np.diff(parent[order], prepend=-2))
        size = np.diff(fresh, append=len(order))
        crowded = order[fresh[size > item.most] + item.most]
        code = "SEG-005" if item.opens else "SEG-003"
        if len(crowded):
            yield Fault(code, 0, str(item.most)), crowded


def suspects(places: Places) -> list[Suspects]:
    """The faults of the structure as suspects."""
    return [of_segments(fault.code, segments, fault.expected) for fault, segments in places.faults]
