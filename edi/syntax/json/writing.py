"""Records to canonical JSON Lines: UTF-8, properties in the order of the schema, one document a line."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edi.model import Output
from edi.syntax import Records, RecordSet
from edi.syntax.json.texts import Literal

Node = dict[str, Any]

MARK = "\ufdd0"
"""Stands before a number while it is a text (a noncharacter: Unicode reserves it for such use)."""

_MARKED = re.compile(f'"{MARK}([^"]*)"')

_CONVERT: dict[str, Callable[[str], Any]] = {"integer": int, "boolean": lambda text: text in ("true", "1")}


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One output a group of messages, in the order of the groups; each document is one line ending in LF.

    Messages of group -1 are not written. Absent cells are left out, and so is an array without objects.
    """
    properties: Mapping[str, Mapping[str, str]] = options.get("properties", {})
    nodes: dict[int, Node] = {}
    for kind in sorted(records.sets, key=lambda kind: _depth_and_rank(kind, properties)):
        rows = records.sets[kind]
        made = _objects(rows, properties.get(kind, {}))
        _attach(kind, rows, made, nodes)
        nodes.update(zip(rows.order.tolist(), made, strict=True))
    return _outputs(records, nodes, properties)


def _depth_and_rank(kind: str, properties: Mapping[str, object]) -> tuple[int, int]:
    """Parents before children, arrays of one object in the order of the schema."""
    kinds = list(properties)
    return kind.count("/") + bool(kind), kinds.index(kind) if kind in kinds else len(kinds)


def _objects(rows: RecordSet, types: Mapping[str, str]) -> list[Node]:
    """The records of one kind as objects, cells in the order of the schema, then of appearance."""
    literal = {str(cell) for cell in rows.cells() if isinstance(cell, Literal)} - types.keys()
    cells = [str(cell) for cell in rows.cells()]
    ordered = [name for name in types if name in cells] + [name for name in cells if name not in types]
    made: list[Node] = [{} for _ in range(len(rows))]
    for cell in ordered:
        convert = MARK.__add__ if cell in literal else _CONVERT.get(types.get(cell, "string"), str)
        for node, text in zip(made, rows.column(cell).to_pylist(), strict=True):
            if text is not None:
                _put(node, cell, convert(text))
    return made


def _put(node: Node, cell: str, value: Any) -> None:
    *path, name = cell.split("/")
    for part in path:
        node = node.setdefault(part, {})
    node[name] = value


def _attach(kind: str, rows: RecordSet, made: list[Node], nodes: Mapping[int, Node]) -> None:
    """Objects into the array of the object that is their parent."""
    if not kind:
        return
    name = kind.rpartition("/")[2]
    for parent, node in zip(rows.parent.tolist(), made, strict=True):
        nodes[parent].setdefault(name, []).append(node[""] if set(node) == {""} else node)


def _outputs(
    records: Records, nodes: Mapping[int, Node], properties: Mapping[str, Mapping[str, str]]
) -> list[Output]:
    roots = records.sets.get("")
    keys = roots.message if roots is not None else np.zeros(0, dtype=np.int32)
    groups = records.groups[keys] if records.groups is not None else np.zeros(len(keys), dtype=np.int32)
    lines: dict[int, list[str]] = defaultdict(list)
    messages: dict[int, list[int]] = defaultdict(list)
    orders = roots.order.tolist() if roots is not None else []
    for group, key, order in zip(groups.tolist(), keys.tolist(), orders, strict=True):
        text = json.dumps(nodes[order], ensure_ascii=False, separators=(",", ":"))
        lines[group].append((_MARKED.sub(r"\1", text) if MARK in text else text) + "\n")
        messages[group].append(key)
    count = int(records.groups.max()) + 1 if records.groups is not None and len(records.groups) else 1
    return [
        Output("", "".join(lines[group]).encode(), tuple(dict.fromkeys(messages[group])))
        for group in range(count)
    ]
