"""On which line of a TOML text a key stands.

The standard library's reader keeps no positions. A TOML statement can be read by itself, though, and the
beginning of one is never a statement: so lines are added until the reader accepts them, and every key found
in the statement gets the line where it began.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

Path = tuple[str | int, ...]


def key_lines(text: str) -> dict[Path, int]:
    """Key path -> line, from 1. Entries of arrays of tables count from 0. `text` must be valid TOML."""
    scan = _Scan()
    start, statement = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        start = start if statement else number
        statement += line + "\n"
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        scan.take(statement, parsed, start)
        statement = ""
    return scan.lines


def line_of(lines: dict[Path, int], path: Sequence[str | int]) -> int | None:
    """The line of `path`, or of the nearest key around it; None when nothing around it has one."""
    for length in range(len(path), 0, -1):
        if (line := lines.get(tuple(path[:length]))) is not None:
            return line
    return None


class _Scan:
    """The statements so far: their keys' lines, and the table that keys go into now."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.table: Path = ()

    def take(self, statement: str, parsed: dict[str, Any], line: int) -> None:
        if statement.lstrip().startswith("["):
            self.table = self._header(parsed, array=statement.lstrip().startswith("[["))
            self.lines.setdefault(self.table, line)
            return
        for path in _paths(parsed):
            self.lines.setdefault(self.table + path, line)

    def _header(self, parsed: dict[str, Any], array: bool) -> Path:
        """The table that a header opens: parts that are arrays of tables mean their last entry."""
        keys = list(_chain(parsed))
        path: Path = ()
        for depth, key in enumerate(keys, 1):
            path = (*path, key)
            if array and depth == len(keys):
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path


def _chain(parsed: Any) -> Iterator[str]:
    """The keys of a header, from the nested tables that the reader makes of it."""
    while parsed:
        parsed = parsed[0] if isinstance(parsed, list) else parsed
        if not parsed:
            return
        ((key, parsed),) = parsed.items()
        yield key


def _paths(value: Any) -> Iterator[Path]:
    """Every key path inside `value`, itself not counted."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (key,)
        yield from ((key, *path) for path in _paths(inner))
