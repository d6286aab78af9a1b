"""1,000 files of 2 KB over SFTP from and to OpenSSH's server, against OpenSSH's client; near, and 20 ms away.

Connecting is excluded on both sides. For OpenSSH's client the time of a session that transfers nothing is
taken off. `get` and `put` are the transfer alone; `pick-up` is the whole protocol: list, claim, fetch,
remove.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import needs
from bench.rounds import Measured, Target, alone, interleaved

FILES, SIZE, FAR = 1000, 2000, 0.02


@dataclass(frozen=True, slots=True)
class Server:
    """A running sshd: its folder of keys, its port, the line that pins its key."""

    home: Path
    port: int
    pin: str

    @property
    def key(self) -> Path:
        return self.home / "user"


def small_files(rounds: int, scale: float) -> Measured:
    count = round(FILES * scale)
    contenders = {
        f"{who} {what}, {place}": lambda folder, who=who, what=what, place=place: one_round(
            folder, who, what, FAR if place == "20 ms" else 0.0, count
        )
        for place in ("near", "20 ms")
        for what in ("get", "put")
        for who in ("OpenSSH", "edi")
    }
    contenders["edi pick-up, 20 ms"] = lambda folder: one_round(folder, "edi", "pick-up", FAR, count)
    targets = (
        Target("get at 20 ms", "edi get, 20 ms", "OpenSSH get, 20 ms", 15),
        Target("put at 20 ms", "edi put, 20 ms", "OpenSSH put, 20 ms", 6),
        Target("get near", "edi get, near", "OpenSSH get, near", 0.8),
        Target("put near", "edi put, near", "OpenSSH put, near", 0.8),
        Target("whole pick-up at 20 ms, against get", "edi pick-up, 20 ms", "OpenSSH get, 20 ms", 5),
    )
    return Measured("d", f"SFTP, {count:,} files of 2 KB", interleaved(contenders, "files", rounds), targets)


def one_round(folder: Path, who: str, what: str, round_trip: float, count: int) -> Mapping[str, Any]:
    """A fresh server with fresh folders, and one transfer of all files."""
    from tests.proxy import proxy

    near, far = folder / "near", folder / "far"
    for place, filled in ((near, what == "put"), (far, what != "put")):
        place.mkdir()
        for number in range(count if filled else 0):
            (place / f"{number:04d}.edi").write_bytes(os.urandom(SIZE))
    with sshd(folder) as server, contextlib.ExitStack() as stack:
        port = stack.enter_context(proxy(server.port, round_trip=round_trip)) if round_trip else server.port
        if who == "edi":
            said = alone("bench.sftp_single", what, str(folder), str(port), server.pin)
        else:
            said = openssh(server, port, what, near, far)
    found = len(list((near if what == "get" else far).iterdir()))
    if found != (0 if what == "pick-up" else count):
        raise SystemExit(f"{who} {what}: {found} files lie there afterwards")
    return {**said, "amount": count}


def openssh(server: Server, port: int, what: str, near: Path, far: Path) -> dict[str, Any]:
    """`get *` or `put *`, less a session that only prints its folder."""
    transfer = f"get {far}/* {near}/" if what == "get" else f"put {near}/* {far}/"
    nothing = session(server, port, "pwd")
    return {"seconds": max(1e-9, session(server, port, transfer) - nothing), "peak": 0}


def session(server: Server, port: int, line: str) -> float:
    settings = {
        "UserKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "no",
        "IdentityFile": str(server.key),
        "IdentitiesOnly": "yes",
        "LogLevel": "ERROR",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    command = ["sftp", "-q", "-b", "-", "-P", str(port), *options, f"{getpass.getuser()}@127.0.0.1"]
    started = time.perf_counter()
    subprocess.run(command, input=f"{line}\n", text=True, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[Server]:
    """OpenSSH's server on a free port of 127.0.0.1, with keys made for it, until the block ends."""
    home = folder / "sshd"
    home.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / name], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": home / "host",
        "AuthorizedKeysFile": home / "user.pub",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "MaxStartups": 100,
        "Subsystem": "sftp internal-sftp",
    }
    configuration = home / "config"
    configuration.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    log = home / "log"
    log.touch()
    process = subprocess.Popen([str(needs.program("sshd")), "-D", "-f", configuration, "-E", log])
    try:
        wait_for(port, process, log)
        yield Server(home, port, " ".join((home / "host.pub").read_text().split()[:2]))
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers."""
    for _ in range(100):
        if process.poll() is not None:
            raise SystemExit(f"OpenSSH's server does not start: {log.read_text()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit("OpenSSH's server does not answer")
