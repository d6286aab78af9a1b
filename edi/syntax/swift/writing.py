"""Fields to statements: one tag a field, CR LF, a line with a hyphen after each statement.

:86: is written in the dialect that its cells belong to: with a code in the German one, with words between
slashes, or as free text of at most 65 characters a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edi.model import Output
from edi.syntax import Records, RecordSet
from edi.syntax._text import Lines, outputs
from edi.syntax.swift.fields import BALANCE_CELLS, BALANCES, PARTS, WORDS

LINE, SUBFIELD = 65, 27
_KEYS = {
    "text00": "00",
    "voucher": "10",
    "bic": "30",
    "bank_code": "30",
    "iban": "31",
    "account": "31",
    "key": "34",
}


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One file a group: all fields in order."""
    sets = {kind: one for kind, one in records.sets.items() if len(one)}
    order = np.concatenate([np.zeros(0, np.int64), *(one.order for one in sets.values())])
    sort = np.argsort(order, kind="stable")
    message = np.concatenate([np.zeros(0, np.int32), *(one.message for one in sets.values())])[sort]
    texts = [_fields(kind, one) for kind, one in sets.items()]
    text = pa.concat_arrays([pa.array([], pa.string()), *texts]).take(pa.array(sort))
    kinds = np.concatenate([np.zeros(0, "U3"), *(np.full(len(one), kind) for kind, one in sets.items())])[
        sort
    ]
    last = np.append(kinds[1:] == "20", True)
    ended = pc.if_else(pa.array(last[: len(text)]), pc.binary_join_element_wise(text, "-", "\r\n"), text)
    made, findings = outputs(Lines(ended, message), records.groups, options["encoding"], "\r\n")
    records.findings += findings
    return made


def _fields(kind: str, one: RecordSet) -> pa.Array:
    """The fields of one tag."""
    tag = pa.repeat(pa.scalar(f":{kind}:"), len(one))

    def cell(name: str) -> pa.Array:
        return pc.fill_null(one.column(name), "")

    if kind == "61":
        return pc.binary_join_element_wise(tag, _movement(cell), "")
    if kind in BALANCES:
        return pc.binary_join_element_wise(tag, *(cell(name) for name in BALANCE_CELLS), "")
    if kind == "86":
        return pc.binary_join_element_wise(tag, _details(one), "")
    if kind in ("25", "25P"):
        return pc.binary_join_element_wise(tag, cell("iban"), cell("account"), "")
    return pc.binary_join_element_wise(tag, pc.replace_substring(cell(""), "\n", "\r\n"), "")


def _movement(cell: Any) -> pa.Array:
    value, booked, bank, extra = (cell(n) for n in ("value_date", "booking_date", "bank_reference", "extra"))
    entry = pc.if_else(pc.equal(value, booked), "", pc.utf8_slice_codeunits(booked, 2, 6))
    return pc.binary_join_element_wise(
        value,
        entry,
        *(cell(name) for name in ("mark", "funds", "amount", "type", "customer_reference")),
        pc.if_else(pc.equal(bank, ""), "", pc.binary_join_element_wise("//", bank, "")),
        pc.if_else(pc.equal(extra, ""), "", pc.binary_join_element_wise("\r\n", extra, "")),
        "",
    )


def _details(one: RecordSet) -> pa.Array:
    """:86: fields, a row at a time: they are short, and each is broken into lines of its own."""
    names = [str(cell) for cell in one.cells()]
    columns = [one.column(name).to_pylist() for name in names]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return pa.array([_detail({k: v for k, v in row.items() if v}) for row in rows], pa.string())


def _detail(cells: Mapping[str, str]) -> str:
    if "code" in cells:
        return _broken(_coded(cells))
    if words := [f"/{word}/{cells[word]}" for word in WORDS if word in cells]:
        return _broken("".join(words))
    return _broken(cells.get("text", ""))


def _coded(cells: Mapping[str, str]) -> str:
    """Code, subfields of at most 27 characters, in the order of their keys."""
    purpose = cells.get("purpose", "") + "".join(f"{w}+{cells[w]}" for w in WORDS if w in cells)
    pieces = [purpose[at : at + SUBFIELD] for at in range(0, len(purpose), SUBFIELD)]
    keyed = dict(zip((*range(20, 30), *range(60, 64)), pieces, strict=False))
    subfields = {int(_KEYS[name]): cells[name] for name in PARTS if name in cells and name != "name"}
    name = cells.get("name", "")
    named = {32: name[:SUBFIELD], 33: name[SUBFIELD:]}
    every = sorted({**keyed, **subfields, **named}.items())
    return cells["code"] + "".join(f"?{key:02}{text}" for key, text in every if text)


def _broken(text: str) -> str:
    return "\r\n".join(text[at : at + LINE] for at in range(0, len(text), LINE)) or text
