"""Findings about edi.toml, names, secrets, the command line and the machine."""

from __future__ import annotations

from edi.findings.entry import Entry

ENTRIES: dict[str, Entry] = {
    # --- CFG: edi.toml
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
    # --- CLI: how a command was called
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
    # --- NAM: names of outgoing files
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
    # --- SEC: secrets
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
    # --- SYS: the machine
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
