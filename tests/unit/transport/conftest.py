from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edi.model import Channel
from edi.transport import Channel as Open
from edi.transport import _ssh, open_channel
from edi.transport._ssh import Patience
from tests.servers import PASSWORD, Server

Opener = Callable[..., Open]


class Word:
    """A secret of the tests."""

    def __init__(self, word: str) -> None:
        self.word = word

    def reveal(self) -> str:
        return self.word


@pytest.fixture
def sftp(tmp_path: Path) -> Opener:
    """`sftp(server, **settings)`: a channel to a server; `secrets` maps references to words."""

    def opened(server: Server, secrets: dict[str, str] | None = None, **settings: Any) -> Open:
        known = {"env:PASSWORD": PASSWORD, **(secrets or {})}
        given = {**server.settings("epicerie"), **settings}
        given = {name: value for name, value in given.items() if value is not None}
        channel = Channel("epicerie", "sftp", "sftp", given)
        return open_channel(channel, tmp_path, lambda reference: Word(known[reference]), tmp_path / "claims")

    return opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines of a second, for servers that keep us waiting."""
    short = Patience(connect=1, greeting=1, login=1, session=1, reply=1, total=3, farewell=1)
    monkeypatch.setattr(_ssh, "PATIENCE", short)
