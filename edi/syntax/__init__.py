"""Wire syntaxes: bytes to records and back, nothing else. One contract, one explicit table.

Every syntax is a module (or package) with

    prepare(options, library) -> options          what it needs from the library, looked up once
    address(text, rows, options) -> Address       an address of a descriptor, resolved in its own idiom
    read(data, options, starts=(0,)) -> Records
    write(records, options) -> list[Output]

`data` may be many files joined: file i spans data[starts[i]:starts[i+1]], and nothing (segment, quote, row)
ever crosses a start. `options` is the syntax's own table of the descriptor, as a plain dict, checked by the
descriptor's JSON Schema. Neither reads a clock, a file or the network. What is wrong with the bytes is a
finding in `Records.findings`, never an exception.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from edi.library import Library
from edi.model import Envelope, Finding, Location, Output

MESSAGES = pa.schema(
    [
        ("message", pa.int32()),  # key in the batch, from 0
        ("member", pa.int32()),  # which of the joined files
        ("kind", pa.string()),  # ORDERS, 850, ... or null
        ("reference", pa.string()),  # UNH 0062, ST02, ... or null
        ("interchange", pa.string()),  # UNB 0020, ISA13, ... or null
        ("sender", pa.string()),
        ("receiver", pa.string()),
        ("test", pa.bool_()),
        ("start", pa.int64()),  # span in the joined data
        ("end", pa.int64()),
        ("line", pa.int64()),  # physical line in its file, from 1
    ]
)
"""One row a message. Syntaxes without an envelope leave it empty; the format makes the messages."""

MAX_FINDINGS = 1000
"""Findings kept a file; a last one says how many more there were."""


@dataclass(slots=True)
class RecordSet:
    """All records of one kind, in columns. Arrays have one entry a record, in order of appearance.

    message  int32, key in the batch; -1 while the syntax does not know (no envelope)
    order    int64, strictly increasing: the record's place among all records of all kinds
    parent   int64, the order of the record that opens the enclosing group; -1 when nothing encloses it.
             For the record that opens a group: the order of the one that opens the group around it.
    offset   int64, first byte of the record in the joined data
    column   gives the values of a cell as a string array of the same length; null where the cell is absent
             or empty, and for a cell that no record has. The address is the syntax's own: (element,
             component) for EDIFACT, header name or position for delimited, position for flagged.
    among    flags the records whose cell has one of a few values; None where `column` tells as fast
    """

    message: np.ndarray
    order: np.ndarray
    parent: np.ndarray
    offset: np.ndarray
    column: Callable[[Hashable], pa.Array]
    line: np.ndarray | None = None  # physical line in its file, from 1
    segment: np.ndarray | None = None  # segment position in its message, the header is 1
    cells: Callable[[], list[Hashable]] = list  # the addresses present, for what nothing maps
    among: Callable[[Hashable, tuple[str, ...]], np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.order)


@dataclass(slots=True)
class Records:
    """What a syntax read, or what it is to write: record sets by kind, messages, findings.

    `decimal` is the decimal mark in force: one for all, or one a member when files disagree.
    `envelopes`: read, one a member (empty where the syntax has none); to be written, one an outgoing file.
    `groups`: to be written, the ordinal of the outgoing file for each message key (int32, index = message
    key); None means one file. `write` renders all files in one pass and gives one Output a group, in order.
    """

    sets: dict[str, RecordSet]
    messages: pa.Table
    findings: list[Finding] = field(default_factory=list)
    starts: tuple[int, ...] = (0,)
    decimal: tuple[str, ...] = (".",)
    envelopes: tuple[Envelope, ...] = ()
    groups: np.ndarray | None = None
    locate: Callable[[int], Location] | None = None  # byte offset in the joined data -> Location
    above: Callable[[np.ndarray], np.ndarray] | None = None  # orders -> those of the parents
    on_records: list[tuple[int, Finding]] = field(default_factory=list)
    """(order of a record, finding): for syntaxes that know no messages; the format gives them their key."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for a record when any of `cells` has one of `values`."""

    cells: tuple[Hashable, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Records of `kind` whose parent is the record reached so far, and for which all conditions hold."""

    kind: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a field is, seen from its row's record: `up` levels up, along `steps`, then one of `choices`.

    No steps: the row's own record. Each choice is a cell and the conditions under which it counts (a repeated
    composite gives several choices, tried in order); the first whose conditions hold is taken.
    `deep` means that the last step may lie any number of groups below.
    """

    steps: tuple[Step, ...]
    choices: tuple[tuple[Hashable, tuple[Condition, ...]], ...]
    up: int = 0
    deep: bool = False
    text: str = ""


class Syntax(Protocol):
    """The module contract."""

    def prepare(self, options: Mapping[str, Any], library: Library) -> dict[str, Any]: ...

    def address(self, text: Any, rows: str, options: Mapping[str, Any]) -> Address: ...

    def read(self, data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records: ...

    def write(self, records: Records, options: Mapping[str, Any]) -> list[Output]: ...


SYNTAXES: dict[str, str] = {
    "edifact": "edi.syntax.edifact",
    "delimited": "edi.syntax.delimited",
    "flagged": "edi.syntax.flagged",
    "json": "edi.syntax.json",
    "xml": "edi.syntax.xml",
    "fixed": "edi.syntax.fixed",
    "swift": "edi.syntax.swift",
}
"""Name in a descriptor -> module. Imported when first used."""


def syntax(name: str) -> Any:
    """The module of a syntax; KeyError for an unknown name."""
    return importlib.import_module(SYNTAXES[name])
