"""A descriptor made ready: every address resolved by its syntax, every table tied to a record kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edi.findings import EdiError
from edi.formats.descriptor import Descriptor, FieldRule, TableRule
from edi.library import Library
from edi.syntax import Address, syntax


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """A field and its addresses, tried in order; `period` is the cell that holds a date's format code.

    `sign` and `implied` are the addresses of an amount's sign and of its number of decimals; `room` is how
    many characters its place has in a file of fixed width.
    """

    rule: FieldRule
    addresses: tuple[Address, ...]
    period: Hashable | None = None
    sign: tuple[Address, ...] = ()
    implied: tuple[Address, ...] = ()
    room: int | None = None


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table and the kind of its records; `filled` is the cell that must have a value in a row."""

    rule: TableRule
    kind: str
    fields: tuple[FieldPlan, ...]
    key: tuple[Address, ...] = ()
    filled: Address | None = None
    const: tuple[tuple[Address, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything `read` and `write` need: descriptor, syntax module, its prepared options, tables."""

    descriptor: Descriptor
    module: Any
    options: Mapping[str, Any]
    tables: Mapping[str, TablePlan]

    @property
    def root(self) -> TablePlan:
        """The plan of the table that has one row a message."""
        return next(iter(self.tables.values()))


def compile_plan(descriptor: Descriptor, library: Library) -> Plan:
    """The plan of a descriptor; EdiError with every address that the syntax does not understand."""
    module = syntax(descriptor.syntax)
    options = module.prepare(descriptor.options, library)
    compiler = _Compiler(descriptor, module, options)
    tables = {name: compiler.table(rule) for name, rule in descriptor.tables.items()}
    if compiler.errors:
        raise EdiError(*compiler.errors)
    if hasattr(module, "expect"):
        options = module.expect(options, *_expectations(tables))
    if hasattr(module, "cover"):
        options = module.cover(options, [(t.kind, one) for t in tables.values() for one in _covered(t)])
    return Plan(descriptor, module, options, tables)


def _expectations(
    tables: Mapping[str, TablePlan],
) -> tuple[list[tuple[Hashable, ...]], list[Hashable], dict[str, int | None]]:
    """What a syntax may use to recognise its files: cells mapped, cells required, sizes by record kind.

    A mapped cell comes with the alternatives of its field (`first`), of which one is enough.
    """
    columns: dict[tuple[Hashable, ...], None] = {}
    required: dict[Hashable, None] = {}
    for table in tables.values():
        for alternatives in _table_addresses(table):
            columns[tuple(cell for address in alternatives for cell, _ in address.choices)] = None
        for field in table.fields:
            if len(field.addresses) == 1 and field.rule.needed and field.rule.default is None:
                required.update(dict.fromkeys(cell for cell, _ in field.addresses[0].choices))
    return list(columns), list(required), {table.kind: table.rule.size for table in tables.values()}


def _table_addresses(table: TablePlan) -> Iterator[tuple[Address, ...]]:
    yield from ((address,) for address in table.key)
    if table.filled:
        yield (table.filled,)
    yield from (field.addresses for field in table.fields if field.addresses)
    yield from ((address,) for address, _ in table.const)


def _covered(table: TablePlan) -> Iterator[Address]:
    """Every address of a table, those of signs and decimals too."""
    yield from (one for alternatives in _table_addresses(table) for one in alternatives)
    yield from (one for field in table.fields for one in (*field.sign, *field.implied))


class _Compiler:
    """Resolves addresses, collecting what the syntax objects to."""

    def __init__(self, descriptor: Descriptor, module: Any, options: Mapping[str, Any]) -> None:
        self.descriptor = descriptor
        self.module = module
        self.options = options
        self.errors: list[Any] = []

    def table(self, rule: TableRule) -> TablePlan:
        kind = self.module.rows_kind(rule.record or rule.rows, self.options)
        context = rule.record or rule.rows
        columnar = kind == "" and self.descriptor.syntax == "delimited"
        return TablePlan(
            rule=rule,
            kind=kind,
            fields=tuple(self.field(field, context) for field in rule.fields.values()),
            key=self.addresses(rule.key, context),
            filled=self.address(rule.rows, context) if columnar and rule.rows else None,
            const=tuple(
                (a, value) for text, value in rule.const.items() if (a := self.address(text, context))
            ),
        )

    def field(self, rule: FieldRule, context: str) -> FieldPlan:
        addresses = self.addresses(rule.at, context)
        period = getattr(self.module, "period", None)
        marks = period(addresses[0], self.options) if period and addresses else None
        room = getattr(self.module, "room", None)
        return FieldPlan(
            rule,
            addresses,
            marks,
            sign=self.addresses(rule.number.sign_at, context) if rule.number else (),
            implied=self.addresses(rule.number.implied_at, context) if rule.number else (),
            room=room(addresses[0]) if room and addresses else None,
        )

    def addresses(self, texts: tuple[Any, ...], context: str) -> tuple[Address, ...]:
        return tuple(a for text in texts if (a := self.address(text, context)))

    def address(self, text: Any, context: str) -> Address | None:
        try:
            return self.module.address(text, context, self.options)
        except EdiError as error:
            file = f"formats/{self.descriptor.name.removeprefix('library:')}.toml"
            for one in error.findings:
                self.errors.append(_in_file(one, file, str(text)))
        return None


def _in_file(one: Any, file: str, text: str) -> Any:
    from dataclasses import replace

    return replace(one, location=replace(one.location, file=one.location.file or file, column=text))
