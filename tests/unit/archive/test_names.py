"""Names from outside become short, harmless names for people."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.archive import NAME_BYTES, inbound_path, outbound_path, rule_path, run_path, safe_name

DAY = date(2026, 11, 22)
HOSTILE = [
    "../../evil", "/etc/passwd", "a/b", "", ".", "..", "-rf", "nul", "COM1.txt", "x\0y", "x\ny", "x\x1b[31m",
    "\u202etxt.exe", ".hidden", "trailing. ", "a" * 5000 + ".edi", "é" * 300, "a\\b", "\ufeff", " ", "CON.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("ORDERS_20261122.edi", "ORDERS_20261122.edi"),
        ("Bon de commande n° 12.edi", "Bon_de_commande_n_12.edi"),
        ("épicerie.csv", "épicerie.csv"),
        ("e\u0301picerie.csv", "épicerie.csv"),
        ("поръчка (1).xml", "поръчка_(1).xml"),
        ("../../etc/passwd", "etc_passwd"),
        ("-rf", "rf"),
        ("con.txt", "xcon.txt"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_names_stay_readable(raw: str, safe: str) -> None:
    assert safe_name(raw.encode()) == safe


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name(b"a" * 5000 + b".edi") == "a" * (NAME_BYTES - 4) + ".edi"


@given(
    st.one_of(st.binary(max_size=400), st.sampled_from(HOSTILE).map(str.encode), st.text().map(str.encode))
)
def test_no_name_leaves_its_folder_or_misleads(raw: bytes) -> None:
    name = safe_name(raw)
    assert PurePosixPath(name).name == name and name not in {".", ".."}
    assert 0 < len(name.encode()) <= NAME_BYTES
    assert name.isprintable() and " " not in name and "\\" not in name
    assert name[0] not in ".-" and name[-1] not in ". "
    assert safe_name(name.encode()) == name


@given(st.text(max_size=300), st.text(max_size=100))
def test_paths_stay_in_the_folder_of_their_day(name: str, partner: str) -> None:
    for direction, path in (("in", inbound_path), ("out", outbound_path)):
        made = PurePosixPath(path(DAY, partner, "01ABC", name))
        assert made.parts[:3] == ("2026", "11", "22") and made.parts[4] == direction
        assert len(made.parts) == 6 and made.name.startswith("01ABC_")


def test_rules_and_records_have_places_of_their_own() -> None:
    assert rule_path(b"\xab" * 32, "codes/articles.csv") == f"rules/{'ab' * 32}_codes-articles.csv"
    assert run_path(DAY, "01ABC") == "2026/11/22/_runs/01ABC.json"
