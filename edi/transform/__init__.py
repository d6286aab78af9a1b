"""The steps of a route: what maps to what, as SQL (or Python) over the tables of a batch.

A step is a folder of rules under transforms/; each rule is one SELECT that makes the table it is named after.
Inside a step every table name means the step's input, so rules never see each other's results.
"""

from __future__ import annotations

from edi.engine import BatchError
from edi.transform.inputs import HISTORY, Inputs, code_table, code_tables
from edi.transform.lint import lint, misfits, trace
from edi.transform.run import apply, apply_halving, isolate
from edi.transform.steps import Rule, Step, load, names, names_used, rules_of

__all__ = [
    "HISTORY",
    "BatchError",
    "Inputs",
    "Rule",
    "Step",
    "apply",
    "apply_halving",
    "code_table",
    "code_tables",
    "isolate",
    "lint",
    "load",
    "misfits",
    "names",
    "names_used",
    "rules_of",
    "trace",
]
