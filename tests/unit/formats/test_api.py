"""What a format promises to its callers: fitting, grouping, directions, outgoing files."""

from __future__ import annotations

import numpy as np
import pytest

from edi import formats
from edi.findings import EdiError
from edi.formats import law
from edi.formats.detect import detect
from edi.library import Frozen, shipped
from edi.model import Envelope

LIBRARY = shipped()
EXAMPLES = {
    name: LIBRARY.read(law.example_of(name, LIBRARY)[0])  # type: ignore[index]
    for name in formats.names(LIBRARY)
    if formats.load(name, LIBRARY).direction != "write"
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_recognised_as_what_it_is(name: str) -> None:
    assert detect(EXAMPLES[name], LIBRARY).name == name


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FILE-001"),
        (b"\x00\x01\x02", "FMT-019"),
        (b"Bonjour,\nvoici la commande.\n", "FMT-019"),
    ],
)
def test_what_is_no_known_format_is_said_so(data: bytes, code: str) -> None:
    with pytest.raises(EdiError) as error:
        detect(data, LIBRARY)
    assert error.value.findings[0].code == code


@pytest.mark.parametrize("name", ["edifact/d96a/orders", "sage100/orders", "json/order"])
def test_messages_go_to_the_files_that_their_groups_name(name: str) -> None:
    format_ = formats.load(name, LIBRARY)
    tables = format_.read(EXAMPLES[name]).tables
    envelopes = [
        Envelope(sender="1", receiver="2", reference=str(n), prepared_at="2026-11-20T09:00:00Z")
        for n in (1, 2)
    ]
    outputs, findings = format_.write(tables, envelopes, np.array([1, 0], np.int32))
    numbers = [format_.read(one.data).tables["orders"]["number"].to_pylist() for one in outputs]
    assert findings == []
    assert numbers == [[number] for number in reversed(tables["orders"]["number"].to_pylist()[:2])]
    assert [one.messages for one in outputs] == [(1,), (0,)]


def test_a_one_way_format_refuses_the_other_way() -> None:
    with pytest.raises(EdiError) as error:
        formats.load("prestashop/orders", LIBRARY).write({})
    assert error.value.findings[0].code == "FMT-016"
    with pytest.raises(EdiError) as error:
        formats.load("report/csv", LIBRARY).read(b"")
    assert error.value.findings[0].code == "FMT-017"


def test_a_frozen_library_compiles_a_format_once() -> None:
    frozen = Frozen({name: LIBRARY.read(name) for name in LIBRARY.names("formats/")})
    assert formats.load("erp/stock", frozen) is formats.load("erp/stock", frozen)
