"""The engine: Arrow in, one SELECT, Arrow out; exact, repeatable, bounded, and closed to everything else."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from edi import engine as room
from edi.engine import BatchError, Engine
from edi.findings import EdiError

SOURCES = Path(room.__file__).parent


def lines(count: int = 3) -> pa.Table:
    return pa.table(
        {
            "message": pa.array(range(count), pa.int32()),
            "sku": ["00123"] * count,
            "price": pa.array([Decimal("0.10")] * count, pa.decimal128(18, 6)),
            "ordered_at": pa.array(
                [dt.datetime(2026, 11, 23, tzinfo=dt.UTC)] * count, pa.timestamp("us", "UTC")
            ),
        }
    )


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        opened.register("order_lines", lines())
        yield opened


def codes_of(error: pytest.ExceptionInfo[EdiError]) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_types_survive(engine: Engine) -> None:
    result = engine.sql("select * from order_lines")
    assert result.schema == lines().schema
    assert result.to_pylist() == lines().to_pylist()


def test_sums_are_exact(engine: Engine) -> None:
    assert engine.sql("select sum(price) as total from order_lines")["total"][0].as_py() == Decimal("0.3")


def test_exact_division(engine: Engine) -> None:
    result = engine.sql("select decimal_division(10::decimal(18, 6), 3::decimal(18, 6), 6) as third")
    assert result["third"][0].as_py() == Decimal("3.333333")


def test_code_tables_have_a_schema_of_their_own(engine: Engine) -> None:
    engine.register("codes.Été 2026", pa.table({"sku": ["00123"], "erp_sku": ["E1"]}))
    engine.register("codes.articles", pa.table({"sku": ["00123"], "erp_sku": ["E2"]}))
    engine.register("codes.articles", pa.table({"sku": ["00123"], "erp_sku": ["E3"]}))
    query = "select distinct a.erp_sku, b.erp_sku as b from order_lines join codes.articles a using (sku) "
    assert engine.sql(query + 'join codes."Été 2026" b using (sku)').to_pylist() == [
        {"erp_sku": "E3", "b": "E1"}
    ]


def test_history_may_be_a_dataset(engine: Engine, tmp_path: Path) -> None:
    pq.write_table(lines(5), tmp_path / "past.parquet")
    engine.register("history.order_lines", ds.dataset(tmp_path / "past.parquet"))
    assert engine.sql("select max(message) as last from history.order_lines")["last"][0].as_py() == 4


def test_an_unregistered_table_is_gone(engine: Engine) -> None:
    engine.register("_helper", lines())
    engine.unregister("_helper")
    with pytest.raises(EdiError) as error:
        engine.sql("select * from _helper")
    assert codes_of(error) == ["SQL-002"]


def test_bind_gives_the_columns_without_running(engine: Engine) -> None:
    schema = engine.bind("select sku, price * 2 as twice, error('never run') as e from order_lines")
    assert schema.names == ["sku", "twice", "e"]
    assert pa.types.is_decimal(schema.field("twice").type)


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(price)::decimal(18,2) / 3 as share from order_lines",
        "select avg(price) as mean from order_lines",
        "select (price::double)::decimal(18, 2) as price from order_lines",
        "select cast(sku as float)::integer as n from order_lines",
    ],
)
def test_inexact_calculation_is_refused(engine: Engine, sql: str) -> None:
    with pytest.raises(EdiError) as error:
        engine.sql(sql)
    assert set(codes_of(error)) == {"SQL-013"}


@pytest.mark.parametrize("sql", ["select sqrt(price) as root from order_lines", "select [1e3, 2e3] as list"])
def test_a_float_never_leaves(engine: Engine, sql: str) -> None:
    for use in (engine.sql, engine.bind):
        with pytest.raises(EdiError) as error:
            use(sql)
        assert codes_of(error) == ["SQL-004"]


def test_a_float_never_enters(engine: Engine) -> None:
    with pytest.raises(EdiError) as error:
        engine.register("prices", pa.table({"price": [0.1]}))
    assert error.value.findings[0].found == "price"


@pytest.mark.parametrize(
    "sql",
    [
        "select now()",
        "select current_date",
        "select o.sku, current_timestamp from order_lines o",
        "select random()::integer",
        "select uuid() from order_lines",
        "select * from order_lines order by random()",
    ],
)
def test_what_changes_from_run_to_run_is_refused(engine: Engine, sql: str) -> None:
    with pytest.raises(EdiError) as error:
        engine.sql(sql)
    assert codes_of(error) == ["SQL-011"]


def test_every_changing_function_is_known(engine: Engine) -> None:
    """DuckDB's own list; `error` is the exception, it stops a query on purpose."""
    import duckdb

    query = "select distinct function_name from duckdb_functions() where stability <> 'CONSISTENT'"
    with duckdb.connect(":memory:") as open_connection:
        theirs = {name for (name,) in open_connection.execute(query).fetchall()}
    assert theirs - room.CHANGING == {"error"}


ESCAPES = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_parquet('/etc/x.parquet')",
    "select * from glob('/etc/*')",
    "select * from '/etc/passwd'",
    "select * from 'https://example.org/x.csv'",
    "from query('select 1')",
    "from query_table('order_lines')",
    "select getenv('HOME')",
    "select current_setting('memory_limit')",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "copy order_lines to '/tmp/x.csv'",
    "attach '/tmp/x.db' as x",
    "install httpfs",
    "load httpfs",
    "set memory_limit = '100GB'",
    "set enable_external_access = true",
    "reset lock_configuration",
    "create table x as select 1",
    "create secret s (type s3)",
    "insert into order_lines values (1)",
    "drop view order_lines",
    "export database '/tmp/x'",
    "call pragma_version()",
    "pragma database_list",
    "describe order_lines",
    "show tables",
    "summarize order_lines",
    "select 1; drop view order_lines",
    "select 1; select 2",
    "",
    "-- nothing",
]


@pytest.mark.parametrize("sql", ESCAPES)
def test_only_one_select_over_tables_runs(engine: Engine, sql: str) -> None:
    with pytest.raises(EdiError):
        engine.sql(sql)
    assert len(engine.sql("select * from order_lines")) == 3


def test_variables_of_the_program_are_out_of_sight(engine: Engine) -> None:
    secret = pa.table({"secret": [1]})
    with pytest.raises(EdiError) as error:
        engine.sql("select * from secret")
    assert codes_of(error) == ["SQL-002"]
    assert len(secret) == 1


def test_the_lock_itself_holds(engine: Engine) -> None:
    """Past our own parser too: what DuckDB was told stays."""
    import duckdb

    for statement in (
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "copy (select 1) to '/tmp/never.csv'",
        "attach '/tmp/never.db' as never",
        "install httpfs",
        "create persistent secret s (type s3)",
        "select * from read_csv('/etc/passwd')",
    ):
        with pytest.raises(duckdb.Error):
            engine._connection.execute(statement).fetchall()


def test_a_runaway_query_is_interrupted() -> None:
    with Engine(seconds=0.3) as engine, pytest.raises(EdiError) as error:
        engine.sql(
            "select count(*) as n from range(100000) a, range(100000) b, range(100000) c"
            " where a.range + b.range + c.range = 7",
            "x",
        )
    assert codes_of(error) == ["SQL-005"]


def test_a_greedy_query_is_stopped() -> None:
    with Engine(memory="64MB") as engine, pytest.raises(EdiError) as error:
        engine.sql("select list(range) as all from range(100000000)")
    assert codes_of(error) == ["SQL-006"]


def test_an_unknown_column_gives_line_and_nearest(engine: Engine) -> None:
    with pytest.raises(EdiError) as error:
        engine.sql("-- é: a comment\nselect\n    pric\nfrom order_lines", "transforms/x/orders.sql")
    [finding] = error.value.findings
    assert (finding.code, finding.location.file, finding.location.line) == (
        "SQL-003",
        "transforms/x/orders.sql",
        3,
    )
    assert "'price'" in finding.text


def test_a_syntax_error_gives_its_line(engine: Engine) -> None:
    with pytest.raises(EdiError) as error:
        engine.sql("select *\nfrm order_lines\nwhere")
    assert (codes_of(error), error.value.findings[0].location.line) == (["SQL-001"], 2)


def test_a_value_that_does_not_convert_is_the_batchs_fault(engine: Engine) -> None:
    with pytest.raises(BatchError) as error:
        engine.sql("select ('x' || sku)::integer as n from order_lines", "rule.sql")
    assert codes_of(error) == ["SQL-007"]
    assert "x00123" in error.value.findings[0].text


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select * from Orders o join codes.Articles using (sku)", {"orders", "codes.articles"}),
        (
            "with a as (select * from orders), b as (from a) select * from b, history.orders",
            {"orders", "history.orders"},
        ),
        ("with orders as (select * from orders) from orders", {"orders"}),
        ("with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) from r", set()),
        (
            "select 1 where exists (select 1 from partner where id in (select id from route))",
            {"partner", "route"},
        ),
        ("select unnest([1, 2]) union all select r.range from range(3) r", set()),
    ],
)
def test_the_tables_a_query_reads(engine: Engine, sql: str, tables: set[str]) -> None:
    assert set(engine.parse(sql).tables) == tables


def test_only_the_engine_knows_duckdb() -> None:
    users = [p.name for p in SOURCES.rglob("*.py") if "import duckdb" in p.read_text(encoding="utf-8")]
    assert users == ["engine.py"]


def test_duckdb_and_pandas_are_imported_when_used() -> None:
    code = "import sys, edi.engine, edi.transform, edi.checks; print({'duckdb', 'pandas'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
