"""What partners send when things go wrong: one file a mistake, each with order numbers of its own."""

from __future__ import annotations

from tests.example import FILES

ORDERS = (FILES / "epicerie" / "ORDERS_4711.edi").read_bytes()
SHOP = (FILES / "boutique" / "request_sql_7.csv").read_bytes()
STOCK = (FILES / "erp" / "STOCK_20261122_2200.csv").read_bytes()


def orders(series: int, old: bytes = b"", new: bytes = b"") -> bytes:
    """The retailer's interchange with numbers 45<series>... and one thing changed, in its first place."""
    assert old in ORDERS
    return ORDERS.replace(old, new, 1).replace(b"+4500128", b"+45%03d28" % series)


def shop(series: int, old: bytes = b"", new: bytes = b"") -> bytes:
    """The shop's export with numbers <series>0482... and one thing changed, in its first place."""
    assert old in SHOP
    return SHOP.replace(old, new, 1).replace(b"\n1048", b"\n%d048" % series)


def utf8(data: bytes) -> bytes:
    return data.decode("latin-1").encode()


RETAILER: dict[str, bytes] = {
    "good.edi": orders(500),
    "empty.edi": b"",
    "cut.edi": orders(501)[:-900],
    "interchange_count.edi": orders(502, b"UNZ+6+", b"UNZ+7+"),
    "interchange_reference.edi": orders(503, b"UNZ+6+EG4711", b"UNZ+6+EG4712"),
    "segment_count.edi": orders(504, b"UNT+40+1'", b"UNT+41+1'"),
    "message_reference.edi": orders(505, b"UNT+40+1'", b"UNT+40+9'"),
    "utf8_as_ascii.edi": utf8(orders(506, b"UNOC:3", b"UNOA:3")),
    "latin1_as_utf8.edi": orders(507, b"UNOC:3", b"UNOW:4"),
    "no_such_day.edi": orders(508, b"DTM+137:20261122:102", b"DTM+137:20260231:102"),
    "invoice.edi": orders(509, b"UNH+1+ORDERS:D:96A", b"UNH+1+INVOIC:D:96A"),
    "only_invoices.edi": orders(510).replace(b"ORDERS:D:96A", b"INVOIC:D:96A"),
    "bell.edi": orders(511, b"Miel de", b"Miel\x07de"),
    "text.edi": b"Bonjour, voici la commande de demain : 12 pots de miel.\r\n",
}
SHOPKEEPER: dict[str, bytes] = {
    "good.csv": shop(2),
    "missing_column.csv": shop(3, b";currency;", b";devise;"),
    "extra_column.csv": shop(4).replace(b";tax_rate\n", b";tax_rate;colour\n").replace(b"00\n", b"00;blue\n"),
    "open_quote.csv": shop(5, b";Miel de", b';"Miel de'),
    "decimal_comma.csv": shop(6, b";6.850000;", b";6,850000;"),
    "no_such_day.csv": shop(7, b";2026-11-22 18:", b";2026-02-30 18:"),
    "latin1.csv": shop(8).replace("É".encode(), b"\xc9"),
    "short_row.csv": shop(9, b";5.500\n", b"\n"),
    "zero_byte.csv": shop(11, b"Colissimo", b"Coli\x00ssimo"),
    "empty.csv": b"",
}
