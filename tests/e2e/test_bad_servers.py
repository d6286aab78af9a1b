"""A partner's server that is not as it should be: named with what to do, while all others go on."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncssh
import pytest

from tests import hostile
from tests.example import Example, Said, over_sftp, section
from tests.servers import Server, sftp_server

BOUTIQUE = re.compile(r"^\[partners\.boutique\.channels\.sftp\]\n(?:\w+ = .*\n)+", re.MULTILINE)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with sftp_server(tmp_path / "partners") as running:
        yield running


def with_shop_at(tmp_path: Path, server: Server, **settings: object) -> Example:
    """The example on `server`, the shop's channel with other settings."""
    example = over_sftp(tmp_path, server)
    shop = section("boutique", "sftp", {"type": "sftp", **server.settings("boutique", **settings)})
    text = example.configuration.read_text(encoding="utf-8")
    example.configuration.write_text(BOUTIQUE.sub(lambda _: shop, text), encoding="utf-8")
    example.environment["WRONG"] = "not the password"
    example.drop_all()
    return example


def others_went_on(example: Example, said: Said) -> None:
    """The orders of all others reached the ERP; the shop's file lies where it was, its stock waits."""
    assert said["summary"][0]["files_in"] == 3
    assert [file.name.split("_")[1] for file in example.received("erp")] == ["epicerie", "shopify"]
    assert len(example.received("epicerie")) == len(example.received("shopify")) == 1
    assert [file.name for file in example.drop_folder("boutique").iterdir()] == ["request_sql_7.csv"]
    assert example.received("boutique") == []
    waiting = [one for one in example.said("status", code=1)["delivery"] if one["state"] == "pending"]
    assert [one["endpoint"] for one in waiting] == ["boutique/sftp/import"]


def test_a_changed_host_key(tmp_path: Path, server: Server) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    example = with_shop_at(tmp_path, server, host_keys=[other])
    said = example.run(code=1)
    (problem,) = [one for one in said["finding"] if one["code"] == "NET-007"]
    assert problem["text"].count("SHA256:") == 2
    assert "Do not connect" in problem["hint"]
    others_went_on(example, said)


def test_a_wrong_password_and_then_the_right_one(tmp_path: Path, server: Server) -> None:
    example = with_shop_at(tmp_path, server, password="env:WRONG")
    said = example.run(code=1)
    assert [one["code"] for one in said["finding"] if one["code"].startswith("NET")] == ["NET-008"]
    others_went_on(example, said)

    text = example.configuration.read_text(encoding="utf-8")
    example.configuration.write_text(text.replace("env:WRONG", "env:PASSWORD"), encoding="utf-8")
    assert example.run()["summary"][0]["files_in"] == 1
    assert len(example.received("erp")) == 3


def test_a_server_that_accepts_and_says_nothing(tmp_path: Path, server: Server) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        example = with_shop_at(tmp_path, server, port=silent.getsockname()[1])
        said = example.run(code=1)
    assert [one["code"] for one in said["finding"] if one["code"].startswith("NET")] == ["NET-005"]
    others_went_on(example, said)


def test_names_that_would_lead_out_of_the_folder(tmp_path: Path) -> None:
    """Names with ../, a slash, NUL, control characters, or that are no text: never touched, each one told."""
    with sftp_server(tmp_path / "partners", hostile.ListsEvilNames) as server:
        example = over_sftp(tmp_path, server)
        before = {path for path in tmp_path.rglob("*") if ".edi" not in path.parts}
        said = example.run(code=1)
    assert {one["code"] for one in said["finding"]} == {"NET-022"}
    assert said["summary"][0]["files_in"] == 0
    assert all(one["hint"] and one["text"].isprintable() for one in said["finding"])
    after = {path for path in tmp_path.rglob("*") if ".edi" not in path.parts}
    assert {path.name for path in after - before} <= {"archive", "2026"}
