"""A whole route, judged before any document arrives."""

from __future__ import annotations

from dataclasses import replace

from edi import checks, documents
from edi.library import Folders, library_root
from edi.model import Endpoint, Route, Target
from edi.transform import Inputs, code_tables

LIBRARY = Folders(library_root())
ORDER = documents.load("order", LIBRARY)
STOCK = documents.load("stock", LIBRARY)
INPUTS = Inputs(codes=code_tables(LIBRARY), partner={"id": "epicerie"})

SAGE = Target(
    Endpoint("erp", "drop", "in"), "sage100/orders", "{number}.txt", ("sage100/orders",), {"dates": "warn"}
)
ROUTE = Route(
    name="orders",
    source=Endpoint("epicerie", "sftp", "out"),
    format="edifact/d96a/orders",
    steps=("order/articles",),
    checks={"line_totals": "reject", "unknown_article": "hold", "already_seen": "ignore"},
    targets=(SAGE,),
)


def test_the_example_route_is_clean() -> None:
    assert checks.lint_route(ROUTE, ORDER, [ORDER], LIBRARY, INPUTS) == []


def test_names_that_do_not_exist() -> None:
    wrong = replace(ROUTE, checks={"line_total": "reject"}, steps=("order/article",))
    found = checks.lint_route(wrong, ORDER, [ORDER], LIBRARY, INPUTS)
    assert ["'line_totals'" in found[0].text, "'order/articles'" in found[1].text] == [True, True]
    assert {finding.code for finding in found} == {"SQL-014"}


def test_steps_that_end_in_another_document() -> None:
    unchecked = replace(ROUTE, targets=(replace(SAGE, checks={}),))
    found = checks.lint_route(unchecked, ORDER, [STOCK], LIBRARY, INPUTS)
    assert [(f.code, f.location.column) for f in found] == [("SQL-018", "sku")]
    broken = replace(ROUTE, steps=(), targets=(replace(SAGE, steps=("prestashop/stock",), checks={}),))
    assert "SQL-002" in {f.code for f in checks.lint_route(broken, ORDER, [STOCK], LIBRARY, INPUTS)}


def test_a_missing_code_table() -> None:
    found = checks.lint_route(ROUTE, ORDER, [ORDER], LIBRARY, Inputs(partner={"id": "epicerie"}))
    assert {(f.code, f.found) for f in found if f.location.file.startswith("transforms/checks")} == {
        ("SQL-002", "codes.articles")
    }
