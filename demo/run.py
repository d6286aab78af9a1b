"""The demonstration: `make demo` (or `python -m demo [--keep]`).

Copies the example workspace to a temporary folder, starts an SFTP server with the partners' drop folders, has
every partner drop files, and calls the real `edi` command. Exit code 0 when all happened as expected.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from demo import telling
from demo.server import HOST, DropServer
from demo.stage import (
    FILES,
    INBOXES,
    LATER,
    Said,
    Stage,
    asked,
    console,
    copy_workspace,
    drop,
    open_partners,
    passwords,
    pin,
    shown,
    watched,
)

STEPS = 9
ARTICLES = {"whole list": 6, "delta": 2}
"""How many articles the second stock file tells the shops."""

FIRST = {
    "files picked up": 4,
    "documents read": 13,
    "documents accepted": 10,
    "orders refused": 2,
    "orders not to be delivered": 1,
    "files delivered": 6,
}
"""What comes of the first pass."""

IN_ALL = {
    "files processed": 6,
    "documents accepted": 14,
    "payments held": 2,
    "files delivered": 9,
    "edi watch": 0,
    "edi status": 1,  # two payments wait for somebody
    "edi audit verify": 0,
    "edi replay": 0,
    "edi run, once more": 0,
}
"""What comes of everything: counts, and the exit codes of the commands."""


def play(stage: Stage) -> list[str]:
    """The whole demonstration; gives what did not happen as expected, in words."""
    stage.say("A copy of the example workspace, with keys and passwords made on the spot")
    keys = copy_workspace(stage)
    open_partners(stage)
    with DropServer(stage.root / "partners", keys, passwords(stage)) as server:
        pin(stage.workspace / "edi.toml", server.port, server.host_key)
        stage.say(f"An SFTP server on {HOST}:{server.port}; its host key is pinned in edi.toml")
        wrong = orders_and_stock(stage) + stock_again(stage)
        codes = {"edi watch": bank_statement(stage), **questions(stage)}
        wrong += compare(IN_ALL, {**counted(stage), **codes})
    stage.say("The results")
    telling.places(stage)
    return wrong


def orders_and_stock(stage: Stage) -> list[str]:
    """The main job: orders of a retailer and of two shops to the ERP, its stock to the shops."""
    stage.say("The partners drop their files")
    for file in sorted(FILES.glob("*/*")):
        drop(stage, file)
    stage.say("edi run: pick up, archive, check, transform, deliver")
    said = asked(stage, "run")
    telling.routes(said)
    telling.findings("Refused, and why", "red", telling.of_severity(said, "error"))
    telling.findings("Recognised and left aside", "cyan", telling.of_severity(said, "notice"))
    return compare(FIRST, first_counts(stage, said))


def first_counts(stage: Stage, said: Said) -> dict[str, int]:
    (summary,) = said["summary"]
    states = summary["messages"]
    return {
        "files picked up": summary["files_in"],
        "documents read": summary["documents"],
        "documents accepted": states.get("accepted", 0),
        "orders refused": states.get("rejected", 0),
        "orders not to be delivered": states.get("duplicate", 0),
        "files delivered": sum(len(stage.received(name)) for name in INBOXES),
    }


def stock_again(stage: Stage) -> list[str]:
    """The next stock file of the ERP: one shop wants a whole list, the other one only what changed."""
    stage.say("The ERP has counted again: PrestaShop gets the whole list, Shopify only what changed for it")
    (file,) = (LATER / "erp").iterdir()
    drop(stage, file)
    asked(stage, "run")
    lists = {"PrestaShop": stage.received("boutique")[-1], "Shopify": stage.received("shopify")[-1]}
    telling.stock(lists)
    return compare(ARTICLES, dict(zip(ARTICLES, map(telling.articles, lists.values()), strict=True)))


def bank_statement(stage: Stage) -> int:
    """The bank's statement comes while `edi watch` runs; gives the exit code of the watch."""
    stage.say("edi watch runs, and the bank drops a statement: nobody types anything")
    (file,) = (LATER / "banque").iterdir()
    code = watched(stage, lambda: drop(stage, file), lambda: bool(stage.received("erp", "payments_*")))
    telling.payments(stage.received("erp", "payments_*")[-1])
    status = asked(stage, "status")
    statement = next(one["id"] for one in status["file"] if one["partner"] == "banque")
    held = telling.of_severity(asked(stage, "show", statement), "warning")
    telling.findings("Payments held, and why", "yellow", held)
    return code


def questions(stage: Stage) -> dict[str, int]:
    """What the operator asks: state, evidence, replay, and whether one more run repeats anything."""
    stage.say("What the operator asks next")
    return {
        "edi status": shown(stage, "status"),
        "edi audit verify": shown(stage, "audit", "verify"),
        "edi replay": shown(stage, "replay"),
        "edi run, once more": shown(stage, "run"),
    }


def counted(stage: Stage) -> dict[str, int]:
    """What the ledger counts in the end, and what lies in the partners' inboxes."""
    counts = {(one["what"], one["state"]): one["count"] for one in asked(stage, "status")["count"]}
    return {
        "files processed": counts.get(("file", "processed"), 0),
        "documents accepted": counts.get(("message", "accepted"), 0),
        "payments held": counts.get(("message", "held"), 0),
        "files delivered": sum(len(stage.received(name)) for name in INBOXES),
    }


def compare(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"{what}: {found[what]}, expected {wanted}"
        for what, wanted in expected.items()
        if found[what] != wanted
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration in a fresh folder; 0 when all went as expected."""
    parser = argparse.ArgumentParser(
        description="Runs the example workspace against an SFTP server of its own."
    )
    parser.add_argument("--keep", action="store_true", help="leave the workspace in place and print its path")
    keep = parser.parse_args(arguments).keep or bool(os.environ.get("KEEP"))
    stage = Stage(Path(tempfile.mkdtemp(prefix="edi-demo-")), STEPS)
    try:
        wrong = played(stage)
    except BaseException:
        shutil.rmtree(stage.root, ignore_errors=True)
        raise
    stage.say("Not everything happened as expected" if wrong else "Done: everything happened as expected")
    for one in wrong:
        console.print(f"      {one}", style="red", markup=False)
    leave(stage, keep or bool(wrong))
    return 1 if wrong else 0


def played(stage: Stage) -> list[str]:
    """`play`; what could not go on at all is one more thing that was not expected."""
    try:
        return play(stage)
    except (RuntimeError, subprocess.SubprocessError) as error:
        return [str(error)]


def leave(stage: Stage, keep: bool) -> None:
    """Remove everything, or print where it is, on a line of its own."""
    if keep:
        console.print("The workspace is left in:")
        print(stage.workspace)
        return
    shutil.rmtree(stage.root, ignore_errors=True)
    console.print("The folder is removed again; `make demo KEEP=1` keeps it.")
