"""Checks: SELECTs that return the offending rows. No row, no finding.

A check of the document `order` is `transforms/checks/order/NAME.sql`. It returns `message`, `field`, `value`
and `text`, and may return `position` (of the row at fault), `expected` and `hint`. `field` is a column of the
document's root table, or "order_lines.net_amount" for another one. What a failed check means for the message
(reject, hold, ignore, warn) is said by the route.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi import transform
from edi.documents import Document
from edi.engine import Engine, excerpt_of, nearest_of
from edi.findings import EdiError, finding
from edi.library import Library
from edi.masking import masked
from edi.model import Finding, Location, Route
from edi.tables import Tables
from edi.transform import Inputs, Rule, isolate
from edi.transform.run import opened, run_rule
from edi.transform.steps import rule

ROOT = "transforms/checks/"

REQUIRED = ("message", "field", "value", "text")

SEVERITY = {"reject": "error", "hold": "warning", "warn": "warning", "ignore": "notice"}
"""The verdict a route gives to a check -> the severity of its findings."""

SHOWN = 50
"""Findings of one check for one message; a last one says how many more there are."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check by its name, for the tables of one kind of document."""

    name: str
    document: str
    rule: Rule


def load(name: str, document: str, library: Library) -> Check:
    """The check `name` of a document; EdiError SQL-014 with the nearest name when there is none."""
    known = names(document, library)
    if name not in known:
        near = nearest_of(name, known)
        raise EdiError(finding("SQL-014", kind=f"check of {document}", found=name, nearest=near))
    return Check(name, document, rule(f"{ROOT}{document}/{name}.sql", library))


def names(document: str, library: Library) -> list[str]:
    """The checks that exist for a document."""
    below = f"{ROOT}{document}/"
    files = [file[len(below) :] for file in library.names(below) if file.endswith(".sql")]
    return sorted(file.removesuffix(".sql") for file in files if "/" not in file)


def run(
    checks: Sequence[Check],
    verdicts: Mapping[str, str],
    tables: Tables,
    inputs: Inputs,
    engine: Engine | None = None,
) -> list[tuple[str, Finding]]:
    """Every finding with the verdict that the route gives to its check ("reject" where it gives none).

    A message that a check cannot process is reported with verdict "reject" (SQL-007); the others are checked
    all the same. EdiError where a check itself is wrong.
    """
    found: list[tuple[str, Finding]] = []
    with opened(engine) as running:
        for check in checks:
            verdict = verdicts.get(check.name, "reject")
            work = partial(_offending, check, inputs=inputs, engine=running)
            rows, poisoned = isolate(work, tables)
            found += [("reject", one) for one in poisoned]
            found += [(verdict, one) for one in _findings(check, rows, tables, SEVERITY[verdict])]
    return found


def lint(
    checks: Sequence[Check], schemas: Mapping[str, pa.Schema], inputs: Inputs, engine: Engine | None = None
) -> list[Finding]:
    """What is wrong with the checks over tables of these schemas: bound against empty ones."""
    tables = {name: schema.empty_table() for name, schema in schemas.items()}
    findings: list[Finding] = []
    with opened(engine) as running:
        for check in checks:
            try:
                _offending(check, tables, inputs, running)
            except EdiError as error:
                findings.extend(error.findings)
    return findings


def lint_route(
    route: Route, source: Document, targets: Sequence[Document], library: Library, inputs: Inputs
) -> list[Finding]:
    """Every rule of a route, bound in order: its checks, then each target's steps and checks.

    `source` is the document of the route's format, `targets` those of its targets' formats, in their order.
    """
    staged = {name: source.arrow(name, lineage=True) for name in source.tables}
    with opened(None) as engine:
        findings = _lint_named(route.checks, source, staged, library, inputs, engine)
        for target, document in zip(route.targets, targets, strict=True):
            try:
                steps = [transform.load(name, library) for name in (*route.steps, *target.steps)]
            except EdiError as error:
                findings.extend(error.findings)
                continue
            after, wrong = transform.trace(steps, staged, inputs, engine)
            findings += wrong or transform.misfits(after, document)
            findings += _lint_named(target.checks, document, after, library, inputs, engine)
    return list(dict.fromkeys(findings))


def _lint_named(
    wanted: Iterable[str],
    document: Document,
    schemas: Mapping[str, pa.Schema],
    library: Library,
    inputs: Inputs,
    engine: Engine,
) -> list[Finding]:
    """The findings of checks by name, unknown names among them."""
    findings: list[Finding] = []
    loaded: list[Check] = []
    for name in wanted:
        try:
            loaded.append(load(name, document.name, library))
        except EdiError as error:
            findings.extend(error.findings)
    complete = {name: schemas.get(name, document.arrow(name)) for name in document.tables}
    return findings + lint(loaded, complete, inputs, engine)


def _offending(check: Check, tables: Tables, inputs: Inputs, engine: Engine) -> pa.Table:
    """The rows that a check returns, by message and position; EdiError SQL-016 where a column is missing."""
    rows = run_rule(check.rule, tables, inputs, engine)[check.rule.table]
    missing = [column for column in REQUIRED if column not in rows.column_names]
    if missing or rows["message"].null_count:
        lacking = ", ".join(missing) or "message (it is empty in some rows)"
        raise EdiError(finding("SQL-016", Location(file=check.rule.file), check=check.name, expected=lacking))
    order = [(key, "ascending") for key in ("message", "position", "field") if key in rows.column_names]
    return rows.sort_by(order)


def _findings(check: Check, rows: pa.Table, tables: Tables, severity: str) -> list[Finding]:
    """The offending rows as findings, at most SHOWN a message and a last one that counts the rest."""
    message = rows["message"].to_numpy()
    _, starts, counts = np.unique(message, return_index=True, return_counts=True)
    rank = np.arange(len(message)) - np.repeat(starts, counts)
    shown = np.flatnonzero(rank < SHOWN)
    places = _places(rows.take(shown), tables)
    found = [
        _finding(check, row, place, severity)
        for row, place in zip(rows.take(shown).to_pylist(), places, strict=True)
    ]
    return found + [
        finding(
            "CHK-002", message=int(message[start]), severity=severity, check=check.name, found=count - SHOWN
        )
        for start, count in zip(starts, counts, strict=True)
        if count > SHOWN
    ]


def _finding(check: Check, row: Mapping[str, Any], place: Location, severity: str) -> Finding:
    """One offending row as a finding: the check's own text and hint where it gives them."""
    one = finding(
        "CHK-001",
        place,
        message=row["message"],
        found="" if row["value"] is None else row["value"],
        expected="" if row.get("expected") is None else row["expected"],
        severity=severity,
        check=check.name,
    )
    return replace(
        one,
        text=f"{masked(excerpt_of(row['text'] or one.text))} (check {check.name})",
        hint=excerpt_of(row.get("hint") or one.hint),
    )


# --- where it stands in the file --------------------------------------------------------------------------


LINEAGE = {"_line": "line", "_segment": "segment", "_offset": "offset"}
"""Lineage column of a staged table -> field of a Location."""


def _places(rows: pa.Table, tables: Tables) -> list[Location]:
    """For each offending row its column, and the line, segment and offset of the row that it names."""
    root = next(iter(tables), "")
    named = [(table or root, column) for table, _, column in (_parts(f) for f in rows["field"].to_pylist())]
    wanted = _row_keys(rows)
    places: list[Location] = [Location(column=column) for _, column in named]
    for name in {table for table, _ in named} & set(tables):
        chosen = np.array([i for i, (table, _) in enumerate(named) if table == name])
        for i, values in zip(chosen, _lineage(wanted[chosen], tables[name]), strict=True):
            places[i] = replace(places[i], **values)
    return places


def _parts(field: str | None) -> tuple[str, str, str]:
    return (field or "").rpartition(".")


def _row_keys(table: pa.Table) -> np.ndarray:
    """Message and position as one sortable number; without a position, the message's first row."""
    message: np.ndarray = table["message"].to_numpy().astype(np.int64) << 32
    if "position" not in table.column_names:
        return message + 1
    message += pc.fill_null(pc.cast(table["position"], pa.int64()), 1).to_numpy()
    return message


def _lineage(wanted: np.ndarray, table: pa.Table) -> list[dict[str, int]]:
    """The lineage of the rows with these keys; empty for a row or a column that is not there."""
    columns = [column for column in LINEAGE if column in table.column_names]
    keys = _row_keys(table)
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    found = table.select(columns).take(at).to_pylist() if len(keys) else []
    if not found:
        return [{}] * len(wanted)
    return [
        {LINEAGE[column]: value for column, value in row.items() if hit}
        for row, hit in zip(found, keys[at] == wanted, strict=True)
    ]
