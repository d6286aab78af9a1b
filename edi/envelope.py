"""Outgoing envelopes: who sends to whom, under which control reference."""

from __future__ import annotations

from edi.model import Envelope, Partner, Route, Target, Task


def envelope(task: Task, route: Route, target: Target, reference: int) -> Envelope:
    """The envelope of one outgoing file. EDIFACT code qualifier 14 (GS1) stands beside a GLN (0007)."""
    own = task.partners.get("", Partner("", ""))
    receiver = task.partners[target.endpoint.partner]
    return Envelope(
        sender=identifier(own),
        receiver=identifier(receiver),
        sender_qualifier=qualifier(own),
        receiver_qualifier=qualifier(receiver),
        reference=str(reference),
        prepared_at=task.context.clock,
    )


def identifier(partner: Partner) -> str:
    return partner.identifiers.get("interchange") or partner.identifiers.get("gln") or partner.id.upper()


def qualifier(partner: Partner) -> str:
    own = partner.identifiers.get("interchange", "")
    return "14" if not own and partner.identifiers.get("gln") else ""
