"""Signed checkpoints: the format, the key, and what the key refuses to sign."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from edi.findings import EdiError
from edi.ledger import Ledger, chain
from edi.ledger.checkpoint import KEY_FILE, SigningKey, parse_note, signed_by, verifier_key
from edi.ledger.states import MEANING, STEPS, allowed, markdown
from tests.ledgers import AT, LATER, Day, archive_of

Opener = Callable[..., Ledger]
PUBLISHED = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZ"
    "InNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""Key, text and signature published with the first implementation of signed notes."""


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKey.open(tmp_path / KEY_FILE, "Comptoir des Alpes")


def code(error: pytest.ExceptionInfo[EdiError]) -> str:
    return error.value.findings[0].code


def test_a_published_signature_is_right_and_a_changed_text_is_not() -> None:
    assert signed_by(NOTE, PUBLISHED)
    assert not signed_by(NOTE.replace("your problem is", "your problem was"), PUBLISHED)
    public = base64.b64decode(PUBLISHED.split("+", 2)[2])[1:]
    assert verifier_key("PeterNeumann", public) == PUBLISHED


def test_a_checkpoint_is_three_lines_and_a_signature(key: SigningKey) -> None:
    root = chain.leaf(b"1")
    note = key.sign(1, root).note
    origin, size, encoded, blank, signature, end = note.split("\n")
    assert origin.startswith("Comptoir-des-Alpes/") and (size, blank, end) == ("1", "", "")
    assert base64.b64decode(encoded) == root
    assert signature.startswith(f"— {origin} ")
    assert signed_by(note, key.verifier)
    assert parse_note(note)[1].root == root


def test_a_signature_of_another_key_does_not_count(key: SigningKey, tmp_path: Path) -> None:
    other = SigningKey.open(tmp_path / "other", "x")
    other.origin = key.origin
    assert not signed_by(other.sign(1, chain.leaf(b"1")).note, key.verifier)


def test_less_than_was_signed_or_something_else_is_never_signed(key: SigningKey) -> None:
    key.sign(5, chain.leaf(b"5"))
    again = SigningKey.load(key.path)
    with pytest.raises(EdiError) as smaller:
        again.sign(4, chain.leaf(b"4"))
    with pytest.raises(EdiError) as other:
        again.sign(5, chain.leaf(b"other"))
    assert (code(smaller), code(other)) == ("AUD-012", "AUD-011")
    assert again.sign(5, chain.leaf(b"5")).size == 5


def test_the_key_is_for_its_owner_alone(key: SigningKey) -> None:
    assert stat.S_IMODE(key.path.stat().st_mode) == 0o600
    key.path.chmod(0o640)
    with pytest.raises(EdiError) as refused:
        SigningKey.load(key.path)
    assert code(refused) == "AUD-034"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"seed": "x", "size": 1, "root": "", "origin": ""}'])
def test_a_damaged_key_is_refused(key: SigningKey, content: str) -> None:
    key.path.write_text(content)
    with pytest.raises(EdiError) as refused:
        SigningKey.load(key.path)
    assert code(refused) == "AUD-034"


def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path, opener: Opener) -> None:
    opener().close()
    (tmp_path / ".edi" / KEY_FILE).unlink()
    with pytest.raises(EdiError) as refused:
        opener()
    assert code(refused) == "AUD-034"
    assert not (tmp_path / ".edi" / KEY_FILE).exists()


def test_two_ledgers_of_the_same_name_are_told_apart(tmp_path: Path, opener: Opener) -> None:
    with opener() as one, Ledger.open(tmp_path / "b", archive_of(tmp_path), "Comptoir") as two:
        assert one.origin != two.origin
    with opener() as again:
        assert again.origin == one.origin


def test_nothing_new_is_not_signed_again(tmp_path: Path, opener: Opener) -> None:
    with opener() as ledger:
        assert ledger.checkpoint(AT) is None
        Day(ledger, archive_of(tmp_path)).claim(b"1")
        first = ledger.checkpoint(AT)
        assert first is not None and first.size == 2
        assert ledger.checkpoint(LATER) == first
        Day(ledger, archive_of(tmp_path)).claim(b"2")
        second = ledger.checkpoint(LATER)
        assert second is not None and second.size == 4


def test_a_changed_event_is_not_signed(tmp_path: Path, opener: Opener) -> None:
    with opener() as ledger:
        Day(ledger, archive_of(tmp_path)).claim(b"1")
        ledger.database.connection.execute("DROP TRIGGER event_never_changes")
        ledger.database.connection.execute("UPDATE event SET body = CAST(body || ' ' AS BLOB) WHERE seq = 2")
        with pytest.raises(EdiError) as refused:
            ledger.checkpoint(AT)
    assert code(refused) == "AUD-001"


# --- the table of steps ------------------------------------------------------------------------


def test_every_state_can_be_reached_and_is_explained() -> None:
    for what, steps in STEPS.items():
        reached = {after for following in steps.values() for after in following}
        assert reached == set(steps) - {""}, what
        assert reached <= MEANING.keys()


def test_only_steps_of_the_table_are_allowed() -> None:
    assert allowed("file", "claiming", "staged")
    assert not allowed("file", "claiming", "processed")
    assert not allowed("delivery", "pending", "delivered")
    assert not allowed("run", "done", "open")


def test_the_table_for_the_runbook_has_a_line_for_each_state() -> None:
    lines = markdown().splitlines()[2:]
    assert len(lines) == sum(len(steps) - 1 for steps in STEPS.values())
    assert "| delivery | `uploaded` | complete at the receiver under a temporary name |" in markdown()
