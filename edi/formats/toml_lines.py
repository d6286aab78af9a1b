"""The line of a key in a TOML text, for findings: a small scan, no second parser."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """The line (from 1) that states the key at `path`, or its nearest enclosing key; None when neither does.

    Array positions in the path count entries of an array of tables.
    """
    best, depth = None, 0
    for number, stated in _statements(text):
        common = _shared(stated, path)
        if common > depth and len(stated) <= len(path) and common == len(stated):
            best, depth = number, common
    return best


def _statements(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Every header and key of the text as (line, full path)."""
    found: list[tuple[int, tuple[str, ...]]] = []
    section: tuple[str, ...] = ()
    entries: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = _split(header[1])
            if line.lstrip().startswith("[["):
                entries[section] = entries.get(section, -1) + 1
                section = (*section, str(entries[section]))
            found.append((number, section))
        elif key := _KEY.match(line):
            found.append((number, (*section, *_split(key[1]))))
    return found


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _shared(stated: tuple[str, ...], path: tuple[str, ...]) -> int:
    count = 0
    for one, other in zip(stated, path, strict=False):
        if one != other:
            break
        count += 1
    return count
