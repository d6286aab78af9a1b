"""The law of deltas: once the newest one arrived, its receiver holds what whole files would have told him.

Files may arrive at once, late, never, or nobody knows; a receiver is played who keeps the last value of each
key. Deltas are made by the same two functions as in a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edi import delta, history, sent
from edi.engine import Engine
from edi.ledger.contract import Sending
from edi.model import Sent

COLUMNS = delta.Columns("stock_levels", ("sku", "depot"), ("available",))
OPEN = ("pending", "refused", "quarantined")
Event = tuple[int, str]
Values = dict[tuple[str, str | None], int | None]


@dataclass
class Exchange:
    """Files sent so far, where each stands, and what the receiver holds."""

    folder: Path
    engine: Engine
    files: list[Values] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    receiver: Values = field(default_factory=dict)
    ticks: int = 0

    def send(self, current: Values, fate: str) -> Values:
        """One more file of `current`; what went into it."""
        news = self.delta(current)
        history.write(rows(news), self.folder / f"{len(self.files)}.parquet")
        self.files.append(news)
        self.sendings.append(Sending(str(len(self.files) - 1), "pending", self.tick(), ""))
        self.happens(len(self.files) - 1, fate)
        return news

    def delta(self, current: Values) -> Values:
        if not self.sendings:
            return current
        earlier = [
            Sent(str(self.folder / f"{one['delivery']}.parquet"), one["arrived"], one["perhaps"])
            for one in sent.standing(self.sendings)
        ]
        new = delta.changed(self.engine, rows(current), COLUMNS, earlier)
        return {(row["sku"], row["depot"]): row["available"] for row in new.to_pylist()}

    def happens(self, number: int, fate: str) -> None:
        """`fate`: a state of the delivery; "uncertain!" and "uploaded!" are states in which it did arrive."""
        if fate == "delivered" or fate.endswith("!"):
            self.receiver |= self.files[number]
        state = fate.removesuffix("!")
        self.sendings[number] = Sending(str(number), state, self.tick(), "")

    def later(self, events: list[Event]) -> None:
        """What happens to earlier files: one that is not there arrives or is refused, one is confirmed."""
        for number, what in events:
            wanted = ("delivered",) if what == "confirmed" else OPEN
            open_ones = [n for n, one in enumerate(self.sendings) if one.state in wanted]
            if open_ones:
                self.happens(open_ones[number % len(open_ones)], what)

    def tick(self) -> str:
        self.ticks += 1
        return f"{self.ticks:06}"


def rows(values: Values) -> pa.Table:
    keys = list(values)
    return pa.table(
        {
            "message": pa.array([0] * len(keys), pa.int32()),
            "position": pa.array(range(1, len(keys) + 1), pa.int32()),
            "sku": pa.array([sku for sku, _ in keys], pa.string()),
            "depot": pa.array([depot for _, depot in keys], pa.string()),
            "available": pa.array(list(values.values()), pa.int64()),
        }
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def honey(count: int) -> Values:
    return {("MIEL-500", None): count}


stocks = st.dictionaries(
    st.tuples(st.sampled_from(["MIEL-500", "00123", "TOME-1K"]), st.sampled_from([None, "A", "B"])),
    st.one_of(st.none(), st.integers(0, 2)),
    min_size=1,
)
fates = st.sampled_from([*OPEN, "delivered", "delivered", "uncertain", "uncertain!", "uploaded!"])
later = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["delivered", "refused", "uncertain!", "confirmed"])),
    max_size=2,
)


@given(
    past=st.lists(st.tuples(stocks, fates, later), min_size=1, max_size=7),
    current=stocks,
    meanwhile=st.booleans(),
)
@example(  # an older file may have arrived after a newer one
    past=[(honey(1), "pending", []), (honey(0), "delivered", [(0, "uncertain!")])],
    current=honey(0),
    meanwhile=False,
)
@example(  # of two older files the one that arrived last is confirmed first
    past=[
        (honey(5), "delivered", []),
        (honey(7), "pending", []),
        (honey(5), "delivered", [(0, "delivered"), (1, "confirmed")]),
    ],
    current=honey(5),
    meanwhile=False,
)
@settings(max_examples=60)
def test_whatever_happened_before_the_newest_delta_tells_the_truth(
    engine: Engine, past: list[tuple[Values, str, list[Event]]], current: Values, meanwhile: bool
) -> None:
    with TemporaryDirectory() as folder:
        exchange = Exchange(Path(folder), engine)
        exchange.send(honey(0), "delivered")
        for stock, fate, events in past:
            exchange.send(stock, fate)
            exchange.later(events)
        exchange.send(current, "pending")
        for number, one in enumerate(exchange.sendings[:-1]):
            if one.state == "pending" and meanwhile:
                exchange.happens(number, "delivered")
        exchange.happens(len(exchange.files) - 1, "delivered")
        assert {key: exchange.receiver.get(key) for key in current} == current


@given(past=st.lists(stocks, min_size=1, max_size=6))
@settings(max_examples=30)
def test_when_all_arrives_in_order_nothing_is_sent_that_the_receiver_holds(
    engine: Engine, past: list[Values]
) -> None:
    with TemporaryDirectory() as folder:
        exchange = Exchange(Path(folder), engine)
        for stock in past:
            held = dict(exchange.receiver)
            news = exchange.send(stock, "delivered")
            known = {key for key in stock if key in held and held[key] == stock[key]}
            assert news.keys() == stock.keys() - known


def test_a_new_column_of_the_format_is_told_even_where_nothing_else_changed(engine: Engine) -> None:
    with TemporaryDirectory() as folder:
        exchange = Exchange(Path(folder), engine)
        exchange.send({("00123", None): 1}, "delivered")
        wider = rows({("00123", None): 1}).append_column("name", pa.array(["Coffret découverte"]))
        columns = delta.Columns("stock_levels", ("sku", "depot"), ("available", "name"))
        earlier = [Sent(str(Path(folder) / "0.parquet"), 0, False)]
        assert len(delta.changed(engine, wider, columns, earlier)) == 1


def test_of_two_files_in_one_batch_the_second_is_compared_with_the_first(engine: Engine) -> None:
    first, second = (
        rows({("00123", None): 1, ("TOME-1K", None): 5}),
        rows({("00123", None): 2, ("TOME-1K", None): 5}),
    )
    second = second.set_column(0, "message", pa.array([1, 1], pa.int32()))
    with TemporaryDirectory() as folder:
        history.write(rows({("00123", None): 2, ("TOME-1K", None): 5}), Path(folder) / "0.parquet")
        earlier = [Sent(str(Path(folder) / "0.parquet"), 0, False)]
        news = delta.changed(engine, pa.concat_tables([first, second]), COLUMNS, earlier)
    assert [(row["message"], row["sku"], row["available"]) for row in news.to_pylist()] == [
        (0, "00123", 1),
        (1, "00123", 2),
    ]
