"""Keep a safety stock back: offer the shop less than there is.

A worked example of a step in Python, for rules that are awkward in SQL. The partner's `safety_stock` (pieces
an article, set among his identifiers in edi.toml) is never offered; what is left is rounded down to whole
pieces.
"""

from decimal import Decimal

import pandas
import pyarrow as pa
import pyarrow.compute as pc


def transform(stock_levels: pandas.DataFrame, partner: pa.Table) -> dict[str, pandas.DataFrame]:
    kept = partner["safety_stock"][0].as_py() if "safety_stock" in partner.column_names else "0"
    left = stock_levels["available"].sub(Decimal(kept)).clip(lower=Decimal(0))
    whole = pc.floor(pa.array(left)).cast(pa.decimal128(18, 6))
    offered = pandas.array(whole, dtype=pandas.ArrowDtype(whole.type))
    return {"stock_levels": stock_levels.assign(available=offered)}
