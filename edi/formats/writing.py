"""Document tables to records: each row a record, with the records below it that its fields need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from edi.documents import Tables
from edi.findings import finding
from edi.formats import fields as values
from edi.formats.forest import Forest
from edi.formats.kept import Kept
from edi.formats.numbers import spell as spell_numbers
from edi.formats.plan import FieldPlan, Plan, TablePlan
from edi.formats.reading import Staged, style_of
from edi.formats.sheet import sheet
from edi.formats.slots import period_code, slots
from edi.model import Envelope, Finding, Location
from edi.syntax import MAX_FINDINGS, MESSAGES, Records, RecordSet
from edi.tables import in_place, single


class Sources:
    """The tables to write, in file order, spelled field by field; findings of what cannot be spelled."""

    def __init__(
        self, plan: Plan, tables: Tables, groups: np.ndarray | None, kept: Kept | None = None
    ) -> None:
        self.plan = plan
        self.kept = kept
        self.groups = groups
        self.findings: list[Finding] = []
        self.tables = {name: self.ordered(tables[name]) for name in plan.tables if name in tables}
        self.style = style_of(plan)

    def ordered(self, table: pa.Table) -> pa.Table:
        """Rows by file, message and position; rows of messages that go to no file are left out."""
        message = table["message"].to_numpy()
        group = np.zeros(len(message), np.int32) if self.groups is None else self.groups[message]
        order = np.lexsort((table["position"].to_numpy(), message, group))
        order = order[group[order] >= 0]
        return table if in_place(order, len(table)) else table.take(pa.array(order))

    def message(self, name: str) -> np.ndarray:
        """The message key of each row."""
        return self.tables[name]["message"].to_numpy()

    def origin(self, name: str) -> np.ndarray:
        """For each row the record of the file that it was read from; -1 where it is not to be asked for."""
        table = self.tables[name]
        return self.kept.origin(name, table) if self.kept else np.full(len(table), -1)

    def parent_row(self, name: str, parent: str) -> np.ndarray:
        """The row of the parent's table that each row belongs to, -1 where it does not exist."""
        child, above = self.tables[name], self.tables[parent]
        keys = _keys(above["message"], above["position"])
        wanted = _keys(child["message"], child["parent"])
        order = np.argsort(keys, kind="stable")
        place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
        if not len(keys):
            return np.full(len(wanted), -1)
        return np.where(keys[order][place] == wanted, order[place], -1)

    def text(self, table: TablePlan, field: FieldPlan) -> pa.Array:
        """The field's column as the file spells it; faults become findings of their messages."""
        source = self.tables[table.rule.name]
        rule = field.rule
        if rule.name in source.column_names:
            column = single(source[rule.name])
        else:
            column = pa.nulls(len(source), rule.type)
        style = self.style if field.period is None else replace(self.style, date=period_code(field))
        spelled = values.spell(column, rule, style)
        mark = rule.decimal or style.decimal
        for fault in spelled.faults:
            self.report(table, field, fault.rows, fault.code, fault.expected, fault.names, column)
        if rule.required:
            missing = np.flatnonzero(spelled.values.is_null().to_numpy(zero_copy_only=False))
            self.report(table, field, missing, "FLD-009", "", {}, column)
        return spell_numbers(spelled.values, rule.number, mark) if rule.number else spelled.values

    def report(
        self,
        table: TablePlan,
        field: FieldPlan,
        rows: np.ndarray,
        code: str,
        expected: str,
        names: Mapping[str, Any],
        column: pa.Array,
    ) -> None:
        """One finding for each message among `rows` (its first row is quoted)."""
        message = self.message(table.rule.name)[rows]
        _, first = np.unique(message, return_index=True)
        for at in first.tolist():
            row = int(rows[at])
            shown = column[row].as_py()
            place = Location(column=field.rule.name)
            found = "" if shown is None else shown
            key = int(message[at])
            self.findings.append(finding(code, place, message=key, found=found, expected=expected, **names))


def _keys(message: pa.ChunkedArray, position: pa.ChunkedArray) -> np.ndarray:
    return (message.to_numpy().astype(np.int64) << 32) | position.to_numpy().astype(np.int64)


def compose(
    plan: Plan,
    tables: Tables,
    envelopes: tuple[Envelope, ...],
    groups: np.ndarray | None,
    beside: Staged | None = None,
) -> Records:
    """The records to be written: in file order, with parents, and one messages row a message.

    `beside` is what the tables were read from, in this same format: what no field takes is written back.
    """
    sources = Sources(plan, tables, groups, Kept(beside) if beside else None)
    kinds = [table.kind for table in plan.tables.values()]
    sets = sheet(plan, sources) if len(set(kinds)) < len(kinds) or _flat(plan) else _tree(plan, sources)
    messages = _messages(sources, plan)
    if sources.kept:
        sources.findings += sources.kept.lost(messages["message"].to_numpy())
    return Records(
        sets=sets,
        messages=messages,
        findings=sources.findings,
        decimal=(sources.style.decimal,),
        envelopes=envelopes,
        groups=groups,
    )


def _flat(plan: Plan) -> bool:
    return len(plan.tables) == 1 and plan.root.kind == "" and plan.descriptor.syntax == "delimited"


def _messages(sources: Sources, plan: Plan) -> pa.Table:
    keys = np.unique(sources.message(plan.root.rule.name))
    kind = plan.options.get("message")
    columns: dict[str, pa.Array] = {
        "message": pa.array(keys, pa.int32()),
        "kind": pa.repeat(pa.scalar(kind, pa.string()), len(keys)),
    }
    if sources.groups is not None:
        columns["member"] = pa.array(sources.groups[keys], pa.int32())
    arrays = [columns.get(f.name, pa.nulls(len(keys), f.type)) for f in MESSAGES]
    return pa.table(arrays, schema=MESSAGES)


def _tree(plan: Plan, sources: Sources) -> dict[str, RecordSet]:
    """Every row and everything below it as one forest, flattened into file order."""
    forest = Forest(plan)
    nodes: dict[str, np.ndarray] = {}
    for name, table in plan.tables.items():
        if name not in sources.tables:
            continue
        parent = table.rule.parent
        above = np.full(len(sources.tables[name]), -1)
        if parent in nodes:
            row = sources.parent_row(name, parent)
            _lost(sources, name, row)
            above = np.where(row >= 0, nodes[parent][row] if len(nodes[parent]) else -1, -2)
        nodes[name] = forest.rows(table, above, sources.message(name), slots(table, sources))
    if sources.kept:
        sources.kept.place(forest, plan, {name: (sources.origin(name), node) for name, node in nodes.items()})
    return forest.records()


def _lost(sources: Sources, name: str, row: np.ndarray) -> None:
    for at in np.flatnonzero(row < 0)[:MAX_FINDINGS].tolist():
        message = int(sources.message(name)[at])
        sources.findings.append(
            finding("FLD-013", Location(tag=name), message=message, found=name, expected="parent")
        )
