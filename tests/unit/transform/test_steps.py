"""Steps by name, what they read, and what lint says before any document arrives."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from edi import documents
from edi.findings import EdiError
from edi.library import Frozen, shipped
from edi.tables import Tables
from edi.transform import Inputs, Step, code_table, code_tables, lint, load, names, names_used, trace

Batch = Callable[..., Tables]
Make = Callable[..., Step]

LIBRARY = Frozen(
    {
        "transforms/sage/orders/orders.sql": b"select * from orders",
        "transforms/sage/orders/_accounts.sql": b"select 1 as message from codes.customers",
        "transforms/sage/orders/notes.md": b"not a rule",
        "transforms/stock/margin.py": b"def transform(stock_levels): ...",
        "transforms/checks/order/dates.sql": b"select 1",
        "codes/articles.csv": "gtin,sku\n3012345100014,MIEL-500\n,00123\n".encode("utf-8-sig"),
    }
)


def test_a_step_is_a_folder_or_a_file() -> None:
    assert [rule.table for rule in load("sage/orders", LIBRARY).rules] == ["_accounts", "orders"]
    assert [rule.table for rule in load("stock/margin", LIBRARY).rules] == ["margin"]


def test_an_unknown_step_gives_the_nearest() -> None:
    with pytest.raises(EdiError) as error:
        load("sage/order", LIBRARY)
    assert "'sage/orders'" in error.value.findings[0].text


def test_steps_are_listed_without_checks() -> None:
    assert names(LIBRARY) == ["sage/orders", "sage/orders/orders", "stock", "stock/margin"]


def test_names_used_leave_helpers_out(step: Make) -> None:
    rules = step(
        _a__sql="from codes.depots", orders__sql="from orders join _a on true join history.orders h on true"
    )
    assert names_used(rules.rules) == {"codes.depots", "orders", "history.orders"}


def schemas(batch: Batch) -> dict[str, pa.Schema]:
    return {name: table.schema for name, table in batch(0).items()}


def test_lint_reports_every_rule_once(batch: Batch, step: Make, inputs: Inputs) -> None:
    bad = step(
        orders__sql="select numbr from orders",
        order_lines__sql="select *, sqrt(quantity) as root from order_lines",
    )
    found = lint([bad], schemas(batch), inputs)
    assert sorted((f.code, f.location.file) for f in found) == [
        ("SQL-003", "transforms/test/orders.sql"),
        ("SQL-004", "transforms/test/order_lines.sql"),
    ]


def test_lint_follows_the_steps(batch: Batch, step: Make, inputs: Inputs) -> None:
    first = step(orders__sql="select message, position, number as order_number from orders")
    second = step(orders__sql="select message, position, number from orders")
    assert [f.code for f in lint([first, second], schemas(batch), inputs)] == ["SQL-003"]
    after, found = trace([first], schemas(batch), inputs)
    assert (after["orders"].names, found) == (["message", "position", "order_number"], [])


def test_lint_compares_with_the_target(batch: Batch, step: Make, inputs: Inputs) -> None:
    target = documents.load("order", shipped())
    rules = step(
        orders__sql="select message, position, 5 as number from orders",
        order_lines__sql="select message, position, parent, sku from order_lines",
    )
    found = lint([rules], schemas(batch), inputs, target)
    assert sorted((f.code, f.location.column) for f in found) == [
        ("SQL-018", "quantity"),
        ("SQL-019", "number"),
    ]


def test_lint_reports_a_circle(batch: Batch, step: Make, inputs: Inputs) -> None:
    found = lint([step(_a__sql="from _b", _b__sql="from _a")], schemas(batch), inputs)
    assert [f.code for f in found] == ["SQL-010"]


# --- code tables --------------------------------------------------------------------------------------------


def test_code_tables_are_text() -> None:
    articles = code_tables(LIBRARY)["articles"]
    assert articles.schema == pa.schema([("gtin", pa.string()), ("sku", pa.string())])
    assert articles.to_pylist()[1] == {"gtin": None, "sku": "00123"}


@pytest.mark.parametrize(
    "data",
    ["sku,name\n1,Été\n".encode("cp1252"), b"sku,name\n1\n", b"sku,sku\n1,2\n", b""],
    ids=["not UTF-8", "ragged", "a column twice", "empty"],
)
def test_a_code_table_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises(EdiError) as error:
        code_table("codes/articles.csv", data)
    [finding] = error.value.findings
    assert (finding.code, finding.location.file) == ("SQL-017", "codes/articles.csv")
