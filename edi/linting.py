"""The whole workspace judged before any file arrives: formats, steps, checks and code tables in use.

edi.toml itself is judged when it is opened. Steps and checks are bound over empty tables, so that an unknown
column or a float shows now and not with the first order of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import permutations

import pyarrow as pa
import pyarrow.compute as pc

from edi import checks, documents, formats, history, rules, transform
from edi.documents import Document
from edi.findings import EdiError, finding
from edi.formats.law import example_of
from edi.formats.lint import lint as lint_format
from edi.library import Library
from edi.model import Finding, Location, Route, Target
from edi.workspace import Workspace
from edi.workspace.rules import overlap

CODE_KEYS = {
    "articles": ("gtin",),
    "customers": ("key", "kind"),
    "depots": ("depot",),
    "payment_methods": ("method",),
    "shopify_variants": ("sku",),
    "vat": ("tax_rate", "country", "category"),
}
"""What must be unique in the code tables of the shipped rules; in others, whole rows."""

EXACTLY = 2
"""The score of `Format.fits` for content that is just what the format describes."""

MAX_DOUBLES = 20
"""Doubled keys of one code table that are shown."""


def lint(workspace: Workspace, only: str = "") -> Iterator[Finding]:
    """Everything wrong with the rules of all routes (or of `only`), each finding once."""
    codes, found = code_tables(workspace.library)
    for name, table in codes.items():
        found += doubles(name, table)
    for route in workspace.routes.values():
        if only in ("", route.name):
            found += own_formats(workspace, route)
            found += _Bench(workspace, route, codes).findings()
    found += rivals(workspace)
    yield from dict.fromkeys(found)


def own_formats(workspace: Workspace, route: Route) -> list[Finding]:
    """The descriptors of a route that the workspace wrote itself, examined with their examples."""
    used = {route.format, *(target.format for target in route.targets)}
    return [
        found
        for name in sorted(used)
        for path in workspace.library.candidates(f"formats/{name}.toml")[:1]
        if workspace.root in path.parents
        for found in lint_format(name, workspace.library)
    ]


def rivals(workspace: Workspace) -> Iterator[Finding]:
    """Routes of one folder whose formats fit the same content: a file could not be told apart."""
    for one, other in permutations(workspace.routes.values(), 2):
        if one.source != other.source or one.format == other.format or not overlap(one.files, other.files):
            continue
        with suppress(EdiError):  # a format that does not load has its own findings
            example = example_of(one.format, workspace.library)
            rival = formats.load(other.format, workspace.library)
            if example is not None and rival.fits(example[1][: formats.HEAD]).score == EXACTLY:
                column = f"routes.{other.name}.format"
                place = Location(file="edi.toml", column=column)
                yield finding("CFG-041", place, found=one.name, other=other.name, example=example[0])


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


def nothing_passed(route: Route, library: Library) -> dict[str, pa.Table]:
    """What the rules of a route read of the past, as it is before anything has passed."""
    tables = rules.gather([route], library).history
    schemas = {table: documents.of_table(table, library).arrow(table) for table in tables}
    return {table: history.schema(schema).empty_table() for table, schema in schemas.items()}


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
            format_ = formats.load(self.route.format, self.library)
            if format_.direction == "write":
                return [self._one_way(format_.name, "read")]
            self.inputs = replace(self.inputs, history=nothing_passed(self.route, self.library))
            document = format_.document
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
            format_ = formats.load(target.format, self.library)
            if format_.direction == "read":
                return [self._one_way(format_.name, "written")]
            document = format_.document
            after, found = transform.trace(steps, staged, self.inputs)
            return found or transform.misfits(after, document) + self._checks(target.checks, document, after)
        except EdiError as error:
            return list(error.findings)

    def _checks(
        self, names: Sequence[str] | Mapping[str, str], document: Document, schemas: Mapping[str, pa.Schema]
    ) -> list[Finding]:
        loaded = [checks.load(name, document.name, self.library) for name in names]
        return checks.lint(loaded, schemas, self.inputs)

    def _one_way(self, name: str, how: str) -> Finding:
        place = Location(file="edi.toml", column=f"routes.{self.route.name}")
        return finding("CFG-042", place, found=name, how=how)

    def _loads(self, name: str) -> list[Finding]:
        try:
            formats.load(name, self.library)
        except EdiError as error:
            return list(error.findings)
        return []
