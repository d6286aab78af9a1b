"""Judging steps before any document arrives: every rule is bound against empty, typed tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from edi.documents import Document
from edi.engine import Engine
from edi.findings import EdiError, finding
from edi.model import Finding, Location
from edi.tables import Tables
from edi.transform.inputs import Inputs
from edi.transform.run import keyed, opened, run_rule
from edi.transform.steps import Rule, Step

Schemas = Mapping[str, pa.Schema]


def lint(
    steps: Sequence[Step], schemas: Schemas, inputs: Inputs, target: Document | None = None
) -> list[Finding]:
    """What is wrong with the steps, given the schemas they start from and the document they end in."""
    after, findings = trace(steps, schemas, inputs)
    return findings + (misfits(after, target) if target is not None and not findings else [])


def trace(
    steps: Sequence[Step], schemas: Schemas, inputs: Inputs, engine: Engine | None = None
) -> tuple[dict[str, pa.Schema], list[Finding]]:
    """The schemas after all steps, and all findings; a rule that fails leaves its table as it was."""
    tables: Tables = {name: schema.empty_table() for name, schema in schemas.items()}
    findings: list[Finding] = []
    with opened(engine) as running:
        for step in steps:
            tables = tables | _stage(step, tables, inputs, running, findings)
    return {name: table.schema for name, table in tables.items()}, findings


def _stage(step: Step, tables: Tables, inputs: Inputs, engine: Engine, findings: list[Finding]) -> Tables:
    """One step over empty tables; its findings are collected rule by rule."""
    try:
        rules = step.ordered(engine)
    except EdiError as error:
        findings.extend(error.findings)
        return {}
    helpers: Tables = {}
    results: Tables = {}
    for rule in rules:
        try:
            made = run_rule(rule, tables | helpers, inputs, engine)
            (helpers if rule.helper else results).update(_keyed(rule, made, tables))
        except EdiError as error:
            findings.extend(error.findings)
    for name in helpers:
        engine.unregister(name)
    return results


def _keyed(rule: Rule, made: Tables, before: Tables) -> Tables:
    return made if rule.helper else {name: keyed(rule, name, table, before) for name, table in made.items()}


def misfits(schemas: Schemas, document: Document) -> list[Finding]:
    """Where the tables cannot become the document: a required column missing, a column of another type."""
    findings = []
    for name, table in document.tables.items():
        given = schemas.get(name, table.arrow() if table.parent else pa.schema([]))
        for field in table.fields:
            if field.name not in given.names:
                if field.name in table.required:
                    findings.append(
                        finding("SQL-018", Location(column=field.name), found=field.name, table=name)
                    )
            elif _family(given.field(field.name).type) not in ("null", _family(field.type)):
                findings.append(_other_type(name, field, given.field(field.name).type))
    return findings


def _other_type(table: str, field: pa.Field, given: pa.DataType) -> Finding:
    location = Location(column=field.name)
    return finding("SQL-019", location, found=field.name, table=table, given=given, expected=field.type)


def _family(kind: pa.DataType) -> str:
    """Types that convert into each other without loss of meaning; whether a value fits shows at run time."""
    if pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        return "number"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return "null" if pa.types.is_null(kind) else str(kind).partition("[")[0]
