"""`edi formats`: what is known about files, and whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.formats import Format
    from edi.model import Finding

app = typer.Typer(no_args_is_help=True, help="List, show, test and compare the formats of files.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A format, such as sage100/orders.")]
NamesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Formats; otherwise all.")
]


@app.command("list")
def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the formats: name, document, syntax, direction, title."""
    from edi import formats
    from edi.cli._files import library

    rules = library(workspace)
    rows = [_row(formats.load(name, rules)) for name in formats.names(rules)]
    Printer(json).rows("format", rows, ["name", "document", "syntax", "direction", "title"])


def _row(format_: Format) -> dict[str, Any]:
    return {
        "name": format_.name,
        "document": format_.document.name,
        "syntax": format_.syntax,
        "direction": format_.direction,
        "title": format_.title,
    }


@app.command()
def show(name: NameArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Show where each field of a format's document is in the file."""
    from edi import formats
    from edi.cli._files import library

    format_ = formats.load(name, library(workspace))
    printer = Printer(json)
    printer.say(f"{format_.title}: {format_.document.title}, {format_.syntax}, direction {format_.direction}")
    printer.rows("field", mapping(format_), ["table", "field", "at", "type", "options"])


def mapping(format_: Format) -> list[dict[str, Any]]:
    """One row a mapped field: table, field, address, type, options that are set."""
    rows = []
    for table in format_.plan.tables.values():
        for plan in table.fields:
            at = " or ".join(address.text for address in plan.addresses)
            options = {
                key: value
                for key in (
                    "all",
                    "width",
                    "date",
                    "decimal",
                    "scale",
                    "codes",
                    "default",
                    "const",
                    "required",
                    "extra",
                )
                if (value := getattr(plan.rule, key)) not in (None, "", False)
            }
            shown = ", ".join(f"{key} = {value!r}" for key, value in options.items())
            row = {"table": table.rule.name, "field": plan.rule.name, "at": at, "type": str(plan.rule.type)}
            rows.append({**row, "options": shown})
    return rows


@app.command()
def which(name: NameArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Say which file defines a format; the files it hides follow."""
    from edi.cli._files import library
    from edi.findings import EdiError, finding, nearest
    from edi.formats import names

    rules = library(workspace)
    found = rules.candidates(f"formats/{name}.toml")
    if not found:
        raise EdiError(finding("FMT-001", found=name, near=nearest(name, names(rules))))
    rows = [{"path": path, "wins": number == 0} for number, path in enumerate(found)]
    Printer(json).rows("file", rows, ["path", "wins"])


@app.command()
def test(names: NamesArgument = None, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Read each format's example, write it again, compare: every byte must be the same."""
    from edi import formats
    from edi.cli._files import library
    from edi.formats import law

    rules = library(workspace)
    wanted = names or formats.names(rules)
    _report(json, {name: law.check(formats.load(name, rules), rules) for name in wanted})


@app.command()
def lint(names: NamesArgument = None, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Check descriptors: what is wrong or odd, and what of the example no field takes."""
    from edi import formats
    from edi.cli._files import library
    from edi.formats.lint import lint as examine

    rules = library(workspace)
    _report(json, {name: examine(name, rules) for name in names or formats.names(rules)})


def _report(json: bool, found: dict[str, list[Finding]]) -> None:
    """Findings by format, then the count; exit code 1 when there are errors."""
    printer = Printer(json)
    for findings in found.values():
        printer.findings(findings)
    wrong = [name for name, findings in found.items() if any(one.severity == "error" for one in findings)]
    text = f"{len(found)} formats, {len(wrong)} with errors" + (": " if wrong else "") + ", ".join(wrong)
    printer.summary(text + ".", formats=len(found), failed=wrong)
    if wrong:
        raise typer.Exit(1)


@app.command()
def diff(
    first: NameArgument,
    second: Annotated[str, typer.Argument(metavar="OTHER", help="The format to compare with.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two formats field by field. Exit code 1 when they differ."""
    from edi import formats
    from edi.cli._files import library

    rules = library(workspace)
    rows = differences(formats.load(first, rules), formats.load(second, rules))
    Printer(json).rows("difference", rows, ["table", "field", "first", "second"])
    if rows:
        raise typer.Exit(1)


def differences(one: Format, other: Format) -> list[dict[str, Any]]:
    """Fields that are elsewhere, have other options, or are missing in one of two formats."""
    sides = [
        {(r["table"], r["field"]): f"{r['at']} {r['options']}".strip() for r in mapping(f)}
        for f in (one, other)
    ]
    keys = dict.fromkeys([*sides[0], *sides[1]])
    return [
        {
            "table": table,
            "field": field,
            "first": sides[0].get((table, field)),
            "second": sides[1].get((table, field)),
        }
        for table, field in keys
        if sides[0].get((table, field)) != sides[1].get((table, field))
    ]
