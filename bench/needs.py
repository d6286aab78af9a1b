"""What the measurements need besides this package, and how to get it. Peers live in `.bench/`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
HOME = ROOT / ".bench"
PYTHON = HOME / "venv" / "bin" / "python"
NODE_MODULES = HOME / "node_modules"
SBIN = "/usr/sbin:/usr/local/sbin"


def program(name: str) -> str | None:
    """Where a program is, also among those for administrators."""
    return shutil.which(name) or shutil.which(name, path=SBIN)


def missing(keys: Iterable[str]) -> list[str]:
    """What the measurements `keys` lack, each with the way to get it."""
    wanted = [one for key in keys for one in NEEDS.get(key, ())]
    return [hint for name, hint in dict.fromkeys(wanted) if not program(name)]


def install(keys: Iterable[str]) -> str:
    """Install the peers of the measurements `keys` as pinned; "" or what went wrong."""
    for key in keys:
        for step in PEER_STEPS.get(key, ()):
            try:
                step()
            except subprocess.CalledProcessError as error:
                return f"the peers cannot be installed: {' '.join(map(str, error.cmd[:4]))} ... failed"
    return ""


def pydifact() -> None:
    if PYTHON.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", HOME / "venv"], check=True)
    pins = ROOT / "requirements" / "bench.txt"
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    try:
        subprocess.run([*command, "-r", pins], check=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(HOME / "venv")
        raise


def node_edifact() -> None:
    if (NODE_MODULES / "edifact").is_dir():
        return
    HOME.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PEERS / name, HOME / name)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", HOME], check=True)


NEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    "a": (
        ("node", "node 18 or later (Debian, Ubuntu: apt install nodejs)"),
        ("npm", "npm (Debian, Ubuntu: apt install npm)"),
    ),
    "d": (
        ("sftp", "OpenSSH's client (Debian, Ubuntu: apt install openssh-client)"),
        ("ssh-keygen", "OpenSSH's client (Debian, Ubuntu: apt install openssh-client)"),
        ("sshd", "OpenSSH's server (Debian, Ubuntu: apt install openssh-server)"),
    ),
}
"""Programs by measurement."""

PEER_STEPS: dict[str, tuple[Callable[[], None], ...]] = {"a": (pydifact, node_edifact)}
"""Peers by measurement."""
