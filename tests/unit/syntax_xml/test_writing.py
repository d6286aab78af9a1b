"""XML as it is written from tables: a descriptor that goes both ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from edi import formats
from edi.findings import EdiError
from edi.formats import law
from edi.library import Frozen, shipped
from tests.strategies import tables, texts

DESCRIPTOR = """
document = "order"
syntax   = "xml"
[xml]
root     = "{urn:example:orders}Commandes"
[orders]
rows     = "Lot/Commande"
[orders.fields]
number       = "@numero"
currency     = "Total/@devise"
gross_amount = { at = "Total", scale = 2 }
buyer_name   = "Acheteur/Nom"
[order_lines]
rows     = "Lot/Commande/Lignes/Ligne"
[order_lines.fields]
sku          = "Article"
quantity     = "Quantite"
"""
FIELDS = {"orders": ["number", "currency", "buyer_name"], "order_lines": ["sku", "quantity"]}


def format_(text: str = DESCRIPTOR) -> formats.Format:
    library = shipped()
    files = {name: library.read(name) for name in library.names("formats/")}
    return formats.load("xml/orders", Frozen({**files, "formats/xml/orders.toml": text.encode()}))


FORMAT = format_()
ORDER = {"number": "4711", "buyer_name": "Épicerie & fils <Lyon>", "gross_amount": "12.5", "currency": "EUR"}
LINES = [{"sku": "00123", "quantity": "2"}, {"sku": "MIEL-500", "quantity": "1"}]


def test_a_document_as_people_read_it() -> None:
    made = FORMAT.document.from_json([{**ORDER, "lines": LINES[:1]}])
    (output,), findings = FORMAT.write(made)
    assert findings == []
    assert (
        output.data.decode()
        == """<?xml version="1.0" encoding="UTF-8"?>
<Commandes xmlns="urn:example:orders">
  <Lot>
    <Commande numero="4711">
      <Total devise="EUR">12.50</Total>
      <Acheteur>
        <Nom>Épicerie &amp; fils &lt;Lyon&gt;</Nom>
      </Acheteur>
      <Lignes>
        <Ligne>
          <Article>00123</Article>
          <Quantite>2</Quantite>
        </Ligne>
      </Lignes>
    </Commande>
  </Lot>
</Commandes>
"""
    )


def test_many_files_in_one_pass() -> None:
    made = FORMAT.document.from_json([{**ORDER, "number": str(n), "lines": LINES} for n in range(3)])
    outputs, _ = FORMAT.write(made, groups=np.array([1, 0, 1]))
    read = [FORMAT.read(one.data).tables["orders"]["number"].to_pylist() for one in outputs]
    assert read == [["1"], ["0", "2"]]


def test_a_control_character_stops_its_message_alone() -> None:
    made = FORMAT.document.from_json(
        [{**ORDER, "buyer_name": "a\x01b", "lines": LINES}, {**ORDER, "lines": LINES}]
    )
    (output,), (found,) = FORMAT.write(made)
    assert (found.code, found.message, output.messages) == ("TEXT-002", 0, (1,))


def test_a_pattern_cannot_be_written() -> None:
    with pytest.raises(EdiError) as error:
        format_(DESCRIPTOR.replace("orders}", "*}")).write(FORMAT.document.empty())
    assert error.value.findings[0].code == "FMT-131"


@given(tables(FORMAT.document, FIELDS, texts()))
def test_what_is_written_reads_back_as_the_same_tables(made: dict[str, object]) -> None:
    (output,), findings = FORMAT.write(made)  # type: ignore[arg-type]
    again = FORMAT.read(output.data)
    assert findings == [] and again.findings == []
    kept = {name: made[name] for name in FIELDS}
    assert law.differences(FORMAT, kept, again.tables) == []  # type: ignore[arg-type]


def test_an_element_around_rows_that_holds_a_field_of_its_own_is_not_lost() -> None:
    text = DESCRIPTOR.replace("[order_lines]", 'note = "Lignes/@remarque"\n[order_lines]')
    both = format_(text)
    made = both.document.from_json([{**ORDER, "note": "fragile", "lines": LINES}])
    (output,), _ = both.write(made)
    again = both.read(output.data)
    assert again.findings == []
    assert again.tables["orders"]["note"].to_pylist() == ["fragile"]
    assert again.tables["order_lines"]["sku"].to_pylist() == ["00123", "MIEL-500"]
