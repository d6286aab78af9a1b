"""Risk: what a partner writes into a field is run as a query."""

from __future__ import annotations

import pytest

from edi import checks, documents
from edi.library import Folders, library_root
from edi.transform import Inputs, apply, code_tables, load

LIBRARY = Folders(library_root())
INPUTS = Inputs(codes=code_tables(LIBRARY), partner={"id": "x'; drop view orders; --", "name": 'a"b'})


@pytest.mark.parametrize(
    "text",
    [
        "'; drop table order_lines; --",
        "' union select * from read_text('/etc/passwd') --",
        "\"; attach '/tmp/x' as x; --",
        "$$ || getenv('HOME') || $$",
        "{sku} %s :1 ?",
        "/* */ -- \\",
    ],
)
def test_a_value_is_a_value_in_every_step_and_check(text: str) -> None:
    line = {"sku": text, "description": text, "quantity": "1"}
    order = {"number": text, "buyer_name": text, "note": text, "lines": [line]}
    tables = documents.load("order", LIBRARY).from_json([order])
    made = apply([load("order/articles", LIBRARY)], tables, INPUTS)
    assert made["order_lines"]["sku"].to_pylist() == [text]
    names = [name for name in checks.names("order", LIBRARY) if name != "already_seen"]
    found = checks.run([checks.load(name, "order", LIBRARY) for name in names], {}, made, INPUTS)
    assert {one.code for _, one in found} == {"CHK-001"}, "an article and a customer that nobody knows"
    assert made["orders"]["number"].to_pylist() == [text]
