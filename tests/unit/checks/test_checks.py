"""Checks of a route: rows become findings with their place, verdicts decide their weight."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from edi import checks
from edi.findings import EdiError
from edi.library import Frozen
from edi.model import Finding
from edi.tables import Tables
from edi.transform import Inputs

TABLES: Tables = {
    "orders": pa.table(
        {
            "message": pa.array([0, 1, 2], pa.int32()),
            "position": pa.array([1, 1, 1], pa.int32()),
            "number": ["A1", "B2", "C3"],
            "_line": pa.array([1, 10, 20], pa.int64()),
            "_segment": pa.array([2, 2, 2], pa.int32()),
            "_offset": pa.array([0, 500, 900], pa.int64()),
        }
    ),
    "order_lines": pa.table(
        {
            "message": pa.array([0, 0, 2], pa.int32()),
            "position": pa.array([1, 2, 1], pa.int32()),
            "parent": pa.array([1, 1, 1], pa.int32()),
            "sku": ["MIEL-500", "00123", "00123"],
            "_line": pa.array([5, 7, 25], pa.int64()),
            "_segment": pa.array([8, 12, 9], pa.int32()),
            "_offset": pa.array([120, 200, 990], pa.int64()),
        }
    ),
}

Run = Callable[..., list[tuple[str, Finding]]]


def load(sql: str) -> checks.Check:
    return checks.load("rule", "order", Frozen({"transforms/checks/order/rule.sql": sql.encode()}))


def run(sql: str, verdict: str = "reject", tables: Tables = TABLES) -> list[tuple[str, Finding]]:
    return checks.run([load(sql)], {"rule": verdict}, tables, Inputs(partner={"id": "epicerie"}))


BAD_SKU = """
    select message, position,
        'order_lines.sku' as field, sku as value, 'Article ' || sku || ' is odd.' as text
    from order_lines where sku = '00123'
"""


def test_no_row_no_finding() -> None:
    assert run(f"{BAD_SKU} and false") == []


def test_a_finding_cites_the_row() -> None:
    found = run(BAD_SKU)
    assert [verdict for verdict, _ in found] == ["reject", "reject"]
    first, second = (finding for _, finding in found)
    assert (first.code, first.message, first.found) == ("CHK-001", 0, "00123")
    assert (first.location.line, first.location.segment, first.location.offset) == (7, 12, 200)
    assert first.location.column == "sku"
    assert (second.message, second.location.line) == (2, 25)
    assert "Article 00123 is odd." in first.text
    assert "rule" in first.text


def test_a_field_alone_is_the_root_tables() -> None:
    [(_, finding)] = run(
        "select message, 'number' as field, number as value, 'x' as text from orders where message = 1"
    )
    assert (finding.location.line, finding.location.column) == (10, "number")


def test_a_row_that_is_not_there_has_no_line() -> None:
    [(_, finding)] = run(
        "select 1 as message, 9 as position, 'order_lines.sku' as field, '' as value, 'x' as text"
    )
    assert (finding.message, finding.location.line) == (1, None)


def test_tables_without_lineage_give_the_message_only() -> None:
    plain = {name: table.select(["message", "position"]) for name, table in TABLES.items()}
    [(_, finding)] = run("select 2 as message, 'number' as field, 1 as value, 'x' as text", tables=plain)
    assert (finding.message, finding.location.line) == (2, None)


@pytest.mark.parametrize(
    ("verdict", "severity"),
    [("reject", "error"), ("hold", "warning"), ("warn", "warning"), ("ignore", "notice")],
)
def test_the_verdict_decides_the_severity(verdict: str, severity: str) -> None:
    assert {(v, f.severity) for v, f in run(BAD_SKU, verdict)} == {(verdict, severity)}


def test_hint_and_expected_come_from_the_check() -> None:
    sql = BAD_SKU.replace("as text", "as text, 'six digits' as expected, 'Ask the buyer.' as hint")
    assert {(f.expected, f.hint) for _, f in run(sql)} == {("six digits", "Ask the buyer.")}


def test_without_a_hint_the_catalogue_names_the_check() -> None:
    assert "check rule" in run(BAD_SKU)[0][1].hint


def test_partner_text_cannot_forge_a_report() -> None:
    forged = "e'one\\n\\x1b[31mtwo' || repeat('z', 999)"
    sql = f"select 0 as message, 'number' as field, 'x' as value, {forged} as text"
    [(_, finding)] = run(sql)
    assert finding.text.isprintable()
    assert len(finding.text) < 400


def test_many_rows_of_a_message_are_counted() -> None:
    sql = "select (range % 2)::int as message, 'number' as field, range as value, 'x' as text from range(130)"
    found = [finding for _, finding in run(sql)]
    assert sum(f.code == "CHK-001" for f in found) == 2 * checks.SHOWN
    assert [(f.code, f.message, f.found) for f in found if f.code != "CHK-001"] == [
        ("CHK-002", 0, "15"),
        ("CHK-002", 1, "15"),
    ]


def test_a_poisoned_message_is_refused_and_the_others_are_checked() -> None:
    sql = """
        select message, 'number' as field, number as value, 'x' as text
        from orders where right(number, 1)::integer > 2
    """
    broken = TABLES | {"orders": TABLES["orders"].set_column(2, "number", pa.array(["A1", "BB", "C3"]))}
    found = run(sql, "warn", broken)
    assert [(v, f.code, f.message) for v, f in found] == [("reject", "SQL-007", 1), ("warn", "CHK-001", 2)]


def test_a_check_without_its_columns_is_refused() -> None:
    with pytest.raises(EdiError) as error:
        run("select message, number as value from orders")
    [finding] = error.value.findings
    assert (finding.code, finding.expected) == ("SQL-016", "field, text")


def test_an_unknown_check_gives_the_nearest() -> None:
    library = Frozen({"transforms/checks/order/dates.sql": b"select 1"})
    with pytest.raises(EdiError) as error:
        checks.load("date", "order", library)
    assert "'dates'" in error.value.findings[0].text


def test_lint_binds_every_check() -> None:
    schemas = {name: table.schema for name, table in TABLES.items()}
    found = checks.lint([load(BAD_SKU), load("select nope from orders")], schemas, Inputs())
    assert [(f.code, f.location.file) for f in found] == [("SQL-003", "transforms/checks/order/rule.sql")]
