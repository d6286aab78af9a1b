from __future__ import annotations

from pathlib import Path

import pytest

from edi.model import Channel
from edi.transport import open_channel
from tests.conformance.transport.harness import Harness


@pytest.fixture(params=["folder"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Harness:
    remote, local = tmp_path / "remote", tmp_path / "local"
    remote.mkdir()
    local.mkdir()
    channel = Channel("epicerie", request.param, request.param, {"path": "remote"})
    return Harness(lambda: open_channel(channel, tmp_path, _no_secret, tmp_path / "claims"), remote, local)


def _no_secret(reference: str) -> object:
    raise AssertionError(reference)
