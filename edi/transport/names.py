"""File names from partners are hostile input; file names to partners must work on their systems.

An incoming name never becomes a path of ours except as one component of the partner's own folder; what is
refused here cannot even be that. The outgoing rule is the allow-list of `edi.naming`, because the receiver
may be a Windows machine or an old ERP.
"""

from __future__ import annotations

import unicodedata

from edi.naming import unsafe

MAX_BYTES = 200

_UNFINISHED = (b".part", b".partial", b".filepart", b".tmp", b".writing", b".camellock")
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def unfinished(raw: bytes) -> bool:
    """Whether a name says "not for you yet": hidden, or with the ending of a half-written or claimed file."""
    if b"/" in raw:
        return False
    return raw.startswith(b".") or raw.lower().endswith(_UNFINISHED)


def shown(raw: bytes) -> str:
    """A name for people; bytes that are no UTF-8 and control characters become escapes."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def incoming_problem(raw: bytes) -> str:
    """What is wrong with a listed name, in a few words; empty when it may be used in its own folder."""
    if raw in (b"", b".", b".."):
        return "empty or a folder"
    if b"/" in raw or b"\\" in raw:
        return "contains / or \\"
    if len(raw) > MAX_BYTES:
        return f"longer than {MAX_BYTES} bytes"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8"
    if any(unicodedata.category(c) in _INVISIBLE for c in text):
        return "contains control or invisible characters"
    return ""


def outgoing_problem(name: str) -> str:
    """What is wrong with a name to deliver, in a few words; empty when any receiver can store it.

    The name was made and checked by `edi.naming`; it is checked again because it becomes a path here.
    """
    return unsafe(name) or ("receivers take it for an unfinished file" if unfinished(name.encode()) else "")


def folder_problem(folder: str) -> str:
    """What is wrong with a folder of the configuration, seen from the channel's own root; empty when fine."""
    parts = folder.split("/")
    if folder.startswith("/") or ".." in parts or "\0" in folder:
        return "must lie below the channel's own folder"
    return ""
