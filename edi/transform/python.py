"""Steps in Python, where SQL does not reach: `def transform(order_lines, partner): ...`.

Parameter names are the inputs: a table of the batch, `partner`, `route`, `codes_NAME`, `history_TABLE`. A
parameter annotated `pandas.DataFrame` gets an Arrow-backed DataFrame, any other a pyarrow.Table. The result
is the table named like the file, or a dict of tables by name. What a step reads is known without running it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from edi.engine import BatchError, detailed, excerpt_of
from edi.findings import EdiError, finding
from edi.model import Location

FUNCTION = "transform"


def reads(text: str, file: str) -> dict[str, int]:
    """The tables that the parameters name, each with its line. EdiError SQL-015 without such a function."""
    return {_input(arg.arg): arg.lineno for arg in _function(text, file).args.args}


def run(text: str, file: str, table: str, inputs: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Call the step with its inputs by table name. Its own exceptions become BatchError SQL-015."""
    arguments = {arg.arg: _argument(arg, inputs[_input(arg.arg)]) for arg in _function(text, file).args.args}
    scope: dict[str, Any] = {"__name__": file}
    try:
        exec(compile(text, file, "exec"), scope)
        made = scope[FUNCTION](**arguments)
        tables = made if isinstance(made, dict) else {table: made}
        return {name: _arrow(value) for name, value in tables.items()}
    except Exception as error:
        said = excerpt_of(f"{type(error).__name__}: {error}")
        raise BatchError(detailed(finding("SQL-015", _place(error, file), step=file), said)) from error


def _function(text: str, file: str) -> ast.FunctionDef:
    try:
        tree = ast.parse(text, file)
    except SyntaxError as error:
        location = Location(file=file, line=error.lineno)
        raise EdiError(detailed(finding("SQL-015", location, step=file), excerpt_of(error.msg))) from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == FUNCTION:
            return node
    said = f"it defines no function `{FUNCTION}`."
    raise EdiError(detailed(finding("SQL-015", Location(file=file), step=file), said))


def _input(parameter: str) -> str:
    """The table a parameter asks for: `codes_articles` means codes.articles."""
    return re.sub(r"^(codes|history)_", r"\1.", parameter)


def _argument(arg: ast.arg, table: pa.Table) -> Any:
    if arg.annotation is None or not ast.unparse(arg.annotation).endswith("DataFrame"):
        return table
    import pandas

    return table.to_pandas(types_mapper=pandas.ArrowDtype)


def _arrow(value: Any) -> pa.Table:
    """A step's result as Arrow; anything but a table or a DataFrame is the step's own TypeError."""
    if isinstance(value, pa.Table):
        return value
    if type(value).__name__ != "DataFrame":
        raise TypeError(f"the step returned a {type(value).__name__}, not a table")
    return pa.Table.from_pandas(value, preserve_index=False).replace_schema_metadata(None)


def _place(error: Exception, file: str) -> Location:
    """The last line of the step's own file in the traceback."""
    line, trace = None, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == file else line
        trace = trace.tb_next
    return Location(file=file, line=line)
