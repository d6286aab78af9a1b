"""Whatever a partner sends, the reader answers with tables and findings: damaged files never raise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi import formats, library

LIBRARY = library.Folders(library.library_root())
FOLDER = library.library_root() / "formats"
NAMED = {
    path.relative_to(FOLDER).as_posix().split(".example.")[0]: path
    for path in sorted(FOLDER.rglob("*.example.*"))
}
FORMATS = {name: formats.load(name, LIBRARY) for name in NAMED}
READ = [name for name, one in FORMATS.items() if one.direction != "write"]
MANY = settings.default.max_examples
EACH = 15 if MANY <= 100 else MANY
"""Examples of each format: a few in every run, many when asked for."""

Damage = list[tuple[int, int, bytes]]

damages = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6
)


def damaged(data: bytes, damage: Damage) -> bytes:
    """The bytes with pieces cut out and others put in."""
    for place, cut, put in damage:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + cut :]
    return data


@pytest.mark.parametrize("name", READ)
@settings(max_examples=EACH)
@given(damage=damages)
def test_a_damaged_file_is_read_without_a_failure(name: str, damage: Damage) -> None:
    format_ = FORMATS[name]
    data = damaged(NAMED[name].read_bytes(), damage)
    staged = format_.judge(data)
    known = set(range(len(staged.messages)))
    assert all(one.message is None or one.message in known for one in staged.findings)
    for table in staged.tables.values():
        assert set(table["message"].to_pylist()) <= known
    format_.fits(data)


@given(data=st.binary(max_size=300))
def test_bytes_of_any_kind_are_recognised_or_not_without_a_failure(data: bytes) -> None:
    for name in READ:
        assert FORMATS[name].fits(data).score in (0, 1, 2)
