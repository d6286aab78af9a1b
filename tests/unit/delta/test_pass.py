"""A stock route that sends only what changed, pass by pass: what goes out, and what makes it go out again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edi import pipeline, replay
from edi.executors import Inline
from edi.findings import EdiError
from edi.ledger.sqlite import SqliteLedger
from edi.ledger.verify import verify
from edi.session import Session, Summary
from edi.workspace import Workspace
from tests import jobs

SHOP = Path("partners/boutique/stock")
TARGET = "[[routes.stock.to]]\n"
HONEY, JAM, CHEESE = "MIEL500", "CONFABR", "TOME1K"


def with_delta(text: str, more: str = 'delta = true\nfull = "0 6 * * 1"\n') -> str:
    return text.replace(TARGET, TARGET + more)


@dataclass
class Shop:
    """The workspace, a clock, and what the shop was sent."""

    root: Path
    now: datetime = field(default_factory=lambda: datetime.fromisoformat("2026-11-24T08:00+01:00"))
    files: int = 0

    def session(self, down: bool = False) -> Session:
        """A minute later; `down`: the shop cannot be reached."""
        self.now += timedelta(minutes=1)
        resting = [("boutique", "folder")] if down else []
        return Session(Workspace.open(self.root), executor=Inline(), clock=lambda: self.now, resting=resting)

    def run(self, down: bool = False) -> Summary:
        with self.session(down) as session:
            return pipeline.run(session)

    def drop(self, stock: Mapping[str, int]) -> None:
        self.files += 1
        rows = [(sku, "Entrepôt Annecy", count) for sku, count in stock.items()]
        age = (datetime.now().astimezone() - self.now).total_seconds() + 600
        jobs.drop(self.root / "partners/erp/stock", f"S{self.files:02}.csv", jobs.stock(rows), age=age)

    def sends(self, stock: Mapping[str, int]) -> list[str]:
        """A stock file of the ERP; the rows that reach the shop for it (it takes what it gets)."""
        self.drop(stock)
        self.run()
        return self.taken()

    def taken(self) -> list[str]:
        seen = sorted(path for path in (self.root / SHOP).iterdir() if path.name[0] != ".")
        lines = [line for path in seen for line in path.read_text("utf-8").splitlines()[1:]]
        for path in seen:
            path.unlink()
        return lines


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    jobs.workspace(tmp_path)
    (tmp_path / "edi.toml").write_text(with_delta(jobs.CONFIGURATION), encoding="utf-8")
    return Shop(tmp_path)


def test_the_first_file_is_whole_and_later_ones_hold_what_changed(shop: Shop) -> None:
    assert shop.sends({HONEY: 40, JAM: 5}) == ["CONF-ABR;5;WEB", "MIEL-500;40;WEB"]
    assert shop.sends({HONEY: 39, JAM: 5}) == ["MIEL-500;39;WEB"]
    assert shop.sends({HONEY: 39, JAM: 5, CHEESE: 3}) == ["TOME-1K;3;WEB"]


def test_nothing_changed_is_no_file_and_said(shop: Shop) -> None:
    shop.sends({HONEY: 40})
    shop.drop({HONEY: 40, "INCONNU": 1})
    summary = shop.run()
    assert shop.taken() == []
    assert (summary.exit_code, summary.states) == (0, {"accepted": 1})
    assert "RUN-006" in [one.code for one in summary.findings]


def test_an_article_that_is_missing_in_a_file_says_nothing(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    assert shop.sends({HONEY: 41}) == ["MIEL-500;41;WEB"]
    assert shop.sends({HONEY: 42, JAM: 5}) == ["MIEL-500;42;WEB"]


def test_a_whole_file_goes_out_when_its_schedule_says_so(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    shop.now = datetime.fromisoformat("2026-11-30T05:50+01:00")
    assert shop.sends({HONEY: 41, JAM: 5}) == ["MIEL-500;41;WEB"]
    shop.now = datetime.fromisoformat("2026-11-30T08:00+01:00")
    assert len(shop.sends({HONEY: 42, JAM: 5})) == 2
    assert shop.sends({HONEY: 43, JAM: 5}) == ["MIEL-500;43;WEB"]


# --- deliveries that did not arrive -------------------------------------------------------------------------


def refusing(shop: Shop, stock: Mapping[str, int]) -> None:
    """The shop refuses what is made of a stock file: its folder has given way to a link."""
    folder, aside = shop.root / SHOP, shop.root / "aside"
    folder.rename(aside)
    folder.symlink_to(shop.root)
    shop.drop(stock)
    shop.run()
    folder.unlink()
    aside.rename(folder)
    with shop.session() as session:
        assert "refused" in session.ledger.counts()["delivery"]


def test_the_rows_of_a_refused_delivery_are_in_the_next_delta(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5, CHEESE: 3})
    refusing(shop, {HONEY: 12, JAM: 6, CHEESE: 3})
    assert shop.sends({HONEY: 40, JAM: 6, CHEESE: 3}) == ["CONF-ABR;6;WEB", "MIEL-500;40;WEB"]
    assert shop.sends({HONEY: 40, JAM: 6, CHEESE: 2}) == ["TOME-1K;2;WEB"]


def test_what_still_waits_for_the_shop_does_not_count_as_known(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    for stock in ({HONEY: 12, JAM: 5}, {HONEY: 40, JAM: 5, CHEESE: 1}):
        shop.drop(stock)
        shop.run(down=True)
    assert shop.taken() == []
    shop.run()
    assert shop.taken() == ["MIEL-500;12;WEB", "MIEL-500;40;WEB", "TOME-1K;1;WEB"]


def test_what_may_or_may_not_have_arrived_does_not_count_as_known(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    shop.drop({HONEY: 41, JAM: 5})
    shop.run(down=True)
    with shop.session() as session:
        (waiting,) = session.ledger.open_deliveries()
        session.ledger.uncertain([waiting.id], "the line broke", session.now())
    assert shop.sends({HONEY: 41, JAM: 5, CHEESE: 1}) == ["MIEL-500;41;WEB", "TOME-1K;1;WEB"]


def test_a_whole_file_that_was_refused_is_followed_by_a_whole_one(shop: Shop) -> None:
    refusing(shop, {HONEY: 40, JAM: 5})
    assert len(shop.sends({HONEY: 40, JAM: 6})) == 2


# --- runs as evidence ---------------------------------------------------------------------------------------


def replayed(shop: Shop) -> list[tuple[int, tuple[replay.Difference, ...]]]:
    with shop.session() as session:
        runs = replay.selected(session.ledger, [], "2026-11-01", "2026-12-31", None)
        done = [
            replay.replay(session.workspace, session.ledger, session.archive, session.executor, run)
            for run in runs
        ]
    return [(one.outputs, one.differences) for one in done]


def test_every_run_is_replayed_to_the_same_bytes_whatever_arrived_since(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    shop.sends({HONEY: 39, JAM: 5})
    shop.sends({HONEY: 39, JAM: 5, CHEESE: 1})
    assert replayed(shop) == [(1, ()), (1, ()), (1, ())]


def test_a_crash_before_the_commit_changes_nothing_of_what_is_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    shop.drop({HONEY: 39, JAM: 5})
    with monkeypatch.context() as patch:
        patch.setattr(SqliteLedger, "finish", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            shop.run()
    assert shop.sends({HONEY: 38, JAM: 5}) == ["MIEL-500;39;WEB", "MIEL-500;38;WEB"]
    with shop.session() as session:
        assert list(verify(session.ledger, session.archive)) == []  # type: ignore[arg-type]


def test_a_repeated_file_that_an_operator_wants_all_the_same_is_sent_whole(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    assert shop.sends({HONEY: 40, JAM: 5}) == []
    with shop.session() as session:
        (file,) = session.ledger.latest(1)
        assert file.state == "duplicate"
        pipeline.again(session, [file.id])
    assert len(shop.taken()) == 2


def test_without_the_earlier_rows_the_next_file_is_whole_and_a_replay_says_what_lacks(shop: Shop) -> None:
    shop.sends({HONEY: 40, JAM: 5})
    shop.sends({HONEY: 39, JAM: 5})
    shutil.rmtree(shop.root / ".edi/sent")
    with pytest.raises(EdiError) as lacking:
        replayed(shop)
    assert lacking.value.findings[0].code == "RUN-007"
    assert len(shop.sends({HONEY: 38, JAM: 5})) == 2


# --- configuration ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ("delta = true\n", ["CFG-004"]),
        ('full = "0 6 * * 1"\n', ["CFG-004"]),
        ('delta = true\nfull = "0 66 * * 1"\n', ["CFG-022"]),
    ],
)
def test_a_delta_without_its_schedule_is_refused(shop: Shop, more: str, codes: list[str]) -> None:
    assert refused(shop, with_delta(jobs.CONFIGURATION, more)) == codes


def test_orders_are_never_a_delta(shop: Shop) -> None:
    text = jobs.CONFIGURATION.replace(
        "[[routes.orders.to]]\n", '[[routes.orders.to]]\ndelta = true\nfull = "0 6 * * 1"\n'
    )
    assert refused(shop, text) == ["CFG-024"]


def test_a_delta_has_its_folder_for_itself(shop: Shop) -> None:
    _, _, target = jobs.CONFIGURATION.partition(TARGET)
    assert refused(shop, with_delta(jobs.CONFIGURATION) + TARGET + target) == ["CFG-025"]


def refused(shop: Shop, text: str) -> list[str]:
    (shop.root / "edi.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EdiError) as error:
        Workspace.open(shop.root)
    return [one.code for one in error.value.findings]
