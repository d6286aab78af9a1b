"""Findings about what a file is before it is read, and what a run does with it."""

from __future__ import annotations

from edi.findings.entry import Entry

ENTRIES: dict[str, Entry] = {
    # --- FILE: what a file is, before it is read
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
    # --- TEXT: bytes that are not the text they claim to be
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
    # --- RUN: runs and replays
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
}
