"""XML as files write it: texts, attributes, namespaces, encodings, and addresses over it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.findings import EdiError
from edi.library import shipped
from edi.syntax import Records
from edi.syntax import xml as syntax
from edi.syntax.xml import scan

OPTIONS = syntax.prepare({"root": "r"}, shipped())


def read(data: bytes | str, *kinds: str) -> Records:
    options = syntax.expect(OPTIONS, [], [], dict.fromkeys(kinds))
    return syntax.read(data.encode() if isinstance(data, str) else data, options)


def column(records: Records, kind: str, cell: str = "") -> list[str | None]:
    return list(records.sets[kind].column(cell).to_pylist())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a &amp; b &lt;c&gt; &quot;&apos;", "a & b <c> \"'"),
        ("&#233;&#xE9;&#x416;", "ééЖ"),
        ("&amp;lt;", "&lt;"),
        ("<![CDATA[a < b &amp; c]]>", "a < b &amp; c"),
        ("1<!-- <x> -->00", "100"),
        ("1<?pi a>b?>0", "10"),
        (" \n 12 \t", "12"),
        ("a > b", "a > b"),
        ("a\r\nb", "a\nb"),
        ("", None),
        ("  ", None),
    ],
)
def test_texts_are_what_they_mean(text: str, meant: str | None) -> None:
    assert column(read(f"<r><a>{text}</a><a>x</a></r>"), "a") == [meant, "x"]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_attributes(quote: str) -> None:
    other = "'" if quote == '"' else '"'
    text = f"<r><a x = {quote}1>2 {other}&amp;{quote} xy={quote}3{quote}/><a xy={quote}4{quote} /></r>"
    records = read(text)
    assert column(records, "a", "@x") == [f"1>2 {other}&", None]
    assert column(records, "a", "@xy") == ["3", "4"]
    assert records.sets["a"].cells() == ["@x", "@xy"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "windows-1252", "utf-16"])
def test_encodings(encoding: str) -> None:
    stated = "utf-8" if encoding == "utf-8-sig" else encoding
    data = f'<?xml version="1.0" encoding="{stated}"?>\n<r><a>Épicerie</a><b>2</b></r>'.encode(encoding)
    records = read(data, "b")
    assert records.findings == []
    assert (column(records, "a"), column(records, "b")) == (["Épicerie"], ["2"])
    assert records.sets["b"].line is not None and records.sets["b"].line.tolist() == [2]


def test_a_prefix_is_no_part_of_the_name() -> None:
    records = read('<n:r xmlns:n="urn:x" xmlns:o="urn:y"><n:a>1</n:a><o:a>2</o:a></n:r>')
    assert column(records, "a") == ["1"] and column(records, "o:a") == ["2"]


def test_text_beside_elements_is_told() -> None:
    records = read("<r>\n<a>1</a> lost <a>2</a></r>")
    assert [(f.code, f.found) for f in records.findings] == [("XML-006", "lost")]


def test_a_row_for_each_detail_and_one_where_there_is_none() -> None:
    text = "<r><e><n>1</n><x><d>a</d><d>b</d></x></e><e><n>2</n></e><e><n>3</n><d>c</d></e></r>"
    rows = read(text, "e//d").sets["e//d"]
    assert rows.column("").to_pylist() == ["a", "b", None, "c"]
    assert rows.order.tolist() == sorted(rows.order.tolist())
    assert rows.column("position()").to_pylist() == ["1", "2", "1", "1"]
    entries = read(text, "e//d").sets["e"]
    assert rows.parent.tolist() == [entries.order[n] for n in (0, 0, 1, 2)]


@pytest.mark.parametrize("wrong", ["", "a[", "a/@x/b", "^", "^z/a", "a[b]", "//a", "a/"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    if wrong == "a/":
        assert syntax.address(wrong, "e", OPTIONS).steps[0].kind == "e/a"
        return
    with pytest.raises(EdiError) as error:
        syntax.address(wrong, "e", OPTIONS)
    assert error.value.findings[0].code == "FMT-130"


NAMES = st.sampled_from(["a", "bb", "Ntry", "AbcdefghIjk", "AbcdefghIjkLmnopqrs", "É"])
TEXTS = st.text("aé€<>&'\" ]1", max_size=8).map(str.strip)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Any:
    element = ET.Element(draw(NAMES), draw(st.dictionaries(st.sampled_from(["x", "yy"]), TEXTS, max_size=2)))
    below = draw(st.lists(trees(depth - 1), max_size=3)) if depth else []
    element.extend(below)
    if not below:
        element.text = draw(TEXTS)
    return element


@given(trees())
def test_it_reads_what_a_plain_parser_reads(tree: Any) -> None:
    root = ET.Element("r")
    root.append(tree)
    expected: dict[str, list[str | None]] = {}
    attributes: dict[str, list[str | None]] = {}

    def walk(element: Any, path: str) -> None:
        for child in element:
            kind = f"{path}/{child.tag}".lstrip("/")
            expected.setdefault(kind, []).append(child.text or None)
            attributes.setdefault(kind, []).append((child.get("x") or "").strip() or None)
            walk(child, kind)

    walk(root, "")
    records = read(ET.tostring(root, encoding="utf-8"))
    assert {kind: column(records, kind) for kind in expected} == expected
    assert {kind: column(records, kind, "@x") for kind in expected} == attributes


@given(trees(), st.integers(1, 60))
def test_how_it_is_cut_makes_no_difference(tree: Any, size: int) -> None:
    data = b"<r>\n" + ET.tostring(tree, encoding="utf-8") + b" text </r>"
    whole = scan.elements(data, ("a//bb",))
    with patch.object(scan, "PIECE", size):
        cut = scan.elements(data, ("a//bb",))
    assert cut.stray == whole.stray == [(cut.stray[0][0], "text")]
    for name in ("start", "close", "text_end", "parent", "attributes"):
        assert getattr(cut, name).tolist() == getattr(whole, name).tolist(), name
    kinds = ([one.paths[path] for path in one.path.tolist()] for one in (cut, whole))
    assert next(kinds) == next(kinds)
