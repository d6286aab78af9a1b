"""Names of outgoing files: whatever a partner sends, the result is one safe name."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import naming
from edi.findings import EdiError

CLOCK = "2026-11-22T14:05:09+01:00"


def fields(number: str = "CMD-2026-001", stem: str = "commande") -> dict[str, str]:
    return naming.fields(
        route="orders", partner="epicerie", clock=CLOCK, reference=42, number=number, stem=stem
    )


def test_a_pattern_is_filled_from_the_fixed_fields() -> None:
    pattern = "{partner}_{route}_{date}T{time}_{reference}_{number}_{stem}.txt"
    assert naming.render(pattern, fields()) == (
        "epicerie_orders_20261122T140509_42_CMD-2026-001_commande.txt"
    )


@pytest.mark.parametrize(
    "pattern", ["{partner.id}", "{0}", "{}", "{number!r}", "{date:>99}", "{number", "a}"]
)
def test_nothing_but_a_plain_field_is_filled(pattern: str) -> None:
    with pytest.raises(EdiError) as caught:
        naming.render(pattern, fields())
    assert caught.value.findings[0].code == "NAM-001"


def test_characters_that_a_name_should_not_have_become_dashes() -> None:
    assert naming.render("O_{number}.csv", fields("CMD/2026:\u202eé\n")) == "O_CMD-2026--é-.csv"


@pytest.mark.parametrize(
    "name", ["..", ".hidden", "-rf", "NUL", "com1.txt", "name.", " x", "x" * 201, "a/b", "a\x00"]
)
def test_a_name_that_some_system_would_misread_is_refused(name: str) -> None:
    with pytest.raises(EdiError) as caught:
        naming.render(name, fields())
    assert caught.value.findings[0].code == "NAM-002"


@given(st.text(), st.text())
def test_whatever_a_partner_sends_the_name_stays_in_its_folder(number: str, stem: str) -> None:
    name = naming.render("X{number}_{stem}Y.txt", fields(number[:40], stem[:9]))
    assert PurePosixPath("/out", name).parent == PurePosixPath("/out")
    assert naming.unsafe(name) == ""
