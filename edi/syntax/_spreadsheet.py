"""Cells of files that people open: an apostrophe in front keeps spreadsheets from changing them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

DANGEROUS = r"^\s*[=+\-@\t\r\x00＝＋－＠]"
NUMBER = r"^[+-]?\d+([.,]\d+)?$"
KEPT = r"^'[\s=+\-@\x00＝＋－＠\d']"
"""An apostrophe that keeps a cell as text: in front of a formula, of digits, or of such an apostrophe."""


def disarmed(values: pa.Array) -> pa.Array:
    """Cells that a spreadsheet would take for a formula get an apostrophe (OWASP CSV injection).

    Plain numbers stay as they are. A cell that begins with such an apostrophe gets another one, so that
    `plain` gives back what was written.
    """
    risky = pc.and_(
        pc.match_substring_regex(values, DANGEROUS), pc.invert(pc.match_substring_regex(values, NUMBER))
    )
    risky = pc.or_(risky, pc.match_substring_regex(values, KEPT))
    return pc.if_else(risky, pc.binary_join_element_wise("'", values, ""), values)


def plain(values: pa.Array) -> pa.Array:
    """Cells without the apostrophe that keeps them as text; any other one ("'s-Gravenhage") stays."""
    kept = pc.match_substring_regex(values, KEPT)
    if not pc.any(kept).as_py():
        return values
    return pc.if_else(kept, pc.utf8_slice_codeunits(values, 1), values)
