"""Steps as they lie in the library: a folder of rules under transforms/, or a single file.

`transforms/sage100/orders/` holds `orders.sql`, `order_lines.sql`...: each makes the table it is named after.
`_name.sql` makes a helper table, seen in that step only. `name.py` is the same in Python. A single file
`transforms/prestashop/stock_levels.sql` is a step of one rule.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from edi.engine import Engine, nearest_of
from edi.findings import EdiError, finding
from edi.library import Library
from edi.model import Location
from edi.transform import python

ROOT = "transforms/"


@dataclass(frozen=True, slots=True)
class Rule:
    """One file of a step: it makes `table`. `file` is its name in the library."""

    table: str
    file: str
    text: str

    @property
    def python(self) -> bool:
        return self.file.endswith(".py")

    @property
    def helper(self) -> bool:
        return self.table.startswith("_")

    def reads(self, engine: Engine) -> Mapping[str, int]:
        """The tables this rule reads, with the line that says so."""
        return (
            python.reads(self.text, self.file) if self.python else engine.parse(self.text, self.file).tables
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a route: rules that all read the same input tables."""

    name: str
    rules: tuple[Rule, ...]

    def ordered(self, engine: Engine) -> list[Rule]:
        """Helpers first, each after the helpers it reads; then the tables, by name. EdiError on a circle."""
        helpers = {rule.table: rule for rule in self.rules if rule.helper}
        graph = {name: set(rule.reads(engine)) & set(helpers) for name, rule in helpers.items()}
        try:
            order = list(graphlib.TopologicalSorter(graph).static_order())
        except graphlib.CycleError as error:
            circle = " -> ".join(error.args[1])
            raise EdiError(finding("SQL-010", Location(file=f"{ROOT}{self.name}"), found=circle)) from None
        return [helpers[name] for name in order] + [rule for rule in self.rules if not rule.helper]


def load(name: str, library: Library) -> Step:
    """The step `name` ("sage100/orders"); EdiError SQL-014 with the nearest name when there is none."""
    below = f"{ROOT}{name}/"
    files = [f for f in library.names(ROOT) if _is_rule(f)]
    chosen = [f for f in files if f.startswith(below) and "/" not in f[len(below) :]]
    chosen = chosen or [f for f in files if PurePosixPath(f).with_suffix("").as_posix() == f"{ROOT}{name}"]
    if not chosen:
        known = names(library)
        raise EdiError(finding("SQL-014", kind="step", found=name, nearest=nearest_of(name, known)))
    return Step(name, tuple(rule(file, library) for file in sorted(chosen)))


def rule(file: str, library: Library) -> Rule:
    """One rule file of the library."""
    return Rule(PurePosixPath(file).stem.lower(), file, library.read(file).decode("utf-8"))


def names(library: Library) -> list[str]:
    """Every step of the library: its folders of rules, and each rule as a step of its own."""
    files = [PurePosixPath(f[len(ROOT) :]) for f in library.names(ROOT) if _is_rule(f) and "/_" not in f]
    folders = {f.parent.as_posix() for f in files} | {f.with_suffix("").as_posix() for f in files}
    return sorted(name for name in folders if name != "." and not name.startswith("checks"))


def names_used(rules: Iterable[Rule], engine: Engine | None = None) -> frozenset[str]:
    """All tables that the rules read: "orders", "codes.articles", "history.orders", "partner"; no helpers."""
    if engine is None:
        with Engine() as opened:
            return names_used(rules, opened)
    return frozenset(name for rule in rules for name in rule.reads(engine) if not name.startswith("_"))


def rules_of(steps: Sequence[Step]) -> list[Rule]:
    """All rules of several steps."""
    return [rule for step in steps for rule in step.rules]


def _is_rule(file: str) -> bool:
    return file.endswith((".sql", ".py")) and not file.endswith("__init__.py")
