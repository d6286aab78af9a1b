"""`edi inspect`: any file for people, record by record, with names and findings in place."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from edi.cli._files import FileArgument, FromOption
from edi.cli._options import JsonOption, WorkspaceOption
from edi.cli._output import Printer

if TYPE_CHECKING:
    from edi.cli._files import Read
    from edi.model import Finding

MOST = 100_000
"""Values shown at most."""


def inspect(
    file: FileArgument,
    source: FromOption = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Print any file for people: every value with its place, its name and what is wrong with it.

    An EDIFACT file is shown segment by segment with the directory's names. Exit code 1 when something is
    wrong.
    """
    from edi.cli._files import library, read_file

    printer = Printer(json)
    result = read_file(file, source, library(workspace))
    printer.say(f"{file.name}: {result.format.title} ({result.format.name})")
    pending = list(result.findings)
    for record in records(result):
        if json:
            printer.emit("record", record)
        else:
            printer.say(heading(record))
            for value in record["values"]:
                line = f"    {value['place']:<6} {value['name']:<44} {value['value']}  {value['meaning']}"
                printer.say(line.rstrip())
        here = [one for one in pending if belongs(one, record)]
        pending = [one for one in pending if one not in here]
        printer.findings(here)
    printer.findings(pending)
    if result.failed:
        raise typer.Exit(1)


def heading(record: dict[str, Any]) -> str:
    """ "line 12, message 1, segment 7: LIN Line item"; the envelope belongs to no message."""
    message = f", message {record['message'] + 1}" if record["message"] >= 0 else ""
    segment = f", segment {record['segment']}" if record["segment"] is not None else ""
    place = f"line {record['line']}{message}{segment}"
    return f"{place}: {record['kind']} {record['name']}".rstrip()


def belongs(one: Finding, record: dict[str, Any]) -> bool:
    """Whether a finding is about this record: by segment where there is one, else by line."""
    if record["segment"] is not None:
        return one.message == record["message"] and one.location.segment == record["segment"]
    return one.location.line == record["line"]


def records(result: Read) -> Iterator[dict[str, Any]]:
    """Every record of the file in order, each value with its place and its name."""
    import numpy as np

    found = result.staged.records
    entries: list[tuple[int, str, int]] = []
    cells: dict[str, dict[Hashable, list[str | None]]] = {}
    for kind, table in found.sets.items():
        cells[kind] = {cell: table.column(cell).to_pylist() for cell in table.cells()}
        entries += [(order, kind, row) for row, order in enumerate(table.order.tolist())]
    starts = result.staged.messages["start"].to_numpy()
    for _, kind, row in sorted(entries)[:MOST]:
        table = found.sets[kind]
        message = int(table.message[row])
        if message < 0:
            message = int(np.searchsorted(starts, table.offset[row], side="right")) - 1
        yield {
            "line": None if table.line is None else int(table.line[row]),
            "segment": None if table.segment is None else int(table.segment[row]),
            "message": message,
            "kind": kind.rpartition("/")[2] if table.segment is not None else kind,
            "name": record_name(result, kind),
            "values": [
                {
                    "place": shown(cell),
                    "name": cell_name(result, kind, cell),
                    "value": texts[row],
                    "meaning": code_name(result, kind, cell, texts[row]),
                }
                for cell, texts in sorted(cells[kind].items(), key=lambda pair: str(pair[0]).rjust(40))
                if texts[row] is not None
            ],
        }


def shown(cell: Hashable) -> str:
    """A cell's place for people: "3.1" for an element's component, the position or the column's name."""
    return ".".join(map(str, cell)) if isinstance(cell, tuple) else str(cell)


def record_name(result: Read, kind: str) -> str:
    """What the directory calls a segment; the table that a record kind fills elsewhere."""
    directory = result.format.plan.options.get("directory")
    if directory is not None:
        segment = directory.segments.get(kind.rpartition("/")[2])
        return segment.name if segment else ""
    return ", ".join(name for name, table in result.format.plan.tables.items() if table.kind == kind)


def cell_name(result: Read, kind: str, cell: Hashable) -> str:
    """The data element with its number and name, or the fields that take the cell."""
    directory = result.format.plan.options.get("directory")
    if directory is not None:
        number = element_number(directory, kind, cell)
        return f"{number} {directory.names.get(number, '')}".strip()
    names = [
        plan.rule.name
        for table in result.format.plan.tables.values()
        if table.kind == kind
        for plan in table.fields
        if any(choice[0] == cell for address in plan.addresses for choice in address.choices)
    ]
    return ", ".join(dict.fromkeys(names))


def code_name(result: Read, kind: str, cell: Hashable, value: str | None) -> str:
    """What the directory's code list calls a value: "(Order)"; "" where there is no list or no such code."""
    directory = result.format.plan.options.get("directory")
    if directory is None:
        return ""
    name = directory.codes.get(element_number(directory, kind, cell), {}).get(value, "")
    return f"({name})" if name else ""


def element_number(directory: Any, kind: str, cell: Hashable) -> str:
    """The number of the data element at a cell (element, component) of a segment; "" when it has none."""
    segment = directory.segments.get(kind.rpartition("/")[2])
    if segment is None or not isinstance(cell, tuple) or cell[0] > len(segment.elements):
        return ""
    components = segment.elements[cell[0] - 1].components
    return components[cell[1] - 1].id if cell[1] <= len(components) else ""
