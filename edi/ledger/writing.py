"""What happens to incoming files and to deliveries. Each method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edi.ledger.changes import Change, Changes, Secret, hidden, public
from edi.ledger.contract import Claim, Findings, ObjectRef, StagedFile
from edi.ledger.database import Database
from edi.ledger.ids import new_id, utc
from edi.ledger.reading import listed


class FileWriter:
    """Steps of incoming files before and after a run."""

    database: Database
    _changes: Changes

    def claim(self, endpoint: str, partner: str, claims: Sequence[Claim], at: str) -> None:
        """Files were seen and are ours to fetch: state `claiming`."""
        at = utc(at)
        new_secrets = [Secret(c.id, "in", raw_name=c.raw_name, name=c.name) for c in claims]
        changes = [
            Change(
                claim.id,
                {
                    "endpoint": endpoint,
                    "partner": partner,
                    "state": "claiming",
                    "size": claim.size,
                    "mtime": None if claim.mtime is None else str(claim.mtime),
                    "claimed_at": at,
                },
                secret.commitments(),
            )
            for claim, secret in zip(claims, new_secrets, strict=True)
        ]
        with self.database.transaction("claim"):
            self._changes.add_secrets(new_secrets)
            self._changes.apply("claimed", "add_file", changes, at)

    def stage(self, staged: Sequence[StagedFile], policy: str, at: str) -> dict[str, str]:
        """The bytes are in the archive: state `staged`. Returns identifier -> original for repeated content.

        Content repeats when the same partner sent the same bytes to the same endpoint before, except in a
        file that is void or quarantined. `policy` is the route's: "reject", "ignore", "hold", or "process",
        under which nothing counts as repeated.
        """
        at = utc(at)
        ids = [file.id for file in staged]
        with self.database.transaction("stage"):
            self._changes.step("file", ids, "staged")
            objects = {file.id: ObjectRef(file.path, file.sha256, file.size) for file in staged}
            commitments = self._changes.set_objects("in", objects)
            originals = {} if policy == "process" else self._originals(ids)
            changes = [
                Change(
                    file.id,
                    {
                        "state": "staged",
                        "size": file.size,
                        "policy": policy,
                        "duplicate_of": originals.get(file.id),
                    },
                    commitments[file.id],
                )
                for file in staged
            ]
            self._changes.apply("staged", "stage_file", changes, at)
        return originals

    def _originals(self, ids: Sequence[str]) -> dict[str, str]:
        return {row["id"]: row["original"] for row in self.database.rows("originals", ids=listed(ids))}

    def release(self, ids: Sequence[str], at: str) -> None:
        """The source is gone: state `released`; repeated content goes on to `duplicate` or `held`."""
        at = utc(at)
        with self.database.transaction("release"):
            rows = self._changes.step("file", ids, "released")
            self._set_state("released", ids, "released", at)
            repeated = [i for i in ids if rows[i]["duplicate_of"]]
            held = [i for i in repeated if rows[i]["policy"] == "hold"]
            self._set_state("held", held, "held", at)
            self._set_state("duplicate", [i for i in repeated if i not in set(held)], "duplicate", at)

    def void(self, ids: Sequence[str], reason: str, at: str) -> None:
        """Files that were gone before their bytes were safe. `reason` is ours, never the partner's text."""
        at = utc(at)
        with self.database.transaction("void"):
            self._changes.step("file", ids, "void")
            self._set_state("void", ids, "void", at, {"reason": reason})

    def quarantine(self, findings: Findings, at: str) -> None:
        """Set files aside, each with its finding."""
        at = utc(at)
        with self.database.transaction("quarantine"):
            self._changes.step("file", findings, "quarantined")
            data = self._changes.set_findings(findings)
            changes = [Change(i, {"state": "quarantined"}, data.get(i, {})) for i in findings]
            self._changes.apply("quarantined", "set_file_state", changes, at)

    def reopen(self, ids: Sequence[str], reason: str, at: str) -> None:
        """Judged, held or repeated files go back to `released`, for another run."""
        at = utc(at)
        with self.database.transaction("reopen"):
            self._changes.step("file", ids, "released")
            changes = [Change(i, {"state": "released", "run": None}, {"reason": reason}) for i in ids]
            self._changes.apply("reopened", "set_file_run", changes, at)

    def refuse_entry(
        self,
        endpoint: str,
        raw_name: bytes,
        finding: Mapping[str, Any],
        at: str,
        size: int | None = None,
        mtime: int | None = None,
    ) -> bool:
        """A name at a source that is never touched; recorded once for its size and time. True when new."""
        at = utc(at)
        row = {"endpoint": endpoint, "size": _text(size), "mtime": _text(mtime)}
        with self.database.transaction("refuse"):
            if self.database.one("known_refusal", **row, raw_name=raw_name):
                return False
            detail = hidden(finding)
            secret = Secret(new_id(at), "entry", raw_name=raw_name, detail=detail)
            self._changes.add_secrets([secret])
            data = {"finding": public(finding), **secret.commitments()}
            self._changes.apply("refused-entry", "add_refusal", [Change(secret.id, row, data)], at)
        return True

    def _set_state(
        self, kind: str, ids: Sequence[str], state: str, at: str, data: Mapping[str, Any] | None = None
    ) -> None:
        changes = [Change(i, {"state": state}, data or {}) for i in ids]
        self._changes.apply(kind, "set_file_state", changes, at)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


class DeliveryWriter:
    """Steps of outgoing files."""

    database: Database
    _changes: Changes

    def uploaded(self, ids: Sequence[str], at: str) -> None:
        """Complete at the receiver under a temporary name. From here on, a missing part means published."""
        self._advance("uploaded", "uploaded", ids, at)

    def delivered(self, ids: Sequence[str], at: str) -> None:
        """Visible to the receiver."""
        self._advance("delivered", "delivered", ids, at)

    def uncertain(self, ids: Sequence[str], reason: str, at: str) -> None:
        """May or may not have arrived: an operator decides."""
        self._advance("uncertain", "uncertain", ids, at, {"reason": reason})

    def refused(self, ids: Sequence[str], finding: Mapping[str, Any], at: str) -> None:
        """The receiver does not take them."""
        self._set_aside("refused", "refused", dict.fromkeys(ids, finding), at)

    def quarantine_deliveries(self, findings: Findings, at: str) -> None:
        """Set deliveries aside, each with its finding."""
        self._set_aside("set-aside", "quarantined", findings, at)

    def retry(self, ids: Sequence[str], reason: str, not_before: str, at: str) -> None:
        """Failed this time: tried again from the time `not_before`, one attempt more, in the same state.

        Refused, uncertain and quarantined deliveries become `pending` again.
        """
        at, not_before = utc(at), utc(not_before)
        with self.database.transaction("retry"):
            rows = {row["id"]: row for row in self.database.rows("states_delivery", ids=listed(ids))}
            after = {
                i: "uploaded" if i in rows and rows[i]["state"] == "uploaded" else "pending" for i in ids
            }
            for state in ("pending", "uploaded"):
                self._changes.step("delivery", [i for i in ids if after[i] == state], state)
            changes = [
                Change(
                    i,
                    {"state": after[i], "attempt": rows[i]["attempt"] + 1, "not_before": not_before},
                    {"reason": reason},
                )
                for i in ids
            ]
            self._changes.apply("retried", "retry_delivery", changes, at)

    def _advance(
        self, kind: str, state: str, ids: Sequence[str], at: str, data: Mapping[str, Any] | None = None
    ) -> None:
        with self.database.transaction(kind):
            self._changes.step("delivery", ids, state)
            changes = [Change(i, {"state": state}, data or {}) for i in ids]
            self._changes.apply(kind, "set_delivery_state", changes, utc(at))

    def _set_aside(self, kind: str, state: str, findings: Findings, at: str) -> None:
        with self.database.transaction(kind):
            self._changes.step("delivery", findings, state)
            data = self._changes.set_findings(findings)
            changes = [Change(i, {"state": state}, data.get(i, {})) for i in findings]
            self._changes.apply(kind, "set_delivery_state", changes, utc(at))
