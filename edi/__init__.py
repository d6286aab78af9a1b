"""edi: business files between shops, marketplaces, logistics partners, banks and ERPs."""

__version__ = "0.1.0"
