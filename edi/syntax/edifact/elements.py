"""Element rules over the tokens of one chunk: presence, length, type, codes, dates, characters (ISO 9735).

Everything is looked up by integer in `directory.Rules`; only what looks wrong is examined closer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.syntax.edifact import values
from edi.syntax.edifact.directory import (
    ALPHABETIC,
    CODED,
    DATED,
    MANDATORY,
    NUMERIC,
    SKIP,
    Directory,
    Rules,
)
from edi.syntax.edifact.scan import Chunk, Style
from edi.syntax.edifact.suspects import Suspects, of_cells, of_segments, of_tokens

Array = npt.NDArray[Any]


def check(chunk: Chunk, style: Style, directory: Directory) -> list[Suspects]:
    """What is wrong with the elements of a chunk; numbers of segments and tokens are the chunk's own."""
    rules = directory.rules["4" if style.version >= "4" else "3"]
    size = (np.diff(chunk.cut) - 1).astype(np.int32)
    filled = size > 0
    key, rule, crowded = _rules_of(chunk, rules)
    flag = rules.flags[rule]
    found = [crowded, *_missing(chunk, rules, key, flag, filled)]
    found += _sizes(chunk, rules, rule, size, flag, style)
    found += _types(chunk, size, flag * filled, rules.lists[rule], style, directory)
    found += values.characters(chunk, style, directory)
    return [suspects for suspects in found if len(suspects)]


def _rules_of(chunk: Chunk, rules: Rules) -> tuple[Array, Array, Suspects]:
    """For each element its key (tag, element), for each token its rule; components beyond the last one."""
    per_segment, per_element = np.diff(chunk.segment), np.diff(chunk.element)
    row = chunk.tag.astype(np.int64) * rules.width
    key = np.arange(len(per_element)) + np.repeat(row - chunk.segment[:-1], per_segment)
    if per_segment.max() > rules.width:
        key = np.minimum(key, np.repeat(row + rules.width - 1, per_segment))
    base = rules.base.ravel()[key]
    rule = np.arange(len(chunk.cut) - 1) + np.repeat(base - chunk.element[:-1], per_element)
    count = rules.count.ravel()[key]
    over = np.flatnonzero(per_element > count)
    if not len(over):
        return key, rule, of_segments("ELM-008", over)
    extra = per_element[over] - count[over]
    first = chunk.element[over] + count[over]
    beyond = np.repeat(first - np.cumsum(extra) + extra, extra) + np.arange(extra.sum())
    rule[beyond] = 0
    judged = base[over] > 0
    return key, rule, of_tokens("ELM-008", first[judged], chunk.element, chunk.segment)


def _missing(chunk: Chunk, rules: Rules, key: Array, flag: Array, filled: Array) -> Iterator[Suspects]:
    """Mandatory elements and components that are absent; elements beyond the last one."""
    used = np.diff(chunk.cut[chunk.element]) > np.diff(chunk.element)
    got = _counts((flag & MANDATORY != 0) & filled, chunk.element)
    partial = np.flatnonzero(used & (got < rules.needs.ravel()[key]))
    yield from _absent_components(chunk, rules, filled, partial, key[partial])
    required = rules.required.ravel()[key] & used
    short = np.flatnonzero(_counts(required, chunk.segment) < rules.required.sum(axis=1)[chunk.tag])
    yield from _absent_elements(chunk, rules, used, short)
    number = np.diff(chunk.segment) - 1
    over = np.flatnonzero(number > rules.elements[chunk.tag])
    over = over[chunk.tag[over] > SKIP]
    extra = chunk.element[chunk.segment[over] + rules.elements[chunk.tag[over]] + 1]
    yield of_tokens("ELM-007", extra, chunk.element, chunk.segment)


def _counts(hits: Array, bounds: Array) -> Array:
    """How many of `hits` are true between each two bounds."""
    total = np.zeros(len(hits) + 1, np.int32)
    np.cumsum(hits, out=total[1:])
    return np.diff(total[bounds])


def _absent_components(
    chunk: Chunk, rules: Rules, filled: Array, elements: Array, key: Array
) -> Iterator[Suspects]:
    """The mandatory components that `elements` lack, one component position after the other."""
    count, base = rules.count.ravel()[key], rules.base.ravel()[key]
    first, size = chunk.element[elements], np.diff(chunk.element)[elements]
    segment = np.searchsorted(chunk.segment, elements, side="right") - 1
    for place in range(int(count.max(initial=0))):
        wanted = rules.flags[base + np.minimum(place, count - 1)] & MANDATORY != 0
        there = (place < size) & filled[np.minimum(first + place, len(filled) - 1)]
        rows = np.flatnonzero((place < count) & wanted & ~there)
        yield of_cells("ELM-001", segment[rows], (elements - chunk.segment[segment])[rows], place + 1)


def _absent_elements(chunk: Chunk, rules: Rules, used: Array, segments: Array) -> Iterator[Suspects]:
    """The mandatory elements that `segments` lack, one element position after the other."""
    tag, size = chunk.tag[segments], np.diff(chunk.segment)[segments]
    for place in range(1, rules.width if len(segments) else 0):
        at = np.minimum(chunk.segment[segments] + place, len(used) - 1)
        there = (place < size) & used[at]
        rows = np.flatnonzero(rules.required[tag, place] & ~there)
        yield of_cells("ELM-001", segments[rows], place, 0)


def _sizes(
    chunk: Chunk, rules: Rules, rule: Array, size: Array, flag: Array, style: Style
) -> Iterator[Suspects]:
    """Values too long or too short. Release characters, signs and decimal marks do not count."""
    most, least = rules.most[rule], rules.least[rule]
    for token in (np.flatnonzero(size > most), np.flatnonzero((size < least) & (size > 0))):
        real = values.characters_in(chunk, token, flag[token] & NUMERIC != 0, style)
        for code, wrong in (("ELM-002", real > most[token]), ("ELM-003", real < least[token])):
            yield of_tokens(code, token[wrong], chunk.element, chunk.segment)


def _types(
    chunk: Chunk, size: Array, flag: Array, lists: Array, style: Style, directory: Directory
) -> Iterator[Suspects]:
    """Values that are no number, no letters, no known code, no date. `flag` is 0 for empty tokens."""
    numbers = np.flatnonzero(flag & NUMERIC != 0)
    for code, wrong in values.numbers(chunk, numbers, size[numbers], style):
        yield of_tokens(code, wrong, chunk.element, chunk.segment)
    letters = values.not_letters(chunk, np.flatnonzero(flag & ALPHABETIC != 0), size)
    yield of_tokens("ELM-005", letters, chunk.element, chunk.segment)
    coded = np.flatnonzero(flag & CODED != 0)
    unlisted = values.unlisted(chunk, coded, size[coded], lists[coded], directory)
    yield of_tokens("ELM-006", unlisted, chunk.element, chunk.segment)
    dates = values.impossible_dates(chunk, np.flatnonzero(flag & DATED != 0), size)
    yield of_tokens("ELM-011", dates, chunk.element, chunk.segment)
