"""Every shipped format keeps the law on its own example."""

import pytest

from edi import formats
from edi.formats import law
from edi.library import shipped

LIBRARY = shipped()


@pytest.mark.parametrize("name", formats.names(LIBRARY))
def test_the_example_is_read_without_a_finding_and_rewrites_itself(name: str) -> None:
    assert law.check(formats.load(name, LIBRARY), LIBRARY) == []
