"""The events for people: what happened to which file, in order."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from edi.ledger.reading import Reader
from edi.ledger.states import SUBJECTS

Row = dict[str, Any]


def told(reader: Reader, limit: int, identifiers: frozenset[str] | None = None) -> list[Row]:
    """The newest `limit` events (0: all), newest last; only those about `identifiers`, if given."""
    kept: deque[Row] = deque(maxlen=limit or None)
    for event in reader.events():
        body = json.loads(event.body)
        if identifiers is None or not identifiers.isdisjoint(body["ref"].values()):
            kept.append(_row(body))
    return list(kept)


def of_partner(reader: Reader, partner: str) -> frozenset[str]:
    """Identifiers of all files from a partner and of all deliveries to it."""
    return frozenset(row["id"] for row in reader.database.rows("ids_of_partner", partner=partner))


def related(reader: Reader, prefix: str) -> frozenset[str]:
    """A file, run or delivery by the beginning of its identifier, with the deliveries made of it."""
    identifier = reader.find(prefix).id
    return frozenset([identifier, *(row.id for row in reader.deliveries_of(identifier))])


def _row(body: Mapping[str, Any]) -> Row:
    subject = SUBJECTS.get(body["kind"], "")
    ref, data = body["ref"], body["data"]
    told = {
        **data.get("set", {}),
        **{key: data[key] for key in ("reason", "basis", "finding") if key in data},
    }
    return {
        "seq": body["seq"],
        "at": body["ts"],
        "event": body["kind"],
        "what": subject,
        "id": ref.get(subject, next(iter(ref.values()), "")),
        "told": ", ".join(f"{key} {_plain(value)}" for key, value in told.items() if value not in (None, "")),
        "by": f"{body['actor']['user']}@{body['actor']['host']}",
    }


def _plain(value: object) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, dict) else str(value)
