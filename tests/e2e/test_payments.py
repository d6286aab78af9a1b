"""A statement of the bank pays orders that passed the day before; what fits none waits for somebody."""

from __future__ import annotations

from pathlib import Path

from edi.library import shipped
from tests.example import over_folders

STATEMENT = shipped().read("formats/iso20022/camt053.example.xml").decode("utf-8")
ORDER = "4500128711"


def test_a_payment_reaches_the_erp_with_the_order_that_it_pays(tmp_path: Path) -> None:
    example = over_folders(tmp_path)
    example.drop_all()
    example.run(code=1)
    statement = STATEMENT.replace("COMMANDE 4711 DU 18/11", f"CDE {ORDER}").encode("utf-8")
    (example.root / "partners" / "banque" / "statements" / "releve.xml").write_bytes(statement)
    said = example.run(code=1)
    assert any("ALIMENTARI ROSSI" in one["text"] for one in said["finding"])
    (payments,) = [path for path in example.received("erp") if path.name.startswith("payments_")]
    lines = payments.read_bytes().decode("cp850").split("\r\n")
    assert lines.count("#CRGT") == 1
    assert lines[lines.index("#CRGT") + 2] == "EPICERIE"
    assert lines[lines.index("#CREC") + 1] == ORDER
