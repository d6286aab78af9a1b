"""On which line a key of a TOML text stands."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.toml_lines import key_lines, line_of

TEXT = '''\
# a comment with [brackets]
top = 1
"quoted key" = 2

[partners.erp]
name = "Sage"          # [not.a.table]
channels.folder.path = """
[partners.fake]
lines"""
list = [
  1,
  2,
]

[[routes.orders.to]]
format = "a"

[[routes.orders.to]]
format = "b"
from = { partner = "erp", folder = "in" }

[routes.orders.to.checks]
total = "reject"

[[routes.orders.to.deep]]
x = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("quoted key",), 3),
        (("partners", "erp"), 5),
        (("partners", "erp", "name"), 6),
        (("partners", "erp", "channels", "folder", "path"), 7),
        (("partners", "erp", "list", 1), 10),
        (("routes", "orders", "to", 0, "format"), 16),
        (("routes", "orders", "to", 1), 18),
        (("routes", "orders", "to", 1, "format"), 19),
        (("routes", "orders", "to", 1, "from", "folder"), 20),
        (("routes", "orders", "to", 1, "checks", "total"), 23),
        (("routes", "orders", "to", 1, "deep", 0, "x"), 26),
    ],
)
def test_every_key_has_the_line_where_its_statement_begins(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(key_lines(TEXT), path) == line


def test_a_key_that_is_not_there_takes_the_line_of_what_is_around_it() -> None:
    lines = key_lines(TEXT)
    assert line_of(lines, ("partners", "erp", "gln")) == 5
    assert line_of(lines, ("nothing",)) is None


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(leaf for key, inner in pairs for leaf in leaves(inner, (*path, key)))]


names = st.text("abc-_", min_size=1, max_size=3)


@given(
    st.lists(
        st.tuples(
            st.lists(names, min_size=1, max_size=3), st.booleans(), st.dictionaries(names, st.integers())
        )
    )
)
def test_every_leaf_of_any_readable_text_has_a_line(
    tables: list[tuple[list[str], bool, dict[str, int]]],
) -> None:
    text = ""
    for header, array, values in tables:
        name = ".".join(header)
        piece = f"[[{name}]]\n" if array else f"[{name}]\n"
        piece += "".join(f"{key} = {value}\n" for key, value in values.items())
        try:
            tomllib.loads(text + piece)
        except tomllib.TOMLDecodeError:
            continue
        text += piece
    parsed, lines = tomllib.loads(text), key_lines(text)
    for path in leaves(parsed):
        if path and isinstance(path[-1], str) and not isinstance(_at(parsed, path), dict | list):
            assert text.split("\n")[lines[path] - 1].startswith(f"{path[-1]} = ")


def _at(value: object, path: tuple[str | int, ...]) -> object:
    for key in path:
        value = value[key]  # type: ignore[index]
    return value
