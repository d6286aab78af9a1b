"""The whole workspace judged before any file arrives: formats, steps, checks and code tables in use.

edi.toml itself is judged when it is opened. Steps and checks are bound over empty tables, so that an unknown
column or a float shows now and not with the first order of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from edi import checks, formats, transform
from edi.documents import Document
from edi.findings import EdiError, finding
from edi.library import Library
from edi.model import Finding, Location, Route, Target
from edi.workspace import Workspace

CODE_KEYS = {
    "articles": ("gtin",),
    "customers": ("key", "kind"),
    "depots": ("depot",),
    "payment_methods": ("method",),
    "vat": ("tax_rate", "country", "category"),
}
"""What must be unique in the code tables of the shipped rules; in others, whole rows."""

MAX_DOUBLES = 20
"""Doubled keys of one code table that are shown."""


def lint(workspace: Workspace, only: str = "") -> Iterator[Finding]:
    """Everything wrong with the rules of all routes (or of `only`), each finding once."""
    codes, found = code_tables(workspace.library)
    for name, table in codes.items():
        found += doubles(name, table)
    for route in workspace.routes.values():
        if only in ("", route.name):
            found += _Bench(workspace, route, codes).findings()
    yield from dict.fromkeys(found)


def code_tables(library: Library) -> tuple[dict[str, pa.Table], list[Finding]]:
    """The code tables that can be read, and what is wrong with the others."""
    tables: dict[str, pa.Table] = {}
    findings: list[Finding] = []
    for file in library.names("codes/"):
        if file.endswith(".csv"):
            try:
                tables[file[len("codes/") : -len(".csv")].lower()] = transform.code_table(
                    file, library.read(file)
                )
            except EdiError as error:
                findings += error.findings
    return tables, findings


def doubles(name: str, table: pa.Table) -> list[Finding]:
    """Keys that stand in several rows of a code table: a step that joins it would double documents."""
    key = [column for column in CODE_KEYS.get(name, table.column_names) if column in table.column_names]
    if not key or not len(table):
        return []
    line = pa.array(range(2, len(table) + 2), pa.int64())
    rows = table.select(key).append_column("_line", line).drop_null()
    grouped = rows.group_by(key).aggregate([("_line", "min"), ("_line", "max")])
    doubled = grouped.filter(pc.not_equal(grouped["_line_min"], grouped["_line_max"])).sort_by("_line_max")
    return [
        finding(
            "CFG-040",
            Location(file=f"codes/{name}.csv", line=row["_line_max"], column=",".join(key)),
            found=", ".join(row[column] for column in key),
            first=row["_line_min"],
        )
        for row in doubled.slice(0, MAX_DOUBLES).to_pylist()
    ]


class _Bench:
    """One route laid out for examination: its document's empty tables, and what its rules may read."""

    def __init__(self, workspace: Workspace, route: Route, codes: Mapping[str, pa.Table]) -> None:
        partner = workspace.partners[route.source.partner]
        self.library = workspace.library
        self.route = route
        self.inputs = transform.Inputs(
            codes=codes,
            partner={"id": partner.id, "name": partner.name, **partner.identifiers},
            route={"name": route.name, "format": route.format, "clock": ""},
        )

    def findings(self) -> list[Finding]:
        try:
            document = formats.load(self.route.format, self.library).document
            staged = {name: document.arrow(name, lineage=True) for name in document.tables}
            found = self._checks(self.route.checks, document, staged)
        except EdiError as error:
            return list(error.findings)
        for target in self.route.targets:
            found += self._target(target, staged)
        if self.route.report:
            found += self._loads(self.route.report.format)
        return found

    def _target(self, target: Target, staged: Mapping[str, pa.Schema]) -> list[Finding]:
        try:
            steps = [transform.load(name, self.library) for name in (*self.route.steps, *target.steps)]
            document = formats.load(target.format, self.library).document
            after, found = transform.trace(steps, staged, self.inputs)
            return found or transform.misfits(after, document) + self._checks(target.checks, document, after)
        except EdiError as error:
            return list(error.findings)

    def _checks(
        self, names: Sequence[str] | Mapping[str, str], document: Document, schemas: Mapping[str, pa.Schema]
    ) -> list[Finding]:
        loaded = [checks.load(name, document.name, self.library) for name in names]
        return checks.lint(loaded, schemas, self.inputs)

    def _loads(self, name: str) -> list[Finding]:
        try:
            formats.load(name, self.library)
        except EdiError as error:
            return list(error.findings)
        return []
