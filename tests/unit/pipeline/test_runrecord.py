"""The record of a run: what goes in comes back, and nothing secret or heavy goes in."""

from __future__ import annotations

import json

from edi import runrecord
from edi.findings import finding
from edi.model import (
    Channel,
    Context,
    Endpoint,
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

SOURCE = Endpoint("epicerie", "sftp", "out")
TARGET = Target(Endpoint("erp", "folder", "in"), "sage100/orders", "{reference}.txt", ("sage100/orders",))
ROUTE = Route(
    "orders",
    SOURCE,
    "edifact/d96a/orders",
    steps=("order/articles",),
    checks={"order_total": "reject"},
    targets=(TARGET,),
    report=TARGET,
)
PARTNER = Partner("epicerie", "Épicerie Générale", {"gln": "3020110000001"})
TASK = Task(
    Context("R1", "2026-11-22T08:15:00+01:00", (7, 8), (Member("F1", "a.edi", "/x", 3),), 12, {"edi": "1"}),
    (ROUTE,),
    {"epicerie": PARTNER},
    {"codes/articles.csv": b"gtin,sku\n"},
)
RESULT = Result(
    verdicts=(Verdict(0, "processed", "orders", "edifact/d96a/orders"),),
    messages=(Judged(0, 0, "orders", "ORDERS", "1", "C-1", "accepted"),),
    findings=(finding("FILE-001", Location(file="a.edi", line=3)),),
    outgoing=(Outgoing("document", "orders", TARGET.endpoint, "7.txt", b"secret content", (0,), (0,), 7),),
    tables={},
)


def record() -> dict[str, object]:
    return runrecord.decode(runrecord.encode(runrecord.closed(runrecord.opened(TASK), RESULT)))


def test_context_routes_partners_and_findings_come_back_as_they_were() -> None:
    read = record()
    assert runrecord.context_of(read) == TASK.context
    assert runrecord.routes_of(read) == TASK.routes
    assert runrecord.partners_of(read) == TASK.partners
    assert runrecord.findings_of(read) == list(RESULT.findings)


def test_the_record_holds_hashes_of_files_not_their_contents() -> None:
    text = runrecord.encode(record()).decode()
    assert "secret content" not in text
    assert json.loads(text)["result"]["outgoing"][0]["size"] == len(b"secret content")


def test_equal_records_are_equal_bytes() -> None:
    assert runrecord.encode(record()) == runrecord.encode(runrecord.decode(runrecord.encode(record())))


def test_channels_with_their_references_to_secrets_stay_out() -> None:
    from edi.runs import without_channels

    channel = Channel("epicerie", "sftp", "sftp", {"password": "env:CANARY"})
    partner = Partner("epicerie", "Épicerie", {}, {"sftp": channel})
    assert without_channels(partner).channels == {}
