"""A small workspace that is right, for tests that make it wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.model import Finding
from edi.workspace import Workspace

RIGHT = """\
[workspace]
name = "Comptoir des Alpes"
timezone = "Europe/Paris"
gln = "3012345000017"

[partners.erp]
name = "Sage 100"

[partners.erp.channels.folder]
type = "folder"
path = "erp"

[partners.epicerie]
name = "Épicerie Générale"
gln = "3020110000001"
identifiers = { depot = "Lyon" }

[partners.epicerie.channels.sftp]
type = "sftp"
host = "sftp.epicerie.example"
user = "comptoir"
password = "env:EPICERIE_PASSWORD"
host_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDS1ftnrfNMtb9ZEAcjpBGLwIfgHMPHpSRdFCH8gi5UN"]

[routes.orders]
from = { partner = "epicerie", channel = "sftp", folder = "out/", files = "*.edi" }
format = "demo/orders"
steps = ["demo/articles"]
checks = { known = "reject", seen = "ignore" }
report = { partner = "epicerie", channel = "sftp", folder = "reports", name = "{stem}.csv" }

[[routes.orders.to]]
partner = "erp"
channel = "folder"
folder = "in"
format = "demo/erp"
name = "ORD_{date}_{reference}.txt"
"""

FILES = (
    "formats/demo/orders.toml",
    "formats/demo/erp.toml",
    "formats/report/csv.toml",
    "transforms/demo/articles.sql",
    "transforms/checks/order/known.sql",
    "transforms/checks/order/seen.sql",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace folder with every rule that RIGHT names; the library's rules are not needed."""
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "edi.toml").write_text(RIGHT)
    return tmp_path


@pytest.fixture
def wrong(root: Path) -> Callable[[str, str], tuple[Finding, ...]]:
    """The findings after one replacement in RIGHT; fails when nothing is replaced or nothing is found."""

    def opened(old: str, new: str) -> tuple[Finding, ...]:
        assert RIGHT.count(old) == 1
        (root / "edi.toml").write_text(RIGHT.replace(old, new))
        with pytest.raises(EdiError) as caught:
            Workspace.open(root)
        return caught.value.findings

    return opened
