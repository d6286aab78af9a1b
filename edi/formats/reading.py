"""Records to document tables: every field's address followed, every value converted, every fault placed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.documents import Tables
from edi.documents.schema import LINEAGE
from edi.findings import finding
from edi.formats import fields as values
from edi.formats.faults import Fault
from edi.formats.fields import Style
from edi.formats.numbers import Number
from edi.formats.numbers import read as read_numbers
from edi.formats.plan import FieldPlan, Plan, TablePlan
from edi.formats.resolving import Resolved, Resolver
from edi.formats.rows import Layout, Rows, layout
from edi.formats.unmapped import unmapped
from edi.model import Finding, Location
from edi.syntax import MAX_FINDINGS, Address, Records


@dataclass
class Staged:
    """What a file says: tables (with lineage), one row a message, findings; `unmapped` when asked for.

    Tables are sorted by (message, position). A finding without message concerns its whole file.
    """

    tables: Tables
    messages: pa.Table
    findings: list[Finding]
    records: Records
    resolver: Resolver
    plan: Plan
    rows: dict[str, Rows] = field(default_factory=dict)

    @cached_property
    def unmapped(self) -> pa.Table:
        """What no field took: message, position (of the record in its message), address, value."""
        return unmapped(self.plan, self.records, self.resolver, self.messages)


def stage(plan: Plan, records: Records, size: int) -> Staged:
    """The tables of a batch of records; `size` is the length of the joined data."""
    found = layout(plan, records, size)
    reader = _Reader(plan, records, found)
    tables = {name: reader.table(table, found.rows[name]) for name, table in plan.tables.items()}
    document = plan.descriptor.document
    for name, definition in document.tables.items():
        if name not in tables:
            tables[name] = definition.arrow(True).empty_table()
    findings = [
        *records.findings,
        *_placed(records, found),
        *found.findings,
        *reader.findings,
    ]
    ordered = {name: tables[name] for name in document.tables}
    return Staged(ordered, found.messages, findings, records, reader.resolver, plan, found.rows)


def _placed(records: Records, found: Layout) -> list[Finding]:
    """Findings of single records, given the message that encloses the record."""
    root = next(iter(found.rows.values()))
    orders = np.array([order for order, _ in records.on_records], np.int64)
    place = np.searchsorted(root.order, orders, side="right") - 1
    return [
        replace(one, message=int(root.message[row])) if row >= 0 else one
        for row, (_, one) in zip(place.tolist(), records.on_records, strict=True)
    ]


def style_of(plan: Plan, decimal: str = "") -> Style:
    """How values look in this format where a field says nothing."""
    options = plan.options
    return Style(
        decimal=decimal or options.get("decimal", "."),
        date=options.get("date", "iso"),
        timezone=plan.descriptor.timezone,
        booleans=getattr(plan.module, "BOOLEANS", ("1", "0")),
    )


class _Reader:
    """Builds tables; `findings` grows as values are converted."""

    def __init__(self, plan: Plan, records: Records, found: Layout) -> None:
        self.plan = plan
        self.records = records
        self.found = found
        self.resolver = Resolver(records)
        self.findings: list[Finding] = []
        self.position: dict[str, np.ndarray] = {}
        self.empty: dict[tuple[int, pa.DataType], pa.Array] = {}

    def table(self, plan: TablePlan, rows: Rows) -> pa.Table:
        """One table: keys, fields of the document, extra fields, lineage."""
        definition = self.plan.descriptor.document.tables[plan.rule.name]
        position = _positions(rows.message)
        self.position[plan.rule.name] = position
        columns: dict[str, pa.Array] = {
            "message": pa.array(rows.message, pa.int32()),
            "position": pa.array(position),
        }
        if definition.parent:
            above = self.position.get(definition.parent, np.zeros(0, np.int32))
            columns["parent"] = pa.array(above[rows.parent] if len(above) else rows.parent.astype(np.int32))
        read = {one.rule.name: self.field(plan, one, rows) for one in plan.fields} if len(rows) else {}
        for name, kind in ((f.name, f.type) for f in definition.fields):
            columns[name] = read.pop(name, None) if name in read else self.nulls(len(rows), kind)
        for one in plan.fields:
            if one.rule.extra:
                columns[one.rule.name] = read.get(one.rule.name, self.nulls(len(rows), one.rule.type))
        self.mark_const(plan, rows)
        return pa.table({**columns, **_lineage(rows)})

    def mark_const(self, plan: TablePlan, rows: Rows) -> None:
        """Cells that hold the constant written there are no unmapped content."""
        for address, value in plan.const:
            kind, _, record = self.resolver.follow(rows, address)
            for cell, _ in address.choices:
                if kind in self.records.sets and len(record):
                    same = pc.fill_null(pc.equal(self.resolver.column(kind, cell), value), False)
                    self.resolver.mark(kind, cell, record[same.to_numpy(zero_copy_only=False)[record]])

    def field(self, table: TablePlan, plan: FieldPlan, rows: Rows) -> pa.Array:
        """The typed column of one field."""
        found = self.resolve(plan, rows)
        if plan.rule.number:
            found = self.numbers(table, plan, rows, found, plan.rule.number)
        marks = self.marks(plan, found)
        self.compare_runs(table, plan)
        decimals = self.records.decimal
        if len(set(decimals)) > 1 and not plan.rule.decimal and pa.types.is_decimal(plan.rule.type):
            return self.by_member(table, plan, rows, found)
        if found.text.null_count == len(rows) and plan.rule.default is None and plan.rule.const is None:
            self.report(table, plan, rows, found, [])
            return self.nulls(len(rows), plan.rule.type)
        style = style_of(self.plan, decimals[0] if decimals else "")
        converted = values.parse(found.text, plan.rule, style, marks)
        self.report(table, plan, rows, found, converted.faults)
        return converted.values

    def nulls(self, rows: int, kind: pa.DataType) -> pa.Array:
        """An empty column; the empty columns of a table share their memory."""
        if (rows, kind) not in self.empty:
            self.empty[rows, kind] = pa.nulls(rows, kind)
        return self.empty[rows, kind]

    def numbers(
        self, table: TablePlan, plan: FieldPlan, rows: Rows, found: Resolved, number: Number
    ) -> Resolved:
        """The same with sign and implied decimals made plain."""
        sign, places = (
            self.first(rows, addresses, True).text if addresses else None
            for addresses in (plan.sign, plan.implied)
        )
        mark = plan.rule.decimal or (self.records.decimal or (".",))[0]
        plain = read_numbers(found.text, number, mark, sign, places, plan.room)
        self.report(table, plan, rows, found, plain.faults)
        return replace(found, text=plain.values)

    def by_member(self, table: TablePlan, plan: FieldPlan, rows: Rows, found: Resolved) -> pa.Array:
        """Decimals of files that disagree about the mark: one conversion for each mark."""
        member = self.members(rows)
        marks = np.array(self.records.decimal)[member]
        result = pa.nulls(len(rows), plan.rule.type)
        for mark in np.unique(marks).tolist():
            part = pc.if_else(pa.array(marks == mark), found.text, pa.scalar(None, pa.string()))
            converted = values.parse(part, plan.rule, style_of(self.plan, mark))
            self.report(table, plan, rows, found, converted.faults)
            result = pc.if_else(pa.array(marks == mark), converted.values, result)
        return result

    def members(self, rows: Rows) -> np.ndarray:
        return np.searchsorted(self.records.starts, rows.records.offset[rows.index], side="right") - 1

    def resolve(self, plan: FieldPlan, rows: Rows) -> Resolved:
        """Text and place of each row's value: the first address that has one."""
        rule = plan.rule
        if not plan.addresses:
            nothing = np.full(len(rows), -1)
            return Resolved(rows.kind, pa.nulls(len(rows), pa.string()), nothing, nothing, nothing[:0])
        if rule.all is None:
            return self.first(rows, plan.addresses, rule.first)
        parts = [self.resolver.joined(rows, address, rule.all) for address in plan.addresses]
        return reduce(_coalesced, parts)

    def first(self, rows: Rows, addresses: Sequence[Address], several: bool) -> Resolved:
        """The first address that has a value in each row; `several` values in one are no fault."""
        return reduce(_coalesced, [self.resolver.one(rows, address, several) for address in addresses])

    def marks(self, plan: FieldPlan, found: Resolved) -> pa.Array | None:
        """The date format code beside each value, where the syntax has one."""
        if (
            plan.period is None
            or not pa.types.is_temporal(plan.rule.type)
            or found.kind not in self.records.sets
        ):
            return None
        return self.resolver.take(found.kind, plan.period, found.record)

    def compare_runs(self, table: TablePlan, plan: FieldPlan) -> None:
        """Warn where repeated header cells differ from those of the document's first row."""
        runs = self.found.runs
        if runs is None or not (table is self.plan.root or table.rule.each) or len(plan.addresses) != 1:
            return
        cell = plan.addresses[0].choices[0][0]
        root = self.found.rows[self.plan.root.rule.name]
        column = self.resolver.column(table.kind, cell)
        if not plan.rule.all:
            self.resolver.mark(table.kind, cell, np.arange(len(column)))
        first = column.take(pa.array(root.index[runs]))
        differs = np.flatnonzero(
            pc.fill_null(pc.not_equal(column, first), False).to_numpy(zero_copy_only=False)
        )
        for record in islice(differs.tolist(), MAX_FINDINGS):
            place = self.place(table.kind, record, cell)
            message = int(root.message[runs[record]])
            found, expected = column[record].as_py(), first[record].as_py()
            self.findings.append(finding("FLD-012", place, message=message, found=found, expected=expected))

    # --- findings -------------------------------------------------------------------------------------------

    def report(
        self, table: TablePlan, plan: FieldPlan, rows: Rows, found: Resolved, faults: list[Fault]
    ) -> None:
        """Findings for what could not be converted, for several values, for required ones that lack."""
        every = list(faults)
        if len(found.doubtful):
            every.append(Fault("FLD-010", found.doubtful, names={"count": "several"}))
        if plan.rule.required:
            missing = np.flatnonzero(found.text.is_null().to_numpy(zero_copy_only=False))
            if len(missing) and plan.rule.default is None and plan.rule.const is None:
                every.append(Fault("FLD-009", missing))
        for fault in every:
            self.findings += self.fault(table, plan, rows, found, fault)

    def fault(
        self, table: TablePlan, plan: FieldPlan, rows: Rows, found: Resolved, fault: Fault
    ) -> Iterator[Finding]:
        """One finding a row, at most MAX_FINDINGS; beyond that the files concerned are refused whole."""
        for row in fault.rows[:MAX_FINDINGS].tolist():
            record = int(found.record[row])
            cell = plan.addresses[0].choices[0][0] if plan.addresses else ""
            if record >= 0 and plan.addresses:
                choices = plan.addresses[0].choices
                cell = choices[min(int(found.cell[row]), len(choices) - 1)][0]
            kind, at = (found.kind, record) if record >= 0 else (table.kind, int(rows.index[row]))
            place = replace(self.place(kind, at, cell), column=plan.rule.name)
            text = found.text[row].as_py()
            yield finding(
                fault.code, place, message=int(rows.message[row]), found="" if text is None else text,
                expected=fault.expected, **fault.names,
            )  # fmt: skip
        rest = fault.rows[MAX_FINDINGS:]
        for member in np.unique(self.members(rows)[rest]).tolist() if len(rest) else ():
            yield finding("FLD-015", Location(member=member, column=plan.rule.name), found=len(rest))

    def place(self, kind: str, record: int, cell: Any) -> Location:
        """Where a record's cell stands."""
        table = self.records.sets[kind]
        offset = int(table.offset[record])
        member = int(np.searchsorted(self.records.starts, offset, side="right")) - 1
        base = self.records.locate(offset) if self.records.locate else Location(member=member, offset=offset)
        element, component = (
            cell if isinstance(cell, tuple) else (cell if isinstance(cell, int) else None, None)
        )
        return replace(
            base,
            line=base.line if table.line is None else int(table.line[record]),
            segment=None if table.segment is None else int(table.segment[record]),
            tag=kind.rpartition("/")[2] if table.segment is not None else kind,
            element=element,
            component=component,
            column=cell if isinstance(cell, str) else "",
        )


def _coalesced(best: Resolved, other: Resolved) -> Resolved:
    """The first address's values, completed by the other's; places only while the kind is the same."""
    lacking = best.text.is_null().to_numpy(zero_copy_only=False)
    same = best.kind == other.kind
    return Resolved(
        best.kind,
        pc.coalesce(best.text, other.text),
        np.where(lacking, other.record if same else -1, best.record),
        np.where(lacking, other.cell if same else 0, best.cell),
        best.doubtful,
    )


def _positions(message: np.ndarray) -> np.ndarray:
    """Each row's ordinal within its message, from 1."""
    first = np.flatnonzero(np.diff(message, prepend=-1))
    length = np.diff(np.append(first, len(message)))
    return (np.arange(len(message)) - np.repeat(first, length) + 1).astype(np.int32)


def _lineage(rows: Rows) -> dict[str, pa.Array]:
    count = len(rows)
    source = rows.records
    given = {"_line": source.line, "_segment": source.segment, "_offset": source.offset}
    kinds = dict(LINEAGE)
    return {
        name: pa.nulls(count, kinds[name]) if array is None else pa.array(array[rows.index], kinds[name])
        for name, array in given.items()
    }
