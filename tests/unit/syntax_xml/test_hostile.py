"""XML that attacks, lies or is broken: refused as a file, and nothing outside it is ever read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi import formats
from edi.library import shipped
from edi.syntax import Records
from edi.syntax import xml as syntax

OPTIONS = syntax.prepare({"root": "Releve"}, shipped())


def read(data: bytes | str) -> Records:
    return syntax.read(data.encode() if isinstance(data, str) else data, OPTIONS)


def code(data: bytes | str) -> str:
    """The code of the only finding; a file that is refused has no records."""
    records = read(data)
    assert not any(len(one) for one in records.sets.values())
    (found,) = records.findings
    assert found.severity == "error" and found.message is None
    return found.code


PAYLOADS = {
    "general entity": '<!DOCTYPE Releve [<!ENTITY x "1">]><Releve>1&x;00</Releve>',
    "external entity": '<!DOCTYPE Releve [<!ENTITY x SYSTEM "{file}">]><Releve>&x;</Releve>',
    "parameter entity": '<!DOCTYPE Releve [<!ENTITY % x SYSTEM "{file}"> %x;]><Releve/>',
    "external subset": '<!DOCTYPE Releve SYSTEM "{file}"><Releve/>',
    "network": '<!DOCTYPE Releve SYSTEM "http://127.0.0.1:9/x.dtd"><Releve/>',
    "amplification": "<!DOCTYPE Releve [<!ENTITY a '1'>"
    + "".join(f"<!ENTITY {b} '&{a};&{a};&{a};&{a};'>" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]><Releve>&h;</Releve>",
    "default attribute": "<!DOCTYPE Releve [<!ATTLIST Releve a CDATA 'b'>]><Releve/>",
    "nothing in it": "<!DOCTYPE Releve><Releve/>",
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_whatever_it_says(payload: str, encoding: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("secret")
    data = payload.replace("{file}", str(canary)).encode(encoding)
    assert code(data) == "XML-002"


@pytest.mark.parametrize(
    "broken",
    [
        "<Releve>1&x;00</Releve>",
        "<Releve><a></Releve>",
        "<Releve>",
        "<Releve/><Releve/>",
        "<Releve a='1' a='2'/>",
        "<Releve>\x01</Releve>",
        "<Releve>&#0;</Releve>",
        "<Releve>\ud800</Releve>".encode("utf-8", "surrogatepass"),
        b"<Releve>\xe9</Releve>",
        "<a>" * 300 + "</a>" * 300,
        "not XML at all",
        b"\x1f\x8b\x08\x00" + bytes(40),
    ],
)
def test_what_is_not_well_formed_is_refused(broken: bytes | str) -> None:
    assert code(broken) == "XML-001"


def test_the_line_of_the_fault_is_told() -> None:
    (found,) = read("<Releve>\n<a>\n</b>\n</Releve>").findings
    assert found.location.line == 3 and "mismatch" in found.text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('<?xml version="1.0" encoding="utf-7"?><Releve/>', "XML-003"),
        ('<?xml version="1.0" encoding="x-unknown"?><Releve/>', "XML-003"),
        ("<Document/>", "XML-005"),
        ("", "FILE-001"),
        (" \n ", "FILE-001"),
    ],
)
def test_what_is_something_else_is_named(data: str, expected: str) -> None:
    assert code(data) == expected


def test_an_inclusion_is_an_element_like_others(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("secret")
    text = f'<Releve xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{tmp_path}/x"/></Releve>'
    records = read(text)
    assert records.findings == [] and records.sets["xi:include"].column("").to_pylist() == [None]


def test_one_broken_file_does_not_harm_its_neighbours() -> None:
    good, bad = b"<Releve><a>1</a></Releve>", b"<Releve><a>2</b></Releve>"
    records = syntax.read(good + bad + good, OPTIONS, (0, len(good), len(good) + len(bad)))
    assert [f.location.member for f in records.findings] == [1]
    assert records.sets["a"].column("").to_pylist() == ["1", "1"]
    assert records.sets["a"].offset.tolist() == [8, 8 + len(good) + len(bad)]


def test_a_statement_cut_anywhere_is_never_taken_for_a_whole_one() -> None:
    camt = formats.load("iso20022/camt053", shipped())
    data = shipped().read("formats/iso20022/camt053.example.xml").rstrip()
    for end in range(0, len(data), 97):
        staged = camt.read(data[:end])
        assert any(f.severity == "error" for f in staged.findings) and not len(staged.tables["payments"])
