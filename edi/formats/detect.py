"""Which format a file has, when nobody says: every format of the library is asked how well its start fits."""

from __future__ import annotations

from edi import formats
from edi.findings import EXCERPT, EdiError, finding
from edi.formats import HEAD, Format
from edi.library import Library
from edi.model import Location


def detect(data: bytes, library: Library, file: str = "") -> Format:
    """The one format that fits best. EdiError FMT-019 when none does, FMT-020 when several do equally."""
    if not data:
        raise EdiError(finding("FILE-001", Location(file=file)))
    head = data[:HEAD]
    fits = [(f, f.fits(head)) for name in formats.names(library) if (f := _loaded(name, library))]
    for score in (2, 1):
        best = [one for one, fit in fits if fit.score == score]
        if len(best) == 1:
            return best[0]
        if best:
            names = ", ".join(one.name for one in best)
            raise EdiError(finding("FMT-020", Location(file=file), found=names))
    raise EdiError(finding("FMT-019", Location(file=file), found=head[:EXCERPT]))


def _loaded(name: str, library: Library) -> Format | None:
    """The format, or None for a descriptor that is wrong: `edi formats lint` tells about it."""
    try:
        found = formats.load(name, library)
    except EdiError:
        return None
    return found if found.direction != "write" else None
