"""The rules of a document schema over whole tables: one mask a rule, one finding a row that breaks it.

What a column's type says (decimal range, dates that exist) is already true when the table has that type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.documents.schema import Rule, TableDef
from edi.documents.values import words
from edi.findings import finding
from edi.model import Finding, Location

SHOWN = 100
"""Findings shown of one rule, field and message; one more says how many rows there were."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken in one column: the rows, in order."""

    code: str
    table: TableDef
    field: str
    rows: np.ndarray
    expected: Any = ""


def validate(tables: Mapping[str, pa.Table], definitions: Mapping[str, TableDef]) -> list[Finding]:
    """Everything wrong with the tables of a batch, by message where a message is to blame."""
    found: list[Finding] = []
    for definition in definitions.values():
        table = tables.get(definition.name, definition.arrow().empty_table())
        found += _unusable(table, definition)
        for breach in _breaches(table, definition):
            found += report(table, breach)
        if definition.parent is not None and definition.parent in tables:
            found += _family(tables[definition.parent], table, definition, definitions[definition.parent])
    return found


def report(table: pa.Table, breach: Breach) -> list[Finding]:
    """One finding a broken row, with its message, its value and where it was read."""
    if not len(breach.rows):
        return []
    keys = table.column("message").to_numpy()[breach.rows]
    shown = _ordinal_in_run(keys) < SHOWN
    findings = [_finding(row, breach) for row in _excerpts(table, breach, breach.rows[shown])]
    messages, counts = np.unique(keys[~shown], return_counts=True)
    for message, more in zip(messages.tolist(), counts.tolist(), strict=True):
        findings.append(
            finding("DOC-010", message=message, field=breach.field, found=more, repeated=breach.code)
        )
    return findings


def _unusable(table: pa.Table, definition: TableDef) -> Iterator[Finding]:
    for field in definition.arrow():
        if field.name in table.column_names and table.schema.field(field.name).type != field.type:
            yield wrong_type(definition, field.name, table.schema.field(field.name).type, field.type)


def wrong_type(definition: TableDef, name: str, found: pa.DataType, expected: pa.DataType) -> Finding:
    """A whole column is of a type that the document cannot hold."""
    where = Location(column=name)
    return finding("DOC-009", where, found=found, expected=words(expected), table=definition.name, field=name)


def _breaches(table: pa.Table, definition: TableDef) -> Iterator[Breach]:
    for field in definition.fields:
        if field.name in definition.required:
            missing = _missing(table, field.name)
            yield Breach("DOC-001", definition, field.name, missing, definition.titles[field.name])
        if field.name in table.column_names and table.schema.field(field.name).type == field.type:
            rule = definition.rules.get(field.name, Rule())
            for code, mask, expected in _masks(table.column(field.name), rule):
                if pc.any(mask).as_py():
                    rows = np.flatnonzero(pc.fill_null(mask, False))
                    yield Breach(code, definition, field.name, rows, expected)


def _missing(table: pa.Table, name: str) -> np.ndarray:
    if name not in table.column_names:
        return np.arange(len(table))
    return np.flatnonzero(pc.is_null(table.column(name))) if table.column(name).null_count else np.arange(0)


def _masks(values: pa.ChunkedArray, rule: Rule) -> Iterator[tuple[str, pa.ChunkedArray, object]]:
    """Code, mask of the rows that break the rule (null counts as kept), and what was expected."""
    if rule.max_length is not None:
        yield "DOC-002", pc.greater(pc.utf8_length(values), rule.max_length), rule.max_length
    if rule.min_length is not None:
        yield "DOC-003", pc.less(pc.utf8_length(values), rule.min_length), rule.min_length
    if rule.pattern is not None:
        yield "DOC-004", pc.invert(pc.match_substring_regex(values, rule.pattern)), rule.form or rule.pattern
    if rule.enum is not None:
        outside = pc.invert(pc.is_in(values, pa.array(rule.enum), skip_nulls=False))
        yield "DOC-005", pc.and_(outside, pc.is_valid(values)), ", ".join(rule.enum)
    if rule.minimum is not None:
        yield "DOC-006", pc.less(values, rule.minimum), f"at least {rule.minimum}"
    if rule.maximum is not None:
        yield "DOC-006", pc.greater(values, rule.maximum), f"at most {rule.maximum}"


def _family(
    parents: pa.Table, children: pa.Table, definition: TableDef, above: TableDef
) -> Iterator[Finding]:
    """Parents with too few children, and children whose parent does not exist."""
    wanted, owner = pair(parents, "position"), pair(children, "parent")
    order = np.argsort(wanted, kind="stable")
    place = np.minimum(np.searchsorted(wanted[order], owner), max(len(wanted) - 1, 0))
    known = wanted[order][place] == owner if len(wanted) else np.zeros(len(owner), dtype=bool)
    counts = np.zeros(len(wanted), dtype=np.int64)
    counts[order] = np.bincount(place[known], minlength=len(wanted))
    few = Breach("DOC-007", above, definition.property, np.flatnonzero(counts < definition.min_items))
    orphans = Breach("DOC-008", definition, "parent", np.flatnonzero(~known))
    yield from report(parents, few)
    yield from report(children, orphans)


def pair(table: pa.Table, key: str) -> np.ndarray:
    """Message and row key as one int64, so that rows of different messages never meet."""
    message: np.ndarray = table.column("message").to_numpy().astype(np.int64)
    row: np.ndarray = table.column(key).to_numpy().astype(np.int64)
    keys: np.ndarray = (message << 32) | row
    return keys


def _ordinal_in_run(keys: np.ndarray) -> np.ndarray:
    """For each entry of a grouped array, which is not empty, its ordinal within its group, from 0."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    return np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))


def _excerpts(table: pa.Table, breach: Breach, rows: np.ndarray) -> list[dict[str, Any]]:
    wanted = {"message", "position", breach.field, "_line", "_segment", "_offset"}
    names = [name for name in table.column_names if name in wanted]
    excerpts: list[dict[str, Any]] = table.select(names).take(pa.array(rows)).to_pylist()
    return excerpts


def _finding(row: Mapping[str, Any], breach: Breach) -> Finding:
    where = Location(
        line=row.get("_line"), segment=row.get("_segment"), offset=row.get("_offset"), column=breach.field
    )
    return finding(
        breach.code,
        where,
        message=row["message"],
        found="" if row.get(breach.field) is None else row[breach.field],
        expected=breach.expected,
        table=breach.table.name,
        position=row["position"],
        field=breach.field,
    )
