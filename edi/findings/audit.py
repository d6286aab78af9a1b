"""Findings about the ledger, the archive and the audit trail."""

from __future__ import annotations

from edi.findings.entry import Entry

ENTRIES: dict[str, Entry] = {
    # --- AUD: the audit trail
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
}
