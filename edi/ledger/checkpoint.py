"""Signed checkpoints: a statement about the first n events that anyone can keep and check later.

Text and signature are the C2SP formats tlog-checkpoint and signed-note (Ed25519), so that other tools can
read them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edi.findings import EdiError, finding
from edi.ledger.contract import Checkpoint
from edi.model import Location

ALGORITHM = b"\x01"
"""Ed25519 in the signed-note format."""

KEY_FILE = "audit.key"


def origin_of(name: str) -> str:
    """A name for a new ledger that no other has: `name` without spaces and plus signs, and a random part."""
    plain = "-".join(name.replace("+", " ").split())
    return f"{plain or 'edi'}/{secrets.token_hex(4)}"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes that name a key: SHA-256(name, newline, algorithm, public key), shortened."""
    return hashlib.sha256(name.encode() + b"\n" + ALGORITHM + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The public key as text: "<name>+<key id>+<key>"."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ALGORITHM + public).decode()}"


def note_text(origin: str, size: int, root: bytes) -> str:
    """What is signed: origin, number of events, Merkle root in base 64, a line each."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_note(note: str) -> tuple[str, Checkpoint]:
    """Origin and checkpoint of a signed note, its signature not judged. ValueError when it is none."""
    lines = note.split("\n")
    if len(lines) < 6 or lines[3] != "" or not lines[4].startswith("— ") or lines[-1] != "":
        raise ValueError("not a signed checkpoint")
    if not lines[1].isascii() or not lines[1].isdecimal() or lines[1] != str(int(lines[1])):
        raise ValueError("not a tree size")
    root = _base64(lines[2])
    if len(root) != 32:
        raise ValueError("not a root hash")
    return lines[0], Checkpoint(int(lines[1]), root, note)


def signed_by(note: str, verifier: str) -> bool:
    """Whether a signature of the note is right and by the key `verifier` (as `verifier_key` writes it)."""
    try:
        name, identifier, encoded = verifier.split("+", 2)
        key, public = bytes.fromhex(identifier), _base64(encoded)[1:]
    except ValueError:
        return False
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        _, signer, signature = [*line.split(" "), "", "", ""][:3]
        if signer == name and _right(signature, key, public, f"{text}\n".encode()):
            return True
    return False


def _right(signature: str, identifier: bytes, public: bytes, text: bytes) -> bool:
    try:
        raw = _base64(signature)
        Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text)
    except (ValueError, InvalidSignature):
        return False
    return raw[:4] == identifier


def _base64(text: str) -> bytes:
    """Strict decoding: what would be encoded differently is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw


@dataclass(frozen=True, slots=True)
class Signed:
    """What a key has signed last: it never signs less, nor another root for the same size."""

    size: int
    root: bytes


class SigningKey:
    """The key of a ledger in a file of its own (mode 0600), with what it signed last."""

    def __init__(self, path: Path, origin: str, private: Ed25519PrivateKey, last: Signed) -> None:
        self.path = path
        self.origin = origin
        self.last = last
        self._private = private

    @classmethod
    def open(cls, path: Path, origin: str) -> SigningKey:
        """The key in `path`, made for a ledger called `origin` if there is none; EdiError as `load`."""
        if not path.exists():
            key = cls(
                path, origin_of(origin), Ed25519PrivateKey.generate(), Signed(0, hashlib.sha256(b"").digest())
            )
            key._save()
            return key
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        """The key in `path`. EdiError AUD-034 when it is missing, damaged, or open to others."""
        try:
            status = path.stat()
            if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or status.st_uid != os.geteuid():
                raise ValueError("others may read it")
            stored = json.loads(path.read_text("utf-8"))
            private = Ed25519PrivateKey.from_private_bytes(_base64(stored["seed"]))
            last = Signed(int(stored["size"]), _base64(stored["root"]))
            return cls(path, str(stored["origin"]), private, last)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EdiError(finding("AUD-034", Location(file=str(path)), found=error)) from None

    @property
    def verifier(self) -> str:
        """The public key as text."""
        return verifier_key(self.origin, self._private.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> Checkpoint:
        """A checkpoint, after the key file has durably remembered it.

        EdiError AUD-012 for fewer events than signed before, AUD-011 for another root of the same size.
        """
        if size < self.last.size:
            raise EdiError(finding("AUD-012", found=size, expected=self.last.size))
        if size == self.last.size and root != self.last.root:
            raise EdiError(finding("AUD-011", found=size))
        self.last = Signed(size, root)
        self._save()
        text = note_text(self.origin, size, root)
        public = self._private.public_key().public_bytes_raw()
        signature = key_id(self.origin, public) + self._private.sign(text.encode())
        note = f"{text}\n— {self.origin} {base64.b64encode(signature).decode()}\n"
        return Checkpoint(size, root, note)

    def _save(self) -> None:
        stored = {
            "origin": self.origin,
            "seed": base64.b64encode(self._private.private_bytes_raw()).decode(),
            "size": self.last.size,
            "root": base64.b64encode(self.last.root).decode(),
        }
        part = self.path.with_name(f".{self.path.name}.part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(stored, out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self.path)
        _sync(self.path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
