"""Data to measure with: the same bytes for the same seed, one shape of order.

    python bench/generate.py edifact orders.edi 10000000

EDIFACT ORDERS D.96A: one interchange in UNOC, a message of 24 lines on average (8 to 40) and about 3.4 KB,
accented letters in most names, release characters in about one description in forty.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
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
ESCAPED = str.maketrans({c: f"?{c}" for c in "?+:'"})


def edifact_orders(size: int, seed: int = 1) -> bytes:
    """One interchange of ORDERS messages, at least `size` bytes."""
    draw = random.Random(seed)
    parts = ["UNA:+.? '", "UNB+UNOC:3+3020110000001:14+3012345000017:14+261122:0615+R1'"]
    length, number = 0, 0
    while length < size:
        number += 1
        message = _order(draw, number)
        length += len(message)
        parts.append(message)
    parts.append(f"UNZ+{number}+R1'")
    return "".join(parts).encode("latin-1")


def _order(draw: random.Random, number: int) -> str:
    lines = draw.randint(8, 40)
    body = [*_heading(draw, number), *(s for n in range(1, lines + 1) for s in _line(draw, n))]
    body += ["UNS+S", f"MOA+86:{draw.randint(1000, 999999) / 100:.2f}", f"CNT+2:{lines}"]
    segments = [f"UNH+{number}+ORDERS:D:96A:UN:EAN008", *body, f"UNT+{len(body) + 2}+{number}"]
    return "'".join(segments) + "'"


def _heading(draw: random.Random, number: int) -> Iterator[str]:
    gln, name, city, postcode, country = draw.choice(BUYERS)
    yield f"BGM+220+PO{number:07d}+9"
    yield f"DTM+137:202611{draw.randint(1, 28):02d}:102"
    yield f"DTM+2:202612{draw.randint(1, 28):02d}:102"
    yield f"RFF+CT:C{draw.randint(1000, 9999)}"
    yield f"NAD+BY+{gln}::9++{name}+{draw.randint(1, 99)} rue de l?'Église+{city}++{postcode}+{country}"
    yield "NAD+SU+3012345000017::9"
    yield f"NAD+DP+3020110000{draw.choice(('100', '209'))}::9"
    yield "CUX+2:EUR:9"


def _line(draw: random.Random, number: int) -> Iterator[str]:
    gtin, sku, description, price = draw.choice(ARTICLES)
    extra = " 1+1?" if draw.random() < 0.024 else ""
    yield f"LIN+{number}++{gtin}:EN"
    yield f"PIA+5+{sku}:SA"
    yield f"IMD+F++:::{(description + extra).translate(ESCAPED)}"
    yield f"QTY+21:{draw.randint(1, 480)}"
    if draw.random() < 0.5:
        yield f"MOA+203:{draw.randint(100, 99999) / 100:.2f}"
    yield f"PRI+AAA:{price}"


KINDS: dict[str, Callable[[int], bytes]] = {"edifact": edifact_orders}

if __name__ == "__main__":
    kind, target, size = sys.argv[1:]
    Path(target).write_bytes(KINDS[kind](int(size)))
