"""UN/EDIFACT (ISO 9735 versions 1 to 4): the functions of the syntax contract, and nothing else.

Options are the descriptor's [edifact] table: `message` ("ORDERS"), `release` ("D.96A"), and for writing
`association` (0057), `una` and `newline` (booleans).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edi.library import Library
from edi.model import Output
from edi.syntax import Address, Records
from edi.syntax.edifact import addresses, directory, reading, writing

DIRECTORY = "directory"

SERVICE = frozenset({"0/UNH", "0/UNS", "0/UNT"})
"""Record kinds that belong to the syntax: their content is the messages table's, never unmapped."""


def prepare(options: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The options with their compiled directory. EdiError FMT-101 or FMT-102 for what the library lacks."""
    return {**options, DIRECTORY: directory.load(options["message"], options["release"], library)}


def address(text: Any, rows: str, options: Mapping[str, Any]) -> Address:
    """An address such as "NAD[3035=BY]/3039", seen from the rows that `rows` opens ("" for messages)."""
    return addresses.address(str(text), rows, options[DIRECTORY])


def period(address: Address, options: Mapping[str, Any]) -> tuple[int, int] | None:
    """The cell that holds the format code (2379) of the date at `address`; None when that is no date."""
    return addresses.period(address, options[DIRECTORY])


def rows_kind(tag: str, options: Mapping[str, Any]) -> str:
    """The record kind of rows: "LIN" -> "25/LIN". A tag in several places is spelled "25/LIN" or "SG25"."""
    return addresses.rows_kind(tag, options[DIRECTORY])


def rank(kind: str, options: Mapping[str, Any]) -> int:
    """The place of a record kind in the message, for the order of writing."""
    return addresses.rank(kind, options[DIRECTORY])


def sniff(head: bytes, options: Mapping[str, Any]) -> tuple[int, str]:
    """2: the message and release of these options; 1: EDIFACT of another kind; 0: not EDIFACT. And why."""
    return reading.sniff(head, options[DIRECTORY])


def read(data: bytes, options: Mapping[str, Any], starts: Sequence[int] = (0,)) -> Records:
    """Joined files to record sets by kind ("<group>/<TAG>"), judged against the directory."""
    return reading.read(data, options[DIRECTORY], starts, str(options.get("association", "")))


def write(records: Records, options: Mapping[str, Any]) -> list[Output]:
    """One interchange of all messages that the character set can hold; the others get a finding."""
    return writing.write(records, options[DIRECTORY], options)
