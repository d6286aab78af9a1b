"""The arithmetic of the chain, against values and definitions written down elsewhere."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.ledger import chain

SIZES = st.integers(1, 70)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
)


def leaves(size: int, start: int = 0) -> list[bytes]:
    return [chain.leaf(b"%d" % n) for n in range(start, start + size)]


def tree(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 as it is written there."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + tree(hashes[:split]) + tree(hashes[split:])).digest()


def test_roots_known_from_certificate_transparency() -> None:
    data = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    hashes = [chain.leaf(bytes.fromhex(one)) for one in data]
    assert chain.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert chain.root(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert chain.root(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(SIZES)
def test_the_frontier_gives_the_root_of_the_definition(size: int) -> None:
    assert chain.root(leaves(size)) == tree(leaves(size))


@given(SIZES, SIZES)
def test_a_stored_frontier_continues_where_it_stopped(first: int, more: int) -> None:
    frontier = chain.Frontier()
    for one in leaves(first):
        frontier.add(one)
    continued = chain.Frontier.parse(first, frontier.pack())
    for one in leaves(more, first):
        continued.add(one)
    assert continued.root() == tree(leaves(first + more))


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="frontier"):
        chain.Frontier.parse(3, b"\0" * 32)


@given(SIZES, st.data())
def test_inclusion_is_proved_for_that_leaf_and_place_only(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = chain.inclusion(hashes, index), chain.root(hashes)
    assert chain.included(hashes[index], index, size, path, root)
    assert not chain.included(chain.leaf(b"other"), index, size, path, root)
    assert not chain.included(hashes[index], index, size, [*path, root], root)
    assert not chain.included(hashes[index], size, size, path, root)
    for wrong in range(size):
        assert wrong == index or not chain.included(hashes[index], wrong, size, path, root)


@given(SIZES, st.data())
def test_consistency_is_proved_for_a_true_prefix_only(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    proof = chain.consistency(hashes, old)
    old_root, root = chain.root(hashes[:old]), chain.root(hashes)
    assert chain.consistent(old, old_root, size, root, proof)
    forged = chain.root([chain.leaf(b"other"), *hashes[1:old]])
    assert not chain.consistent(old, forged, size, root, proof)
    assert old == size or not chain.consistent(old, old_root, size, forged, proof)
    if proof:
        assert not chain.consistent(old, old_root, size, root, proof[:-1])


@given(JSON)
def test_canonical_json_is_read_back_and_stays_the_same(value: object) -> None:
    written = chain.canonical(value)
    assert json.loads(written) == value
    assert chain.canonical(json.loads(written)) == written
    assert b"\n" not in written


def test_canonical_json_sorts_and_does_not_escape_letters() -> None:
    assert chain.canonical({"b": [1, True, None], "a": "é\u2028\n\x7f"}) == (
        '{"a":"é\u2028\\n\x7f","b":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize("value", [1.0, {"a": [0.5]}, {1: 2}, {"é": 1}, b"x", {"a": object()}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        chain.canonical(value)


def test_integers_beyond_exact_doubles_are_refused() -> None:
    with pytest.raises(ValueError, match="integer"):
        chain.canonical({"mtime": 2**53})


def test_a_commitment_tells_texts_apart_that_only_join_equally() -> None:
    salt = b"\0" * 32
    assert chain.commit_text(salt, "label", b"ab", b"c") != chain.commit_text(salt, "label", b"a", b"bc")
    assert chain.commit_text(salt, "label", b"a") != chain.commit_text(b"\1" * 32, "label", b"a")
    assert chain.commit_object(salt, b"\0" * 32, 1, "in") != chain.commit_object(salt, b"\0" * 32, 1, "out")
