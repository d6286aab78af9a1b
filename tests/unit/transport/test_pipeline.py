"""The loop that keeps many requests in flight, over a client that answers from a script."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paramiko import sftp as wire
from paramiko.message import Message

from edi.transport import _pipeline
from edi.transport._pipeline import Attributes, Data, Handle, Job, Malformed, Names, Pipeline, Reply, Status

OK = struct.pack(">II", 0, 0)


class Scripted:
    """A client whose server answers the outstanding request that `choose` picks."""

    def __init__(self, choose: Callable[[list[int]], int] = lambda numbers: 0) -> None:
        self.choose = choose
        self.outstanding: list[tuple[int, bytes, object]] = []
        self.most = 0
        self.numbers = 0

    def _async_request(self, callback: object, command: int, *arguments: bytes) -> int:
        self.numbers += 1
        self.outstanding.append((self.numbers, arguments[0], callback))
        self.most = max(self.most, len(self.outstanding))
        return self.numbers

    def _read_response(self) -> None:
        place = self.choose([number for number, _, _ in self.outstanding])
        number, path, callback = self.outstanding.pop(place)
        message = Message(struct.pack(">I", number) + struct.pack(">I", len(path)) + path)
        message.get_int()
        callback._async_response(wire.CMD_DATA, message, number)  # type: ignore[attr-defined]


def asking(name: bytes, rounds: int) -> Job[list[bytes]]:
    answers: list[bytes] = []
    for number in range(rounds):
        wanted = [name + bytes((48 + number, 97)), name + bytes((48 + number, 98))]
        replies = yield [_pipeline.lstat(path) for path in wanted]
        assert [reply.value for reply in replies if isinstance(reply, Data)] == wanted
        answers += wanted
    return answers


@given(st.randoms(use_true_random=False), st.integers(1, 8), st.lists(st.integers(0, 3), max_size=20))
def test_every_job_gets_its_own_answers_whatever_their_order(
    random: object, in_flight: int, rounds: list[int]
) -> None:
    client = Scripted(lambda numbers: random.randrange(len(numbers)))  # type: ignore[attr-defined]
    pipeline = Pipeline(client, in_flight, lambda: None)  # type: ignore[arg-type]
    names = [str(index).encode() + b"/" for index in range(len(rounds))]
    results = pipeline.run([asking(name, count) for name, count in zip(names, rounds, strict=True)])
    assert [len(result) for result in results] == [2 * count for count in rounds]
    assert all(path.startswith(name) for name, result in zip(names, results, strict=True) for path in result)
    assert client.most <= 2 * in_flight


def test_jobs_that_ask_nothing_do_not_pile_up() -> None:
    pipeline = Pipeline(Scripted(), 4, lambda: None)  # type: ignore[arg-type]
    assert pipeline.run([asking(b"x", 0) for _ in range(20_000)]) == [[]] * 20_000


def test_every_answer_is_heard() -> None:
    heard: list[int] = []
    pipeline = Pipeline(Scripted(), 2, lambda: heard.append(1))  # type: ignore[arg-type]
    pipeline.run([asking(b"x", 3)])
    assert len(heard) == 1 + 6


def test_when_the_connection_breaks_the_jobs_are_ended_and_the_next_run_is_clean() -> None:
    ended: list[str] = []

    def holding() -> Job[None]:
        try:
            yield [_pipeline.lstat(b"x")]
        finally:
            ended.append("closed")

    def broken(numbers: list[int]) -> int:
        raise EOFError

    client = Scripted(broken)
    pipeline = Pipeline(client, 3, lambda: None)  # type: ignore[arg-type]
    with pytest.raises(EOFError):
        pipeline.run([holding() for _ in range(5)])
    assert ended == ["closed"] * 3
    client.choose, client.outstanding = (lambda numbers: 0), []
    assert pipeline.run([asking(b"x", 1)]) == [[b"x0a", b"x0b"]]


def test_attributes_that_are_not_given_are_none() -> None:
    assert _pipeline.parse(wire.CMD_ATTRS, struct.pack(">I", 0)) == Attributes(None, None, None)
    full = struct.pack(">IQIIIII", 0b1111, 2**63, 1, 2, 0o100644, 5, 6)
    assert _pipeline.parse(wire.CMD_ATTRS, full) == Attributes(2**63, 0o100644, 6)


def test_a_page_of_names_keeps_their_bytes() -> None:
    name = b"../\xff\x00\n"
    packet = struct.pack(">I", 1) + struct.pack(">I", len(name)) + name + struct.pack(">II", 0, 0)
    page = _pipeline.parse(wire.CMD_NAME, packet)
    assert isinstance(page, Names)
    assert [entry.raw for entry in page.entries] == [name]


def test_a_status_may_come_without_words() -> None:
    assert _pipeline.parse(wire.CMD_STATUS, struct.pack(">I", 4)) == Status(4)


@pytest.mark.parametrize(
    ("kind", "packet"),
    [
        (wire.CMD_DATA, struct.pack(">I", 5) + b"abc"),
        (wire.CMD_HANDLE, b"\0\0"),
        (wire.CMD_NAME, struct.pack(">I", 0xFFFFFFFF)),
        (wire.CMD_ATTRS, struct.pack(">II", 0x80000000, 0xFFFFFFFF)),
        (wire.CMD_STATUS, b""),
        (wire.CMD_VERSION, struct.pack(">I", 3)),
        (0, b""),
    ],
)
def test_a_packet_that_is_shorter_than_it_says_is_never_filled_up(kind: int, packet: bytes) -> None:
    with pytest.raises(Malformed):
        _pipeline.parse(kind, packet)


@given(st.sampled_from([101, 102, 103, 104, 105]), st.binary(max_size=200))
def test_any_packet_is_a_reply_or_malformed(kind: int, packet: bytes) -> None:
    try:
        reply: Reply = _pipeline.parse(kind, packet)
    except Malformed:
        return
    assert isinstance(reply, Status | Handle | Data | Names | Attributes)
