"""The page for consultants: every example on it is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from edi import checks, documents
from edi.library import Folders, Frozen, library_root
from edi.transform import Inputs, apply, code_tables, lint, load

PAGE = Path(__file__).parents[3] / "docs" / "transforms.md"
BLOCK = re.compile(r"^```(?:sql|python|json) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

BLOCKS = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
LIBRARY = Frozen({name: text.encode() for name, text in BLOCKS.items() if name.startswith("transforms/")})
SHIPPED = Folders(library_root())
ORDER = documents.load("order", SHIPPED)
INPUTS = Inputs(
    codes=code_tables(SHIPPED),
    partner={"id": "epicerie", "name": "Épicerie Générale"},
    route={"name": "orders", "format": "json/order", "clock": "2026-11-23T06:00:00Z"},
)
STEPS = [load(name, LIBRARY) for name in ("acme/orders", "acme/notes")]
CHECK = checks.load("free_lines", "order", LIBRARY)


def test_the_steps_bind() -> None:
    schemas = {name: ORDER.arrow(name, lineage=True) for name in ORDER.tables}
    assert lint(STEPS, schemas, INPUTS, ORDER) == []
    assert checks.lint([CHECK], schemas, INPUTS) == []


def test_the_order_becomes_the_result() -> None:
    after = apply(STEPS, ORDER.from_json([json.loads(BLOCKS["order"])]), INPUTS)
    conformed, findings = ORDER.conform(after)
    assert findings == []
    assert ORDER.to_json(conformed) == [(0, json.loads(BLOCKS["result"]))]


def test_the_check_says_what_the_page_says() -> None:
    [(verdict, finding)] = checks.run(
        [CHECK], {"free_lines": "hold"}, ORDER.from_json([json.loads(BLOCKS["order"])]), INPUTS
    )
    assert verdict == "hold"
    assert "`Line 2 has no price.`" in PAGE.read_text(encoding="utf-8")
    assert finding.text.startswith("Line 2 has no price.")


@pytest.mark.parametrize("document", ["order", "stock"])
def test_the_page_names_every_shipped_check(document: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in checks.names(document, SHIPPED) if f"`{name}`" not in page] == []
