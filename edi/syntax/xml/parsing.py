"""What a file must be before it is scanned: well-formed XML in UTF-8, without a document type, within limits.

libxml2 reads every byte (nesting, entities, characters, names, its own limits) without building a tree. A
file in another encoding is handed on in UTF-8.
"""

from __future__ import annotations

import codecs
import re
from fnmatch import fnmatchcase

from lxml import etree

from edi.findings import finding
from edi.model import Finding, Location

MAX_BYTES = 200_000_000
"""Bytes of one file at most."""

ENCODINGS = {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"}

_DECLARED = re.compile(rb"""^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ROOT = re.compile(r"<([\w.-]+:)?([\w.-]+)((?:\s+[^<>]*?)?)/?>", re.DOTALL)
_BEFORE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


class DocumentType(Exception):
    """The file has a DOCTYPE."""


class _Judge:
    """A parser target that wants no events but the one that is refused."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise DocumentType(name)

    def close(self) -> None:
        return None


def parser() -> etree.XMLParser:
    """The only way XML is parsed: no DTD, no network, no entities, no recovery, libxml2's limits on."""
    return etree.XMLParser(
        target=_Judge(),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        decompress=False,
    )


def checked(data: bytes, member: int) -> bytes | Finding:
    """The file in UTF-8, or a finding that says why it is refused."""
    if len(data) > MAX_BYTES:
        return finding("XML-004", Location(member=member), found=len(data), expected=MAX_BYTES)
    if not data or data.isspace():
        return finding("FILE-001", Location(member=member))
    encoding = encoding_of(data)
    if encoding not in ENCODINGS:
        return finding("XML-003", Location(member=member, line=1), found=encoding)
    try:
        etree.fromstring(data, parser())
        return data if encoding in ("utf-8", "ascii", "us-ascii") else data.decode(encoding).encode("utf-8")
    except DocumentType as error:
        return finding("XML-002", Location(member=member), found=str(error))
    except etree.XMLSyntaxError as error:
        return _refused(error, member)
    except ValueError as error:
        return finding("XML-001", Location(member=member), found=error)


def _refused(error: etree.XMLSyntaxError, member: int) -> Finding:
    line, _ = error.position
    reason = re.sub(r",? line \d+, column \d+.*$", "", error.msg or "", flags=re.DOTALL)
    return finding("XML-001", Location(member=member, line=max(line or 1, 1)), found=reason)


def encoding_of(data: bytes) -> str:
    """The encoding that the first bytes state: a mark, or the declaration; UTF-8 where they say nothing."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith((b"<\x00?\x00", b"\x00<\x00?")):
        return "utf-16 without a byte order mark"
    stated = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8)[:400])
    return stated[1].decode().lower() if stated else "utf-8"


def root_of(head: bytes) -> str | None:
    """The root element as "{namespace}name", from the first bytes of a file; None when it is no XML."""
    encoding = encoding_of(head)
    if encoding not in ENCODINGS:
        return None
    text = head.decode(encoding, "ignore").removeprefix("\ufeff")
    at = 0
    while before := _BEFORE.match(text, at):
        at = before.end()
    found = _ROOT.match(text, at)
    if found is None:
        return None
    prefix, name, attributes = found.groups()
    declaration = "xmlns" if prefix is None else f"xmlns:{prefix[:-1]}"
    space = re.search(rf"""(?:^|\s){re.escape(declaration)}\s*=\s*["']([^"']*)["']""", attributes or "")
    return f"{{{space[1]}}}{name}" if space else name


def matches_root(root: str, pattern: str) -> bool:
    """Whether a root element is the one declared: "{urn:...001.*}Document", or a name of any namespace."""
    return fnmatchcase(root, pattern) or ("{" not in pattern and root.rpartition("}")[2] == pattern)
