"""The arithmetic of the audit trail, pure: bodies, leaves, Merkle roots, proofs, commitments.

Leaves and nodes are those of RFC 6962 section 2.1 (SHA-256, 0x00 before a leaf, 0x01 before a node). Bodies
are JSON in the profile of RFC 8785 restricted to objects with ASCII keys, arrays, strings, booleans, null and
integers below 2**53; what is hashed are the bytes as stored, never a second serialisation.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from typing import Any

ORIGIN_HASH = "0" * 64
"""`prev` of the first event."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
LARGEST = 2**53
_PLAIN = frozenset({str, bool, type(None)})

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """`value` as canonical JSON. TypeError for floats and other types, ValueError for too large integers."""
    _check(value)
    return _encode(value).encode()


def _check(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not key.isascii():
                raise TypeError(f"key outside the canonical profile: {key!r}")
            if type(inner) not in _PLAIN:
                _check(inner)
    elif kind is list or kind is tuple:
        for inner in value:
            _check(inner)
    elif kind is int:
        if not -LARGEST < value < LARGEST:
            raise ValueError(f"integer outside the canonical profile: {value}")
    elif kind not in _PLAIN:
        raise TypeError(f"type outside the canonical profile: {kind.__name__}")


def leaf(body: bytes) -> bytes:
    """RFC 6962 leaf hash of a stored body."""
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962 hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


# --- commitments ------------------------------------------------------------


def commit_object(salt: bytes, sha256: bytes, size: int, kind: str) -> str:
    """Commitment to an object's bytes: HMAC-SHA-256(salt, sha256 || size as 8 bytes, big endian || kind)."""
    return hmac.digest(salt, sha256 + size.to_bytes(8, "big") + kind.encode(), "sha256").hex()


def commit_text(salt: bytes, tag: str, *parts: bytes) -> str:
    """Commitment to texts: HMAC-SHA-256(salt, tag, 0x00, then each part after its length in 8 bytes)."""
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.digest(salt, tag.encode() + b"\x00" + framed, "sha256").hex()


# --- the tree ------------------------------------------------------------


class Frontier:
    """The roots of the full subtrees of a growing tree: enough to add leaves and to give the root.

    At most log2(size) hashes, the largest subtree first.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError("a frontier holds one hash for each bit set in its size")
        self.size = size
        self.hashes = list(hashes)

    @classmethod
    def parse(cls, size: int, stored: bytes) -> Frontier:
        """From the bytes of `pack`; ValueError when their number does not fit the size."""
        return cls(size, [stored[i : i + 32] for i in range(0, len(stored), 32)])

    def pack(self) -> bytes:
        """The hashes one after the other, 32 bytes each."""
        return b"".join(self.hashes)

    def add(self, leaf_hash: bytes) -> None:
        """Append one leaf hash."""
        size = self.size
        while size & 1:
            leaf_hash = node(self.hashes.pop(), leaf_hash)
            size >>= 1
        self.hashes.append(leaf_hash)
        self.size += 1

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves added so far."""
        if not self.hashes:
            return EMPTY_ROOT
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node(left, result)
        return result


def root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of `leaves` (leaf hashes)."""
    frontier = Frontier()
    for leaf_hash in leaves:
        frontier.add(leaf_hash)
    return frontier.root()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf `index` (from 0) in the tree of `leaves`, RFC 6962 2.1.1. IndexError outside."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), root(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root(leaves[:split])]


def included(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `path` proves that `leaf_hash` is leaf `index` of the tree of `size` with root `expected`."""
    if not 0 <= index < size:
        return False
    result, last = leaf_hash, size - 1
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            result = node(sibling, result)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            result = node(result, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and hmac.compare_digest(result, expected)


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Proof that the tree of the first `old` leaves is a prefix of the tree of `leaves`, RFC 6962 2.1.2."""
    if not 0 < old <= len(leaves):
        raise IndexError(old)
    return _subproof(leaves, old, True)


def _subproof(leaves: Sequence[bytes], old: int, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if old <= split:
        return [*_subproof(leaves[:split], old, whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], old - split, False), root(leaves[:split])]


def consistent(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that (size, new_root) only appends to (old, old_root); RFC 9162 2.1.4.2."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not proof and hmac.compare_digest(old_root, new_root)
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    index, last = old - 1, size - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    left = right = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            left, right = node(sibling, left), node(sibling, right)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            right = node(right, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and hmac.compare_digest(left, old_root) and hmac.compare_digest(right, new_root)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
