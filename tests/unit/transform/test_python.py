"""Steps in Python: parameter names are the inputs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest

from edi.findings import EdiError
from edi.tables import Tables
from edi.transform import Inputs, Step, apply, apply_halving, lint, names_used

Batch = Callable[..., Tables]
Make = Callable[..., Step]


def test_a_table_by_default(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = "def transform(order_lines, codes_articles):\n    return order_lines.slice(0, len(codes_articles))"
    assert len(apply([step(order_lines__py=rule)], batch(3), inputs)["order_lines"]) == 2


def test_a_data_frame_keeps_decimals_and_codes(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = """
import pandas

def transform(order_lines: pandas.DataFrame, partner):
    return order_lines.assign(quantity=order_lines["quantity"] * 2, partner=partner["id"][0].as_py())
"""
    after = apply([step(order_lines__py=rule)], batch(1), inputs)["order_lines"]
    assert after.schema.field("sku").type in (pa.string(), pa.large_string())
    assert [row["quantity"] for row in after.to_pylist()] == [Decimal(2), Decimal(4)]
    assert after["sku"].to_pylist() == ["00123", "00123"]
    assert pa.types.is_decimal(after.schema.field("quantity").type)


def test_several_tables_at_once(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = """def transform(orders, order_lines):
    return {"orders": orders, "order_lines": order_lines.slice(0, 1)}
"""
    after = apply([step(both__py=rule)], batch(2), inputs)
    assert (len(after["orders"]), len(after["order_lines"]), set(after)) == (2, 1, {"orders", "order_lines"})


def test_python_reads_helpers_made_in_sql(batch: Batch, step: Make, inputs: Inputs) -> None:
    after = apply(
        [
            step(
                _first__sql="select * from orders where message = 0",
                orders__py="def transform(_first):\n    return _first",
            )
        ],
        batch(2),
        inputs,
    )
    assert after["orders"]["message"].to_pylist() == [0]


def test_a_float_is_refused(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = """import pyarrow as pa
def transform(orders):
    return orders.append_column('x', pa.array([0.5]))
"""
    with pytest.raises(EdiError) as error:
        apply([step(orders__py=rule)], batch(1), inputs)
    assert [f.code for f in error.value.findings] == ["SQL-004"]


def test_an_exception_names_the_line_and_the_message(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = """def transform(orders):
    for number in orders["number"].to_pylist():
        if number == "CMD-0003":
            raise ValueError(f"no account for {number}")
    return orders
"""
    after, [finding] = apply_halving([step(orders__py=rule)], batch(5), inputs)
    assert (finding.code, finding.message, finding.location.line) == ("SQL-015", 3, 4)
    assert "no account for CMD-0003" in finding.text
    assert len(after["orders"]) == 4


def test_a_step_that_is_wrong_for_every_batch(batch: Batch, step: Make, inputs: Inputs) -> None:
    with pytest.raises(EdiError) as error:
        apply_halving([step(orders__py="def transform(orders):\n    return 1")], batch(5), inputs)
    assert "returned a int, not a table" in error.value.findings[0].text


@pytest.mark.parametrize("rule", ["def transform(", "def other(orders): ...", "x = 1"])
def test_what_is_no_step(batch: Batch, step: Make, inputs: Inputs, rule: str) -> None:
    findings = lint([step(orders__py=rule)], {n: t.schema for n, t in batch(0).items()}, inputs)
    assert [f.code for f in findings] == ["SQL-015"]


def test_inputs_are_known_without_running(step: Make) -> None:
    rule = "raise SystemExit\ndef transform(order_lines, codes_articles, history_orders, partner): ..."
    assert names_used(step(order_lines__py=rule).rules) == {
        "order_lines",
        "codes.articles",
        "history.orders",
        "partner",
    }
