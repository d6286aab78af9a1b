"""`edi explain`: the catalogue of findings, for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from edi.cli._options import JsonOption
from edi.cli._output import Printer
from edi.findings import CATALOGUE, EdiError, finding, nearest
from edi.findings.entry import Entry


def explain(
    code: Annotated[
        str, typer.Argument(help="A finding's code, such as FILE-001. Without it: all codes.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Say what a finding's code means and what to do about it."""
    printer = Printer(json)
    if not code:
        titles = ({"code": name, **_fields(entry)} for name, entry in CATALOGUE.items())
        printer.rows("code", titles, ["code", "severity", "title"])
        return
    known = code.upper()
    if known not in CATALOGUE:
        raise EdiError(finding("CLI-001", found=code, guess=nearest(known, CATALOGUE)))
    _print(printer, known, CATALOGUE[known])


def _fields(entry: Entry) -> dict[str, str]:
    return {key: value for key, value in asdict(entry).items() if value}


def _print(printer: Printer, code: str, entry: Entry) -> None:
    printer.emit("code", {"code": code, **_fields(entry)})
    printer.say(f"{code}  {entry.title} ({entry.severity})\n\n{entry.template}\n\nWhat to do: {entry.hint}")
    if entry.contrl:
        printer.say(f"In a CONTRL answer: error {entry.contrl} (data element 0085).")
    if entry.x12:
        printer.say(f"In a 997 or 999 answer: error {entry.x12}.")
