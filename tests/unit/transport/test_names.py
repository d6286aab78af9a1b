from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.transport import names


@given(st.binary(max_size=250))
def test_a_name_that_passes_is_one_component_of_a_path(raw: bytes) -> None:
    if not names.incoming_problem(raw):
        path = PurePosixPath("drop") / raw.decode()
        assert path.parent == PurePosixPath("drop")
        assert names.shown(raw) == raw.decode()


@given(st.binary())
def test_a_name_can_always_be_shown_on_one_line(raw: bytes) -> None:
    assert names.shown(raw).isprintable()


@given(st.text())
def test_a_name_that_may_be_delivered_may_also_be_received(name: str) -> None:
    if not names.outgoing_problem(name):
        assert not names.incoming_problem(name.encode())
        assert not names.unfinished(name.encode())


@pytest.mark.parametrize(
    "name",
    ["stock.csv", "Commande n° 12.csv".replace("°", "o"), "поръчка_7.xml", "Facture-été+2026.pdf", "a@b"],
)
def test_ordinary_names_pass_both_ways(name: str) -> None:
    assert names.outgoing_problem(name) == ""
    assert names.incoming_problem(name.encode()) == ""


def test_a_decomposed_accent_passes() -> None:
    assert names.outgoing_problem("e\u0301te\u0301.csv") == ""


@pytest.mark.parametrize(
    "name", ["orders#7.csv", "stock & prix.csv", "50%.csv", "l’été.csv", "-rf", "a;b", "$x"]
)
def test_what_a_partner_may_call_a_file_is_wider_than_what_we_send(name: str) -> None:
    assert names.incoming_problem(name.encode()) == ""
    assert names.outgoing_problem(name)
