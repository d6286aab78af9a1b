"""The shipped schemas: what a consultant reads and what every stage relies on."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator

from edi import documents
from edi.library import Frozen, shipped

NAMES = ("order", "stock", "product", "customer", "report", "payment", "journal")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_and_every_field_is_explained(name: str) -> None:
    document = documents.load(name, shipped())
    Draft202012Validator.check_schema(document.schema)
    for table in document.tables.values():
        assert all(table.titles[field] for field in table.fields.names), table.name


def test_tables_come_root_first_and_parents_before_children() -> None:
    tables = documents.load("order", shipped()).tables
    assert [*tables] == ["orders", "order_lines", "order_line_charges", "order_charges", "order_payments"]
    seen: set[str | None] = {None}
    for table in tables.values():
        assert table.parent in seen
        seen.add(table.name)


def test_keys_fields_and_lineage_have_their_types() -> None:
    lines = documents.load("order", shipped()).arrow("order_lines", lineage=True)
    assert lines.names[:3] == ["message", "position", "parent"]
    assert lines.names[-3:] == ["_line", "_segment", "_offset"]
    assert lines.field("message").type == pa.int32()
    assert lines.field("quantity").type == pa.decimal128(18, 6)
    assert lines.field("tax_rate").type == pa.decimal128(9, 4)
    assert lines.field("requested_delivery_date").type == pa.date32()
    assert lines.field("sku").type == pa.string()


def test_no_field_is_a_float_and_none_hides_a_key() -> None:
    for name in NAMES:
        for table in documents.load(name, shipped()).tables.values():
            assert not {"message", "position", "parent"} & set(table.fields.names)
            assert not any(pa.types.is_floating(field.type) for field in table.fields)


def test_decimal_patterns_say_what_the_column_holds() -> None:
    for name in NAMES:
        definitions = documents.load(name, shipped()).schema.get("$defs", {}).values()
        for spec in definitions:
            if "x-decimal" in spec:
                precision, scale = spec["x-decimal"]
                expected = rf"^-?[0-9]{{1,{precision - scale}}}(\.[0-9]{{1,{scale}}})?$"
                assert spec["pattern"] == expected


def test_a_document_without_rows_is_complete_and_valid() -> None:
    document = documents.load("order", shipped())
    assert {name: table.num_rows for name, table in document.empty().items()} == dict.fromkeys(
        document.tables, 0
    )
    assert document.validate(document.empty()) == []


def test_a_workspace_may_bring_its_own_document() -> None:
    schema = {
        "title": "Pallet",
        "type": "object",
        "x-table": "pallets",
        "required": ["sscc"],
        "properties": {
            "sscc": {"type": "string", "pattern": "^[0-9]{18}$"},
            "layers": {"type": "integer", "minimum": 1, "maximum": 12},
        },
    }
    library = Frozen({"formats/documents/pallet.json": json.dumps(schema).encode()})
    pallet = documents.load("pallet", library)
    tables = pallet.from_json([{"sscc": "3" * 18, "layers": 12}, {"sscc": "3" * 17, "layers": 13}])
    faults = [(f.message, f.location.column) for f in pallet.validate(tables)]
    assert faults == [(1, "sscc"), (1, "layers")]


def test_an_unknown_document_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="invoice"):
        documents.load("invoice", shipped())
