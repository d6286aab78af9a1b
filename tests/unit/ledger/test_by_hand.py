"""The trail can be checked without this program: the formulas of docs/audit.md, written out once more."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3

from tests.unit.ledger.conftest import Evidence


def events(evidence: Evidence) -> list[tuple[int, bytes, bytes]]:
    connection = sqlite3.connect(evidence.database)
    rows = connection.execute("SELECT seq, body, leaf FROM event ORDER BY seq").fetchall()
    connection.close()
    return rows


def framed(*texts: bytes) -> bytes:
    return b"".join(len(text).to_bytes(8, "big") + text for text in texts)


def test_each_event_is_hashed_and_linked_as_documented(evidence: Evidence) -> None:
    previous = "0" * 64
    for seq, body, leaf in events(evidence):
        assert hashlib.sha256(b"\0" + body).digest() == leaf
        told = json.loads(body)
        assert (told["seq"], told["prev"], told["v"]) == (seq, previous, 1)
        assert set(told) == {
            "v",
            "log",
            "seq",
            "prev",
            "ts",
            "mono",
            "kind",
            "ref",
            "actor",
            "sw",
            "cfg",
            "data",
        }
        previous = leaf.hex()


def test_commitments_are_what_the_document_says(evidence: Evidence) -> None:
    connection = sqlite3.connect(evidence.database)
    salt, sha256, size, path, raw_name, name = connection.execute(
        "SELECT salt, sha256, size, path, raw_name, name FROM secret WHERE id = ?", (evidence.files[0],)
    ).fetchone()
    connection.close()
    data: dict[str, str] = {}
    for _, body, _ in events(evidence):
        told = json.loads(body)
        if told["ref"].get("file") == evidence.files[0]:
            data |= told["data"]
    content = (evidence.folder / "archive" / path).read_bytes()
    assert sha256 == hashlib.sha256(content).digest()
    assert data["object"] == hmac.new(salt, sha256 + size.to_bytes(8, "big") + b"in", "sha256").hexdigest()
    assert data["place"] == hmac.new(salt, b"place\0" + framed(path.encode()), "sha256").hexdigest()
    label = b"label\0" + framed(raw_name, name.encode())
    assert data["label"] == hmac.new(salt, label, "sha256").hexdigest()


def test_a_checkpoint_signs_the_merkle_root_over_all_events_before_it(evidence: Evidence) -> None:
    _, size, root = evidence.anchor().split("\n")[:3]
    hashes = [leaf for _, _, leaf in events(evidence)][: int(size)]
    assert base64.b64decode(root) == merkle(hashes)


def merkle(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 2 ** ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + merkle(hashes[:split]) + merkle(hashes[split:])).digest()
