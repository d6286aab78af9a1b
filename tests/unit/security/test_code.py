"""Risk: data become code, or code comes from where nobody looked."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import edi

PACKAGE = Path(edi.__file__).parent
ROOT = Path(__file__).parents[3]
FORBIDDEN = {"subprocess", "pickle", "marshal", "shelve", "dill", "yaml", "xml.etree", "xml.dom", "telnetlib"}
"""Modules that run programs, or make objects (or expand entities) of what they read."""

CALLS = {"eval", "system", "popen", "execv", "execve", "spawnv", "__import__"}
MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_runs_programs_or_unpacks_objects(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    calls = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert not imports & FORBIDDEN
    assert not calls & CALLS


def test_only_the_steps_of_the_workspace_are_executed() -> None:
    """`exec` stands in one place: the Python steps that the owner of the workspace wrote."""
    users = [path for path in MODULES if re.search(r"\bexec\(", path.read_text(encoding="utf-8"))]
    assert [path.relative_to(PACKAGE).as_posix() for path in users] == ["transform/python.py"]


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_every_library_is_pinned_by_release_and_hash(name: str) -> None:
    """A library that was exchanged at its source is not installed."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#", "-"))]
    assert len(lines) > 10
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []
