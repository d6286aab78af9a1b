"""The rooms of the package: a module imports only from rooms above its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import edi

ORDER = """
    model masking findings failpoint library toml_lines naming secret schedule
    tables documents syntax formats
    engine transform checks history delta
    envelope rules identify acknowledge task compare
    workspace linting
    archive ledger transport
    executors runrecord sent session slots pickup delivery runs pipeline
    doorbell watch replay doctor
    cli __main__
"""
"""Lowest first. The files of one package may import each other."""

ROOMS = ORDER.split()

PACKAGE = Path(edi.__file__).parent
MODULES = sorted(
    path.relative_to(PACKAGE)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py" or path.parent != PACKAGE
)


def room_of(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imported(module: Path) -> set[str]:
    """The rooms of `edi` that a module imports, wherever in the file; `edi` itself is above all rooms."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "edi":
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("edi.")}
    return {name for name in names if not name.startswith("__version")}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_from_rooms_above_its_own(module: Path) -> None:
    allowed = ROOMS[: ROOMS.index(room_of(module)) + 1]
    assert imported(module) <= set(allowed)


def test_every_module_has_its_place_in_the_order() -> None:
    assert {room_of(module) for module in MODULES} == set(ROOMS)
