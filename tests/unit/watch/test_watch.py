"""The watch, driven by hand: what wakes it, what it looks at, what it tells, and how it takes turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from edi.executors import Inline
from edi.findings import EdiError
from edi.model import Finding
from edi.session import Session, Summary
from edi.watch import News, Rests, Watch
from edi.workspace import Workspace
from tests import jobs

START = datetime.fromisoformat("2026-11-23T05:59:00+01:00")
INTERVAL = 30.0


@dataclass
class Hand:
    """Time and events as a test wants them: each entry of `script` is done while the watch sleeps.

    It is the bell on which the watch sleeps (a ring comes after half the time), its clock, and the listener
    that it tells.
    """

    root: Path
    script: list[Callable[[], Iterable[Path] | None]] = field(default_factory=list)
    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    told: list[tuple[str, object]] = field(default_factory=list)
    watch: Watch | None = None

    def listen(self, folders: Iterable[Path]) -> None:
        self.folders = set(folders)

    def wait(self, seconds: float) -> set[Path]:
        self.slept.append(seconds)
        if not self.script:
            self.seconds += seconds
            assert self.watch is not None
            self.watch.stop()
            return set()
        rung = set(self.script.pop(0)() or ())
        self.seconds += seconds / 2 if rung else seconds
        return rung & self.folders

    def passed(self, summary: Summary) -> None:
        self.told.append(("passed", summary))

    def stumbled(self, findings: Sequence[Finding]) -> None:
        self.told.append(("stumbled", [one.code for one in findings]))

    def reloaded(self) -> None:
        self.told.append(("reloaded", None))

    def run(self, *script: Callable[[], Iterable[Path] | None]) -> list[tuple[str, object]]:
        self.script = list(script)
        self.watch = Watch(
            self.root,
            self,
            self,
            interval=INTERVAL,
            clock=lambda: START + timedelta(seconds=self.seconds),
            ticks=lambda: self.seconds,
            executor=Inline(),
        )
        self.watch.run()
        return self.told

    @property
    def files_in(self) -> list[int]:
        return [summary.files_in for _, summary in self.told if isinstance(summary, Summary)]


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    return Hand(jobs.workspace(tmp_path))


def dropping(root: Path, name: str, folder: str = "partners/epicerie/out") -> Callable[[], Iterable[Path]]:
    """Drops an order and rings for its folder."""

    def act() -> list[Path]:
        number = f"C-{name}"
        age = (datetime.now().astimezone() - START).total_seconds() + 600
        jobs.drop(root / folder, name, jobs.interchange(f"R{name}", [jobs.order(1, number)]), age=age)
        return [root / folder]

    return act


def quietly(act: Callable[[], object]) -> Callable[[], None]:
    """Does something for which no bell rings."""

    def silent() -> None:
        act()

    return silent


def nothing() -> None:
    """Just time goes by."""


def edited(root: Path, old: str, new: str) -> Callable[[], None]:
    def act() -> None:
        path = root / "edi.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return act


# --- what wakes it ----------------------------------------------------------------------------------------


def test_a_ring_brings_the_file_in_at_once(hand: Hand) -> None:
    hand.run(dropping(hand.root, "1"))
    assert hand.files_in == [1]
    assert hand.slept[0] == INTERVAL and hand.seconds < 2 * INTERVAL


def test_without_a_ring_the_next_look_finds_it(hand: Hand) -> None:
    hand.run(quietly(dropping(hand.root, "1")), nothing)
    assert hand.files_in == [1]


def test_a_ring_does_not_put_off_the_next_look_at_everything(hand: Hand) -> None:
    hand.run(dropping(hand.root, "1"), dropping(hand.root, "2"), nothing)
    assert hand.slept == [30.0, 15.0, 7.5, 30.0]


def test_the_moment_of_a_schedule_wakes_it(hand: Hand) -> None:
    edited(hand.root, "[routes.orders]\n", '[routes.orders]\nschedule = "0 6 * * *"\n')()
    dropping(hand.root, "1")()
    hand.seconds = 50.0
    hand.run(nothing)
    assert hand.slept[0] == pytest.approx(10.0)
    assert hand.files_in == [1]


# --- what it is told --------------------------------------------------------------------------------------


def test_a_trouble_that_lasts_is_told_once_an_hour(hand: Hand) -> None:
    folder = hand.root / "partners/erp/stock"
    folder.rmdir()
    folder.symlink_to(hand.root)
    told = hand.run(*[nothing] * 121)
    assert [kind for kind, _ in told] == ["passed", "passed"]


def test_news_are_told_again_after_an_hour() -> None:
    news, trouble = News(), Finding("NET-001", "error", "down", "")
    assert news.fresh([trouble], 0.0) == [trouble]
    assert news.fresh([trouble], 3599.0) == []
    assert news.fresh([trouble], 3601.0) == [trouble]


# --- the configuration ------------------------------------------------------------------------------------


def test_a_changed_configuration_is_used_from_the_next_pass_on(hand: Hand) -> None:
    (hand.root / "partners/epicerie/neuf").mkdir()
    told = hand.run(
        edited(hand.root, 'folder = "out"', 'folder = "neuf"'),
        dropping(hand.root, "1", "partners/epicerie/neuf"),
    )
    assert [kind for kind, _ in told] == ["reloaded", "passed"]
    assert hand.files_in == [1]


def test_a_wrong_configuration_is_told_once_and_the_one_before_stays(hand: Hand) -> None:
    told = hand.run(
        edited(hand.root, "[routes.orders]", "[routes.orders"), dropping(hand.root, "1"), nothing, nothing
    )
    assert [kind for kind, _ in told] == ["stumbled", "passed"]
    assert told[0] == ("stumbled", ["CFG-002"])


def test_a_configuration_that_an_editor_is_just_replacing_is_not_missed(hand: Hand) -> None:
    path = hand.root / "edi.toml"
    text = path.read_text(encoding="utf-8")
    told = hand.run(
        path.unlink, lambda: path.write_text(text, encoding="utf-8") and None, dropping(hand.root, "1")
    )
    assert [kind for kind, _ in told] == ["passed"]


def test_a_wrong_configuration_at_the_start_is_an_error(hand: Hand) -> None:
    edited(hand.root, "[routes.orders]", "[routes.orders")()
    with pytest.raises(EdiError):
        hand.run()


# --- turns ------------------------------------------------------------------------------------------------


def test_it_waits_for_its_turn_and_then_does_its_work(hand: Hand) -> None:
    dropping(hand.root, "1")()
    other = Session(Workspace.open(hand.root), executor=Inline())
    hand.run(nothing, quietly(lambda: other.__exit__(None, None, None)), nothing)
    assert hand.slept[:2] == [0.25, 0.25]
    assert hand.files_in == [1]


def test_another_command_finds_the_workspace_free_between_two_passes(hand: Hand) -> None:
    def beside() -> None:
        with Session(Workspace.open(hand.root), executor=Inline()) as session:
            assert session.ledger.open_files() == []

    hand.run(beside, beside)
    assert not hand.script


def test_a_pass_that_is_not_possible_is_tried_again(hand: Hand) -> None:
    state = hand.root / ".edi"
    state.mkdir(mode=0o777)
    state.chmod(0o777)
    told = hand.run(nothing, quietly(lambda: state.chmod(0o700)), dropping(hand.root, "1"))
    assert told[0] == ("stumbled", ["CFG-030"])
    assert hand.files_in == [1]


# --- channels that fail -----------------------------------------------------------------------------------


def test_a_failing_channel_rests_twice_as_long_each_time_and_at_most_a_quarter_of_an_hour() -> None:
    rests, now, way = Rests(30.0), 0.0, ("epicerie", "sftp")
    pauses = []
    for _ in range(8):
        rests.learn({way: False}, now)
        begun = now
        while way in rests.at(now):
            now += 1
        pauses.append(now - begun)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_channel_that_works_again_forgets_its_failures() -> None:
    rests, way = Rests(30.0), ("epicerie", "sftp")
    for _ in range(3):
        rests.learn({way: False}, 0.0)
    rests.learn({way: True}, 500.0)
    assert rests.at(500.0) == frozenset()
    rests.learn({way: False}, 500.0)
    assert rests.at(529.0) and not rests.at(530.0)


def test_a_server_that_is_down_is_asked_less_and_less_and_others_go_on(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edi import session

    edited(
        hand.root,
        '[partners.boutique.channels.folder]\ntype = "folder"\npath = "partners/boutique"',
        '[partners.boutique.channels.folder]\ntype = "sftp"\nhost = "127.0.0.1"\nport = 1\nuser = "b"\n'
        'password = "env:NONE"\nhost_keys = []',
    )()
    asked: list[float] = []
    real = session.open_channel

    def counting(channel: object, *given: object) -> object:
        if getattr(channel, "type", "") == "sftp":
            asked.append(hand.seconds)
        return real(channel, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "open_channel", counting)
    age = (datetime.now().astimezone() - START).total_seconds() + 600
    jobs.drop(
        hand.root / "partners/erp/stock", "S.csv", jobs.stock([("MIEL500", "Dépôt Annecy", 4)]), age=age
    )
    hand.run(*[nothing] * 20, dropping(hand.root, "1"))
    assert [b - a for a, b in pairwise(asked)] == [30.0, 60.0, 120.0, 240.0]
    assert hand.files_in[-1] == 1
