"""read(write(tables)) == tables, for every shipped format that goes both ways and all it can carry."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edi import formats
from edi.formats import Format, law
from edi.library import shipped
from edi.model import Envelope
from edi.tables import Tables
from tests.strategies import AWKWARD, WIDE, tables, texts

LIBRARY = shipped()
BOTH = [name for name in formats.names(LIBRARY) if formats.load(name, LIBRARY).direction == "both"]
ENVELOPE = Envelope(
    sender="3020110000001", receiver="3012345000017", reference="1", prepared_at="2026-11-20T09:15:00Z"
)


def alphabet(format_: Format) -> str:
    """Characters that the format's encoding can hold; a backslash is an escape in flagged files."""
    encoding = format_.plan.options.get("encoding", "latin-1" if format_.syntax == "edifact" else "utf-8")
    known = [c for c in (WIDE if encoding.startswith("utf") else AWKWARD) if c != "\\"]
    return "".join(c for c in known if c.encode(encoding, "ignore"))


def carried(format_: Format) -> dict[str, list[str]]:
    """The fields that the format writes, by table."""
    return {
        name: [one.rule.name for one in plan.fields if one.addresses and not one.rule.extra]
        for name, plan in format_.plan.tables.items()
    }


def rounded(format_: Format, made: Tables) -> Tables:
    """The tables with decimals at the format's scale; more digits are refused when written."""
    result = dict(made)
    for name, plan in format_.plan.tables.items():
        for field in plan.fields:
            if field.rule.scale is not None and field.rule.name in result[name].column_names:
                place = result[name].schema.get_field_index(field.rule.name)
                column = pc.round(
                    result[name][field.rule.name], ndigits=field.rule.scale, round_mode="towards_zero"
                ).cast(field.rule.type)
                result[name] = result[name].set_column(place, field.rule.name, column)
    return result


def fitted(format_: Format, made: Tables) -> Tables:
    """The tables with texts that fit into their places; longer ones are refused when written."""
    result = dict(made)
    for name, plan in format_.plan.tables.items():
        for field in plan.fields:
            if (
                field.room
                and pa.types.is_string(field.rule.type)
                and field.rule.name in result[name].column_names
            ):
                place = result[name].schema.get_field_index(field.rule.name)
                cut = pc.utf8_trim_whitespace(
                    pc.utf8_slice_codeunits(result[name][field.rule.name], 0, field.room)
                )
                result[name] = result[name].set_column(
                    place, field.rule.name, pc.if_else(pc.equal(cut, ""), None, cut)
                )
    return result


@pytest.mark.parametrize("name", BOTH)
@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_reads_back_as_the_same_tables(name: str, data: st.DataObject) -> None:
    format_ = formats.load(name, LIBRARY)
    one = format_.plan.descriptor.messages == "file"
    text = texts(alphabet(format_))
    made = data.draw(tables(format_.document, carried(format_), text, one_message=one))
    made = fitted(format_, rounded(format_, made))
    outputs, _ = format_.write(made, [ENVELOPE])
    again = format_.read(outputs[0].data)
    kept = {name: table for name, table in made.items() if name in format_.plan.tables}
    assert law.differences(format_, kept, again.tables) == []
