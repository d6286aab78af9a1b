"""A small trading day in a ledger: what tests of the ledger and of the audit trail work on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from edi.archive import Archive, Deposit, Stored, inbound_path, outbound_path, rule_path, run_path
from edi.ledger import contract
from edi.ledger.contract import (
    Claim,
    DeliveryRow,
    FileVerdict,
    FinishedRun,
    MessageRow,
    ObjectRef,
    RuleRef,
    StagedFile,
)
from edi.ledger.ids import new_id, new_ids

AT = "2026-11-22T08:15:00+01:00"
LATER = "2026-11-23T09:00:00+01:00"
MTIME = 1_763_798_400_123_456_789
DAY = date(2026, 11, 22)
INBOX = "epicerie/sftp/orders"
OUTBOX = "erp/folder/import"
FINDING = {
    "code": "FILE-001",
    "text": "Le fichier est vide: Épicerie",
    "location": {"line": 3, "file": "é.edi"},
}


@dataclass
class Day:
    """Drives a ledger through the steps of a pass, with an archive that really holds the bytes."""

    ledger: contract.Ledger
    archive: Archive
    at: str = AT
    ids: list[str] = field(default_factory=list)

    def claim(self, *contents: bytes, endpoint: str = INBOX, partner: str = "epicerie") -> list[str]:
        self.ids = new_ids(len(contents), self.at)
        claims = [
            Claim(
                one, f"commande é{n}.edi".encode(), f"commande é{n}.edi", len(data), 1_763_798_400_123_456_789
            )
            for n, (one, data) in enumerate(zip(self.ids, contents, strict=True))
        ]
        self.ledger.claim(endpoint, partner, claims, self.at)
        return self.ids

    def stage(self, ids: Sequence[str], *contents: bytes, policy: str = "reject") -> dict[str, str]:
        stored = self.archive.store(
            [
                Deposit(inbound_path(DAY, "epicerie", one, "commande é.edi"), data=data)
                for one, data in zip(ids, contents, strict=True)
            ]
        )
        staged = [StagedFile(one, s.path, s.sha256, s.size) for one, s in zip(ids, stored, strict=True)]
        return self.ledger.stage(staged, policy, self.at)

    def released(self, *contents: bytes, policy: str = "reject") -> list[str]:
        ids = self.claim(*contents)
        self.stage(ids, *contents, policy=policy)
        self.ledger.release(ids, self.at)
        return ids

    def rule(self, name: str, data: bytes) -> RuleRef:
        digest = hashlib.sha256(data).digest()
        (stored,) = self.archive.store([Deposit(rule_path(digest, name), data=data)])
        return RuleRef(name, digest, stored.size, stored.path)

    def reserve(self, ids: Sequence[str], references: int = 5) -> str:
        run = new_id(self.at)
        rules = [self.rule("codes/articles.csv", b"gtin,sku\n3012345100014,MIEL-500\n")]
        record = {"clock": self.at, "members": list(ids)}
        self.ledger.reserve(run, INBOX, ids, references, self.at, rules, record, self.at)
        return run

    def finish(self, run: str, ids: Sequence[str], used: int = 2) -> list[str]:
        names = new_ids(len(ids), self.at)
        record = self.archive.store([Deposit(run_path(DAY, run), data=b'{"result": []}')])[0]
        deliveries = [
            self._delivery(name, one, n) for n, (name, one) in enumerate(zip(names, ids, strict=True))
        ]
        self.ledger.finish(
            run,
            FinishedRun(
                files=[FileVerdict(one, "processed", "orders", "edifact/d96a/orders") for one in ids],
                messages=[
                    MessageRow(one, n, "orders", "ORDERS", f"REF{n}", f"CDE-{n}", "accepted")
                    for n, one in enumerate(ids)
                ],
                deliveries=deliveries,
                references_used=used,
                record=ObjectRef(record.path, record.sha256, record.size),
            ),
            self.at,
        )
        return names

    def _delivery(self, name: str, file: str, number: int) -> DeliveryRow:
        stored: Stored = self.archive.store(
            [Deposit(outbound_path(DAY, "erp", name, "commande.txt"), data=b"#CHEN\r\n%d" % number)]
        )[0]
        return DeliveryRow(
            name,
            "document",
            "orders",
            OUTBOX,
            f"commande-{number}.txt",
            stored.path,
            stored.sha256,
            stored.size,
            (file,),
            number + 1,
        )

    def whole(self, *contents: bytes) -> tuple[list[str], str, list[str]]:
        """Files from claim to delivery, and a checkpoint: ids of files, run, deliveries."""
        ids = self.released(*contents)
        run = self.reserve(ids)
        deliveries = self.finish(run, ids, used=len(ids))
        self.ledger.uploaded(deliveries, self.at)
        self.ledger.delivered(deliveries, self.at)
        self.ledger.checkpoint(self.at)
        return ids, run, deliveries


def archive_of(folder: Path) -> Archive:
    return Archive(folder / "archive", folder / ".edi" / "tmp")
