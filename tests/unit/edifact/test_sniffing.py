"""Whether a file is one of these, from its first bytes."""

from __future__ import annotations

import pytest

from edi.syntax import edifact
from tests.edifact import ORDERS, interchange, message, order


@pytest.mark.parametrize(
    ("head", "score", "why"),
    [
        (interchange(order()), 2, "ORDERS D.96A"),
        (interchange(order())[:120], 2, "ORDERS D.96A"),
        (interchange(message(kind="ORDERS:D:01B:UN")), 1, "ORDERS D.01B"),
        (interchange(message(kind="INVOIC:D:96A:UN")), 1, "INVOIC D.96A"),
        (b"UNA*|.! ~" + interchange(order()).translate(bytes.maketrans(b":+'", b"*|~")), 2, "ORDERS D.96A"),
        (interchange(), 1, "without a message"),
        (b"UNB+UNOC:3+A+B+1:1+1'UNH", 1, "without a message"),
        (b"UNB+UNOC:3+A+B+1:1+1'UNH+1", 1, "EDIFACT"),
        (b"", 0, "not EDIFACT"),
        (b"E;1;2;3\r\n", 0, "not EDIFACT"),
        (b"ISA*00*          *00*", 0, "not EDIFACT"),
    ],
)
def test_files_are_recognised(head: bytes, score: int, why: str) -> None:
    found, said = edifact.sniff(head, ORDERS)
    assert found == score
    assert why in said
