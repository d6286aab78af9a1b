"""Partners, channels and routes from the checked dictionary of edi.toml. Every name is taken as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edi.model import Channel, Endpoint, Partner, Route, Target

REPORT = "report/csv"
"""The format of a report when the route names none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file and one batch may use. Safe for a small machine; raised in [limits] of edi.toml.

    max_file_bytes  a larger incoming file is refused without being read
    batch_files     files handled in one go, and
    batch_bytes     bytes of them; a larger single file goes alone
    memory_bytes    address space of the process that reads partners' files
    seconds         wall clock that one batch may take in that process
    quiet_seconds   how long a file must stay unchanged before it is picked up
    """

    max_file_bytes: int = 200_000_000
    batch_files: int = 500
    batch_bytes: int = 32_000_000
    memory_bytes: int = 4_294_967_296
    seconds: int = 300
    quiet_seconds: int = 2


def partner(name: str, values: Mapping[str, Any]) -> Partner:
    """A partner; its identifiers are `gln`, `vat`, `interchange` and whatever `identifiers` adds."""
    plain = {key: values[key] for key in ("gln", "vat", "interchange") if key in values}
    channels = values.get("channels", {})
    return Partner(
        id=name,
        name=values["name"],
        identifiers={**values.get("identifiers", {}), **plain},
        channels={key: channel(name, key, settings) for key, settings in channels.items()},
    )


def channel(partner: str, name: str, values: Mapping[str, Any]) -> Channel:
    settings = {key: value for key, value in values.items() if key != "type"}
    return Channel(partner=partner, name=name, type=values["type"], settings=settings)


def route(name: str, values: Mapping[str, Any]) -> Route:
    source = values["from"]
    chosen = {key: values[key] for key in ("duplicates", "partial", "checks", "schedule") if key in values}
    return Route(
        name=name,
        source=endpoint(source),
        format=values["format"],
        files=source.get("files", "*"),
        steps=tuple(values.get("steps", ())),
        targets=tuple(target(one) for one in values["to"]),
        report=target({"format": REPORT, **values["report"]}) if "report" in values else None,
        **chosen,
    )


def target(values: Mapping[str, Any]) -> Target:
    chosen = {key: values[key] for key in ("per", "checks", "delta", "full") if key in values}
    return Target(
        endpoint=endpoint(values),
        format=values["format"],
        name=values["name"],
        steps=tuple(values.get("steps", ())),
        **chosen,
    )


def endpoint(values: Mapping[str, Any]) -> Endpoint:
    """A folder on a channel, spelled one way: "in/" and "./in" are "in"."""
    folder = values["folder"]
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    root = "/" if folder.startswith("/") else ""
    return Endpoint(values["partner"], values["channel"], root + "/".join(parts) or ".")
