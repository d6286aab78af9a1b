"""DuckDB, locked down: the only room that knows it. Arrow in, one SELECT, Arrow out.

In memory, without files, network, extensions or settings to change; bounded in memory and time. These are
guard rails, not a sandbox: the SQL is code of the workspace's owner. Three rules keep results exact and
repeatable: no float enters or leaves, inexact operators are refused, and so is every function whose value
changes from one call to the next.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from edi.findings import EdiError, finding, nearest
from edi.model import Finding, Location

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset as ds  # imports pandas

SCHEMAS = ("codes", "history")
"""Prefixes under which tables may be registered besides plain names."""

INEXACT = {"/": "decimal_division(a, b, scale)", "avg": "decimal_average(a)", "mean": "decimal_average(a)"}
"""Operators and functions that give a DOUBLE even for decimals, and what to write instead."""

FLOATS = {"DOUBLE", "FLOAT", "REAL", "FLOAT4", "FLOAT8"}

TABLE_FUNCTIONS = {"unnest", "range", "generate_series", "json_each"}
"""The only functions that may stand in FROM: the others read files, settings or hidden queries."""

CHANGING = {
    *("current_connection_id", "current_database", "current_date", "current_query", "current_query_id"),
    *("current_schema", "current_schemas", "current_setting", "current_transaction_id", "currval"),
    *("gen_random_uuid", "get_current_time", "get_current_timestamp", "getvariable", "in_search_path"),
    *("nextval", "now", "random", "setseed", "setval", "sleep_ms", "stats", "today", "transaction_timestamp"),
    *("txid_current", "uuid", "uuidv4", "uuidv7", "vector_type", "write_log"),
}
"""Functions that DuckDB itself marks as giving another value at another time."""

CLOCKS = {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
"""The same without parentheses, which a parser takes for columns."""

_SETUP = """
    set TimeZone = 'UTC';
    set errors_as_json = true;
    set threads = {threads};
    set memory_limit = '{memory}';
    set max_temp_directory_size = '0KB';
    set temp_directory = '';
    set autoinstall_known_extensions = false;
    set autoload_known_extensions = false;
    set allow_community_extensions = false;
    set python_enable_replacements = false;
    set allow_persistent_secrets = false;
    create schema codes;
    create schema history;
    set enable_external_access = false;
    set lock_configuration = true;
"""

_DETAIL = 300
"""Characters of an engine's own message that a finding repeats."""

_parsed: dict[str, Query] = {}


class BatchError(EdiError):
    """The data, not the query, is at fault; `messages` holds the keys of the messages when they are known."""

    def __init__(self, *findings: Finding, messages: frozenset[int] = frozenset()) -> None:
        super().__init__(*findings)
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Query:
    """One parsed SELECT: the tables it reads ("orders", "codes.articles") and on which line."""

    tables: Mapping[str, int]


class Engine:
    """A locked DuckDB connection, used as a context manager; one a batch.

    `memory` is DuckDB's own notation ("512MB"), `seconds` bounds each statement. Expected failures are
    EdiError with an SQL-xxx finding; BatchError when a value, not the query, is at fault.
    """

    def __init__(self, memory: str = "512MB", threads: int = 1, seconds: float = 60.0) -> None:
        self.memory = memory
        self.threads = threads
        self.seconds = seconds
        self._held: dict[str, object] = {}

    def __enter__(self) -> Self:
        import duckdb

        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(":memory:")
        self._connection.execute(_SETUP.format(threads=int(self.threads), memory=self.memory)).fetchall()
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        self._held.clear()

    def register(self, name: str, data: pa.Table | ds.Dataset) -> None:
        """Make `data` readable as `name`; nothing is copied. A float column is refused (SQL-004)."""
        if self._held.get(name) is data:
            return
        refuse_floats(data.schema, f"table {name}")
        self._connection.register(name, data)
        schema, dot, table = name.partition(".")
        if dot and name not in self._held:
            self._connection.execute(f"create view {schema}.{quoted(table)} as from {quoted(name)}")
        self._held[name] = data

    def unregister(self, name: str) -> None:
        """Forget `name` again."""
        if self._held.pop(name, None) is not None:
            self._connection.unregister(name)

    def parse(self, sql: str, file: str = "") -> Query:
        """What a query reads, without binding it. All but one repeatable, exact SELECT is an EdiError."""
        if sql not in _parsed:
            [(text,)] = self._connection.execute("select json_serialize_sql(?)", [sql]).fetchall()
            _parsed[sql] = _query(json.loads(text), sql, file)
        return _parsed[sql]

    def sql(self, sql: str, file: str = "") -> pa.Table:
        """The rows of one SELECT over the registered tables, as Arrow."""
        self.parse(sql, file)
        with self._errors(sql, file), self._deadline():
            table = self._rows(sql)
        refuse_floats(table.schema, "the result", file)
        return table

    def _rows(self, sql: str) -> pa.Table:
        """Through `execute`, which plans once where a relation plans twice, and tells where an error stands.

        Planning is most of the time of a batch; the extra copy that DuckDB warns of is not.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)
            return self._connection.execute(sql).to_arrow_table()

    def bind(self, sql: str, file: str = "") -> pa.Schema:
        """The columns that a SELECT would give, without running it."""
        self.parse(sql, file)
        with self._errors(sql, file), self._deadline():
            schema = self._connection.sql(sql).limit(0).to_arrow_table().schema
        refuse_floats(schema, "the result", file)
        return schema

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        timer = threading.Timer(self.seconds, self._connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    @contextmanager
    def _errors(self, sql: str, file: str) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            raise self._translated(error, sql, file) from None

    def _translated(self, error: Exception, sql: str, file: str) -> EdiError:
        """DuckDB's error as ours, with the line of the query where DuckDB tells it."""
        kind = type(error).__name__.removesuffix("Exception")
        said = _said(error)
        location = Location(file=file, line=_line(sql, said.get("position")))
        detail = excerpt_of(said["exception_message"])
        if kind in {"Conversion", "OutOfRange", "InvalidInput", "TypeMismatch"}:
            return BatchError(detailed(finding("SQL-007", location, step=file), detail))
        if kind == "Interrupt":
            return EdiError(finding("SQL-005", location, found=file, expected=f"{self.seconds:g}"))
        if kind == "OutOfMemory":
            return EdiError(finding("SQL-006", location, found=file, expected=self.memory))
        return EdiError(_misnamed(kind, said, location) or detailed(finding("SQL-001", location), detail))


def quoted(identifier: str) -> str:
    """An identifier that can only be an identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def excerpt_of(text: str) -> str:
    """An engine's message on one printable line, with an end."""
    line = " ".join(text.split())
    clean = "".join(c if c.isprintable() else "�" for c in line)
    return clean if len(clean) <= _DETAIL else clean[: _DETAIL - 1] + "…"


def detailed(one: Finding, detail: str) -> Finding:
    """The finding, its sentence followed by what the engine or the rule said."""
    return replace(one, text=f"{one.text} {detail}")


def float_columns(schema: pa.Schema) -> list[str]:
    """The columns that hold a float, at any depth."""
    return [field.name for field in schema if _has_float(field.type)]


def refuse_floats(schema: pa.Schema, owner: str, file: str = "") -> None:
    """EdiError SQL-004 for each float column: no float crosses a stage."""
    names = float_columns(schema)
    if names:
        raise EdiError(
            *(finding("SQL-004", Location(file=file, column=n), found=n, owner=owner) for n in names)
        )


def _has_float(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or any(_has_float(kind.field(i).type) for i in range(kind.num_fields))


def _said(error: Exception) -> dict[str, Any]:
    """What DuckDB said, as a dict with at least `exception_message`."""
    text = str(error)
    start = text.find("{")
    if start >= 0 and '"exception_message"' in text:
        return dict(json.loads(text[start:]))
    return {"exception_message": text.partition(": ")[2] or text}


def _line(sql: str, position: Any) -> int | None:
    """The line, from 1, of a byte position in the query; None when it is unknown."""
    if position is None or int(position) > len(sql.encode()):
        return None
    return sql.encode()[: int(position)].count(b"\n") + 1


def _misnamed(kind: str, said: Mapping[str, Any], location: Location) -> Finding | None:
    """The finding for a name that does not exist, with the nearest that does."""
    name = said.get("name")
    if kind not in {"Binder", "Catalog"} or not name:
        return None
    choices = [c.strip().rpartition(".")[2] for c in str(said.get("candidates", "")).split(",") if c.strip()]
    code = "SQL-002" if said.get("type") == "Table" else "SQL-003"
    return finding(
        code, replace(location, column=str(name)), found=name, nearest=nearest_of(str(name), choices)
    )


def nearest_of(name: str, choices: list[str]) -> str:
    """ ", did you mean 'x'?", or the few names there are."""
    return nearest(name, choices) or (f"; there is {', '.join(choices[:5])}" if choices else "")


def _query(tree: Mapping[str, Any], sql: str, file: str) -> Query:
    """The parsed query, or EdiError where it is not one repeatable, exact SELECT."""
    if tree["error"]:
        location = Location(file=file, line=_line(sql, tree.get("position")))
        raise EdiError(detailed(finding("SQL-001", location), excerpt_of(tree["error_message"])))
    if len(tree["statements"]) != 1:
        raise EdiError(detailed(finding("SQL-001", Location(file=file)), "It holds more than one statement."))
    node = tree["statements"][0]["node"]
    refused = [
        finding(code, Location(file=file, line=_line(sql, at)), found=found, expected=instead)
        for code, found, instead, at in _refused(node)
    ]
    if refused:
        raise EdiError(*refused)
    tables: dict[str, int] = {}
    _read_tables(node, frozenset(), tables)
    return Query({name: _line(sql, at) or 1 for name, at in tables.items()})


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a parse tree, from the top."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _refused(tree: Any) -> Iterator[tuple[str, str, str, int]]:
    """(code, what, what instead, byte position) of all that would make a result inexact or changing."""
    for node in _nodes(tree):
        kind, at = node.get("type"), node.get("query_location", 0)
        name = str(node.get("function_name", "")).lower()
        if kind == "SHOW_REF":
            yield "SQL-012", "DESCRIBE, SHOW or SUMMARIZE", "", at
        elif kind == "TABLE_FUNCTION" and _called(node) not in TABLE_FUNCTIONS:
            yield "SQL-012", f"{_called(node)}()", "", at
        elif name in CHANGING:
            yield "SQL-011", f"{name}()", "", at
        elif kind == "COLUMN_REF" and node["column_names"][-1].lower() in CLOCKS:
            yield "SQL-011", node["column_names"][-1], "", at
        elif name in INEXACT:
            yield "SQL-013", name, INEXACT[name], at
        elif kind == "TYPE" and str(node.get("type_name", "")).upper() in FLOATS:
            yield "SQL-013", node["type_name"], "DECIMAL(18,6)", at


def _called(node: Mapping[str, Any]) -> str:
    return str(node["function"].get("function_name", "")).lower()


def _read_tables(tree: Any, hidden: frozenset[str], found: dict[str, int]) -> None:
    """Collect the tables a tree reads; `hidden` are the names of the common table expressions in sight."""
    if isinstance(tree, list):
        for value in tree:
            _read_tables(value, hidden, found)
    if not isinstance(tree, dict):
        return
    if tree.get("type") == "BASE_TABLE":
        path = [part.lower() for part in tree["qualified_name"]["path"]]
        if len(path) > 1 or path[0] not in hidden:
            found.setdefault(".".join(path), tree["query_location"])
    for entry in (tree.get("cte_map") or {}).get("map", []):
        query, name = entry["value"], entry["key"].lower()
        recursive = query["query_node"].get("type") == "RECURSIVE_CTE_NODE"
        _read_tables(query, hidden | {name} if recursive else hidden, found)
        hidden = hidden | {name}
    for key, value in tree.items():
        if key != "cte_map":
            _read_tables(value, hidden, found)
