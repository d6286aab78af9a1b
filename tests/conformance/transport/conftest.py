from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edi.model import Channel
from edi.transport import open_channel
from tests.conformance.transport.harness import Harness
from tests.servers import PASSWORD, sftp_server


@dataclass(frozen=True)
class Word:
    """A secret of the tests."""

    word: str

    def reveal(self) -> str:
        return self.word


@pytest.fixture(params=["folder", "sftp", "sftp-in-place"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    remote, local, claims = tmp_path / "remote" / "epicerie", tmp_path / "local", tmp_path / "claims"
    remote.mkdir(parents=True)
    local.mkdir()
    if request.param == "folder":
        folder = Channel("epicerie", "folder", "folder", {"path": "remote/epicerie"})
        yield Harness(lambda: open_channel(folder, tmp_path, lambda _: Word(""), claims), remote, local)
        return
    renames = request.param == "sftp"
    claim = "rename" if renames else "in-place"
    with sftp_server(tmp_path / "remote") as server:
        sftp = Channel("epicerie", "sftp", "sftp", server.settings("epicerie", claim=claim))
        opened = lambda: open_channel(sftp, tmp_path, lambda _: Word(PASSWORD), claims)  # noqa: E731
        yield Harness(opened, remote, local, renames)
