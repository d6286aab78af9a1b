"""Addresses of descriptors: what they resolve to, and what is said about those that do not."""

from __future__ import annotations

import pytest

from edi.findings import EdiError
from edi.library import Frozen, shipped
from edi.syntax import Address, Condition, Step, edifact
from tests.edifact import ORDERS


def where(cell: tuple[int, int], *values: str) -> tuple[Condition, ...]:
    return (Condition((cell,), values),)


@pytest.mark.parametrize(
    ("text", "rows", "steps", "choices", "up"),
    [
        ("BGM/1004", "", (Step("0/BGM"),), (((2, 1), ()),), 0),
        ("UNH/0062", "", (), (((1, 1), ()),), 0),
        ("NAD[3035=BY]/3039", "", (Step("2/NAD", where((1, 1), "BY")),), (((2, 1), ()),), 0),
        ("NAD[3035=BY]/3036#2", "", (Step("2/NAD", where((1, 1), "BY")),), (((4, 2), ()),), 0),
        (
            "NAD[3035=BY]/RFF[1153=VA]/1154",
            "",
            (Step("2/NAD", where((1, 1), "BY")), Step("3/RFF", where((1, 1), "VA"))),
            (((1, 2), ()),),
            0,
        ),
        ("QTY[6063=21|1]/6060", "LIN", (Step("25/QTY", where((1, 1), "21", "1")),), (((1, 2), ()),), 0),
        ("LIN/7140", "LIN", (), (((3, 1), ()),), 0),
        ("7140", "25/LIN", (), (((3, 1), ()),), 0),
        ("7140[7143=EN]", "SG25", (), (((3, 1), where((3, 2), "EN")),), 0),
        ("PRI[5125=AAA]/5118", "LIN", (Step("28/PRI", where((1, 1), "AAA")),), (((1, 2), ()),), 0),
        (
            "SG18[5463=A]/MOA[5025=8]/5004",
            "",
            (Step("18/ALC", where((1, 1), "A")), Step("21/MOA", where((1, 1), "8"))),
            (((1, 2), ()),),
            0,
        ),
        ("^BGM/1004", "LIN", (Step("0/BGM"),), (((2, 1), ()),), 1),
        ("^LIN/1082", "28/PRI", (), (((1, 1), ()),), 1),
        ("^NAD[3035=SU]/3039", "LIN", (Step("2/NAD", where((1, 1), "SU")),), (((2, 1), ()),), 1),
    ],
)
def test_an_address_resolves_by_the_directory(
    text: str, rows: str, steps: tuple[Step, ...], choices: object, up: int
) -> None:
    assert edifact.address(text, rows, ORDERS) == Address(steps, choices, up, False, text)  # type: ignore[arg-type]


def test_a_repeated_composite_gives_a_choice_for_each_place() -> None:
    address = edifact.address("PIA[4347=5]/7140[7143=SA]", "LIN", ORDERS)
    assert address.choices == tuple(((e, 1), where((e, 2), "SA")) for e in range(2, 7))


def test_two_slashes_look_below_the_next_group() -> None:
    address = edifact.address("//CCI/7037", "LIN", ORDERS)
    assert (address.deep, address.steps[-1].kind) == (True, "26/CCI")
    address = edifact.address("NAD//COM/3155", "", ORDERS)
    assert (address.deep, [s.kind for s in address.steps]) == (True, ["2/NAD", "5/COM"])


@pytest.mark.parametrize(
    ("text", "rows", "code", "words"),
    [
        ("NAD", "", "FMT-103", "no data element"),
        ("NAD[3035]/3039", "", "FMT-103", "no condition"),
        ("nad/3039", "", "FMT-103", "no segment"),
        ("//NAD/RFF/1154", "", "FMT-103", "before the last segment"),
        ("^3039", "LIN", "FMT-103", "needs a segment"),
        ("BGN/1004", "", "FMT-104", "did you mean 'BGM'"),
        ("QTY/6060", "", "FMT-104", "the message"),
        ("BGM/RFF/1154", "", "FMT-104", "opens none"),
        ("^QTY/6060", "LIN", "FMT-104", "groups around"),
        ("NAD/3038", "", "FMT-105", "did you mean '3039'"),
        ("NAD[3053=BY]/3039", "", "FMT-105", "did you mean"),
        ("LIN/7140[9999=EN]", "LIN", "FMT-105", "9999"),
        ("NAD/3036#9", "", "FMT-105", "3036"),
        ("ALC/5463", "", "FMT-106", "SG18, SG54"),
        ("7140", "LINE", "FMT-104", "did you mean 'LIN'"),
        ("1154", "RFF", "FMT-106", "SG1, SG3"),
    ],
)
def test_an_address_that_does_not_fit_says_why(text: str, rows: str, code: str, words: str) -> None:
    with pytest.raises(EdiError) as caught:
        edifact.address(text, rows, ORDERS)
    assert [f.code for f in caught.value.findings] == [code]
    assert words in caught.value.findings[0].text


def test_rows_are_named_by_tag_or_group() -> None:
    kinds = [edifact.rows_kind(name, ORDERS) for name in ("", "LIN", "25/LIN", "SG25", "2/NAD")]
    assert kinds == ["0/UNH", "25/LIN", "25/LIN", "25/LIN", "2/NAD"]


def test_a_release_or_message_the_library_lacks_is_named() -> None:
    with pytest.raises(EdiError) as caught:
        edifact.prepare({"message": "ORDERS", "release": "D.07A"}, shipped())
    assert "D.96A" in caught.value.findings[0].text
    with pytest.raises(EdiError) as caught:
        edifact.prepare({"message": "ORDER", "release": "D.96A"}, shipped())
    assert "did you mean 'ORDERS'" in caught.value.findings[0].text


def test_a_directory_without_code_lists_is_enough() -> None:
    library = shipped()
    folder = "formats/edifact/directory/"
    names = {f"{folder}d96a.json": f"{folder}d96a.json", f"{folder}service.json": f"{folder}service.json"}
    options = edifact.prepare(
        {"message": "ORDERS", "release": "D.96A"}, Frozen({n: library.read(m) for n, m in names.items()})
    )
    assert edifact.rows_kind("LIN", options) == "25/LIN"
