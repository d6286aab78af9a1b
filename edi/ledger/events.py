"""Events as they are written: who, when, with which version, about what, linked to the event before."""

from __future__ import annotations

import os
import pwd
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

import edi
from edi.ledger import chain
from edi.ledger.database import Database

VERSION = 1
Entry = tuple[Mapping[str, str], Mapping[str, Any]]
"""`ref` (identifiers) and `data` of one event."""


class Journal:
    """Appends events to the chain of one ledger.

    `configuration` is a hash of what was configured; `verifier` the public key that the first event tells.
    """

    def __init__(
        self, database: Database, origin: str, configuration: str = "", role: str = "", verifier: str = ""
    ) -> None:
        self.origin = origin
        self._database = database
        self._verifier = verifier
        self._started = time.monotonic_ns()
        actor = {"host": socket.gethostname(), "pid": os.getpid(), "user": _user(), "role": role}
        self._actor, self._configuration, self._log, self._software = (
            chain.canonical(value)
            for value in (actor, configuration, origin, f"edi-interchange {edi.__version__}")
        )

    def append(self, kind: str, at: str, entries: Sequence[Entry]) -> int:
        """One event for each entry, inside the caller's transaction; returns the last sequence number.

        `at` is UTC in fixed width. `mono` counts nanoseconds since this process opened the ledger.
        """
        seq, previous = self.head()
        told: list[tuple[str, Entry]] = [(kind, entry) for entry in entries]
        if seq == 0 and told:
            told.insert(0, ("founded", ({"ledger": self.origin}, {"key": self._verifier})))
        rows = []
        for what, (ref, data) in told:
            seq += 1
            body = self._body(seq, previous, at, what, ref, data)
            leaf = chain.leaf(body)
            rows.append((seq, body, leaf))
            previous = leaf.hex()
        self._database.append_events(rows)
        return seq

    def head(self) -> tuple[int, str]:
        """Number and leaf hash (hex) of the newest event; (0, zeros) before the first."""
        last = self._database.one("last_event")
        return (last["seq"], last["leaf"].hex()) if last else (0, chain.ORIGIN_HASH)

    def _body(
        self, seq: int, previous: str, at: str, kind: str, ref: Mapping[str, str], data: Mapping[str, Any]
    ) -> bytes:
        """The canonical JSON of an event, joined from parts in the order of their keys."""
        mono = (time.monotonic_ns() - self._started) % chain.LARGEST
        return b"".join(
            (
                b'{"actor":%b,"cfg":%b,' % (self._actor, self._configuration),
                b'"data":%b,"kind":"%b",' % (chain.canonical(data), kind.encode("ascii")),
                b'"log":%b,"mono":%d,"prev":"%b",' % (self._log, mono, previous.encode()),
                b'"ref":%b,"seq":%d,"sw":%b,' % (chain.canonical(ref), seq, self._software),
                b'"ts":"%b","v":%d}' % (at.encode(), VERSION),
            )
        )


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
