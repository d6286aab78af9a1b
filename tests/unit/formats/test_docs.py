"""docs/formats.md: every descriptor on the page loads, and does what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edi import formats
from edi.formats import Format
from edi.library import Frozen, shipped

PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def example(number: int) -> Format:
    library = shipped()
    files = {name: library.read(name) for name in library.names("formats/")}
    return formats.load("page", Frozen({**files, "formats/page.toml": EXAMPLES[number].encode()}))


def documents(number: int, text: str) -> list[dict[str, Any]]:
    format_ = example(number)
    staged = format_.read(text.encode())
    assert staged.findings == []
    return [document for _, document in format_.document.to_json(staged.tables)]


def test_the_page_has_the_examples_that_are_tested() -> None:
    assert len(EXAMPLES) == 6


def test_top() -> None:
    staged = example(0).read("Article;Quantité;Dépôt\n00123;12;\nMIEL-500;3;EVIAN\n".encode())
    assert staged.tables["stock_levels"]["depot"].to_pylist() == ["ANNECY", "EVIAN"]
    assert staged.tables["stock_levels"]["message"].to_pylist() == [0, 0]


def test_repeated_header() -> None:
    text = "Commande,Devise,Article,Quantité,Payé\n7,EUR,A,1,12.5\n7,,B,2,\n8,EUR,C,1,\n"
    first, second = documents(1, text)
    assert [line["sku"] for line in first["lines"]] == ["A", "B"]
    assert first["payments"] == [{"amount": "12.5"}]
    assert "payments" not in second


def test_several_kinds_of_record() -> None:
    (order,) = documents(2, "E|7|EUR\nL|A|2\n")
    assert order["lines"] == [{"sku": "A", "quantity": "2", "note": "EUR"}]


def test_field_options() -> None:
    head = "Numéro,Date,Heure,Société,Nom,TTC,Remise,Priorité\n"
    staged = example(3).read(f"{head}7,20/11/2026,2026-11-20 09:15:00 +0100,,Hélène,oui,1.50,\n".encode())
    (row,) = staged.tables["orders"].to_pylist()
    assert staged.findings == []
    assert str(row["order_date"]) == "2026-11-20" and row["ordered_at"].hour == 8
    assert (row["buyer_name"], row["currency"], row["prices_include_tax"]) == ("Hélène", "EUR", True)
    assert row["priority"] == 5
    outputs, findings = example(3).write(staged.tables)
    assert findings == [] and ",oui,1.50,5" in outputs[0].data.decode()


def test_fixed_width() -> None:
    lines = (
        "01201126",
        "04201126" + "0000000001000{",
        "04201126" + "0000000000012J",
        "05LCCFacture 4711",
        "05LC2Comptoir",
        "07      " + "0000000000988I",
    )
    first, second = documents(4, "".join(line.ljust(60) for line in lines))
    assert (first["amount"], second["amount"]) == ("100", "-1.21")
    assert (second["closing_balance"], second["remittance"]) == ("98.89", "Facture 4711 Comptoir")


def test_xml() -> None:
    text = """<Releve xmlns="urn:example:statement:2"><Compte>
        <Ecriture sens="C"><Date>2026-11-20</Date><Montant devise="EUR">30</Montant>
          <Lot><Detail><Montant devise="EUR">10</Montant><Motif>CMD</Motif><Motif>4711</Motif></Detail>
          <Detail><Montant devise="EUR">20</Montant></Detail></Lot></Ecriture>
        <Ecriture sens="D"><Date>2026-11-21</Date><Montant devise="EUR">5.5</Montant></Ecriture>
      </Compte></Releve>"""
    found = documents(5, text)
    assert [payment["amount"] for payment in found] == ["10", "20", "-5.5"]
    assert found[0]["remittance"] == "CMD 4711" and found[2]["currency"] == "EUR"


SCHEMA = json.loads(shipped().read("formats/descriptor.schema.json"))
OPTIONS = dict.fromkeys(
    [
        *SCHEMA["$defs"]["options"]["properties"],
        *SCHEMA["$defs"]["table"]["properties"],
        *SCHEMA["properties"]["delimited"]["properties"],
        *SCHEMA["properties"]["flagged"]["properties"],
        *SCHEMA["properties"]["fixed"]["properties"],
        *SCHEMA["properties"]["swift"]["properties"],
        *SCHEMA["properties"]["xml"]["properties"],
    ]
)


@pytest.mark.parametrize("option", OPTIONS)
def test_the_page_names_every_option_of_the_schema(option: str) -> None:
    assert f"`{option}" in PAGE, "docs/formats.md does not explain it"
