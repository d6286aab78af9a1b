"""Formats: a descriptor of the library made to read and write files.

`load(name, library)` gives a `Format`; `Format.read` turns bytes into the tables of its document, and
`Format.write` turns tables into bytes. The language of descriptors is in docs/formats.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from edi.documents import Document, Tables
from edi.findings import EdiError, finding
from edi.formats import descriptor, judging, reading, writing
from edi.formats.descriptor import names
from edi.formats.plan import Plan, compile_plan
from edi.formats.reading import Staged
from edi.library import Frozen, Library
from edi.model import Envelope, Finding, Output
from edi.syntax import Records

__all__ = ["HEAD", "Fit", "Format", "Staged", "load", "names"]

HEAD = 65_536
"""Bytes at the start of a file that `Format.fits` needs."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a file's start fits a format: 2 exactly, 1 the right kind of file, 0 not at all; and why."""

    score: int
    why: str


@dataclass(frozen=True, slots=True)
class Format:
    """One descriptor, ready to read and write. Safe to share: it holds no state of any file."""

    name: str
    plan: Plan

    @property
    def title(self) -> str:
        """One line for people."""
        return self.plan.descriptor.title

    @property
    def document(self) -> Document:
        """The document that files of this format carry."""
        return self.plan.descriptor.document

    @property
    def syntax(self) -> str:
        """The name of the wire syntax."""
        return self.plan.descriptor.syntax

    @property
    def direction(self) -> str:
        """ "both", "read" or "write"."""
        return self.plan.descriptor.direction

    def fits(self, head: bytes) -> Fit:
        """How well a file that starts with `head` (its first 64 KiB) fits."""
        if self.direction == "write":
            return Fit(0, f"{self.name} is for writing only")
        return Fit(*self.plan.module.sniff(head, self.plan.options))

    def read(self, data: bytes, starts: Sequence[int] = (0,)) -> Staged:
        """Files joined in `data`, file i at starts[i], as tables with lineage, messages and findings."""
        if self.direction == "write":
            raise EdiError(finding("FMT-017", found=self.name))
        records = self.plan.module.read(data, self.plan.options, starts)
        return reading.stage(self.plan, records, len(data))

    def judge(self, data: bytes, starts: Sequence[int] = (0,)) -> Staged:
        """As `read`, and judged by the document's schema too; a fault is told once."""
        staged = self.read(data, starts)
        schema = judging.placed(self.document.validate(staged.tables), staged.messages, starts)
        return replace(staged, findings=judging.told_once([*staged.findings, *schema]))

    def tables(self, records: Records, size: int) -> tuple[Tables, list[Finding]]:
        """The tables of records read before; `size` is the length of the data they were read from."""
        staged = reading.stage(self.plan, records, size)
        return staged.tables, staged.findings

    def records(
        self,
        tables: Tables,
        envelopes: Sequence[Envelope] = (),
        groups: np.ndarray | None = None,
        beside: Staged | None = None,
    ) -> Records:
        """Document tables as records of the syntax; `Records.findings` holds what cannot be written."""
        if self.direction == "read":
            raise EdiError(finding("FMT-016", found=self.name))
        same = beside is not None and beside.plan.descriptor.name == self.plan.descriptor.name
        return writing.compose(self.plan, tables, tuple(envelopes), groups, beside if same else None)

    def write(
        self,
        tables: Tables,
        envelopes: Sequence[Envelope] = (),
        groups: np.ndarray | None = None,
        beside: Staged | None = None,
    ) -> tuple[list[Output], list[Finding]]:
        """The files of these tables, and findings of the messages that cannot be written (and are left out).

        `groups[message]` is the ordinal of the file that a message goes to (-1: none); without groups there
        is one file. `envelopes` has one entry a file; one a syntax without envelope may leave out. `beside`
        is what the tables were read from: where that was in this format, what no field takes is written back.
        """
        records = self.records(tables, envelopes, groups, beside)
        outputs = self.plan.module.write(records, self.plan.options)
        return outputs, records.findings


def load(name: str, library: Library) -> Format:
    """The format `name` ("sage100/orders"); EdiError with FMT findings when its descriptor is wrong.

    A frozen library cannot change, so its formats are compiled once.
    """
    if not isinstance(library, Frozen):
        return _compiled(name, library)
    known = _KNOWN.setdefault(library, {})
    if name not in known:
        known[name] = _compiled(name, library)
    return known[name]


def _compiled(name: str, library: Library) -> Format:
    return Format(name, compile_plan(descriptor.load(name, library), library))


_KNOWN: WeakKeyDictionary[Frozen, dict[str, Format]] = WeakKeyDictionary()
