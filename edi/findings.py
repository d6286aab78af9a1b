"""The catalogue of findings: what each code means, how grave it is, what to do about it.

`edi explain CODE` prints an entry. Codes are stable: an entry may be reworded, never renumbered or reused.
Templates are filled from `found`, `expected` and the keywords given to `finding`; nothing else is formatted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from edi.masking import masked
from edi.model import Finding, Location

EXCERPT = 40
"""Characters of partner data that a finding may quote."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: severity, title, template of the sentence, hint (what to do), acknowledgement codes.

    `contrl` is the EDIFACT 0085 code, `x12` the 997/999 code (AK304, AK403 or AK502).
    """

    severity: str
    title: str
    template: str
    hint: str
    contrl: str = ""
    x12: str = ""


class EdiError(Exception):
    """An expected failure that stops a command: its findings say what, where and what to do (exit code 2)."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f.text for f in findings))
        self.findings = findings

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.findings


class Verbatim(str):
    """A value of the operator's own or of ours (a host, a setting, a fingerprint): quoted whole."""

    __slots__ = ()


def excerpt(value: object) -> str:
    """`value` as a short, printable quotation of at most EXCERPT characters.

    Control characters are escaped, personal data are shown in part (edi.masking).
    """
    if isinstance(value, Verbatim):
        return str(value)
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    text = masked(text[: 4 * EXCERPT])
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: EXCERPT + 1])
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"


def finding(
    code: str,
    location: Location = Location(),
    *,
    message: int | None = None,
    found: object = "",
    expected: object = "",
    severity: str = "",
    **names: Any,
) -> Finding:
    """A finding of `code`, its sentence rendered. Unknown codes are a bug and raise KeyError."""
    entry = CATALOGUE[code]
    shown, wanted = excerpt(found), expected if isinstance(expected, Verbatim) else masked(str(expected))
    values = {"found": shown, "expected": wanted, **{k: excerpt(v) for k, v in names.items()}}
    return Finding(
        code=code,
        severity=severity or entry.severity,
        text=entry.template.format_map(values),
        hint=entry.hint.format_map(values),
        location=location,
        message=message,
        found=shown,
        expected=wanted,
    )


def named(findings: Iterable[Finding], files: list[str]) -> list[Finding]:
    """The same findings with each location's `file` set from its member's ordinal."""
    return [replace(f, location=replace(f.location, file=files[f.location.member])) for f in findings]


def nearest(word: str, choices: Iterable[str]) -> str:
    """ ", did you mean 'x'?" for the closest of `choices`, or an empty string."""
    close = difflib.get_close_matches(word, list(choices), n=1)
    return f", did you mean '{close[0]}'?" if close else ""


def place(location: Location) -> str:
    """A location for people: "orders.edi: message 1: line 3: segment 7 LIN element 3.1"."""
    parts = [location.file] if location.file else []
    if location.reference:
        parts.append(f"message {location.reference}")
    if location.line is not None:
        parts.append(f"line {location.line}")
    if location.segment is not None:
        parts.append(f"segment {location.segment} {location.tag}".rstrip())
    elif location.tag:
        parts.append(location.tag)
    if location.element is not None:
        dot = f".{location.component}" if location.component is not None else ""
        parts.append(f"element {location.element}{dot}")
    if location.column:
        parts.append(location.column)
    return ": ".join(parts)


CATALOGUE: dict[str, Entry] = {
    # --- FILE: what a file is, before it is read ------------------------------------------------------
    "FILE-001": Entry(
        "error",
        "Empty file",
        "The file is empty.",
        "Ask the partner to send it again; an empty file is never processed.",
    ),
    "FILE-002": Entry(
        "error",
        "Unknown content",
        "No route of this folder expects this content: it looks like {found}; expected {expected}.",
        "Check that the file was put in the right folder, or add a route for it in edi.toml.",
    ),
    "FILE-003": Entry(
        "error",
        "Content fits several routes",
        "This content fits more than one route: {found}.",
        "Give the routes different folders or file patterns; `edi lint` names the routes that overlap.",
    ),
    "FILE-004": Entry(
        "error",
        "Processing was stopped",
        "Processing this file was stopped: {found}.",
        "The file is kept and set aside. Look at it with `edi inspect`; raise [limits] in edi.toml if it is genuine.",
    ),
    "FILE-005": Entry(
        "error",
        "Same content received before",
        "The same content was received before as {found}, on {when} (file {original}).",
        "Nothing to do if it was sent twice by mistake. To process it all the same: `edi replay --deliver {id}`.",
    ),
    "FILE-006": Entry(
        "error",
        "File name not expected",
        "No route of this folder takes a file named {found}; the patterns are {expected}.",
        "Ask the partner to use the agreed name, or change `files` in the route's `from`.",
    ),
    "FILE-007": Entry(
        "notice",
        "Still arriving",
        "The file is still changing; it is left for the next pass.",
        "Nothing to do. If it stays so, ask the partner whether his upload hangs.",
    ),
    "FILE-008": Entry(
        "error",
        "File too large",
        "The file has {found}; at most {expected} are taken.",
        "If the file is genuine, raise max_file_bytes in [limits] of edi.toml; otherwise ask the partner to remove it.",
    ),
    "FILE-009": Entry(
        "notice",
        "More of the same",
        "{found} more warnings {expected} of this kind in the same message.",
        "`edi inspect` shows every place.",
    ),
    # --- TEXT: bytes that are not the text they claim to be ---------------------------------------------
    "TEXT-001": Entry(
        "error",
        "Wrong character encoding",
        "The bytes {found} are not valid {expected}.",
        "Declare the encoding that the partner really uses in the descriptor, or ask him to send {expected}.",
    ),
    "TEXT-002": Entry(
        "error",
        "Character cannot be written",
        "The character {found} cannot be written in {expected}.",
        "Replace it where it comes from or in a transform; or agree another encoding with the receiver.",
    ),
    # --- ENV: envelopes (UNB/UNZ, ISA/IEA) -----------------------------------------------------------------
    "ENV-001": Entry(
        "error",
        "Not an EDIFACT file",
        "The file has neither UNA nor UNB at its start; it begins with {found}.",
        "Check that this is the right file for this folder. If it is EDIFACT, ask the partner to send it again, complete.",
        "18",
    ),
    "ENV-002": Entry(
        "warning",
        "Bytes before the interchange",
        "{count} bytes before UNA or UNB were skipped: {found}.",
        "Nothing to do. If it happens with every file, ask the partner to send the file without a prefix.",
    ),
    "ENV-003": Entry(
        "error",
        "Interchange without end",
        "The interchange has no UNZ segment: the file is not complete.",
        "Ask the partner to send the file again; the transfer was probably cut off.",
        "13",
    ),
    "ENV-004": Entry(
        "error",
        "Last segment cut off",
        "The file ends in the middle of a segment, after {found}.",
        "Ask the partner to send the file again; the transfer was probably cut off.",
        "13",
    ),
    "ENV-005": Entry(
        "error",
        "Wrong number of messages",
        "UNZ announces {found} messages (or groups), but the interchange has {expected}.",
        "Ask the partner whether messages were lost, and to send the interchange again.",
        "29",
    ),
    "ENV-006": Entry(
        "error",
        "Interchange references differ",
        "UNZ gives the interchange reference {found}, but UNB gives {expected}.",
        "Ask the partner to send the interchange again with the same reference at both ends.",
        "28",
    ),
    "ENV-007": Entry(
        "error",
        "Segment outside of a message",
        "The segment {tag} stands outside of any message.",
        "Ask the partner to correct the file: segments may stand only between UNH and UNT.",
        "33",
    ),
    "ENV-008": Entry(
        "error",
        "Separators contradict each other",
        "UNA declares the same character twice: {found}.",
        "Ask the partner to correct the UNA segment, or to leave it out.",
        "1",
    ),
    "ENV-009": Entry(
        "error",
        "Unknown character set",
        "UNB names the character set {found}, which is not supported; supported are {expected}.",
        "Ask the partner to send the file in UNOC (western Europe), UNOE (Cyrillic) or UNOW (UTF-8).",
        "2",
    ),
    "ENV-010": Entry(
        "error",
        "Empty interchange",
        "The interchange holds no message.",
        "Ask the partner whether something is missing; if he sends empty files on purpose, ignore this one.",
        "32",
    ),
    "ENV-011": Entry(
        "error",
        "Message without interchange",
        "The message stands before or outside of an interchange: UNB is missing.",
        "Ask the partner to send the file again, complete.",
        "13",
    ),
    "ENV-012": Entry(
        "notice",
        "More findings",
        "{found} more findings in this file are not shown.",
        "Correct what is shown and validate the file again.",
    ),
    "ENV-013": Entry(
        "error",
        "Too many bad messages",
        "More than {expected} messages of this file are wrong: the whole file is refused.",
        "Look at the first findings: the same fault is probably in every message. Ask the partner to correct it.",
        "18",
    ),
    "ENV-014": Entry(
        "error",
        "Beyond a limit",
        "Too many {what}: {found}; at most {expected} are read. Nothing of this file was.",
        "Such a file is nearly always damaged: ask the partner to send it again. If it is genuine, ask him to split it.",
        "18",
    ),
    # --- MSG: messages and their structure -----------------------------------------------------------------
    "MSG-001": Entry(
        "error",
        "Message not expected here",
        "The message is of type {found}; this route expects {expected}.",
        "Check the folder, or ask the partner to send {expected}. Another type or release needs a route of its own in edi.toml.",
        "14",
        "1",
    ),
    "MSG-002": Entry(
        "error",
        "Message without end",
        "The message has no UNT segment.",
        "Ask the partner to send the message again, complete.",
        "13",
        "2",
    ),
    "MSG-003": Entry(
        "error",
        "Wrong number of segments",
        "UNT announces {found} segments, but the message has {expected}.",
        "Ask the partner to send the message again; segments were lost, or his software counts wrongly.",
        "29",
        "4",
    ),
    "MSG-004": Entry(
        "error",
        "Message references differ",
        "UNT gives the message reference {found}, but UNH gives {expected}.",
        "Ask the partner to send the message again with the same reference in UNH and UNT.",
        "28",
        "3",
    ),
    "MSG-005": Entry(
        "error",
        "Message reference used twice",
        "The message reference {found} was already used in this interchange.",
        "Ask the partner to give every message of an interchange its own reference (UNH 0062).",
        "26",
        "23",
    ),
    "MSG-006": Entry(
        "warning",
        "Other version of the guideline",
        "UNH names the guideline {found}, this route expects {expected}.",
        "Usually harmless. If values are missing, compare the partner's guide with the descriptor.",
    ),
    # --- SEG, ELM: segments and elements ---------------------------------------------------------------------
    "SEG-001": Entry(
        "error",
        "Unknown segment",
        "The segment {found} does not exist in this directory.",
        "Ask the partner to remove it or to correct its tag. At this place may stand: {expected}.",
        "15",
        "1",
    ),
    "SEG-002": Entry(
        "error",
        "Segment out of place",
        "The segment {found} may not stand here. At this place may stand: {expected}.",
        "Ask the partner to correct the order of the segments as in the message guide.",
        "15",
        "2",
    ),
    "SEG-003": Entry(
        "error",
        "Segment repeated too often",
        "The segment {found} stands more than {expected} times at this place.",
        "Ask the partner to send no more than {expected}.",
        "35",
        "5",
    ),
    "SEG-004": Entry(
        "error",
        "Segment missing",
        "The segment {expected} is missing before {found}.",
        "Ask the partner to add the segment {expected}; the message guide makes it mandatory.",
        "13",
        "3",
    ),
    "SEG-005": Entry(
        "error",
        "Segment group repeated too often",
        "The group that {found} begins stands more than {expected} times at this place.",
        "Ask the partner to send no more than {expected}, or to split the message.",
        "36",
        "4",
    ),
    "ELM-001": Entry(
        "error",
        "Value missing",
        "{tag} {name} is mandatory but empty.",
        "Ask the partner to fill it in.",
        "13",
        "1",
    ),
    "ELM-002": Entry(
        "error",
        "Value too long",
        "{tag} {name}: {found} is too long; the format is {expected}.",
        "Ask the partner to shorten the value.",
        "39",
        "5",
    ),
    "ELM-003": Entry(
        "error",
        "Value too short",
        "{tag} {name}: {found} is too short; the format is {expected}.",
        "Ask the partner to send the value in full length.",
        "40",
        "4",
    ),
    "ELM-004": Entry(
        "error",
        "Not a number",
        "{tag} {name}: {found} is not a number.",
        "Ask the partner to send digits only, with a leading minus and one decimal mark where needed.",
        "37",
        "6",
    ),
    "ELM-005": Entry(
        "error",
        "Not alphabetic",
        "{tag} {name}: {found} must not contain digits.",
        "Ask the partner to send letters only.",
        "37",
        "6",
    ),
    "ELM-006": Entry(
        "warning",
        "Code not in the list",
        "{tag} {name}: the code {found} is not in the list of this directory.",
        "Usually agreed between partners. If it is a typing error, ask the partner to correct it.",
        "12",
        "7",
    ),
    "ELM-007": Entry(
        "error",
        "Too many elements",
        "The segment {tag} has more elements than the directory allows; the first too many is {found}.",
        "Ask the partner to check the separators: a + inside a text must be written ?+.",
        "16",
        "3",
    ),
    "ELM-008": Entry(
        "error",
        "Too many components",
        "{tag} {name} has more components than the directory allows; the first too many is {found}.",
        "Ask the partner to check the separators: a : inside a text must be written ?:.",
        "16",
        "3",
    ),
    "ELM-009": Entry(
        "error",
        "Character not allowed",
        "{tag} {name}: {found} has a character that the declared character set does not hold.",
        "Ask the partner to declare the character set that he really uses in UNB, or to leave the character out.",
        "21",
        "6",
    ),
    "ELM-010": Entry(
        "warning",
        "Lower case in upper-case set",
        "{tag} {name}: {found} has lower-case letters, but UNB declares UNOA.",
        "Harmless here. The partner should declare UNOB or UNOC in UNB.",
        "21",
        "6",
    ),
    "ELM-011": Entry(
        "error",
        "Date does not exist",
        "{tag} {name}: {found} is no date or time in the format named behind it.",
        "Ask the partner to correct the date, or its format code (2379).",
        "12",
        "8",
    ),
    "ELM-012": Entry(
        "error",
        "Decimal mark misplaced",
        "{tag} {name}: {found} is not a number with the decimal mark in force.",
        "Ask the partner to use the decimal mark declared in UNA, once, and no thousands separators.",
        "19",
        "6",
    ),
    "ELM-013": Entry(
        "warning",
        "No digit before the decimal mark",
        "{tag} {name}: {found} has no digit before the decimal mark.",
        "Harmless here. The partner should write 0 before the decimal mark.",
        "38",
        "6",
    ),
    "ELM-014": Entry(
        "warning",
        "Line end inside a value",
        "{tag} {name}: {found} has a line end inside.",
        "Harmless here. The partner should not break lines inside a segment.",
        "21",
        "6",
    ),
    "ELM-015": Entry(
        "error",
        "Character that the set cannot hold",
        "{found} cannot be written in the character set {expected}.",
        "Replace the character, or let the descriptor or the partner's settings name another character set (UNOW holds all).",
        "21",
        "6",
    ),
    # --- CSV: delimited files ----------------------------------------------------------------------------------
    "CSV-001": Entry(
        "error",
        "Quote left open",
        "A quote {found} is opened and never closed; the file's last rows cannot be told apart.",
        "Look for a single quote in the texts of the file; the partner must double it, or send the file again if it was cut.",
    ),
    "CSV-002": Entry(
        "error",
        "NUL byte",
        "The row holds a NUL byte.",
        "The file was damaged or is not text: ask the partner to export it again.",
    ),
    "CSV-003": Entry(
        "error",
        "Column named twice",
        "The column '{found}' stands twice in the header.",
        "Give each column its own name, or use positions in the descriptor.",
    ),
    "CSV-004": Entry(
        "error",
        "Key missing",
        "The column {expected} is missing; the header has: {found}.",
        "Ask the partner to keep the agreed columns, or correct the column's name in the descriptor.",
    ),
    "CSV-005": Entry(
        "error",
        "Stray quote",
        "A quote {found} inside a value makes it unclear where the rows end.",
        "The partner must put the value in quotes and double the quote inside it; or set quote = '' in the descriptor.",
    ),
    "CSV-006": Entry(
        "error",
        "Wrong number of cells",
        "The row has {found} cells, the header {expected}.",
        "Often a separator stands inside a text without quotes: correct the row and send it again.",
    ),
    "CSV-007": Entry(
        "error",
        "Row too long",
        "A row is longer than {expected} bytes.",
        "Check that the file is a table and that its quotes are closed.",
    ),
    "CSV-008": Entry(
        "error",
        "Too many columns",
        "The first row has {found} columns; at most {expected} are read.",
        "Check that the separator in the descriptor is the one of the file.",
    ),
    "CSV-009": Entry(
        "error",
        "No rows",
        "The file has a header of {found} columns and no rows.",
        "If nothing was to be sent, no file is needed; otherwise ask the partner to export it again.",
    ),
    "CSV-010": Entry(
        "notice",
        "Columns not used",
        "The header has columns that the descriptor does not use: {found}.",
        "Nothing to do if nobody needs them; otherwise add them to the descriptor.",
    ),
    "CSV-011": Entry(
        "warning",
        "Columns missing",
        "The header lacks columns that the descriptor uses: {found}. Their fields stay empty.",
        "Ask the partner to keep the agreed columns, or correct the names in the descriptor.",
    ),
    # --- FLG: flagged files (one field a line) ---------------------------------------------------------------
    "FLG-001": Entry(
        "error",
        "Wrong beginning",
        "The file begins with {found}; expected {expected}.",
        "Check that the file has the expected format and version; another version needs its own descriptor.",
    ),
    "FLG-002": Entry(
        "error",
        "Wrong number of fields",
        "The record {tag} has {found} fields, expected {expected}.",
        "A line is missing or too many: an empty field must stay as an empty line. Compare with the neighbouring records.",
    ),
    "FLG-003": Entry(
        "error",
        "Unknown record",
        "The record {found} is not known here{near}.",
        "Name it under `others` in the descriptor with its number of fields, or map it.",
    ),
    "FLG-004": Entry(
        "error",
        "End missing",
        "The file does not end with {expected}.",
        "The file was probably cut on its way: ask for it again.",
    ),
    "FLG-005": Entry(
        "error",
        "Beginning repeated",
        "{found} stands in the file more than once.",
        "Two files were put together: send them one by one.",
    ),
    "FLG-006": Entry(
        "error",
        "Line outside any record",
        "The line {found} belongs to no record.",
        "Check the lines above it: a record begins with its flag alone on a line.",
    ),
    # --- XML: well-formed files and their elements -------------------------------------------------------------
    "XML-001": Entry(
        "error",
        "Not well-formed XML",
        "This is not well-formed XML: {found}.",
        "The file was probably cut or edited by hand: ask for it again as the partner's program writes it.",
    ),
    "XML-002": Entry(
        "error",
        "Document type refused",
        "The file has a DOCTYPE ({found}).",
        "Document types can pull in foreign files and are never read. Ask the partner to leave the DOCTYPE out.",
    ),
    "XML-003": Entry(
        "error",
        "Encoding not known",
        "The file says that it is written in {found}.",
        "Ask the partner to send UTF-8.",
    ),
    "XML-004": Entry(
        "error",
        "File too large",
        "The file is too large to be read in one piece: {found}, at most {expected}.",
        "Ask the partner to send several smaller files.",
    ),
    "XML-005": Entry(
        "error",
        "Another kind of XML",
        "The root element is {found}; expected {expected}.",
        "Check that the file has the expected kind and version; `edi inspect FILE` names formats that fit.",
    ),
    "XML-006": Entry(
        "warning",
        "Text beside elements",
        "The text {found} stands beside elements, where no field can be.",
        "It is not read. If it matters, ask the partner to put it into an element of its own.",
    ),
    # --- FIX: files of fixed width -----------------------------------------------------------------------------
    "FIX-001": Entry(
        "error",
        "Record of the wrong length",
        "A record has {found} characters, expected {expected}.",
        "The file was probably cut, or a character was lost on its way: ask for it again.",
    ),
    "FIX-002": Entry(
        "error",
        "Unknown record",
        "The record {found} is not known here; known are {expected}.",
        "Name it under `others` in the descriptor if it may be passed over, or map it.",
    ),
    "FIX-003": Entry(
        "error",
        "Record out of place",
        "A record {found} stands where no record {expected} is open.",
        "Records are missing or mixed up: ask for the file again.",
    ),
    "FIX-004": Entry(
        "error",
        "Too long for its place",
        "The text {found} does not fit into {expected} characters.",
        "Shorten it in a step of the route, for example with left(...).",
    ),
    "FIX-005": Entry(
        "error",
        "Record not closed",
        "A record {found} is followed by no record {expected}.",
        "The file was probably cut: ask for it again.",
    ),
    # --- SWF: SWIFT MT statements --------------------------------------------------------------------------------
    "SWF-001": Entry(
        "error",
        "No SWIFT statement",
        "The file begins with {found}, not with a field such as :20:.",
        "Check that the file is an MT940 or MT942 as the bank sends it.",
    ),
    "SWF-002": Entry(
        "error",
        "Field out of place",
        "The field :{found}: stands outside a statement: :20: is missing before it.",
        "The file was probably cut at its beginning: ask for it again.",
    ),
    "SWF-003": Entry(
        "error",
        "Field not understood",
        "The field :{tag}: cannot be read: {found}.",
        "Compare it with the bank's description; a missing date, mark (C or D) or amount is the usual cause.",
    ),
    "SWF-004": Entry(
        "error",
        "Statement not closed",
        "The statement {found} has no closing balance (:62F: or :62M:).",
        "The file was probably cut: ask for it again.",
    ),
    # --- JSON ----------------------------------------------------------------------------------------------------
    "JSON-001": Entry(
        "error",
        "Not valid JSON",
        "This is not valid JSON: {found}.",
        "Ask the partner to send the file as his program writes it; a JSON editor shows the place.",
    ),
    "JSON-002": Entry(
        "error",
        "Name given twice",
        "The name '{found}' stands twice in one object.",
        "Ask the partner which of the two values counts; none is chosen by itself.",
    ),
    "JSON-003": Entry(
        "error",
        "Not an object",
        "A document is expected here, in braces, but this is {found}.",
        "Ask the partner to send one object a document: one, an array of them, or one a line.",
    ),
    "JSON-004": Entry(
        "error",
        "Nested too deep",
        "The document is nested deeper than {found} levels.",
        "Business documents have three or four levels; ask the partner what he sent.",
    ),
    "JSON-005": Entry(
        "error",
        "No document",
        "The file holds no document.",
        "Ask the partner to send it again; an empty list is not processed.",
    ),
    "JSON-006": Entry(
        "error",
        "Document too large",
        "One document has {found} characters; at most {expected} are taken.",
        "Ask the partner to send one object a document, not everything in one.",
    ),
    "JSON-007": Entry(
        "error",
        "Too many broken documents",
        "The file has {found} broken documents or more; the rest was not read.",
        "This is probably not the right kind of file. Ask the partner to correct it and send it again.",
    ),
    # --- FLD: a field's value, whatever the syntax -----------------------------------------------------------
    "FLD-001": Entry(
        "error",
        "Not a number",
        "The value {found} is not {expected}.",
        "Correct the value; only digits, a sign and one decimal mark may stand there.",
    ),
    "FLD-002": Entry(
        "error",
        "Wrong decimal mark",
        "The value {found} uses '{mark}' as decimal mark, this file uses '{expected}'.",
        "Ask the partner for the agreed decimal mark, or change `decimal` in the descriptor.",
    ),
    "FLD-003": Entry(
        "error",
        "Unknown code",
        "The value {found} is not in the list{near}. Known: {expected}.",
        "Correct the value, or add it to `codes` of this field in the descriptor.",
    ),
    "FLD-004": Entry(
        "error",
        "Too many decimals",
        "The value {found} has more than {expected} decimals.",
        "Round the value where it comes from; it is never rounded here in silence.",
    ),
    "FLD-005": Entry(
        "error",
        "Number too large",
        "The value {found} has more than {expected} digits before the decimal mark.",
        "Check the value: the decimal mark was probably lost.",
    ),
    "FLD-006": Entry(
        "error",
        "Neither yes nor no",
        "The value {found} is not {expected}.",
        "Correct the value, or map it with `codes` in the descriptor.",
    ),
    "FLD-007": Entry(
        "error",
        "Not a date",
        "The value {found} is no date that exists, in the form {expected}.",
        "Correct the date, or change `date` in the descriptor if the partner writes dates another way.",
    ),
    "FLD-008": Entry(
        "error",
        "Unknown date format",
        "The value {found} has the date format code {period}; known: {expected}.",
        "Ask the partner for one of the known formats (102 is CCYYMMDD).",
    ),
    "FLD-009": Entry(
        "error",
        "Value missing",
        "The field is empty, and it must be filled.",
        "Complete the file and send it again.",
    ),
    "FLD-010": Entry(
        "error",
        "Several values",
        "The field has {count} different values: {found}.",
        "Agree with the partner which one counts; the descriptor can take the first (`take = 'first'`) or all (`all`).",
    ),
    "FLD-011": Entry(
        "error",
        "Rows of one document are apart",
        "The rows of {found} do not stand together.",
        "Sort the file so that all rows of one document follow each other.",
    ),
    "FLD-012": Entry(
        "warning",
        "Header differs between rows",
        "The rows of one document disagree: {found} here, {expected} on its first row.",
        "The first row counts. Check the export if this is unexpected.",
    ),
    "FLD-013": Entry(
        "error",
        "Record without its header",
        "The record {found} comes before any {expected}.",
        "A line was lost or the order of the records is wrong: check the file's beginning.",
    ),
    "FLD-014": Entry(
        "error",
        "Text too long",
        "The text {found} does not fit into its {expected} characters.",
        "Shorten it where it comes from, or in a transform.",
    ),
    "FLD-015": Entry(
        "error",
        "More of the same",
        "{found} more findings of this kind follow; the file is refused as a whole.",
        "Look at the first ones: they usually have one cause. Correct it and send the file again.",
    ),
    "FLD-016": Entry(
        "error",
        "Only one row fits",
        "The document has several rows of {found}; this format has room for one.",
        "Choose another format for such documents, or join the rows in a transform.",
    ),
    "FLD-017": Entry(
        "error",
        "Not an amount with its sign",
        "{found} is not an amount of digits, the last of which may carry the sign.",
        "The file was probably changed on its way, or read in another encoding: ask for it again.",
    ),
    "FLD-018": Entry(
        "error",
        "Sign not known",
        "The sign {found} is not known; known are {expected}.",
        "Add it to `codes` of the field's sign in the descriptor, as + or -.",
    ),
    # --- DOC: documents against their schema -----------------------------------------------------------------
    "DOC-001": Entry(
        "error",
        "Required value missing",
        "{table} {position}: {field} is missing.",
        "Ask the partner to fill {field} ({expected}), or supply it in a transform.",
        "13",
    ),
    "DOC-002": Entry(
        "error",
        "Value too long",
        "{table} {position}: {field} has more than {expected} characters: {found}.",
        "Ask the partner to shorten {field}, or shorten it in a transform.",
        "39",
    ),
    "DOC-003": Entry(
        "error",
        "Value too short",
        "{table} {position}: {field} has fewer than {expected} characters.",
        "Ask the partner to fill {field}.",
        "40",
    ),
    "DOC-004": Entry(
        "error",
        "Value has the wrong form",
        "{table} {position}: {field} is {found}; expected {expected}.",
        "Ask the partner to correct {field}, or map it to the right form in a transform.",
        "12",
    ),
    "DOC-005": Entry(
        "error",
        "Value not allowed",
        "{table} {position}: {field} is {found}; allowed are {expected}.",
        "Correct {field}, or map the partner's word to one of these in the descriptor (codes).",
        "12",
    ),
    "DOC-006": Entry(
        "error",
        "Number out of range",
        "{table} {position}: {field} is {found}; it must be {expected}.",
        "Ask the partner to correct {field}.",
        "12",
    ),
    "DOC-007": Entry(
        "error",
        "Document incomplete",
        "{table} {position} has no {field}.",
        "A document of this kind needs at least one of its {field}; ask the partner to send it complete.",
        "13",
    ),
    "DOC-008": Entry(
        "error",
        "Row without its parent",
        "{table} {position} belongs to row {found}, which does not exist.",
        "A step removed or renumbered the parent rows; let it keep message, position and parent.",
    ),
    "DOC-009": Entry(
        "error",
        "Column of the wrong type",
        "{table}: {field} is of type {found}; the document wants {expected}.",
        "Convert {field} in the step that makes {table}: amounts with decimal_division or a cast to DECIMAL, "
        "never DOUBLE or FLOAT; times with their zone.",
    ),
    "DOC-010": Entry(
        "error",
        "More of the same",
        "{found} more rows of this message have the fault {repeated} in {field}.",
        "Correct the faults shown; the others are of the same kind.",
    ),
    "DOC-011": Entry(
        "error",
        "Value does not fit exactly",
        "{table} {position}: {field} is {found}, which does not fit exactly into {expected}.",
        "Round or convert {field} in a transform; nothing is rounded by itself.",
        "12",
    ),
    "DOC-012": Entry(
        "error",
        "Key missing",
        "{table} has rows without {field}.",
        "Let the step that makes {table} select {field} as well; the keys tie every row to its message.",
    ),
    "DOC-013": Entry(
        "error",
        "Wrong kind of JSON value",
        "{field} is {found}; expected {expected}.",
        'Write decimals, dates and codes as strings in quotes ("12.50", "2026-03-31", "00123").',
    ),
    "DOC-014": Entry(
        "error",
        "Unknown name",
        "The document has no field '{found}'{near}",
        "Correct the name, or remove it; `edi formats show` lists the fields of a document.",
    ),
    # --- CHK: checks of a route ----------------------------------------------------------------------------------
    "CHK-001": Entry(
        "error",
        "A check failed",
        "The check {check} found something wrong:",
        "Correct the document, or change what edi.toml says about the check {check} (reject, hold, warn).",
    ),
    "CHK-002": Entry(
        "error",
        "More of the same",
        "The check {check} found {found} more rows in this message that are not shown.",
        "Correct the ones shown first; the others usually have the same cause.",
    ),
    # --- FMT: descriptors ------------------------------------------------------------------------------------------
    "FMT-001": Entry(
        "error",
        "Unknown format",
        "There is no format '{found}'{near}",
        "`edi formats list` shows all formats.",
    ),
    "FMT-002": Entry(
        "error",
        "Descriptor is not TOML",
        "The descriptor is not valid TOML: {found}.",
        "Correct the line named; texts stand in quotes, tables in [brackets].",
    ),
    "FMT-003": Entry(
        "error",
        "Descriptors extend each other",
        "The descriptors extend each other in a circle: {found}.",
        "Remove `extends` from one of them, or write `library:` before the shipped one's name.",
    ),
    "FMT-004": Entry(
        "error",
        "Unknown option",
        "There is no option '{found}'{near}",
        "docs/formats.md lists all options.",
    ),
    "FMT-005": Entry(
        "error",
        "Unknown document",
        "There is no document '{found}'{near}",
        "The documents are the files under formats/documents/.",
    ),
    "FMT-006": Entry(
        "error",
        "Wrong value in a descriptor",
        "{key}: {found}.",
        "docs/formats.md shows every option with an example.",
    ),
    "FMT-007": Entry(
        "error",
        "Unknown table",
        "The document {document} has no table '{found}'{near}",
        "Correct the name; the document's schema lists its tables.",
    ),
    "FMT-008": Entry(
        "error",
        "Unknown field",
        "The table {table} has no field '{found}'{near}",
        "Correct the name, or say extra = true if a transform supplies it.",
    ),
    "FMT-009": Entry(
        "error",
        "Unknown date pattern",
        "'{found}' is neither a known pattern nor an EDIFACT 2379 code.",
        "Use %Y %y %m %d %H %M %S %f %z, or a code such as 102 or 203.",
    ),
    "FMT-010": Entry(
        "error",
        "Unknown code list",
        "There is no code list '{found}'{near}",
        "Code lists are the files under formats/codes/.",
    ),
    "FMT-011": Entry(
        "error",
        "Two fields in one place",
        "{found} and {expected} are written to the same place.",
        "Give one of them another address, or a qualifier of its own.",
    ),
    "FMT-012": Entry(
        "warning",
        "Not mapped",
        "{found} is in the example and no field takes it: {expected}.",
        "Map it, or leave it: it is kept and shown as unmapped.",
    ),
    "FMT-013": Entry(
        "error",
        "Example missing",
        "The format has no example file {expected}.",
        "Put one beside the descriptor: it is read by `edi formats test`.",
    ),
    "FMT-014": Entry(
        "error",
        "Example changes when rewritten",
        "Written again, the example differs at byte {found}: {expected}.",
        "Bring the example into canonical form, or correct the descriptor.",
    ),
    "FMT-015": Entry(
        "error",
        "Documents change when written",
        "Reading back what was written gives other documents: {found} is {expected}.",
        "A field is written to a place where it is not read: compare the addresses.",
    ),
    "FMT-016": Entry(
        "error",
        "Format cannot be written",
        "The format {found} is for reading only.",
        "Choose a format whose direction allows writing.",
    ),
    "FMT-017": Entry(
        "error",
        "Format cannot be read",
        "The format {found} is for writing only.",
        "Choose a format whose direction allows reading.",
    ),
    "FMT-018": Entry(
        "error",
        "Address not understood",
        "{found}",
        "docs/formats.md explains the addresses of each syntax.",
    ),
    "FMT-120": Entry(
        "error",
        "Address not understood",
        "'{found}' is not an address in a JSON document.",
        "Write a name (number), a path (address/city), an outer object's (^number) or an array's (notes[kind=x]/text).",
    ),
    "FMT-130": Entry(
        "error",
        "Address not understood",
        "'{found}' is not an address of this syntax, seen from these rows.",
        "XML: Refs/EndToEndId, Amt/@Ccy, ^Ntry/BookgDt/Dt, Bal[Tp/Cd=OPBD]/Amt (docs/formats.md).",
    ),
    "FMT-131": Entry(
        "error",
        "Namespace to write not known",
        "The root {found} is a pattern; nobody says which namespace is to be written.",
        "Write the namespace of one version in `root`, in a descriptor of its own.",
    ),
    "FMT-132": Entry(
        "error",
        "Address not understood",
        "'{found}' is not an address of a file of fixed width.",
        'Write [first, length], or "^first,length" for the record around it, "05[46,3=LIB]/49,70" for one below.',
    ),
    "FMT-133": Entry(
        "error",
        "Address not understood",
        "'{found}' is not an address of a SWIFT statement.",
        'Write a part of the row\'s own field ("amount"), or "86/purpose", "^60F/amount" (docs/formats.md).',
    ),
    "FMT-101": Entry(
        "error",
        "Unknown EDIFACT release",
        "The library holds no EDIFACT directory {found}; it holds {expected}.",
        "Correct `release` in the descriptor, or add the directory to formats/edifact/directory.",
    ),
    "FMT-102": Entry(
        "error",
        "Unknown EDIFACT message",
        "The message {found} is not in the directory {expected}{nearest}.",
        "Correct `message` in the descriptor.",
    ),
    "FMT-103": Entry(
        "error",
        "Address cannot be read",
        "The address {found} cannot be read: {expected}.",
        "Write it like NAD[3035=BY]/3039: segments with their conditions, then the data element.",
    ),
    "FMT-104": Entry(
        "error",
        "Segment not found from here",
        "The address {found} names {tag}, which does not stand in {expected}{nearest}.",
        "Name a segment of the row's own group, or the trigger of a group directly below; `//` looks deeper, `^` in a group around.",
    ),
    "FMT-105": Entry(
        "error",
        "Data element not in the segment",
        "The address {found} names the data element {tag}, which {expected} does not have{nearest}.",
        "Use one of the segment's data elements as the directory numbers them.",
    ),
    "FMT-106": Entry(
        "error",
        "Segment ambiguous",
        "The address {found} may mean several places: {expected}.",
        "Name the group instead of the segment, as in SG28[5125=AAA]/5118.",
    ),
    "FMT-019": Entry(
        "error",
        "No format fits",
        "No known format fits this file; it begins with {found}.",
        "Name the format with --from, or write a descriptor for it; `edi formats list` shows what is known.",
    ),
    "FMT-020": Entry(
        "error",
        "Several formats fit",
        "The file fits several formats equally well: {found}.",
        "Choose one with --from.",
    ),
    "FMT-021": Entry(
        "error",
        "Formats carry different documents",
        "The file carries {found}, the target format {expected}.",
        "Choose a format of the same document; `edi formats list` shows the document of each.",
    ),
    "FMT-022": Entry(
        "warning",
        "Unmapped content left out",
        "{found} values that no field takes were not written: {expected}.",
        "If the receiver needs them, map them in the descriptor, or forward the file as it came.",
    ),
    # --- SQL: transforms and checks as code ------------------------------------------------------------------
    "SQL-001": Entry(
        "error",
        "Query not understood",
        "This is not one SELECT that can be run:",
        "Write exactly one SELECT (no PIVOT: write CASE), and try it again with `edi lint`.",
    ),
    "SQL-002": Entry(
        "error",
        "Unknown table",
        "There is no table {found} here{nearest}.",
        "A step reads tables of its document, codes.NAME (codes/NAME.csv), partner, route and history.TABLE.",
    ),
    "SQL-003": Entry(
        "error",
        "Unknown column or function",
        "There is no {found} here{nearest}.",
        "Correct the name. The columns of a document are listed in formats/documents/.",
    ),
    "SQL-004": Entry(
        "error",
        "Inexact number",
        "Column {found} of {owner} is a floating-point number.",
        "Amounts and quantities are exact: cast the column to DECIMAL(18,6), or a count to INTEGER.",
    ),
    "SQL-005": Entry(
        "error",
        "Query took too long",
        "The query {found} was stopped after {expected} seconds.",
        "Look for a join without a condition, which combines every row with every other.",
    ),
    "SQL-006": Entry(
        "error",
        "Query needs too much memory",
        "The query {found} needs more than {expected} of memory.",
        "Look for a join without a condition, which combines every row with every other.",
    ),
    "SQL-007": Entry(
        "error",
        "Value cannot be processed",
        "The rule {step} cannot process a value of this message:",
        "Correct the value in the document or the code table; a rule that may meet such values uses try_cast.",
    ),
    "SQL-008": Entry(
        "error",
        "Key column missing",
        "The table {found} comes out of the rule without a usable column {expected}.",
        "Every table keeps `message`, a table below another also `parent`. Add the column to the SELECT.",
    ),
    "SQL-009": Entry(
        "error",
        "Row made twice",
        "The rule {step} gives several rows for position {found} of the table {table}.",
        "A join found more than one row: look for the same key twice in a code table (`edi lint` names it).",
    ),
    "SQL-010": Entry(
        "error",
        "Helper tables in a circle",
        "The helper tables {found} need each other.",
        "Break the circle: a helper may only read helpers that do not read it.",
    ),
    "SQL-011": Entry(
        "error",
        "Result would change from run to run",
        "{found} gives another value each time; a replay could not give the same bytes.",
        "Use route.clock for the time of the run, and keys of the document instead of random ones.",
    ),
    "SQL-012": Entry(
        "error",
        "Not allowed in a rule",
        "{found} is not allowed in a rule.",
        "A rule reads tables only, no files, settings or network. Put the data into a table under codes/.",
    ),
    "SQL-013": Entry(
        "error",
        "Inexact calculation",
        "{found} calculates in floating point, even for decimals.",
        "Write {expected} instead; it stays exact.",
    ),
    "SQL-014": Entry(
        "error",
        "Unknown step or check",
        "There is no {kind} {found}{nearest}.",
        "Correct the name in edi.toml, or add the file under transforms/.",
    ),
    "SQL-015": Entry(
        "error",
        "Python step failed",
        "The Python step {step} failed:",
        "Correct the step; run it on one document with `edi convert` to see it again.",
    ),
    "SQL-016": Entry(
        "error",
        "Check returns the wrong columns",
        "The check {check} lacks the columns {expected}.",
        "A check returns message, field, value and text; it may also return position, expected and hint.",
    ),
    "SQL-017": Entry(
        "error",
        "Code table cannot be read",
        "This code table cannot be read:",
        "Save it as CSV in UTF-8 with commas and a header line; every line has as many cells as the header.",
    ),
    "SQL-018": Entry(
        "error",
        "Column missing for the document",
        "The steps give no column {found} in {table}, which the document requires.",
        "Add the column to the SELECT that makes the table.",
    ),
    "SQL-019": Entry(
        "error",
        "Column of another type",
        "The steps give {found} in {table} as {given}; the document has {expected}.",
        "Cast the column in the SELECT that makes the table.",
    ),
    # --- CFG: edi.toml -----------------------------------------------------------------------------------------------
    "CFG-001": Entry(
        "error",
        "No workspace here",
        "There is no edi.toml in {found} or above it.",
        "Go to your workspace, name it with --workspace DIR or EDI_WORKSPACE, or make one with `edi init DIR`.",
    ),
    "CFG-002": Entry(
        "error",
        "edi.toml cannot be read",
        "edi.toml cannot be read: {why}.",
        "Correct the line; texts stand in quotes, tables in [brackets].",
    ),
    "CFG-003": Entry(
        "error",
        "Unknown key",
        "There is no key {found} here{guess}",
        "The keys here are: {expected}.",
    ),
    "CFG-004": Entry(
        "error",
        "Missing key",
        "The key {found} is missing.",
        "Add it; `edi init` writes an example with comments.",
    ),
    "CFG-005": Entry(
        "error",
        "Value not in the list",
        "{found} is not one of the possible values{guess}",
        "Possible values: {expected}.",
    ),
    "CFG-006": Entry(
        "error",
        "Wrong kind of value",
        "The value must be of the kind {expected}.",
        'Texts stand in quotes ("text"), numbers and true/false do not, lists stand in brackets.',
    ),
    "CFG-007": Entry(
        "error",
        "Value not allowed",
        "The value {found} is not allowed; expected: {expected}.",
        "Change the value.",
    ),
    "CFG-010": Entry(
        "error",
        "Unknown partner",
        "There is no partner {found}{guess}",
        "Add [partners.{found}] to edi.toml, or correct the name.",
    ),
    "CFG-011": Entry(
        "error",
        "Unknown channel",
        "The partner {partner} has no channel {found}{guess}",
        "Add [partners.{partner}.channels.{found}] to edi.toml, or correct the name.",
    ),
    "CFG-012": Entry(
        "error",
        "Unknown format",
        "There is no format {found}{guess}",
        "`edi formats list` shows all of them; your own ones are files under formats/ of the workspace.",
    ),
    "CFG-013": Entry(
        "error",
        "Unknown step",
        "There is no step {found} under transforms/{guess}",
        "A step is a folder, an .sql file or a .py file under transforms/.",
    ),
    "CFG-014": Entry(
        "error",
        "Unknown check",
        "There is no check {found} under transforms/checks/{guess}",
        "A check is an .sql file in transforms/checks/<document>/.",
    ),
    "CFG-015": Entry(
        "error",
        "Two routes for the same files",
        "The routes {found} and {other} take the same format from the same folder.",
        "Give them different folders, different formats or file patterns that do not overlap.",
    ),
    "CFG-016": Entry(
        "error",
        "Folder outside its channel",
        "The folder {found} leaves its channel.",
        'Write a folder below the channel\'s own, without "..".',
    ),
    "CFG-017": Entry(
        "error",
        "Folder kept for the toolkit",
        "The folder {found} cannot be exchanged with a partner: {why}.",
        "Choose another folder, such as inbox/<partner> or outbox/<partner>.",
    ),
    "CFG-018": Entry(
        "error",
        "Claims on another disk",
        "{found} is on another file system than {other}, where claimed files wait.",
        "Give the channel a `claims` folder on the same disk as its `path`: files are taken by renaming them.",
    ),
    "CFG-019": Entry(
        "error",
        "No way to log in",
        "The channel {found} has neither a key nor a password.",
        'Add key = "file:..." or password = "env:..." to the channel.',
    ),
    "CFG-020": Entry(
        "error",
        "Delivery into a pick-up folder",
        "The route {found} delivers into {folder}, where the route {other} picks up.",
        "Deliver into another folder; otherwise the toolkit would pick up its own files.",
    ),
    "CFG-021": Entry(
        "error",
        "Unknown time zone",
        "There is no time zone {found}{guess}",
        "Write an IANA name such as Europe/Paris, Europe/Rome or Europe/Sofia.",
    ),
    "CFG-022": Entry(
        "error",
        "Schedule not understood",
        "{found} is no schedule: {why}.",
        'Write five fields: minute, hour, day of month, month, day of week, such as "0 6 * * 1-5" (06:00 from Monday to Friday).',
    ),
    "CFG-023": Entry(
        "error",
        "Two schedules for one folder",
        "The routes {found} and {other} pick up from {folder} at different times.",
        "A file is identified among all routes of its folder: give them the same schedule, or let the partner use two folders.",
    ),
    "CFG-024": Entry(
        "error",
        "No delta of these documents",
        "Files of {found} carry the document {document}, whose rows have no key, so that nobody can tell which of them changed.",
        "Take delta and full out of this target: documents such as orders are sent as they come.",
    ),
    "CFG-025": Entry(
        "error",
        "A delta beside other files",
        "The route {found} delivers a delta and other files into {folder}.",
        "Give each a folder of its own; otherwise nobody can tell what the receiver knows already.",
    ),
    "CFG-030": Entry(
        "error",
        "State open to others",
        "{found} can be written by other users of this machine.",
        "The archive would prove nothing. Close it: `chmod go-w {found}`.",
    ),
    "CFG-031": Entry(
        "error",
        "Workspace inside a git work tree",
        "The workspace {found} lies inside the git work tree {other}.",
        "A `git clean` would erase the archive. Move the workspace out of it, or say --here if you mean it.",
    ),
    "CFG-032": Entry(
        "error",
        "State not usable",
        "{found} cannot be used: {why}.",
        "The user who runs `edi` must own the workspace's .edi folder.",
    ),
    "CFG-040": Entry(
        "error",
        "Doubled key in a code table",
        "{found} stands in this table twice, first in line {first}.",
        "Keep one of the rows: a step that joins the table would double documents or lines.",
    ),
    "CFG-041": Entry(
        "error",
        "Two formats fit the same content",
        "The formats of the routes {found} and {other} both fit {example}: their files could not be told apart.",
        "Give the routes different folders or file patterns that do not overlap.",
    ),
    "CFG-042": Entry(
        "error",
        "Format of one direction",
        "The format {found} cannot be {how}.",
        "`edi formats show` says in which direction a format works; choose another one here.",
    ),
    # --- NET: channels (folders and servers) -----------------------------------------------------------------
    "NET-001": Entry(
        "error",
        "Unknown type of channel",
        "There is no channel type {found}; there are: {expected}.",
        "Correct `type` of this channel in edi.toml.",
    ),
    "NET-002": Entry(
        "error",
        "Wrong setting of a channel",
        "The setting {found} cannot be used: {expected}.",
        "Correct this channel in edi.toml, then check it with `edi doctor --connect`.",
    ),
    "NET-003": Entry(
        "error",
        "Server name unknown",
        "No server named {found} is known.",
        "Check `host` in edi.toml and this machine's network and name service (DNS).",
    ),
    "NET-004": Entry(
        "error",
        "Server not reachable",
        "The server {found} cannot be reached: {expected}.",
        "Check `host` and `port` in edi.toml, the firewall, and ask the partner whether the server runs and knows your address.",
    ),
    "NET-005": Entry(
        "error",
        "Server does not answer",
        "The server {found} accepted the connection, then said nothing for {expected} seconds.",
        "Try again later; if it stays silent, ask the partner whether his SFTP server is overloaded or blocks your address.",
    ),
    "NET-006": Entry(
        "error",
        "Server key not known yet",
        "The server's key is {found}, and no key is pinned for it.",
        'Ask the partner for the fingerprint of his server, by another way than this connection. If it is the same, add to the channel: host_keys = ["{line}"]',
    ),
    "NET-007": Entry(
        "error",
        "Server key changed",
        "The server shows the key {found}; pinned is {expected}.",
        "Do not connect: someone may stand in between. Ask the partner whether he changed the key; only if he did, replace host_keys of the channel.",
    ),
    "NET-008": Entry(
        "error",
        "Password refused",
        "The server refused the user {found} with this password.",
        "Check `user` and `password` of the channel; ask the partner whether the account is locked or the password has expired.",
    ),
    "NET-009": Entry(
        "error",
        "Key refused",
        "The server refused the user {found} with our key {expected}.",
        "Send the partner the public key that belongs to this fingerprint, and ask him to allow it for this user.",
    ),
    "NET-010": Entry(
        "error",
        "No common encryption",
        "The server and we have no safe encryption method in common: {found}.",
        "Ask the partner to update his server; it offers only methods that are no longer safe.",
    ),
    "NET-011": Entry(
        "error",
        "No file transfer on this server",
        "The server let us in but does not speak SFTP properly: {found}.",
        "Ask the partner to enable SFTP for this user, and check that `port` is the SFTP port.",
    ),
    "NET-012": Entry(
        "error",
        "Folder missing",
        "The folder does not exist, or is not a real folder: {found}.",
        "Create the folder, or correct its name in edi.toml; a link in place of a folder is never followed.",
    ),
    "NET-013": Entry(
        "error",
        "No permission",
        "This folder or file may not be read or changed by us: {found}.",
        "Give the user that runs edi (or our user on the server) the right to read, write, rename and delete there.",
    ),
    "NET-014": Entry(
        "error",
        "Claims on another disk",
        "The folder and the claim area .edi/claims are on different file systems.",
        "Put `path` and `claims` of the channel on the same disk: files are taken by renaming them.",
    ),
    "NET-015": Entry(
        "warning",
        "Connection lost",
        "The connection to the server was lost: {found}.",
        "Nothing to do: it is tried again, and what was begun is finished. If it comes back often, show this to the partner.",
    ),
    "NET-020": Entry(
        "error",
        "Not a regular file",
        "This is no regular file but a link, a pipe, a device or a folder.",
        "It is never opened. Ask the partner to send the file itself, and remove this.",
    ),
    "NET-021": Entry(
        "error",
        "File with several names",
        "This file has a second name elsewhere (a hard link), so it could be changed behind our back.",
        "It is never opened. Put a copy in its place: cp FILE COPY, then remove FILE.",
    ),
    "NET-022": Entry(
        "error",
        "Name not allowed",
        "The file name {found} is not allowed: {expected}.",
        "The file is left where it is. Rename it, or ask the partner for plain names: letters, digits, dot, hyphen, underscore.",
    ),
    "NET-023": Entry(
        "notice",
        "File still being written",
        "The file changed after it was seen: somebody is still writing it.",
        "Nothing to do: it is taken once it has settled. Ask the partner to upload under a temporary name and to rename at the end.",
    ),
    "NET-024": Entry(
        "error",
        "File too large",
        "The file has {found} bytes; at most {expected} are allowed.",
        "The file is left where it is. Raise max_file_bytes in [limits] of edi.toml if it is genuine.",
    ),
    "NET-025": Entry(
        "error",
        "Size does not match",
        "{found} bytes arrived; the server had announced {expected}.",
        "Nothing was taken. It is tried again; if it comes back, the partner's server is faulty or the file is rewritten in place.",
    ),
    "NET-026": Entry(
        "error",
        "Claim refused",
        "The server did not let us rename the file: {found}.",
        'Ask the partner for the right to rename in this folder, or set claim = "in-place" for this channel.',
    ),
    "NET-027": Entry(
        "error",
        "Operation refused",
        "The operation was refused: {found}.",
        "It is tried again. If it comes back, show this message to whoever runs the server or the disk.",
    ),
    "NET-029": Entry(
        "error",
        "Transfer too slow",
        "The transfer was given up: it took longer than {expected} seconds.",
        "It is tried again. If it comes back, check the line, or ask the partner whether his server is overloaded.",
    ),
    "NET-030": Entry(
        "error",
        "Name for delivery not allowed",
        "A file cannot be delivered under the name {found}: {expected}.",
        "Correct the file name pattern of the route in edi.toml; letters, digits and . _ + @ = , ( ) - are safe everywhere.",
    ),
    "NET-031": Entry(
        "error",
        "Name already taken",
        "A file named {found} is already there; it was not overwritten.",
        "Look at both files. Remove or rename the old one and retry, or add {{reference}} or {{time}} to the name in edi.toml.",
    ),
    "NET-032": Entry(
        "error",
        "Upload incomplete",
        "Only {found} of {expected} bytes arrived.",
        "It is tried again, and nothing is visible to the receiver until it is complete.",
    ),
    "NET-033": Entry(
        "error",
        "No space left",
        "There is no space left where the file is to be written: {found}.",
        "Make space on this disk, or ask the partner to; the delivery is then finished by the next run.",
    ),
    "NET-034": Entry(
        "error",
        "File to deliver not readable",
        "The archived file to deliver cannot be read: {found}.",
        "Check the archive with `edi audit verify`.",
    ),
    "NET-035": Entry(
        "warning",
        "Cannot be put back",
        "The file cannot be put back under its name: a newer file has this name. It is kept as {found}.",
        "Nothing to do: it is put back when the newer file has been picked up.",
    ),
    "NET-036": Entry(
        "error",
        "Server hides sizes",
        "The server does not say what kind of file this is, or how large.",
        "Without it an incomplete file cannot be told from a complete one. Ask the partner to enable full file attributes.",
    ),
    # --- AUD: the audit trail ------------------------------------------------------------------------------------
    "AUD-001": Entry(
        "error",
        "Event changed",
        "Event {found} is not what was written; it is about {what} ({origin}, {day}).",
        "Someone or something changed the ledger. Keep it as it is, compare it with a backup and with an anchor "
        "(`edi audit anchor --check FILE`), and tell your auditor.",
    ),
    "AUD-002": Entry(
        "error",
        "Event missing or out of order",
        "After event {expected} comes event {found}: events were removed, repeated or put in another order.",
        "Keep the ledger as it is, compare it with a backup and with an anchor, and tell your auditor.",
    ),
    "AUD-003": Entry(
        "error",
        "Chain of events broken",
        "Event {found} does not follow from the event before it.",
        "An event was changed, removed or put in here. Keep the ledger as it is and compare it with a backup.",
    ),
    "AUD-004": Entry(
        "error",
        "Event of another ledger",
        "Event {found} belongs to another ledger.",
        "An event was put in from elsewhere. Keep the ledger as it is and compare it with a backup.",
    ),
    "AUD-005": Entry(
        "error",
        "Archived file changed",
        "The archived bytes of {what} ({origin}, {day}) are not the ones that were recorded.",
        "Put the file back from a backup and run `edi audit verify` again. Check the disk (`dmesg`, SMART).",
    ),
    "AUD-006": Entry(
        "error",
        "Archived file missing",
        "The archived bytes of {what} ({origin}, {day}) are missing.",
        "Put the file back from a backup under the same name and run `edi audit verify` again.",
    ),
    "AUD-007": Entry(
        "error",
        "Record of a file missing",
        "The record of {what} ({origin}, {day}) is missing, and no event says that it was erased.",
        "Compare the ledger with a backup; personal data is erased by its own command only, which leaves an event.",
    ),
    "AUD-008": Entry(
        "error",
        "Record of a file changed",
        "The record of {what} ({origin}, {day}) is not the one that its event promises: {found}.",
        "The ledger was changed. Keep it as it is, compare it with a backup, and tell your auditor.",
    ),
    "AUD-009": Entry(
        "error",
        "State does not follow from the events",
        "{what} ({origin}, {day}) is recorded with {found}; its events say {expected}.",
        "The ledger was changed outside the program. Keep it as it is and compare it with a backup.",
    ),
    "AUD-010": Entry(
        "error",
        "Signature of a checkpoint wrong",
        "The checkpoint over {found} events was not signed with this ledger's key.",
        "The checkpoint or the key was replaced. Compare with a kept anchor: `edi audit anchor --check FILE`.",
    ),
    "AUD-011": Entry(
        "error",
        "Checkpoint does not fit the events",
        "The events are not those that were signed when there were {found} of them.",
        "Events were changed after they were signed. Keep the ledger as it is and compare it with a backup.",
    ),
    "AUD-012": Entry(
        "error",
        "Events missing at the end",
        "The ledger has {found} events, but {expected} were signed: the end was cut off, or this is an old copy.",
        "If you restored a backup, restore the newest one together with audit.key; otherwise tell your auditor.",
    ),
    "AUD-013": Entry(
        "error",
        "Ledger damaged",
        "The ledger cannot be read: {found}.",
        "Check the disk, then restore the newest backup of the folder .edi.",
    ),
    "AUD-014": Entry(
        "error",
        "Protection of the ledger removed",
        "The ledger's own protection against changes is missing or was altered: {found}.",
        "Someone worked on the ledger with another program. Compare it with a backup and tell your auditor.",
    ),
    "AUD-015": Entry(
        "error",
        "Checkpoint missing",
        "An event says that {found} events were signed, but that checkpoint is missing.",
        "The ledger was changed. Compare it with a backup and with a kept anchor.",
    ),
    "AUD-016": Entry(
        "notice",
        "File unknown to the ledger",
        "The archive has a file that the ledger does not know: {found}.",
        "Harmless: a pass that was interrupted leaves such files. Nothing was ever done with it.",
    ),
    "AUD-017": Entry(
        "error",
        "Not an anchor of this ledger",
        "This is not a signed checkpoint of this ledger: {found}.",
        "Give the file that `edi audit anchor` printed for this workspace, unchanged.",
    ),
    "AUD-018": Entry(
        "error",
        "Ledger does not continue the anchor",
        "The first {found} events are not the ones that the anchor was made of.",
        "Events were changed after the anchor was made. Keep the ledger as it is and tell your auditor.",
    ),
    "AUD-019": Entry(
        "error",
        "Nothing signed yet",
        "There is no signed checkpoint yet.",
        "Each `edi run` that did something signs one at its end.",
    ),
    "AUD-030": Entry(
        "error",
        "Workspace in use",
        "Another `edi` is at work in this workspace (process {found}).",
        "Wait until it has finished. The lock goes with the process; there is no file to delete.",
    ),
    "AUD-031": Entry(
        "error",
        "Ledger cannot be written or read",
        "The disk refuses: {found}.",
        "Check free space (`df -h`) and permissions of the folder .edi, then start again; nothing was lost.",
    ),
    "AUD-033": Entry(
        "error",
        "Step not allowed",
        "The {what} {id} is {found} and cannot become {expected}.",
        "Look at it with `edi show {id}`; the runbook lists which step may follow which.",
    ),
    "AUD-034": Entry(
        "error",
        "Key of the audit trail not usable",
        "The key that signs checkpoints cannot be used: {found}.",
        "Restore audit.key from the backup of the folder .edi; it must belong to the user who runs `edi`, mode 0600.",
    ),
    "AUD-035": Entry(
        "error",
        "No ledger yet",
        "This workspace has no ledger yet.",
        "It is made by the first `edi run`.",
    ),
    "AUD-036": Entry(
        "error",
        "Identifier unknown or ambiguous",
        "{found} is not the beginning of exactly one identifier: it fits {expected}.",
        "Give more characters of the identifier, as `edi status` prints it.",
    ),
    "AUD-037": Entry(
        "error",
        "Ledger of a newer version",
        "The ledger was written by a newer version of `edi`.",
        "Install the newer version; an older one would not understand what it reads.",
    ),
    "AUD-038": Entry(
        "error",
        "Archive does not belong to the ledger",
        "The newest recorded file is not in this archive: {found}.",
        "Check the folder `archive` of the workspace: is it the right one, and is its disk mounted?",
    ),
    "AUD-045": Entry(
        "error",
        "Ledger of an older version",
        "The ledger was written by an older version of this program.",
        "Run `edi run` once: it brings the ledger up to date, and changes nothing in what is recorded.",
    ),
    "AUD-042": Entry(
        "error",
        "Name taken in the archive",
        "Other content already lies in the archive as {found}; nothing was overwritten.",
        "Move the file that lies there elsewhere after a look at it, then start again.",
    ),
    "AUD-043": Entry(
        "error",
        "File too large for the archive",
        "The file is larger than {expected} bytes.",
        "Ask the partner to split it, or raise max_file_bytes in [limits] of edi.toml.",
    ),
    "AUD-044": Entry(
        "error",
        "Archive cannot be written",
        "The disk refuses to archive: {found}.",
        "Check free space (`df -h`) and permissions of the folder archive, then start again; nothing was lost.",
    ),
    # --- RUN: runs and replays -----------------------------------------------------------------------------------
    "RUN-001": Entry(
        "error",
        "Error in the program",
        "An error in the program itself ({found}) stopped the processing of this file; log: {log}.",
        "The file is kept and set aside, nothing is lost. Please report the error and attach the log file.",
    ),
    "RUN-002": Entry(
        "error",
        "Held back with its file",
        "This message is right, but another one of the same file was refused, and the route takes whole files only.",
        'Have the file corrected and sent again, or set partial = "message" on the route.',
    ),
    "RUN-003": Entry(
        "error",
        "Never run",
        "{found} was never part of a run (state: {expected}), so there is nothing to replay.",
        "`edi show {found}` says why.",
    ),
    "RUN-004": Entry(
        "error",
        "No route any more",
        "No route picks up from {found} any more, so the file cannot be processed again.",
        "Add the route to edi.toml again, or take the file's bytes from the archive (`edi show` names the path).",
    ),
    "RUN-005": Entry(
        "error",
        "Unknown route",
        "There is no route '{found}' in edi.toml{guess}.",
        "`edi lint` lists what is configured.",
    ),
    "RUN-006": Entry(
        "notice",
        "Nothing changed",
        "Nothing changed since it was last delivered, so no file is sent.",
        "Nothing to do. The whole file follows when the target's `full` schedule says so.",
    ),
    "RUN-007": Entry(
        "error",
        "Earlier rows missing",
        "The rows that this delta was compared with are not there any more: {found}.",
        "Restore the folder .edi/sent from a backup to replay this run. New files are not affected: the next one is a whole file.",
    ),
    # --- CLI: how a command was called -----------------------------------------------------------------
    "CLI-001": Entry(
        "error",
        "Unknown code",
        "There is no finding with the code {found}{guess}",
        "`edi explain` without a code lists all of them.",
    ),
    "CLI-002": Entry(
        "error",
        "What should be made",
        "This names neither a folder for a new workspace nor a partner with his format.",
        "`edi init DIR` makes a workspace; `edi init --partner NAME --from FORMAT` adds a partner to one.",
    ),
    "CLI-003": Entry(
        "error",
        "There is a workspace already",
        "There is an edi.toml in {found} already.",
        "Nothing was changed. To add a partner: `edi init --partner NAME --from FORMAT`.",
    ),
    "CLI-004": Entry(
        "error",
        "Partner's name not usable",
        "{found} cannot be added as the partner [{partner}]: there is one of that id, or no letter is left of it.",
        "Choose another name; it can be changed later, the id cannot.",
    ),
    "CLI-005": Entry(
        "error",
        "Unknown route",
        "There is no route {found}{guess}",
        "The routes are the tables [routes.NAME] of edi.toml.",
    ),
    # --- NAM: names of outgoing files -------------------------------------------------------------------
    "NAM-001": Entry(
        "error",
        "Unknown field in a file name",
        "A file name pattern has {{{found}}}, which is not a field{guess}",
        "Use the fields {expected}, each in braces.",
    ),
    "NAM-002": Entry(
        "error",
        "File name not usable",
        "The pattern {pattern} gives the file name {found}: {why}.",
        "Change `name` of the target in edi.toml.",
    ),
    # --- SEC: secrets ----------------------------------------------------------------------------------
    "SEC-001": Entry(
        "error",
        "Secret written in the open",
        "A secret must be a reference, not the secret itself.",
        'Write "env:NAME" for a variable of the environment or "file:path" for a file with mode 0600.',
    ),
    "SEC-002": Entry(
        "error",
        "Secret not set",
        "The environment variable {found} is not set.",
        "Set it where `edi` is started (systemd: EnvironmentFile; cron: in the script).",
    ),
    "SEC-003": Entry(
        "error",
        "Secret file not usable",
        "The secret {found} cannot be used: {why}.",
        "Put the secret into a file of the user who runs `edi`, and give it mode 0600: `chmod 600 FILE`.",
    ),
    # --- SYS: the machine -----------------------------------------------------------------------------
    "SYS-001": Entry(
        "error",
        "Library not safe",
        "{found} cannot be used: {why}.",
        "Install release {expected} or later, best with the project's lock file.",
    ),
    "SYS-002": Entry(
        "warning",
        "Configuration open to others",
        "Other users of this machine may change edi.toml (mode {found}).",
        "They could send files elsewhere. Close it: `chmod go-w edi.toml`.",
    ),
    "SYS-003": Entry(
        "error",
        "Archive on another disk",
        "{found} and {other} are not on the same file system.",
        "Files become durable by being renamed from one to the other; move both to one disk.",
    ),
    "SYS-004": Entry(
        "warning",
        "Little disk space",
        "Only {found} are free for the archive.",
        "Free space or enlarge the disk: when it is full nothing is picked up any more.",
    ),
    "SYS-005": Entry(
        "notice",
        "No leases",
        "This file system does not say whether a file is still being written.",
        "Files are picked up when they have been unchanged for `quiet_seconds`; raise it for slow writers.",
    ),
    "SYS-006": Entry(
        "error",
        "Clock behind",
        "The clock is {found} behind the last entry of the ledger.",
        "Set the clock and let a time service keep it (chrony, systemd-timesyncd).",
    ),
    "SYS-007": Entry(
        "error",
        "Host key not readable",
        "{found} is not a public host key.",
        "Ask the partner for the key, or read it with `ssh-keyscan HOST` and compare its fingerprint with him.",
    ),
}
