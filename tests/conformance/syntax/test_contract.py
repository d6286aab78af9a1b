"""What every wire syntax owes: files joined read like files apart, what is written reads the same, and no
bytes whatever make it raise.

A syntax joins the suite by an entry in `CASES`: its options, and small files of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.library import shipped
from edi.syntax import Records, syntax
from tests.edifact import interchange, order


@dataclass(frozen=True, slots=True)
class Case:
    """A syntax by name, its options before `prepare`, and files that are right."""

    name: str
    options: Mapping[str, Any]
    files: tuple[bytes, ...]

    def read(self, data: bytes, starts: tuple[int, ...] = (0,)) -> Records:
        module = syntax(self.name)
        return module.read(data, module.prepare(self.options, shipped()), starts)  # type: ignore[no-any-return]

    def write(self, records: Records) -> bytes:
        module = syntax(self.name)
        (output,) = module.write(records, module.prepare(self.options, shipped()))
        return bytes(output.data)


EDIFACT = (
    interchange(order()),
    interchange(order(reference="1"), order("LIN+1", "QTY+21:3", reference="2"), end="'\r\n"),
    interchange(order(heading=("BGM+220+É?'1", "DTM+137:20261122:102"))),
)
JSON = (
    b'{"number":"1","lines":[{"quantity":"2","charges":[{"kind":"charge"}]}]}\n{"number":"2"}\n',
    '[{"number":"É","ship_to":{"city":"Gap"}}, {"number":"4"}]\n'.encode(),
    b'{\n  "number": "5",\n  "prices_include_tax": true\n}\n',
)
DELIMITED = (
    'nom;prix;note\nCafé;1,50;"à ""point"";\nchaud"\nThé;2;\n'.encode(),
    b"nom;prix;note\r\nPain;0,95;bio\r\n",
)
FLAGGED = (
    b"#FLG 000\r\n#VER 33\r\n#ONE\r\n1\r\n\r\n#TWO\r\nA\r\n#FIN\r\n",
    "#FLG 000\r\n#VER 33\r\n#ONE\r\n2\r\nÉté\\ndoux\r\n#FIN\r\n".encode("cp850"),
)
SAGE = {"prolog": ["#FLG 000", "#VER 33"], "epilog": ["#FIN"], "others": {"#ONE": 2, "#TWO": 1}}
XML = (
    """<?xml version="1.0" encoding="UTF-8"?>
<Releve xmlns="urn:example:releve"><Compte iban="FR76"><Ecriture sens="C">
<Montant devise="EUR">12.50</Montant><Motif>Miel &amp; confiture &lt;été&gt;</Motif>
<Motif><![CDATA[a < b & c]]></Motif></Ecriture></Compte></Releve>
""".encode(),
    "<Releve xmlns='urn:example:releve'><!-- <Motif> --><Compte iban='&quot;Ж&#39;'/><Vide></Vide>"
    "</Releve>".encode(),
    """<?xml version="1.0" encoding="iso-8859-1"?>
<r:Releve xmlns:r="urn:example:releve">\r
  <r:Compte><r:Motif a="1>0">é\r\nè</r:Motif></r:Compte></r:Releve>""".encode("latin-1"),
)
FIXED = (
    "".join(line.ljust(40) for line in ("01SOLDE", "04VIREMENT ÉPICERIE", "05REMISE", "07FIN")).encode(
        "cp1252"
    ),
    b"01A\r\n04B\r\n04C   D\r\n07\r\n",
    b"01A\n07Z".ljust(44),
)
SWIFT = (
    b""":20:R1\r\n:25:FR7610096180010001234567806\r\n:28C:1/1\r\n:60F:C261119EUR10,5\r
:61:2601021231DR2,00NTRFNONREF//B1\r\nFRAIS\r\n:86:105?00PRLV?20EREF+E1SVWZ+FACTURE?21 7?30CMCIFR2A?32A?33B\r
:61:261120C1,NMSC//B2\r\n:86:/EREF/X1//REMI/CMD 4711/\r\n:62F:C261120EUR9,5\r\n-\r\n""",
    b"{1:F01CMCIFRPPAXXX}{2:I940CMCIFRPPXXXXN}{4:\n:20:R2\n:25:12345\n:28C:7\n:60M:D261119EUR0,\n"
    b":62M:D261119EUR0,\n-}",
    b":20:R3\n:28C:1\n:60F:C261119EUR1,\n:61:2611201120C5,00NMSCREF\n:86:Re\xe7u de la\nboutique\n"
    b":62F:C261120EUR6,\n-\n",
)
CASES = (
    Case("xml", {"root": "{urn:example:releve}Releve"}, XML),
    Case(
        "fixed",
        {
            "width": 40,
            "record": [1, 2],
            "parents": {"04": "01", "05": "04", "07": "01"},
            "closes": {"01": "07"},
        },
        FIXED,
    ),
    Case("swift", {}, SWIFT),
    Case("delimited", {"separator": ";", "decimal": ","}, DELIMITED),
    Case("flagged", SAGE, FLAGGED),
    Case("edifact", {"message": "ORDERS", "release": "D.96A"}, EDIFACT),
    Case("json", {"document": "order"}, JSON),
)
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def content(records: Records) -> dict[str, list[Any]]:
    """Everything in the records but where it stood: by kind, message and cell."""
    return {
        kind: [found.message.tolist(), {cell: found.column(cell).to_pylist() for cell in found.cells()}]
        for kind, found in records.sets.items()
    }


def rows(records: Records, message: int, first: int) -> dict[str, list[Any]]:
    """The records of one file: kind, message counted from `first`, filled cells."""
    found: dict[str, list[Any]] = {}
    for kind, one in records.sets.items():
        columns = {cell: one.column(cell).to_pylist() for cell in one.cells()}
        for row, key in enumerate(one.message.tolist()):
            filled = {cell: values[row] for cell, values in columns.items() if values[row] is not None}
            found.setdefault(kind, []).append((key + first, filled))
    return found


@EVERY
def test_files_joined_read_like_files_apart(case: Case) -> None:
    starts = tuple(sum(map(len, case.files[:n])) for n in range(len(case.files)))
    joined = case.read(b"".join(case.files), starts)
    apart = [case.read(data) for data in case.files]
    wanted: dict[str, list[Any]] = {}
    first = 0
    for records in apart:
        for kind, found in rows(records, 0, first).items():
            wanted.setdefault(kind, []).extend(found)
        first += len(records.messages)
    assert rows(joined, 0, 0) == wanted
    assert joined.messages["reference"].to_pylist() == [
        reference for records in apart for reference in records.messages["reference"].to_pylist()
    ]


@EVERY
def test_findings_name_the_file_they_are_in(case: Case) -> None:
    spoiled = case.files[0][: len(case.files[0]) // 2]
    alone = case.read(spoiled).findings
    data = case.files[0] + spoiled + case.files[0]
    joined = case.read(data, (0, len(case.files[0]), len(case.files[0]) + len(spoiled))).findings
    assert alone
    assert {f.location.member for f in joined} == {1}
    assert [(f.code, f.location.line, f.location.segment) for f in joined] == [
        (f.code, f.location.line, f.location.segment) for f in alone
    ]


@EVERY
def test_what_is_written_reads_the_same(case: Case) -> None:
    for data in case.files:
        records = case.read(data)
        assert records.findings == []
        assert content(case.read(case.write(records))) == content(records)


@EVERY
def test_what_is_written_is_canonical(case: Case) -> None:
    for data in case.files:
        written = case.write(case.read(data))
        assert case.write(case.read(written)) == written


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@given(st.data())
def test_no_bytes_make_it_raise(case: Case, data: st.DataObject) -> None:
    """Right files with pieces cut out, doubled and overwritten, and bytes at random."""
    spoiled = bytearray(data.draw(st.sampled_from(case.files)))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(spoiled)))
        end = data.draw(st.integers(at, min(at + 40, len(spoiled))))
        spoiled[at:end] = data.draw(st.binary(max_size=6) | st.just(bytes(spoiled[at:end]) * 2))
    starts = (0, data.draw(st.integers(0, len(spoiled))))
    records = case.read(bytes(spoiled), starts)
    for found in records.sets.values():
        for cell in found.cells():
            assert len(found.column(cell)) == len(found)
    assert all(0 <= f.location.member < len(starts) for f in records.findings)


@EVERY
@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\xff" * 1000, b"\n" * 1000, b"a" * 1000, bytes(range(256)) * 8]
)
def test_bytes_that_are_none_of_it_are_refused_or_hold_nothing(case: Case, data: bytes) -> None:
    records = case.read(data)
    refused = any(f.severity == "error" and f.message is None for f in records.findings)
    assert refused or not any(len(found) for found in records.sets.values())


@EVERY
def test_reading_the_same_twice_gives_the_same(case: Case) -> None:
    data = b"".join(case.files)
    starts = tuple(sum(map(len, case.files[:n])) for n in range(len(case.files)))
    first, second = case.read(data, starts), case.read(data, starts)
    assert content(first) == content(second)
    assert [replace(f, hint="") for f in first.findings] == [replace(f, hint="") for f in second.findings]
