"""The ledger: what happened, in order, in one place, so that any change to it can be found.

`Ledger.open` gives the implementation; what it promises is the protocol `edi.ledger.contract.Ledger`.
"""

from edi.ledger.sqlite import SqliteLedger as Ledger

__all__ = ["Ledger"]
