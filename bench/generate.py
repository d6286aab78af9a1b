"""Data to measure with: the same bytes for the same seed, one shape of order.

    python bench/generate.py edifact orders.edi 10000000

EDIFACT ORDERS D.96A: interchanges in UNOC, a message of 24 lines on average (8 to 40) and about 3.4 KB,
accented letters in most names, release characters in about one description in forty, totals that are right.
Stock: the ERP's CSV in Windows-1252, ten columns, a row of about 100 bytes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

ARTICLES = (
    ("3012345100014", "MIEL-500", "Miel de montagne 500 g", "6.90"),
    ("3012345100021", "CONF-ABR", "Confiture d'abricot été 370 g", "4.25"),
    ("3012345100038", "TOME-1K", "Tome de Savoie affinée 1 kg", "18.40"),
    ("3012345100045", "SIROP-FRA", "Sirop de fraise 70 cl", "5.15"),
    ("3012345100052", "TISANE-20", "Tisane des Alpages, 20 sachets", "3.80"),
    ("3012345100069", "00123", "Coffret découverte", "29.90"),
)
BUYERS = (
    ("3020110000001", "Épicerie Générale", "Lyon", "69002", "FR"),
    ("8020110000006", "Alimentari Però", "Torino", "10121", "IT"),
    ("3800110000002", "Magazin Sofia", "Sofia", "1000", "BG"),
)
STOCK_COLUMNS = (
    "Reference",
    "Designation",
    "Depot",
    "Lot",
    "StockReel",
    "StockReserve",
    "StockCommande",
    "StockDispo",
    "Unite",
    "DateStock",
)
Buyer = tuple[str, str, str, str, str]
ESCAPED = str.maketrans({c: f"?{c}" for c in "?+:'"})


def edifact_orders(size: int, seed: int = 1) -> bytes:
    """One interchange of ORDERS messages, at least `size` bytes."""
    return b"".join(edifact_pieces(size, seed))


def edifact_pieces(size: int, seed: int = 1) -> Iterator[bytes]:
    """The same, message by message, for files that should not stand in memory."""
    draw = random.Random(seed)
    yield _opening("R1")
    length, number = 0, 0
    while length < size:
        number += 1
        message = _order(draw, number, draw.choice(BUYERS), draw.randint(8, 40)).encode("latin-1")
        length += len(message)
        yield message
    yield f"UNZ+{number}+R1'".encode()


def small_orders(count: int, lines: int = 15, seed: int = 1) -> Iterator[bytes]:
    """`count` interchanges of one order each, about 2 KB, from the buyer that the code tables know."""
    draw = random.Random(seed)
    for number in range(1, count + 1):
        message = _order(draw, number, BUYERS[0], lines).encode("latin-1")
        yield _opening(f"R{number}") + message + f"UNZ+1+R{number}'".encode()


def stock_pieces(rows: int, seed: int = 1) -> Iterator[bytes]:
    """A stock list of `rows` rows in pieces of at most 10,000: articles of three depots, two lots in five."""
    draw = random.Random(seed)
    yield (";".join(STOCK_COLUMNS) + "\r\n").encode("cp1252")
    for first in range(0, rows, 10_000):
        piece = [_stock_row(draw, number) for number in range(first, min(first + 10_000, rows))]
        yield "".join(piece).encode("cp1252")


def _stock_row(draw: random.Random, number: int) -> str:
    _, sku, name, _ = ARTICLES[number % len(ARTICLES)]
    lot = f"L26{draw.randint(1, 366):03d}" if draw.random() < 0.4 else ""
    on_hand, reserved = draw.randint(10_00, 999_99), draw.randint(0, 9) * 100
    amounts = (on_hand, reserved, draw.randint(0, 500) * 100, on_hand - reserved)
    shown = ";".join(f"{cents // 100},{cents % 100:02d}" for cents in amounts)
    depot = ("ANNECY", "CHAMBERY", "EVIAN")[number % 3]
    return f"{sku}-{number // 3:06d};{name};{depot};{lot};{shown};PCE;{draw.randint(1, 28):02d}/11/2026\r\n"


def _opening(reference: str) -> bytes:
    head = f"UNB+UNOC:3+3020110000001:14+3012345000017:14+261122:0615+{reference}'"
    return f"UNA:+.? '{head}".encode("latin-1")


def _order(draw: random.Random, number: int, buyer: Buyer, lines: int) -> str:
    drawn = [_line(draw, n) for n in range(1, lines + 1)]
    total = sum((amount for _, amount in drawn), Decimal())
    body = [*_heading(draw, number, buyer), *(segment for segments, _ in drawn for segment in segments)]
    body += ["UNS+S", f"MOA+79:{total}", f"CNT+2:{lines}"]
    segments = [f"UNH+{number}+ORDERS:D:96A:UN:EAN008", *body, f"UNT+{len(body) + 2}+{number}"]
    return "'".join(segments) + "'"


def _heading(draw: random.Random, number: int, buyer: Buyer) -> Iterator[str]:
    gln, name, city, postcode, country = buyer
    yield f"BGM+220+PO{number:07d}+9"
    yield f"DTM+137:202611{draw.randint(1, 22):02d}:102"
    yield f"DTM+2:202612{draw.randint(1, 28):02d}:102"
    yield f"RFF+CT:C{draw.randint(1000, 9999)}"
    yield f"NAD+BY+{gln}::9++{name}+{draw.randint(1, 99)} rue de l?'Église+{city}++{postcode}+{country}"
    yield "NAD+SU+3012345000017::9"
    yield f"NAD+DP+3020110000{draw.choice(('100', '209'))}::9"
    yield "CUX+2:EUR:9"


def _line(draw: random.Random, number: int) -> tuple[list[str], Decimal]:
    gtin, sku, description, price = draw.choice(ARTICLES)
    extra = " 1+1?" if draw.random() < 0.024 else ""
    quantity = draw.randint(1, 480)
    amount = quantity * Decimal(price)
    segments = [
        f"LIN+{number}++{gtin}:EN",
        f"PIA+5+{sku}:SA",
        f"IMD+F++:::{(description + extra).translate(ESCAPED)}",
        f"QTY+21:{quantity}",
        *([f"MOA+203:{amount}"] if draw.random() < 0.5 else []),
        f"PRI+AAA:{price}",
    ]
    return segments, amount


KINDS: dict[str, Callable[[int], Iterator[bytes]]] = {"edifact": edifact_pieces, "stock": stock_pieces}

if __name__ == "__main__":
    kind, target, size = sys.argv[1:]
    with Path(target).open("wb") as file:
        file.writelines(KINDS[kind](int(size)))
