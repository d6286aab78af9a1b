"""What is odd about a descriptor, beyond what `load` refuses: places written twice, its example."""

from __future__ import annotations

from collections.abc import Iterator

from edi import formats
from edi.findings import EdiError, finding
from edi.formats import law
from edi.formats.plan import TablePlan
from edi.library import Library
from edi.model import Finding, Location


def lint(name: str, library: Library) -> list[Finding]:
    """All findings about the format `name`; those that stop it from loading alone when there are any."""
    try:
        format_ = formats.load(name, library)
    except EdiError as error:
        return list(error.findings)
    found: list[Finding] = []
    if format_.direction != "read":
        file = f"formats/{name}.toml"
        found += (one for table in format_.plan.tables.values() for one in conflicts(table, file))
    if law.example_of(name, library) is None:
        return found
    return [*found, *law.check(format_, library)]


def conflicts(table: TablePlan, file: str) -> Iterator[Finding]:
    """Fields of one table that are written to the same cell of the same record."""
    taken: dict[object, str] = {}
    for plan in table.fields:
        for address in plan.addresses[:1]:
            cell, conditions = address.choices[0]
            place = (address.up, address.steps, cell, conditions)
            other = taken.setdefault(place, plan.rule.name)
            if other != plan.rule.name:
                yield finding("FMT-011", Location(file=file), found=plan.rule.name, expected=other)
