"""The decisions under docs/adr: one page each, one number each."""

from __future__ import annotations

import re
from pathlib import Path

DECISIONS = sorted((Path(__file__).resolve().parents[2] / "docs" / "adr").glob("*.md"))


def test_they_are_numbered_one_after_the_other() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_each_title_bears_the_number_of_its_page() -> None:
    titles = [page.read_text(encoding="utf-8").partition("\n")[0] for page in DECISIONS]
    numbers = [found[1] if (found := re.match(r"# (\d+)\. \w", title)) else title for title in titles]
    assert numbers == [str(int(page.name[:4])) for page in DECISIONS]
