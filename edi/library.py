"""The search path: the workspace first, then the library that came with the package; first hit wins.

Names are POSIX paths relative to a root: "formats/sage100/orders.toml", "transforms/checks/order/totals.sql",
"codes/articles.csv". Whoever looks something up is handed a `Library`; a task gets a `Frozen` one, made of
exactly the files that a `Recording` one saw being read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Protocol


class Library(Protocol):
    """Rules by name. `read` raises KeyError for an unknown name; `names` lists what lies under a prefix."""

    def read(self, name: str) -> bytes: ...

    def names(self, prefix: str = "") -> list[str]: ...


def library_root() -> Path:
    """The folder of the shipped formats and transforms: inside the wheel, or the repository root."""
    package = Path(__file__).parent
    inside = package / "library"
    return inside if inside.is_dir() else package.parent


class Folders:
    """Rules from folders, the first that has a name wins. `library:` before a name skips the workspace.

    Code tables are the workspace's alone: those beside the library belong to the example.
    """

    def __init__(self, *roots: Path) -> None:
        self.roots = list(dict.fromkeys(root.resolve() for root in roots))

    def candidates(self, name: str) -> list[Path]:
        """Every file that answers to `name`, the winner first."""
        shipped = name.removeprefix("library:")
        inside = PurePosixPath(shipped)
        if not inside.parts or inside.is_absolute() or ".." in inside.parts:
            return []
        roots = self.roots[-1:] if shipped != name else self._roots_of(inside.parts[0])
        return [path for root in roots if (path := root / inside).is_file()]

    def _roots_of(self, top: str) -> list[Path]:
        return self.roots[:-1] if top == "codes" and len(self.roots) > 1 else self.roots

    def read(self, name: str) -> bytes:
        found = self.candidates(name)
        if not found:
            raise KeyError(name)
        return found[0].read_bytes()

    def names(self, prefix: str = "") -> list[str]:
        found: set[str] = set()
        for top in ("formats", "transforms", "codes"):
            if not prefix.startswith(top) and not top.startswith(prefix):
                continue
            for root in self._roots_of(top):
                folder = root / top
                found.update(p.relative_to(root).as_posix() for p in folder.rglob("*") if p.is_file())
        return sorted(name for name in found if name.startswith(prefix) and "/__pycache__/" not in name)


class Recording:
    """A library that remembers what was read through it, so that the same rules can be frozen."""

    def __init__(self, inner: Library) -> None:
        self.inner = inner
        self.seen: dict[str, bytes] = {}

    def read(self, name: str) -> bytes:
        data = self.inner.read(name)
        self.seen[name] = data
        return data

    def names(self, prefix: str = "") -> list[str]:
        return self.inner.names(prefix)


class Frozen:
    """Rules held in memory: what a task gets, what a replay restores."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def read(self, name: str) -> bytes:
        return self.files[name]

    def names(self, prefix: str = "") -> list[str]:
        return sorted(name for name in self.files if name.startswith(prefix))


def shipped(extra: Iterable[Path] = ()) -> Folders:
    """The library alone, or behind the folders given."""
    return Folders(*extra, library_root())
