"""What is installed is what is versioned: the wheel's content, and a run from it in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that must succeed; its output is shown when it does not."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as git knows it, and beside it files that must never be shipped."""
    copy = tmp_path_factory.mktemp("source")
    needed = (
        "edi",
        "formats",
        "transforms",
        "pyproject.toml",
        ".gitignore",
        "README.md",
        "LICENSE",
        "NOTICE",
    )
    versioned = run("git", "ls-files", "-z", *needed, cwd=ROOT).stdout.split("\0")
    for name in filter(None, versioned):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    (copy / "formats" / "__pycache__").mkdir()
    (copy / "formats" / "__pycache__" / "secret.pyc").write_text("never shipped")
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built through the source distribution."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source, cwd=source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `edi` command of an environment that has the wheel and our dependencies, but not the clone."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    python = home / "venv" / "bin" / "python"
    paths = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home
    ).stdout.strip()
    dependencies = sysconfig.get_path("purelib")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--disable-pip-version-check", wheel, cwd=home)
    (Path(paths) / "dependencies.pth").write_text(f"import sys; sys.path.append({dependencies!r})\n")
    return home / "venv" / "bin" / "edi"


def test_the_wheel_holds_exactly_the_versioned_files(wheel: Path) -> None:
    versioned = run("git", "ls-files", "edi", "formats", "transforms", cwd=ROOT).stdout.split()
    expected = {
        name if name.startswith("edi/") else f"edi/library/{name}"
        for name in versioned
        if (ROOT / name).is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == expected


def test_the_wheel_carries_licence_and_notice(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert {"LICENSE", "NOTICE", "entry_points.txt"} <= names


def test_the_installed_command_runs_outside_the_clone(installed: Path, tmp_path: Path) -> None:
    assert run(installed, "--version", cwd=tmp_path).stdout.startswith("edi ")
    where = run(installed.parent / "python", "-c", "import edi; print(edi.__file__)", cwd=tmp_path).stdout
    assert str(ROOT) not in where
    run(installed, "init", "shop", cwd=tmp_path)
    run(installed, "lint", "--workspace", "shop", cwd=tmp_path)


def test_the_installed_library_has_formats_and_converts_with_them(installed: Path, tmp_path: Path) -> None:
    listed = run(installed, "formats", "list", "--json", cwd=tmp_path).stdout
    assert "edifact/d96a/orders" in listed
    example = ROOT / "formats" / "edifact" / "d96a" / "orders.example.edi"
    converted = run(installed, "convert", example, "--to", "json/order", cwd=tmp_path).stdout
    assert '"order_lines"' in converted or '"lines"' in converted
