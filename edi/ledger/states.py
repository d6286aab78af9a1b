"""Which step may follow which: the states of files, messages, deliveries and runs, as data.

The ledger takes no step that is not in `STEPS`; the runbook prints the same table.
"""

from __future__ import annotations

from collections.abc import Mapping

STEPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "file": {
        "": ("claiming",),
        "claiming": ("staged", "void", "quarantined"),
        "staged": ("released", "quarantined"),
        "released": ("released", "processed", "duplicate", "held", "rejected", "quarantined"),
        "processed": ("released",),
        "duplicate": ("released",),
        "held": ("released", "rejected"),
        "rejected": ("released",),
        "quarantined": ("released",),
        "void": (),
    },
    "message": {
        "": ("accepted", "rejected", "held", "duplicate"),
        "held": ("accepted", "rejected"),
        "accepted": (),
        "rejected": (),
        "duplicate": (),
    },
    "delivery": {
        "": ("pending",),
        "pending": ("pending", "uploaded", "uncertain", "refused", "quarantined"),
        "uploaded": ("uploaded", "delivered", "uncertain", "refused", "quarantined"),
        "uncertain": ("pending", "delivered"),
        "delivered": ("confirmed", "refused"),
        "refused": ("pending",),
        "quarantined": ("pending",),
        "confirmed": (),
    },
    "run": {
        "": ("open",),
        "open": ("open", "done", "abandoned"),
        "done": (),
        "abandoned": (),
    },
}
"""What -> state -> the states that may follow. "" is before the first; a state may follow itself when a step
changes something else (a released file is taken by a run, a delivery is tried again)."""

MEANING: Mapping[str, str] = {
    "claiming": "found at the source, its bytes are not safe yet",
    "staged": "bytes archived and recorded; still at the source",
    "released": "removed from the source, waits for a run",
    "processed": "its messages were judged",
    "duplicate": "same content as an earlier file; not processed",
    "held": "waits for an operator's decision",
    "rejected": "refused as a whole",
    "quarantined": "set aside because something is wrong with it",
    "void": "was gone before its bytes were safe",
    "accepted": "passed on",
    "pending": "to be sent",
    "uploaded": "complete at the receiver under a temporary name",
    "delivered": "visible to the receiver",
    "confirmed": "acknowledged by the receiver",
    "uncertain": "may or may not have arrived; an operator decides",
    "refused": "the receiver does not take it",
    "open": "being processed",
    "done": "finished",
    "abandoned": "given up; its files wait for another run",
}

SUBJECTS: Mapping[str, str] = {
    "claimed": "file",
    "staged": "file",
    "released": "file",
    "duplicate": "file",
    "held": "file",
    "void": "file",
    "quarantined": "file",
    "taken": "file",
    "returned": "file",
    "judged": "file",
    "reopened": "file",
    "opened": "run",
    "finished": "run",
    "abandoned": "run",
    "extended": "reservation",
    "queued": "delivery",
    "uploaded": "delivery",
    "delivered": "delivery",
    "retried": "delivery",
    "uncertain": "delivery",
    "refused": "delivery",
    "set-aside": "delivery",
    "scheduled": "schedule",
    "rule": "rule",
    "refused-entry": "refusal",
    "erased": "secret",
    "checkpoint": "checkpoint",
    "founded": "ledger",
}
"""Kind of event -> what it is about: the key of its `ref` that names the row it makes or changes."""


def allowed(what: str, before: str, after: str) -> bool:
    """Whether `what` ("file", "message", "delivery", "run") may go from state `before` to `after`."""
    return after in STEPS[what].get(before, ())


def markdown() -> str:
    """The whole table for the runbook: what, state, meaning, what may follow."""
    lines = ["| what | state | meaning | may become |", "| --- | --- | --- | --- |"]
    for what, steps in STEPS.items():
        for state, following in steps.items():
            others = ", ".join(f for f in following if f != state)
            if state:
                lines.append(f"| {what} | `{state}` | {MEANING[state]} | {others or '(final)'} |")
    return "\n".join(lines) + "\n"
