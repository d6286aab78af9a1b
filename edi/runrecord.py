"""The record of a run as JSON: what was decided by whom under which rules, and what came out.

It holds everything that a replay needs besides the archived bytes themselves: context, routes, partners, the
SHA-256 of every rule, and of every file written. Contents and secrets stay out; findings keep their excerpts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edi.model import (
    Context,
    Endpoint,
    Finding,
    Judged,
    Location,
    Member,
    Outgoing,
    Partner,
    Result,
    Route,
    Target,
    Task,
    Verdict,
)

VERSION = 1


def opened(task: Task) -> dict[str, Any]:
    """What is recorded before a task runs, from which it can be run again after a crash."""
    return {
        "v": VERSION,
        "context": {**fields(task.context), "members": [fields(member) for member in task.context.members]},
        "routes": [asdict(route) for route in task.routes],
        "partners": {key: asdict(partner) for key, partner in task.partners.items()},
        "rules": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(task.rules.items())},
    }


def closed(record: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """The same with what came out of it."""
    return {
        **record,
        "result": {
            "verdicts": [fields(verdict) for verdict in result.verdicts],
            "messages": [fields(message) for message in result.messages],
            "findings": [asdict(finding) for finding in result.findings],
            "outgoing": [
                {
                    **{k: v for k, v in fields(out).items() if k not in ("data", "rows")},
                    "target": fields(out.target),
                    "size": len(out.data),
                    "sha256": hashlib.sha256(out.data).hexdigest(),
                }
                for out in result.outgoing
            ],
        },
    }


def fields(one: Context | Member | Verdict | Judged | Outgoing | Endpoint) -> dict[str, Any]:
    """The fields of a flat dataclass; there are thousands, and `asdict` copies every value it meets."""
    return {name: getattr(one, name) for name in one.__slots__}


def encode(record: Mapping[str, Any]) -> bytes:
    """Canonical bytes: sorted keys, no spaces, UTF-8."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(data: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(data)
    return record


def context_of(record: Mapping[str, Any]) -> Context:
    raw = dict(record["context"])
    raw["members"] = tuple(Member(**member) for member in raw["members"])
    raw["references"] = tuple(raw["references"])
    return Context(**raw)


def routes_of(record: Mapping[str, Any]) -> tuple[Route, ...]:
    return tuple(route(raw) for raw in record["routes"])


def partners_of(record: Mapping[str, Any]) -> dict[str, Partner]:
    return {key: Partner(**raw) for key, raw in record["partners"].items()}


def findings_of(record: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(**{**raw, "location": Location(**raw["location"])}) for raw in record["result"]["findings"]
    ]


def route(raw: Mapping[str, Any]) -> Route:
    values = dict(raw)
    values["source"] = Endpoint(**values["source"])
    values["steps"] = tuple(values["steps"])
    values["targets"] = tuple(target(one) for one in values["targets"])
    values["report"] = target(values["report"]) if values["report"] else None
    return Route(**values)


def target(raw: Mapping[str, Any]) -> Target:
    values = dict(raw)
    values["endpoint"] = Endpoint(**values["endpoint"])
    values["steps"] = tuple(values["steps"])
    return Target(**values)
