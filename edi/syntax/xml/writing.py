"""Records to XML: UTF-8, two blanks of indentation, elements in the order of the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.findings import EdiError, finding
from edi.model import Output
from edi.syntax import Records, RecordSet
from edi.syntax.xml.addresses import levels

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
INDENT = "  "
GAP = 64
"""Room between two records for the elements that stand around the second one."""
CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]"
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;"))


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One file a group. Elements around the rows that no row makes are opened once a file. A message with a
    control character is left out, with a finding.

    EdiError FMT-131 where the root is a pattern, so that nobody says which namespace to write.
    """
    root = str(options["root"])
    if "*" in root:
        raise EdiError(finding("FMT-131", found=root))
    space, _, name = root.rpartition("}")
    opened = f'{name} xmlns="{_escape(space[1:])}"' if space else name
    sets = _completed({kind: one for kind, one in records.sets.items() if len(one)})
    around = _around(sets)
    body, message = _body(sets, opened, len(around))
    kept = pa.array(~np.isin(message, _unwritable(sets, records)))
    body, message = body.filter(kept), message[kept.to_numpy(zero_copy_only=False)]
    heads = [opened if not kind else kind.rpartition("/")[2] for kind in around]
    head = DECLARATION + "".join(f"{INDENT * depth}<{one}>\n" for depth, one in enumerate(heads))
    tail = "".join(
        f"{INDENT * depth}</{one.split(' ')[0]}>\n" for depth, one in reversed([*enumerate(heads)])
    )
    return _outputs(body, message, records.groups, head, tail)


def _completed(sets: Mapping[str, RecordSet]) -> dict[str, RecordSet]:
    """With the elements between a row and the row that it belongs to: one around each run of rows."""
    made = {
        kind: replace(one, order=one.order * GAP, parent=np.where(one.parent < 0, -1, one.parent * GAP))
        for kind, one in sets.items()
    }
    for kind in sets:
        chain = levels(kind)
        owned = (k for k in chain[1:] if k in sets and np.isin(made[kind].parent, made[k].order).any())
        owner = next(owned, kind)
        inner = kind
        for outer in chain[1 : chain.index(owner)] if owner != kind else ():
            # An element of that name which holds fields of its own stays one of its own.
            name = outer if outer not in made else f"{outer.rpartition('/')[0]}//{outer.rpartition('/')[2]}"
            made[name], made[inner] = _wrapped(made[inner])
            inner = name
    return made


def _wrapped(rows: RecordSet) -> tuple[RecordSet, RecordSet]:
    """An element around each run of rows with the same parent, and the rows as its children."""
    first = np.flatnonzero(np.diff(rows.parent, prepend=-2))
    length = np.diff(np.append(first, len(rows)))
    order = rows.order[first] - 1
    around = RecordSet(
        message=rows.message[first],
        order=order,
        parent=rows.parent[first],
        offset=rows.offset[first],
        column=lambda cell: pa.nulls(len(first), pa.string()),
    )
    return around, replace(rows, parent=np.repeat(order, length))


def _unwritable(sets: Mapping[str, RecordSet], records: Records) -> np.ndarray:
    """Messages with a character that XML 1.0 has no way to write; a finding for each."""
    found: dict[int, str] = {}
    for one in sets.values():
        for cell in one.cells():
            text = one.column(cell)
            bad = pc.fill_null(pc.match_substring_regex(text, CONTROL), False).to_numpy(zero_copy_only=False)
            for row in np.flatnonzero(bad).tolist():
                found.setdefault(int(one.message[row]), text[row].as_py())
    records.findings += [finding("TEXT-002", message=m, found=t, expected="XML") for m, t in found.items()]
    return np.array(list(found), np.int32)


def _around(sets: Mapping[str, RecordSet]) -> list[str]:
    """The kinds of the elements around the topmost records, outermost first."""
    tops = [kind for kind, one in sets.items() if (one.parent < 0).any()]
    return levels(tops[0])[:0:-1] if tops else [""]


def _body(sets: Mapping[str, RecordSet], opened: str, depth: int) -> tuple[pa.Array, np.ndarray]:
    """Each record as opening tag, text and the closing tags that fall due after it; and its message."""
    order = np.concatenate([np.zeros(0, np.int64), *(one.order for one in sets.values())])
    sort = np.argsort(order, kind="stable")
    parent = np.concatenate([np.zeros(0, np.int64), *(one.parent for one in sets.values())])[sort]
    message = np.concatenate([np.zeros(0, np.int32), *(one.message for one in sets.values())])[sort]
    above = np.where(parent < 0, -1, np.searchsorted(order[sort], parent))
    level = _depths(above)
    leaf = np.ones(len(above), bool)
    leaf[above[above >= 0]] = False
    names = [np.full(len(one), kind.rpartition("/")[2]) for kind, one in sets.items()]
    name = pa.array(np.concatenate([np.zeros(0, "U1"), *names])[sort], pa.string())
    open_ = pa.concat_arrays([pa.array([], pa.string()), *(_open(k, s, opened) for k, s in sets.items())])
    indent = pa.array([INDENT * n for n in range(depth, depth + int(level.max(initial=0)) + 1)], pa.string())
    indents = indent.take(pa.array(level))
    if not name.null_count:
        name = pc.if_else(pc.equal(name, ""), opened.split(" ")[0], name)
    lines = [indents, open_.take(pa.array(sort))]
    lines += _closing(above, level, leaf, name, indents)
    return pc.binary_join_element_wise(*lines, "", null_handling="skip"), message


def _depths(above: np.ndarray) -> np.ndarray:
    """How many records are around each; parents stand before their children."""
    level = np.zeros(len(above), np.int64)
    up = above.copy()
    while (up >= 0).any():
        level += up >= 0
        up = np.where(up < 0, -1, above[up])
    return level


def _open(kind: str, one: RecordSet, opened: str) -> pa.Array:
    """The opening tags of one kind with their attributes, and the texts."""
    parts: list[Any] = [pa.repeat(pa.scalar(f"<{kind.rpartition('/')[2] or opened}"), len(one))]
    for cell in one.cells():
        if str(cell).startswith("@"):
            value = _escaped(one.column(cell))
            parts.append(pc.binary_join_element_wise(f' {str(cell)[1:]}="', value, '"', ""))
    parts.append(pa.repeat(pa.scalar(">"), len(one)))
    if "" in one.cells():
        parts.append(_escaped(one.column("")))
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def _closing(
    above: np.ndarray, level: np.ndarray, leaf: np.ndarray, name: pa.Array, indents: pa.Array
) -> list[pa.Array]:
    """The closing tags after each record: its own, then of every element around it that ends there."""
    following = np.append(level[1:], 0)
    parts: list[pa.Array] = []
    at = np.arange(len(level))
    while len(at) and (at >= 0).any():
        ends = (at >= 0) & (level[at] >= following)
        place = pa.array(at, mask=~ends)
        line = pc.if_else(
            pa.array(leaf[at]), "</", pc.binary_join_element_wise(indents.take(place), "</", "")
        )
        parts.append(pc.binary_join_element_wise(line, name.take(place), ">\n", ""))
        if not parts[1:]:
            # An element with others inside ends its own line.
            parts[0] = pc.if_else(pa.array(leaf), parts[0], "\n")
        at = np.where(at < 0, -1, above[np.maximum(at, 0)])
    return parts


def _escaped(text: pa.Array) -> pa.Array:
    for character, reference in _ESCAPES:
        text = pc.replace_substring(text, character, reference)
    return text


def _escape(text: str) -> str:
    return str(_escaped(pa.array([text]))[0])


def _outputs(
    body: pa.Array, message: np.ndarray, groups: np.ndarray | None, head: str, tail: str
) -> list[Output]:
    """The records cut into files."""
    count = 1 if groups is None else int(groups.max(initial=-1)) + 1
    group = np.zeros(len(message), np.int32) if groups is None else groups[message]
    ends = np.searchsorted(group, np.arange(count + 1))
    made = []
    for first, last in pairwise(ends.tolist()):
        text = head + "".join(body.slice(first, last - first).to_pylist()) + tail
        keys = np.unique(message[first:last])
        made.append(Output("", text.encode("utf-8"), tuple(keys[keys >= 0].tolist())))
    return made
