"""The main job as an operator sees it: files in, Sage files out, reports, evidence, and nothing twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example import DROPS, INBOXES, Example, over_folders, over_sftp
from tests.servers import sftp_server

GOLDEN = Path(__file__).parent.parent / "golden" / "main_job"


@pytest.fixture(scope="module", params=["folder", "sftp"])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """The example after one run over the files of the demo."""
    root = tmp_path_factory.mktemp(request.param)
    if request.param == "folder":
        example = over_folders(root)
        yield ran(example)
        return
    with sftp_server(root / "partners") as server:
        yield ran(over_sftp(root, server))


def ran(example: Example) -> Example:
    example.drop_all()
    summary = example.run(code=1)["summary"][0]
    assert (summary["files_in"], summary["files_out"]) == (4, 6)
    assert summary["messages"] == {"accepted": 10, "duplicate": 1, "rejected": 2}
    return example


def test_sage_gets_the_agreed_bytes(day: Example) -> None:
    received = day.received("erp")
    agreed = ["orders_boutique", "orders_epicerie", "orders_shopify"]
    assert [file.name.rpartition("_")[0] for file in received] == agreed
    for file, name in zip(received, agreed, strict=True):
        assert file.read_bytes() == (GOLDEN / f"{name}.txt").read_bytes(), name


@pytest.mark.parametrize(("shop", "agreed"), [("boutique", "stock.csv"), ("shopify", "inventory.csv")])
def test_the_shops_get_the_agreed_bytes(day: Example, shop: str, agreed: str) -> None:
    (stock,) = day.received(shop)
    assert stock.read_bytes() == (GOLDEN / agreed).read_bytes()


def test_the_retailer_is_told_what_was_refused_and_what_to_do(day: Example) -> None:
    (report,) = day.received("epicerie")
    rows = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert [(row["Document"], row["Found"]) for row in rows] == [
        ("4500128714", "253.60"),
        ("4500128715", "3012345100076"),
    ]
    assert all(row["File"] == "ORDERS_4711.edi" and row["What to do"] for row in rows)
    assert "243.60" in rows[0]["What is wrong"] and "codes/articles.csv" in rows[1]["What is wrong"]


def test_partners_keep_nothing_that_was_taken(day: Example) -> None:
    assert not [file for partner in DROPS for file in day.drop_folder(partner).iterdir()]


def test_the_archive_holds_what_came_and_what_went(day: Example) -> None:
    kept = [path.read_bytes() for path in (day.workspace / "archive").rglob("*") if path.is_file()]
    for partner in INBOXES:
        assert all(file.read_bytes() in kept for file in day.received(partner))


def test_status_audit_and_replay_are_content(day: Example) -> None:
    status = day.said("status")
    assert {file["state"] for file in status["file"]} == {"processed"}
    assert day.said("audit", "verify")["summary"][0]["errors"] == 0
    replayed = day.said("replay")["summary"][0]
    assert (replayed["files"], replayed["outputs"], replayed["differences"]) == (4, 6, 0)


def test_a_second_run_does_nothing(day: Example) -> None:
    before = {partner: day.received(partner) for partner in INBOXES}
    summary = day.run()["summary"][0]
    assert (summary["files_in"], summary["files_out"]) == (0, 0)
    assert {partner: day.received(partner) for partner in before} == before


def test_the_same_file_again_is_a_duplicate_that_names_its_original(tmp_path: Path) -> None:
    example = over_folders(tmp_path)
    example.drop("erp", "STOCK_20261122_2200.csv")
    example.run()
    (original,) = example.said("status")["file"]
    delivered = example.received("boutique")

    content = (example.workspace / "archive").rglob("*STOCK_20261122_2200.csv")
    example.drop("erp", "STOCK_20261123_2200.csv", next(content).read_bytes())
    said = example.run(code=1)
    (finding,) = said["finding"]
    assert finding["code"] == "FILE-005"
    assert original["id"] in finding["text"] and original["name"] in finding["text"]
    assert example.received("boutique") == delivered

    newest = example.said("status")["file"][0]
    assert (newest["name"], newest["state"]) == ("STOCK_20261123_2200.csv", "duplicate")
    example.said("replay", newest["id"], "--deliver")
    assert len(example.received("boutique")) == len(delivered) + 1


def test_the_same_order_in_another_file_passes_once(tmp_path: Path) -> None:
    example = over_folders(tmp_path)
    example.drop("boutique", "request_sql_7.csv")
    example.run()
    delivered = example.received("erp")
    text = example.drop("boutique", "request_sql_7.csv").read_text(encoding="utf-8")
    example.drop("boutique", "request_sql_7.csv", text.replace("Colissimo", "Chronopost").encode())

    said = example.run()
    assert said["summary"][0]["messages"] == {"duplicate": 3}
    assert all("passed before" in finding["text"] for finding in said["finding"])
    assert example.received("erp") == delivered


@pytest.fixture(scope="module")
def next_day(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The example after a second run, over the ERP's next stock file and the bank's statement."""
    example = over_folders(tmp_path_factory.mktemp("next_day"))
    ran(example)
    example.drop_later("erp")
    example.drop_later("banque")
    summary = example.run(code=1)["summary"][0]
    assert summary["messages"] == {"accepted": 4, "duplicate": 1, "held": 2}
    return example


def newest(example: Example, partner: str, kind: str) -> bytes:
    """The content of the newest file of a kind; the reference in its name rises."""
    files = [file for file in example.received(partner) if file.name.startswith(kind)]
    return max(files, key=lambda file: int(file.stem.rpartition("_")[2])).read_bytes()


def test_payments_reach_sage_with_the_orders_that_they_settle(next_day: Example) -> None:
    agreed = (GOLDEN / "payments_banque.txt").read_bytes()
    assert newest(next_day, "erp", "payments_banque_") == agreed


def test_a_payment_that_fits_no_order_is_held_until_what_is_missing_is_there(
    next_day: Example, tmp_path: Path
) -> None:
    example = next_day.copied(tmp_path / "copy")
    statement = next(one for one in example.said("status", code=1)["file"] if one["partner"] == "banque")
    held = [one for one in example.said("show", statement["id"])["finding"] if one["severity"] == "warning"]
    assert ["500.00" in held[0]["text"], "165.60" in held[1]["text"]] == [True, True]
    assert "kind=iban" in held[1]["hint"] and "by hand" in held[0]["hint"]

    with (example.workspace / "codes" / "customers.csv").open("a", encoding="utf-8") as table:
        table.write("FR7610278073000005060720162,iban,REFUGE,Refuge du Parmelan,1,ANNECY,\n")
    said = example.said("replay", statement["id"], "--deliver", code=1)
    assert said["summary"][0]["messages"] == {"accepted": 1, "duplicate": 4, "held": 1}
    paid = newest(example, "erp", "payments_banque_").decode("cp850")
    assert paid.count("#CRGT") == 1 and "165,60" in paid and "#1043" in paid
    assert example.said("status", code=1)["summary"][0]["attention"] == 1


def test_one_shop_gets_what_changed_and_the_other_everything(next_day: Example) -> None:
    changed = newest(next_day, "shopify", "inventory_").decode().splitlines()
    assert [line.partition(",")[0] for line in changed] == [
        "Handle",
        "coffret-decouverte",
        "miel-de-montagne",
    ]
    assert len(newest(next_day, "boutique", "stock_").splitlines()) == 7


def test_a_shop_gets_a_whole_list_again_when_its_delta_is_off(next_day: Example, tmp_path: Path) -> None:
    example = next_day.copied(tmp_path / "copy")
    stock = next(one for one in example.said("status", code=1)["file"] if one["partner"] == "erp")
    text = example.configuration.read_text(encoding="utf-8")
    example.configuration.write_text(text.replace("delta = true", "delta = false"), encoding="utf-8")
    example.said("replay", stock["id"], "--deliver")
    assert len(newest(example, "shopify", "inventory_").splitlines()) == 7


def test_a_workspace_restored_elsewhere_verifies_and_replays(next_day: Example, tmp_path: Path) -> None:
    example = next_day.copied(tmp_path / "here")
    elsewhere = Example(tmp_path / "there")
    elsewhere.root.mkdir()
    example.workspace.rename(elsewhere.workspace)
    assert elsewhere.said("audit", "verify")["summary"][0]["errors"] == 0
    assert elsewhere.said("replay")["summary"][0]["differences"] == 0


def test_one_changed_byte_in_the_archive_is_noticed_and_named(tmp_path: Path) -> None:
    example = over_folders(tmp_path)
    example.drop("erp", "STOCK_20261122_2200.csv")
    example.run()
    (kept,) = (example.workspace / "archive").rglob("*_STOCK_20261122_2200.csv")
    kept.chmod(0o644)
    kept.write_bytes(kept.read_bytes().replace(b"1280", b"1281"))

    said = example.said("audit", "verify", code=1)
    assert said["summary"][0]["errors"] == 1
    assert kept.name in str(said["finding"][0])
