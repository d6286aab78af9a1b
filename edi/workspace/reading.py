"""edi.toml as a checked dictionary: TOML, then JSON Schema, each error with its line and the nearest name."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from edi.findings import EdiError, finding, nearest
from edi.library import Library
from edi.model import Finding, Location
from edi.toml_lines import key_lines, line_of

NAME = "edi.toml"
SCHEMA = "formats/workspace.schema.json"
LARGEST = 4_000_000
"""Bytes of a configuration; more is not one."""


@dataclass(frozen=True, slots=True)
class Source:
    """The configuration as read: values, and where each key stands."""

    values: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]

    def at(self, path: Sequence[str | int]) -> Location:
        """The place of a key path, for a finding: the line of the key or of what is around it."""
        return Location(file=NAME, line=line_of(self.lines, path), column=dotted(path))


def dotted(path: Sequence[str | int]) -> str:
    """A key path for people: routes.orders.to[1].name (entries of arrays count from 1, as people do)."""
    text = ""
    for key in path:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}"
    return text.removeprefix(".")


def read(data: bytes, library: Library) -> Source:
    """The configuration in `data`. EdiError with every CFG finding of syntax and schema."""
    if len(data) > LARGEST:
        raise EdiError(finding("CFG-002", Location(file=NAME), why=f"it is larger than {LARGEST} bytes"))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise EdiError(finding("CFG-002", Location(file=NAME, line=line), why="it is not UTF-8")) from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EdiError(_syntax(str(error))) from None
    source = Source(values, key_lines(text))
    findings = dict.fromkeys(_against_schema(source, json.loads(library.read(SCHEMA))))
    if findings:
        raise EdiError(*findings)
    return source


def _syntax(text: str) -> Finding:
    """TOML's own message: "Expected '=' after a key (at line 3, column 5)"."""
    at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", text)
    line = int(at[1]) if at and at[1] else None
    why = text[: at.start()] if at else text
    return finding("CFG-002", Location(file=NAME, line=line), why=why)


def _against_schema(source: Source, schema: dict[str, Any]) -> Iterator[Finding]:
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(schema).iter_errors(source.values)
    for error in sorted(errors, key=lambda e: [str(key) for key in e.absolute_path]):
        yield from _findings(source, error)


def _findings(source: Source, error: Any) -> Iterator[Finding]:
    """One JSON Schema error in the words of an operator."""
    path, rule, schema = tuple(error.absolute_path), error.validator, error.schema
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, error.instance)
    match rule:
        case "additionalProperties":
            known = schema["properties"]
            for key in error.instance.keys() - known.keys():
                place = source.at((*path, key))
                yield finding(
                    "CFG-003", place, found=key, guess=nearest(key, known), expected=", ".join(sorted(known))
                )
        case "required":
            for key in (key for key in error.validator_value if key not in error.instance):
                yield finding("CFG-004", source.at(path), found=dotted((*path, key)))
        case "dependentRequired":
            for key, others in error.validator_value.items():
                for other in others if key in error.instance else ():
                    if other not in error.instance:
                        yield finding("CFG-004", source.at((*path, key)), found=dotted((*path, other)))
        case "enum":
            choices = [str(choice) for choice in error.validator_value]
            guess = nearest(str(error.instance), choices)
            yield finding(
                "CFG-005", source.at(path), found=error.instance, guess=guess, expected=", ".join(choices)
            )
        case "type":
            yield finding("CFG-006", source.at(path), expected=error.validator_value)
        case _:
            found = "(not shown)" if schema.get("x-secret") else error.instance
            wanted = schema.get("description", f"{rule} {error.validator_value}")
            yield finding("CFG-007", source.at(path), found=found, expected=wanted)
