"""Running steps over a batch, and finding the one message that a whole batch stumbles over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.engine import BatchError, Engine, nearest_of, refuse_floats
from edi.findings import EdiError, finding
from edi.model import Finding, Location
from edi.tables import Tables, only
from edi.transform import python
from edi.transform.inputs import Inputs
from edi.transform.steps import Rule, Step

KEYS = ("message", "position", "parent")

TRIES = 500
"""Runs spent on finding poisoned messages; after that, the groups that still fail are refused as a whole."""

T = TypeVar("T")


def apply(steps: Sequence[Step], tables: Tables, inputs: Inputs, engine: Engine | None = None) -> Tables:
    """The batch after all steps, each table sorted by (message, position).

    A table without a rule passes through. `position` left out of a SELECT is counted from 1 within the
    message, in the order of the rows. EdiError where a rule is wrong, BatchError where a value is.
    """
    with opened(engine) as running:
        for step in steps:
            tables = tables | dict(made(step, tables, inputs, running))
    return tables


def apply_halving(
    steps: Sequence[Step], tables: Tables, inputs: Inputs, engine: Engine | None = None
) -> tuple[Tables, list[Finding]]:
    """As `apply`, but a message that cannot be processed is left out and reported by its own finding."""
    with opened(engine) as running:
        return isolate(lambda part: apply(steps, part, inputs, running), tables)


@contextmanager
def opened(engine: Engine | None) -> Iterator[Engine]:
    """The engine given, or one for the occasion."""
    if engine is not None:
        yield engine
        return
    with Engine() as new:
        yield new


def made(step: Step, tables: Tables, inputs: Inputs, engine: Engine) -> Iterator[tuple[str, pa.Table]]:
    """The tables that one step makes. All rules see the step's input; helpers are forgotten at the end."""
    helpers: Tables = {}
    try:
        for rule in step.ordered(engine):
            for name, table in run_rule(rule, tables | helpers, inputs, engine).items():
                if rule.helper:
                    helpers[name] = table
                else:
                    yield name, keyed(rule, name, table, tables)
    finally:
        for name in helpers:
            engine.unregister(name)


def run_rule(rule: Rule, tables: Tables, inputs: Inputs, engine: Engine) -> Tables:
    """What one rule makes of its input tables, keys not yet looked at."""
    sources = {name: source(rule, name, line, tables, inputs) for name, line in rule.reads(engine).items()}
    if rule.python:
        read = {n: s if isinstance(s, pa.Table) else s.to_table() for n, s in sources.items()}
        results = python.run(rule.text, rule.file, rule.table, read)
        for name, table in results.items():
            refuse_floats(table.schema, f"table {name}", rule.file)
        return results
    for name, data in sources.items():
        engine.register(name, data)
    return {rule.table: engine.sql(rule.text, rule.file)}


def source(rule: Rule, name: str, line: int, tables: Tables, inputs: Inputs) -> pa.Table:
    """The table that a rule calls `name`; EdiError SQL-002 at the line that names it."""
    data = inputs.source(name, tables)
    if data is None:
        near = nearest_of(name, inputs.names(tables))
        raise EdiError(finding("SQL-002", Location(file=rule.file, line=line), found=name, nearest=near))
    return data


# --- keys -------------------------------------------------------------------------------------------------


def keyed(rule: Rule, name: str, table: pa.Table, before: Tables) -> pa.Table:
    """The table with its keys as int32 columns in front, sorted; position counted where it was left out."""
    required = ["message", *(["parent"] if name in before and "parent" in before[name].column_names else [])]
    for key in required:
        if key not in table.column_names or table[key].null_count:
            raise EdiError(finding("SQL-008", Location(file=rule.file, column=key), found=name, expected=key))
    message = table["message"].to_numpy()
    if "position" not in table.column_names:
        table = table.append_column("position", pa.array(ordinals(message)))
    keys = [key for key in KEYS if key in table.column_names]
    others = [column for column in table.column_names if column not in keys]
    whole = table.select([*keys, *others]).combine_chunks()
    for place, key in enumerate(keys):
        whole = whole.set_column(place, key, pc.cast(whole[key], pa.int32()))
    return ordered(rule, name, whole)


def ordinals(message: np.ndarray) -> np.ndarray:
    """For each row its ordinal, from 1, among the rows of its message; the order of rows is kept."""
    order = np.argsort(message, kind="stable")
    _, starts, counts = np.unique(message[order], return_index=True, return_counts=True)
    result = np.empty(len(message), dtype=np.int32)
    result[order] = np.arange(len(message)) - np.repeat(starts, counts) + 1
    return result


def ordered(rule: Rule, name: str, table: pa.Table) -> pa.Table:
    """The rows by (message, position). Two rows at one place are the fault of a join: BatchError SQL-009."""
    if table["position"].null_count:
        raise EdiError(
            finding("SQL-008", Location(file=rule.file, column="position"), found=name, expected="position")
        )
    place = (table["message"].to_numpy().astype(np.int64) << 32) + table["position"].to_numpy()
    if np.all(place[1:] > place[:-1]):
        return table
    order = np.argsort(place, kind="stable")
    place = place[order]
    twice = np.flatnonzero(place[1:] == place[:-1])
    if len(twice):
        raise doubled(rule, name, place[twice])
    return table.take(order)


def doubled(rule: Rule, name: str, places: np.ndarray) -> BatchError:
    """The first such place of each message; `places` are message and position in one number."""
    messages, first = np.unique(places >> 32, return_index=True)
    found = [
        finding(
            "SQL-009",
            Location(file=rule.file),
            message=int(message),
            found=int(place & 0xFFFFFFFF),
            step=rule.file,
            table=name,
        )
        for message, place in zip(messages, places[first], strict=True)
    ]
    return BatchError(*found, messages=frozenset(messages.tolist()))


# --- poison -------------------------------------------------------------------------------------------------


def isolate(work: Callable[[Tables], T], tables: Tables) -> tuple[T, list[Finding]]:
    """The result of `work` over all messages it can process, in one pass, and a finding for each other one.

    The bad messages are found by halving. Work that fails without any message is itself wrong: EdiError.
    """
    refused: list[Finding] = []
    while True:
        try:
            return work(tables), refused
        except BatchError as error:
            found = culprits(work, tables, error)
            refused += found
            bad = {one.message for one in found}
            tables = only(
                tables, np.array([key for key in keys_of(tables) if key not in bad], dtype=np.int32)
            )


def culprits(work: Callable[[Tables], T], tables: Tables, error: BatchError) -> list[Finding]:
    """The findings of the messages at fault, each with its message; EdiError when it is none of them."""
    if error.messages:
        return list(error.findings)
    try:
        work(only(tables, np.array([], dtype=np.int32)))
        found = list(Search(work, tables).halves(keys_of(tables), error))
    except BatchError as empty:
        raise EdiError(*empty.findings) from None
    if not found:
        raise EdiError(*error.findings)
    return found


def keys_of(tables: Tables) -> np.ndarray:
    """The message keys that have a row in any table."""
    parts = [table["message"].to_numpy() for table in tables.values()]
    return np.unique(np.concatenate(parts)) if parts else np.array([], dtype=np.int32)


@dataclass(slots=True)
class Search:
    """The search for the messages that `work` fails on, one half after the other."""

    work: Callable[[Tables], object]
    tables: Tables
    tries: int = field(default=0)

    def halves(self, keys: np.ndarray, error: BatchError) -> Iterator[Finding]:
        """`work` is known to fail on `keys` with `error`."""
        if len(keys) == 1 or self.tries >= TRIES:
            yield from (replace(error.findings[0], message=int(key)) for key in keys)
            return
        for half in np.array_split(keys, 2):
            failure = self.failure(half)
            if failure is not None:
                yield from self.halves(half, failure)

    def failure(self, keys: np.ndarray) -> BatchError | None:
        self.tries += 1
        try:
            self.work(only(self.tables, keys))
        except BatchError as error:
            return error
        return None
