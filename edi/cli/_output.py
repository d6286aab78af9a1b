"""What commands print: tables and sentences for people, or one JSON object a line (`--json`).

Every JSON object has a `kind` (document, finding, file, summary, ...). Decimals are strings, dates ISO 8601.
Text of partners never reaches a terminal raw: control and direction characters are escaped in both forms.
"""

from __future__ import annotations

import json as jsonlib
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import IO, Any

from edi.findings import place
from edi.model import Finding

STYLES = {"error": "bold red", "warning": "yellow", "notice": "cyan"}
PIPE_WIDTH = 200
"""Columns of a table when nobody's terminal says otherwise."""


def printable(text: str) -> str:
    """`text` with control, direction and undecodable characters escaped; line ends too."""
    if text.isprintable():
        return text
    return "".join(c if _harmless(c) else c.encode("unicode_escape").decode() for c in text)


def _harmless(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def json_line(fields: Mapping[str, Any]) -> str:
    """One line of JSON: accents as they are, whatever could disturb a terminal as \\uXXXX."""
    text = jsonlib.dumps(fields, ensure_ascii=False, default=_plain, allow_nan=False)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else jsonlib.dumps(c)[1:-1] for c in text)


def _plain(value: object) -> object:
    """JSON for what JSON does not know; TypeError for the rest."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no place in the output")


def finding_fields(finding: Finding) -> dict[str, Any]:
    """A finding as one flat JSON object; what is not known is left out."""
    place_fields = asdict(finding.location)
    place_fields.pop("member")
    known = {key: value for key, value in place_fields.items() if value not in (None, "")}
    words = {"found": finding.found, "expected": finding.expected, "hint": finding.hint}
    head = {"code": finding.code, "severity": finding.severity, "text": finding.text}
    number = {} if finding.message is None else {"message": finding.message}
    return head | number | {key: value for key, value in words.items() if value} | known


class Printer:
    """Prints for people, or JSON lines when `json` is set. One is made a command."""

    def __init__(self, json: bool = False, out: IO[str] | None = None) -> None:
        self.json = json
        self.out = out or sys.stdout

    def say(self, text: str) -> None:
        """A sentence for people; silent in JSON."""
        if not self.json:
            print("\n".join(printable(line) for line in text.split("\n")), file=self.out)

    def emit(self, kind: str, fields: Mapping[str, Any]) -> None:
        """One JSON object; silent for people."""
        if self.json:
            print(json_line({"kind": kind, **fields}), file=self.out)

    def summary(self, text: str, **fields: Any) -> None:
        """The last word of a command: `text` for people, `fields` as kind "summary" in JSON."""
        self.say(text)
        self.emit("summary", fields)

    def rows(
        self, kind: str, rows: Iterable[Mapping[str, Any]], columns: Sequence[str], title: str = ""
    ) -> None:
        """Rows as a table of `columns` for people; in JSON one object a row with all its fields."""
        if self.json:
            for row in rows:
                self.emit(kind, row)
            return
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD)
        for column in columns:
            table.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row.get(column)) for column in columns))
        if table.row_count:
            if title:
                self.say(title)
            self._console().print(table)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Findings: for people one block each (severity, code, place, sentence, what to do)."""
        for finding in findings:
            self.emit("finding", finding_fields(finding))
            if not self.json:
                self._finding(finding)

    def _finding(self, finding: Finding) -> None:
        from rich.text import Text

        where = place(finding.location)
        block = Text()
        block.append(f"{finding.severity} {finding.code}", STYLES[finding.severity])
        block.append(f" {printable(where)}: " if where else " ")
        block.append(printable(finding.text))
        if finding.hint:
            block.append(f"\n    {printable(finding.hint)}", "dim")
        self._console().print(block, soft_wrap=True)

    def _console(self) -> Any:
        from rich.console import Console

        width = None if self.out.isatty() else PIPE_WIDTH
        return Console(file=self.out, width=width, highlight=False, markup=False, emoji=False)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    plain = value if isinstance(value, str | int) else _plain(value)
    return printable(str(plain))


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while the block runs, if that is a terminal; gives `advance(steps)`."""
    if not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=total)
        yield lambda steps: bars.advance(task, steps)
