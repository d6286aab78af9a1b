"""A route with a schedule is looked at in its moments only; one that was missed is made up for, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edi import pipeline, slots
from edi.cli import app
from edi.executors import Inline
from edi.findings import EdiError
from edi.ledger.verify import verify
from edi.session import Session, Summary
from edi.workspace import Workspace
from tests import jobs

STOCK = Path("partners/erp/stock")
SHOP = Path("partners/boutique/stock")


@dataclass
class Day:
    """A workspace whose stock goes out at six, and a clock that is set by hand."""

    root: Path
    now: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-11-23T05:00+01:00"))
    dropped: int = 0

    def at(self, text: str) -> Day:
        self.now = datetime.fromisoformat(text)
        return self

    def drop(self) -> None:
        self.dropped += 1
        rows = [("MIEL500", "Dépôt Annecy", self.dropped)]
        age = (datetime.now().astimezone() - self.now).total_seconds() + 600
        jobs.drop(self.root / STOCK, f"S{self.dropped}.csv", jobs.stock(rows), age=age)

    def run(self, only: str | None = None) -> Summary:
        with Session(Workspace.open(self.root), executor=Inline(), clock=lambda: self.now) as session:
            return pipeline.run(session, only)

    def sent(self) -> int:
        return len([path for path in (self.root / SHOP).iterdir() if path.name[0] != "."])


def scheduled(text: str, expression: str = "0 6 * * *") -> str:
    return text.replace("[routes.stock]\n", f'[routes.stock]\nschedule = "{expression}"\n')


@pytest.fixture
def day(tmp_path: Path) -> Day:
    jobs.workspace(tmp_path)
    (tmp_path / "edi.toml").write_text(scheduled(jobs.CONFIGURATION), encoding="utf-8")
    return Day(tmp_path)


def test_files_wait_for_the_moment_and_others_do_not_wait_with_them(day: Day) -> None:
    day.drop()
    jobs.drop(day.root / "partners/epicerie/out", "O.edi", jobs.interchange("R1", [jobs.order(1, "C-1")]))
    assert day.run().files_in == 1
    assert day.at("2026-11-23T05:59+01:00").run().files_in == 0
    assert day.at("2026-11-23T06:00+01:00").run().files_in == 1
    assert day.sent() == 1


def test_a_moment_is_used_once(day: Day) -> None:
    day.run()
    day.at("2026-11-23T06:01+01:00").run()
    day.drop()
    assert day.at("2026-11-23T06:02+01:00").run().files_in == 0
    assert day.at("2026-11-24T06:00+01:00").run().files_in == 1


def test_many_missed_moments_are_made_up_for_once(day: Day) -> None:
    day.run()
    day.drop()
    assert day.at("2026-11-26T09:00+01:00").run().files_in == 1
    day.drop()
    assert day.at("2026-11-26T09:01+01:00").run().files_in == 0


@pytest.mark.parametrize("other", ["0 5 * * *", "*/5 5 * * *"])
def test_a_changed_schedule_counts_from_when_it_is_first_seen(day: Day, other: str) -> None:
    day.run()
    day.at("2026-11-23T06:30+01:00").run()
    day.drop()
    (day.root / "edi.toml").write_text(scheduled(jobs.CONFIGURATION, other), encoding="utf-8")
    assert day.run().files_in == 0
    assert day.at("2026-11-24T05:00+01:00").run().files_in == 1


def test_a_route_that_is_named_runs_whatever_its_schedule_says(day: Day) -> None:
    day.drop()
    assert day.run("stock").files_in == 1


def test_a_folder_that_cannot_be_reached_stays_due(day: Day) -> None:
    day.run()
    folder = day.root / STOCK
    folder.rmdir()
    folder.symlink_to(day.root)
    assert day.at("2026-11-23T06:00+01:00").run().problems
    folder.unlink()
    folder.mkdir()
    day.drop()
    assert day.at("2026-11-23T06:10+01:00").run().files_in == 1


def test_a_file_that_is_still_arriving_at_the_moment_is_taken_soon_after(day: Day) -> None:
    day.run()
    path = day.root / STOCK / "S.csv"
    with path.open("wb") as file:
        file.write(jobs.stock([("MIEL500", "Dépôt Annecy", 1)])[:40])
        file.flush()
        grow_while_listed = growing(path)
        assert grow_while_listed(lambda: day.at("2026-11-23T06:00+01:00").run()).files_in == 0
    path.unlink()
    day.drop()
    assert day.at("2026-11-23T06:05+01:00").run().files_in == 1


def growing(path: Path) -> Callable[[Callable[[], Summary]], Summary]:
    """Runs a pass during which a file changes between the two looks at it."""
    from edi import pickup

    def passing(act: Callable[[], Summary]) -> Summary:
        def grow(seconds: float) -> None:
            with path.open("ab") as file:
                file.write(b"more")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pickup.time, "sleep", grow)
            return act()

    return passing


def test_a_crash_before_the_moment_is_recorded_leaves_it_due(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    day.run()
    day.drop()
    with monkeypatch.context() as patch:
        patch.setattr(slots, "done", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            day.at("2026-11-23T06:00+01:00").run()
    day.drop()
    assert day.at("2026-11-23T06:20+01:00").run().files_in == 1
    assert day.sent() == 2


def test_what_was_done_is_part_of_the_audit_trail(day: Day) -> None:
    day.run()
    day.at("2026-11-23T06:00+01:00").run()
    with Session(Workspace.open(day.root), executor=Inline()) as session:
        done = session.ledger.schedules()["stock"]
        assert (done.expression, done.done_until) == ("0 6 * * * Europe/Paris", "2026-11-23T05:00:00.000000Z")
        assert list(verify(session.ledger, session.archive)) == []  # type: ignore[arg-type]


# --- configuration and command ------------------------------------------------------------------------------


def refused(root: Path, text: str) -> list[str]:
    (root / "edi.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EdiError) as error:
        Workspace.open(root)
    return [one.code for one in error.value.findings]


def test_a_wrong_schedule_is_refused_with_its_place(day: Day) -> None:
    assert refused(day.root, scheduled(jobs.CONFIGURATION, "0 26 * * *")) == ["CFG-022"]
    assert refused(day.root, scheduled(jobs.CONFIGURATION, "@daily")) == ["CFG-007"]


def test_routes_of_one_folder_share_their_schedule(day: Day) -> None:
    _, _, stock = jobs.CONFIGURATION.partition("[routes.stock]")
    second = scheduled(f"\n[routes.stock]{stock}").replace("routes.stock", "routes.stock2")
    text = jobs.CONFIGURATION + second.replace('folder = "stock" }', 'folder = "stock", files = "X*" }')
    assert "CFG-023" in refused(day.root, text)


def runs(root: Path) -> list[dict[str, str]]:
    shown = CliRunner().invoke(app, ["schedule", "--json", "-n", "2", "-w", str(root)])
    assert shown.exit_code == 0, shown.output
    return [row for row in map(json.loads, shown.output.splitlines()) if row["kind"] == "run"]


def test_the_command_shows_what_comes_and_what_was_missed(day: Day) -> None:
    rows = runs(day.root)
    assert [(row["route"], row["state"]) for row in rows] == [("stock", "next"), ("stock", "next")]
    day.now = datetime.now().astimezone() - timedelta(days=3)
    day.run()
    rows = runs(day.root)
    assert [row["state"] for row in rows] == ["missed: runs at the next pass", "next", "next"]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
