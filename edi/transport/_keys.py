"""SSH keys: those we pin, the one we log in with, and the fingerprints by which people compare them."""

from __future__ import annotations

import base64
import hashlib
import io

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko.ssh_exception import SSHException

from edi.findings import Verbatim

_KINDS = (
    (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key, PrivateFormat.OpenSSH),
    (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey, PrivateFormat.TraditionalOpenSSL),
    (rsa.RSAPrivateKey, paramiko.RSAKey, PrivateFormat.TraditionalOpenSSL),
)


def public_key(line: str) -> paramiko.PKey:
    """The key of a line as in an OpenSSH file, "ssh-ed25519 AAAA... comment". ValueError when it is none."""
    try:
        kind, blob = line.split()[:2]
        return paramiko.PKey.from_type_string(kind, base64.b64decode(blob, validate=True))
    except (SSHException, paramiko.UnknownKeyType) as error:
        raise ValueError(line) from error


def private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    """The key in a file of OpenSSH's or OpenSSL's making. ValueError when it is none, or does not open."""
    # paramiko reads neither PKCS #8 nor every ECDSA key of OpenSSH's form: it gets the form that it reads.
    word = passphrase.encode() if passphrase else None
    try:
        loaded = _loaded(text.strip().encode() + b"\n", word)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("no usable private key") from error
    for kind, wrapper, form in _KINDS:
        if isinstance(loaded, kind):
            plain = loaded.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
            return wrapper.from_private_key(io.StringIO(plain))
    raise ValueError("no usable private key")


def _loaded(data: bytes, word: bytes | None) -> object:
    if b"BEGIN OPENSSH" in data:
        return serialization.load_ssh_private_key(data, word)
    return serialization.load_pem_private_key(data, word)


def fingerprint(key: paramiko.PKey) -> Verbatim:
    """A key's SHA-256 fingerprint as OpenSSH shows it: "ssh-ed25519 SHA256:..."."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return Verbatim(f"{key.get_name()} SHA256:{digest}")


def algorithms(key: paramiko.PKey) -> tuple[str, ...]:
    """The names under which a server offers a key of this kind."""
    name: str = key.get_name()
    return ("rsa-sha2-512", "rsa-sha2-256") if name == "ssh-rsa" else (name,)
