"""Hypothesis strategies for valid documents, built from a document's own schema.

`objects` gives documents in their JSON form, `tables` the same as tables of a batch. Sizes are small; texts
hold accents, Cyrillic and the characters that separate, quote or release in one syntax or another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pt
from hypothesis import strategies as st

from edi.documents import Document, TableDef
from edi.documents.schema import Rule
from edi.tables import Tables

AWKWARD = "aZ09 éèàçÉñüß'\"+:?;,.*#&<>=-\\/|_()"
"""Characters of ISO 8859-1 that make trouble somewhere."""

WIDE = AWKWARD + "œŒ€–’№ЖщЮ„“"
"""The same and some that only Unicode has."""

Fields = Mapping[str, Collection[str]]
"""Table name -> the fields that may be filled; required ones always are."""


def texts(alphabet: str = WIDE, longest: int = 12) -> st.SearchStrategy[str]:
    """Texts without spaces at their ends, never empty."""
    return st.text(alphabet, min_size=1, max_size=longest).map(str.strip).filter(bool)


def decimals(kind: pa.DataType) -> st.SearchStrategy[str]:
    """Canonical decimal strings of every size that a column holds, small ones most of all."""
    limit = 10**kind.precision - 1
    units = st.one_of(
        st.integers(-(10 ** (kind.scale + 3)), 10 ** (kind.scale + 3)), st.integers(-limit, limit)
    )
    return units.map(lambda value: _spelled(value, kind.scale))


def _spelled(value: int, scale: int) -> str:
    digits = str(abs(value)).rjust(scale + 1, "0")
    whole, part = digits[:-scale], digits[-scale:].rstrip("0")
    return ("-" if value < 0 else "") + whole + ("." + part if part else "")


def values(kind: pa.DataType, rule: Rule, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """JSON values that a field of this type and rule accepts."""
    if pt.is_decimal(kind):
        return decimals(kind)
    if pt.is_date(kind):
        return st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)).map(str)
    if pt.is_timestamp(kind):
        moments = st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2049, 12, 31))
        return moments.map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z")
    if pt.is_boolean(kind):
        return st.booleans()
    if pt.is_integer(kind):
        return st.integers(rule.minimum or 0, 10**6)
    if rule.enum:
        return st.sampled_from(rule.enum)
    return st.from_regex(rule.pattern, fullmatch=True) if rule.pattern else text


@st.composite
def rows(
    draw: st.DrawFn, table: TableDef, fields: Fields | None, text: st.SearchStrategy[str], most: int = 8
) -> dict[str, Any]:
    """One row of a table as a flat object: required fields and up to `most` others, in schema order."""
    allowed = table.fields.names if fields is None else [*fields.get(table.name, ())]
    optional = [name for name in allowed if name not in table.required]
    chosen = set(draw(st.lists(st.sampled_from(optional), max_size=most, unique=True))) if optional else set()
    return {
        field.name: draw(values(field.type, table.rules.get(field.name, Rule()), text))
        for field in table.fields
        if field.name in chosen or field.name in table.required
    }


@st.composite
def objects(
    draw: st.DrawFn,
    document: Document,
    fields: Fields | None = None,
    text: st.SearchStrategy[str] | None = None,
    table: str = "",
) -> dict[str, Any]:
    """One valid document as a nested object. `fields` leaves out tables that it does not name."""
    words = texts() if text is None else text
    definition = document.tables[table or document.root.name]
    made = draw(rows(definition, fields, words))
    for child in document.tables.values():
        wanted = fields is None or child.name in fields
        if child.parent == definition.name and (wanted or child.min_items):
            below = objects(document, fields, words, child.name)
            if items := draw(st.lists(below, min_size=child.min_items, max_size=2 + child.min_items)):
                made[child.property] = items
    return made


@st.composite
def tables(
    draw: st.DrawFn,
    document: Document,
    fields: Fields | None = None,
    text: st.SearchStrategy[str] | None = None,
    most: int = 3,
    one_message: bool = False,
) -> Tables:
    """The tables of one to `most` valid documents, a message each.

    `one_message` puts all rows of a document without child tables into message 0, as a stock file does.
    """
    made = document.from_json(draw(st.lists(objects(document, fields, text), min_size=1, max_size=most)))
    if not one_message:
        return made
    root = document.root.name
    count = len(made[root])
    keys = {"message": np.zeros(count, np.int32), "position": np.arange(1, count + 1, dtype=np.int32)}
    columns = [pa.array(keys[n]) if n in keys else made[root].column(n) for n in made[root].column_names]
    return {root: pa.table(columns, schema=made[root].schema)}
