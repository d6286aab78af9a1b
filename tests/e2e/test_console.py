"""The runner of documents notices every way in which a command can differ from what the document says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console import Reader, commands

SAMPLE = """\
Some text.

```console
$ echo one   two \\
    three
one two three
$ mkdir shop && cd shop && export PARTNER="Épicerie Générale"
$ pwd; echo $PARTNER
…/shop
Épicerie Générale
$ false   # exit code 1
```

```toml
$ not = "a command"
```
"""


def test_commands_are_read_with_what_is_promised() -> None:
    found = [(one.line, one.code, one.expected) for one in commands(SAMPLE)]
    assert found == [
        (4, 0, ("one two three",)),
        (7, 0, ()),
        (8, 0, ("…/shop", "Épicerie Générale")),
        (11, 1, ()),
    ]


def test_a_document_that_is_right_is_followed_to_its_end(tmp_path: Path) -> None:
    assert Reader(tmp_path).follows(SAMPLE) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("one two three\n", "four\n", 4),
        ("…/shop", "…/shops", 8),
        ("   # exit code 1", "", 11),
        ("exit code 1", "exit code 2", 11),
        (' && export PARTNER="Épicerie Générale"', "", 8),
    ],
)
def test_what_differs_is_noticed_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    (wrong,) = Reader(tmp_path).follows(SAMPLE.replace(old, new))
    assert wrong.startswith(f"line {line}: ")


def test_the_reader_has_the_command_of_this_tree_and_the_variables_given(tmp_path: Path) -> None:
    document = "```console\n$ edi --version\nedi …\n$ echo $FILE\n01K\n```\n"
    assert Reader(tmp_path, FILE="01K").follows(document) == []
