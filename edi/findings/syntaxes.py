"""Findings about the other wire syntaxes."""

from __future__ import annotations

from edi.findings.entry import Entry

ENTRIES: dict[str, Entry] = {
    # --- CSV: delimited files
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
    # --- FLG: flagged files (one field a line)
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
    # --- XML: well-formed files and their elements
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
    # --- FIX: files of fixed width
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
    # --- SWF: SWIFT MT statements
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
    # --- JSON
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
}
