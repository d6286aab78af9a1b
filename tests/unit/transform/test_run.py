"""Steps over a batch: what a rule sees, what it must keep, and the one message that stops a batch."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.engine import BatchError, Engine
from edi.findings import EdiError
from edi.tables import Tables
from edi.transform import Inputs, Step, apply, apply_halving
from edi.transform.run import ordinals

Batch = Callable[..., Tables]
Make = Callable[..., Step]


def codes_of(error: pytest.ExceptionInfo[EdiError]) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_a_table_without_a_rule_passes_through(batch: Batch, step: Make, inputs: Inputs) -> None:
    tables = batch(2)
    after = apply([step(orders__sql="select * from orders")], tables, inputs)
    assert after["order_lines"] is tables["order_lines"]
    assert after["orders"].equals(tables["orders"])


def test_rules_of_a_step_see_its_input_only(batch: Batch, step: Make, inputs: Inputs) -> None:
    """Both rules count the lines that came in, though one of them removes half of them."""
    rules = step(
        order_lines__sql="select * from order_lines where position = 1",
        orders__sql="select *, (select count(*) from order_lines)::integer as n from orders",
    )
    after = apply([rules], batch(2), inputs)
    assert (len(after["order_lines"]), after["orders"]["n"].to_pylist()) == (2, [4, 4])


def test_the_next_step_sees_the_result(batch: Batch, step: Make, inputs: Inputs) -> None:
    first = step(order_lines__sql="select * from order_lines where position = 1")
    second = step(orders__sql="select *, (select count(*) from order_lines)::integer as n from orders")
    assert apply([first, second], batch(3), inputs)["orders"]["n"].to_pylist() == [3, 3, 3]


def test_helpers_run_in_the_order_they_need_and_stay_inside(batch: Batch, step: Make, inputs: Inputs) -> None:
    rules = step(
        _a__sql="select message, n + 1 as n from _b",
        _b__sql="select message, count(*)::integer as n from order_lines group by message",
        orders__sql="select o.*, a.n from orders o join _a a using (message)",
    )
    with Engine() as engine:
        after = apply([rules], batch(2), inputs, engine)
        assert after["orders"]["n"].to_pylist() == [3, 3]
        assert set(after) == {"orders", "order_lines"}
        with pytest.raises(EdiError) as error:
            apply(
                [step(orders__sql="select o.* from orders o join _a using (message)")], after, inputs, engine
            )
    assert codes_of(error) == ["SQL-002"]


def test_helpers_in_a_circle(batch: Batch, step: Make, inputs: Inputs) -> None:
    circle = step(_a__sql="from _b", _b__sql="from _a", orders__sql="from orders")
    with pytest.raises(EdiError) as error:
        apply([circle], batch(1), inputs)
    assert codes_of(error) == ["SQL-010"]


def test_codes_partner_and_route(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = """
        select l.*, a.erp_sku, p.gln, r.clock
        from order_lines l join codes.articles a using (sku) cross join partner p cross join route r
    """
    [row] = apply([step(order_lines__sql=rule)], batch(1, 1), inputs)["order_lines"].to_pylist()
    assert (row["erp_sku"], row["gln"], row["clock"]) == ("E123", "3020110000001", "2026-11-23T06:00:00Z")


def test_history_is_empty_before_anything_passed(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = (
        "select o.* from orders o where not exists (select 1 from history.orders h where h.number = o.number)"
    )
    nothing = Inputs(history={"orders": pa.table({})})
    for given_inputs in (inputs, nothing):
        assert len(apply([step(orders__sql=rule)], batch(2), given_inputs)["orders"]) == 2
    past = batch(1)["orders"]
    known = Inputs(history={"orders": past.append_column("partner", pa.array(["epicerie"]))})
    assert apply([step(orders__sql=rule)], batch(2), known)["orders"]["message"].to_pylist() == [1]


def test_rows_are_sorted_and_lineage_stays(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = "select * from order_lines order by quantity desc, message desc"
    after = apply([step(order_lines__sql=rule)], batch(3), inputs)["order_lines"]
    assert after.equals(batch(3)["order_lines"])


def test_a_position_left_out_is_counted(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = "select message, parent, sku, quantity from order_lines order by message desc, quantity desc"
    after = apply([step(order_lines__sql=rule)], batch(2), inputs)["order_lines"]
    assert after.schema.names[:3] == ["message", "position", "parent"]
    assert after.schema.field("position").type == pa.int32()
    assert after.select(["message", "position", "quantity"]).to_pylist() == [
        {"message": m, "position": p, "quantity": Decimal(3 - p)} for m in (0, 1) for p in (1, 2)
    ]


@given(st.lists(st.integers(0, 4), max_size=30))
def test_ordinals_count_from_one_in_the_order_of_rows(messages: list[int]) -> None:
    counted: dict[int, int] = {}
    expected = [counted.setdefault(m, 0) or 0 for m in messages]
    for place, message in enumerate(messages):
        counted[message] += 1
        expected[place] = counted[message]
    assert ordinals(np.array(messages, dtype=np.int32)).tolist() == expected


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        ("select position, parent, sku from order_lines", "message"),
        ("select message, position, sku from order_lines", "parent"),
        ("select null::integer as message, position, parent from order_lines", "message"),
        ("select message, null::integer as position, parent from order_lines", "position"),
    ],
)
def test_keys_must_stay(batch: Batch, step: Make, inputs: Inputs, rule: str, missing: str) -> None:
    with pytest.raises(EdiError) as error:
        apply([step(order_lines__sql=rule)], batch(1), inputs)
    assert (codes_of(error), error.value.findings[0].expected) == (["SQL-008"], missing)


def test_a_join_that_doubles_rows_is_told_by_message(batch: Batch, step: Make, inputs: Inputs) -> None:
    tables = batch(3)
    twice = pa.table({"number": ["CMD-0001", "CMD-0001"], "account": ["A", "B"]})
    rules = step(orders__sql="select o.*, c.account from orders o left join codes.accounts c using (number)")
    after, findings = apply_halving([rules], tables, Inputs(codes={"accounts": twice}))
    assert after["orders"]["message"].to_pylist() == [0, 2]
    assert after["order_lines"]["message"].to_pylist() == [0, 0, 2, 2]
    assert [(f.code, f.message) for f in findings] == [("SQL-009", 1)]


def test_an_unknown_table_gives_the_nearest(batch: Batch, step: Make, inputs: Inputs) -> None:
    rule = step(orders__sql="select o.*\nfrom orders o\njoin codes.article a on true")
    with pytest.raises(EdiError) as error:
        apply([rule], batch(1), inputs)
    [finding] = error.value.findings
    assert (finding.code, finding.location.line) == ("SQL-002", 3)
    assert "'codes.articles'" in finding.text


# --- poison -------------------------------------------------------------------------------------------------

NUMBERED = "select *, replace(number, 'CMD-', '')::integer as n from orders"


def poisoned(tables: Tables, *bad: int) -> Tables:
    numbers = tables["orders"]["number"].to_pylist()
    numbers = ["CMD-12O7" if key in bad else number for key, number in enumerate(numbers)]
    return tables | {"orders": tables["orders"].set_column(2, "number", pa.array(numbers))}


def test_one_poisoned_message_of_200_is_found_alone(batch: Batch, step: Make, inputs: Inputs) -> None:
    rules = step(orders__sql=NUMBERED)
    after, findings = apply_halving([rules], poisoned(batch(200), 137), inputs)
    assert [(f.code, f.message, f.location.file) for f in findings] == [
        ("SQL-007", 137, "transforms/test/orders.sql")
    ]
    assert "12O7" in findings[0].text
    assert after["orders"]["n"].to_pylist() == [n for n in range(200) if n != 137]
    assert len(after["order_lines"]) == 398


def test_several_poisoned_messages(batch: Batch, step: Make, inputs: Inputs) -> None:
    after, findings = apply_halving([step(orders__sql=NUMBERED)], poisoned(batch(20), 0, 7, 8, 19), inputs)
    assert sorted(f.message or 0 for f in findings) == [0, 7, 8, 19]
    assert len(after["orders"]) == 16


def test_all_messages_poisoned(batch: Batch, step: Make, inputs: Inputs) -> None:
    after, findings = apply_halving([step(orders__sql=NUMBERED)], poisoned(batch(3), 0, 1, 2), inputs)
    assert sorted(f.message or 0 for f in findings) == [0, 1, 2]
    assert len(after["orders"]) == len(after["order_lines"]) == 0


def test_a_search_that_takes_too_long_refuses_what_still_fails(
    batch: Batch, step: Make, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edi.transform.run.TRIES", 3)
    after, findings = apply_halving([step(orders__sql=NUMBERED)], poisoned(batch(16), 5), inputs)
    refused = {f.message for f in findings}
    assert 5 in refused
    assert len(refused) + len(after["orders"]) == 16


def test_the_rest_passes_in_one_pass(batch: Batch, step: Make, inputs: Inputs) -> None:
    """A rule over the whole batch sees all good messages together, however they were searched."""
    rule = NUMBERED.replace("as n", "as n, count(*) over ()::integer as together")
    after, _ = apply_halving([step(orders__sql=rule)], poisoned(batch(10), 4), inputs)
    assert set(after["orders"]["together"].to_pylist()) == {9}


def test_a_rule_that_no_single_message_is_guilty_of(batch: Batch, step: Make, inputs: Inputs) -> None:
    """It fails on the whole batch only: the rule is wrong, not the data."""
    rule = "from orders where (select case when count(*) > 2 then error('too many') end from orders) is null"
    with pytest.raises(EdiError) as error:
        apply_halving([step(orders__sql=rule)], batch(3), inputs)
    assert codes_of(error) == ["SQL-007"]
    assert not isinstance(error.value, BatchError)
