"""Findings about values, documents and the checks of a route."""

from __future__ import annotations

from edi.findings.entry import Entry

ENTRIES: dict[str, Entry] = {
    # --- FLD: a field's value, whatever the syntax
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
    # --- DOC: documents against their schema
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
    # --- CHK: checks of a route
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
}
