"""The law of formats: what is written reads back as the same tables, and a canonical file rewrites itself.

`check` holds a format to it by its example; the property tests do by generated tables.
"""

from __future__ import annotations

import pyarrow as pa

from edi import formats
from edi.documents import Tables
from edi.findings import finding
from edi.formats import Format, Staged
from edi.library import Library
from edi.model import Finding, Location


def example_of(name: str, library: Library) -> tuple[str, bytes] | None:
    """The example beside a descriptor: its library name and its bytes; None when there is none."""
    bare = name.removeprefix("library:")
    found = library.names(f"formats/{bare}.example.")
    return (found[0], library.read(found[0])) if found else None


def check(format_: Format, library: Library) -> list[Finding]:
    """Everything wrong with a format's example; warnings for content that no field takes."""
    example = example_of(format_.name, library)
    if example is None:
        return [finding("FMT-013", expected=f"formats/{format_.name}.example.*")]
    name, data = example
    if format_.direction == "write":
        return check_written(format_, library, name, data)
    staged = format_.read(data)
    found = [*staged.findings, *format_.document.validate(staged.tables)]
    known = format_.plan.options.get("others", ())
    for address, value in sorted({(r["address"], r["value"]) for r in staged.unmapped.to_pylist()}):
        if address not in known:
            found.append(finding("FMT-012", Location(file=name), found=address, expected=value))
    if format_.direction == "both":
        found += check_rewritten(format_, staged, name, data)
    return found


def check_rewritten(format_: Format, staged: Staged, name: str, data: bytes) -> list[Finding]:
    """`write(read(example)) == example`, and the tables read back are the same."""
    outputs, found = format_.write(staged.tables, staged.records.envelopes, beside=staged)
    place = Location(file=name)
    written = outputs[0].data if outputs else b""
    if written != data:
        at = _first_difference(written, data)
        found.append(finding("FMT-014", place, found=at, expected=_excerpts(written, data, at)))
    again = format_.read(written)
    return [*found, *differences(format_, staged.tables, again.tables)]


def check_written(format_: Format, library: Library, name: str, data: bytes) -> list[Finding]:
    """A write-only format writes its example from the JSON example of its document."""
    source = f"json/{format_.document.name}"
    known = example_of(source, library)
    if known is None:
        return [finding("FMT-013", expected=f"formats/{source}.example.json")]
    outputs, found = format_.write(formats.load(source, library).read(known[1]).tables)
    if outputs[0].data != data:
        at = _first_difference(outputs[0].data, data)
        shown = _excerpts(outputs[0].data, data, at)
        found.append(finding("FMT-014", Location(file=name), found=at, expected=shown))
    return found


def differences(format_: Format, before: Tables, after: Tables) -> list[Finding]:
    """A finding for each column of the document (or extra field) that reading back gave differently."""
    found = []
    for name, definition in format_.document.tables.items():
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            continue
        if len(one) != len(other):
            found.append(
                finding("FMT-015", Location(tag=name), found=f"{name}", expected=f"{len(other)} rows")
            )
            continue
        extra = [r.name for r in _fields(format_, name) if r.extra and r.name in one.column_names]
        for column in [*definition.arrow().names, *extra]:
            if not one[column].combine_chunks().equals(other[column].combine_chunks()):
                was, now = _unequal(one[column], other[column])
                place = Location(tag=name, column=column)
                found.append(finding("FMT-015", place, found=f"{name}.{column} {was}", expected=now))
    return found


def _fields(format_: Format, table: str) -> list[formats.descriptor.FieldRule]:
    rule = format_.plan.descriptor.tables.get(table)
    return list(rule.fields.values()) if rule else []


def _unequal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[object, object]:
    pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return next(((a, b) for a, b in pairs if a != b), ("", ""))


def _first_difference(one: bytes, other: bytes) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _excerpts(one: bytes, other: bytes, at: int) -> str:
    first = max(at - 10, 0)
    return f"{one[first : at + 20]!r} is written, {other[first : at + 20]!r} stands in the example"
