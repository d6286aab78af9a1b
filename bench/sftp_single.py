"""One transfer of ours: `python -m bench.sftp_single get|put|pick-up FOLDER PORT HOST_KEY`."""

from __future__ import annotations

import getpass
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from edi import model
from edi.secret import Secret
from edi.transport import Fetch, Fetched, Publish, Published, Upload, _pipeline, sftp
from edi.transport._pipeline import Data, Handle, Job

IN_FLIGHT = 128
LIMIT = 1_000_000


def main(what: str, folder: Path, port: str, pin: str) -> None:
    settings = {
        "host": "127.0.0.1",
        "port": int(port),
        "user": getpass.getuser(),
        "key": "file:user",
        "host_keys": [pin],
        "in_flight": IN_FLIGHT,
    }
    channel = model.Channel("server", "sftp", "sftp", settings)
    key = (folder / "sshd" / "user").read_text(encoding="ascii")
    claims = folder / ("near" if what != "put" else "claims")
    with sftp.connect(channel, folder, lambda reference: Secret(key), claims) as opened:
        started = time.perf_counter()
        {"get": get, "put": put, "pick-up": pick_up}[what](opened, folder / "near", folder / "far")
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"amount": 0, "seconds": seconds, "peak": peak}))


def get(opened: sftp.SftpChannel, near: Path, far: Path) -> None:
    """Listed, then each opened, read and closed."""
    entries = opened.list(str(far))
    opened.pipeline.run([copied(far / entry.name, near / entry.name) for entry in entries])


def copied(source: Path, target: Path) -> Job[int]:
    [handle] = yield [_pipeline.open_read(bytes(source))]
    if not isinstance(handle, Handle):
        raise SystemExit(f"refused: {handle}")
    [data] = yield [_pipeline.read(handle, 0, 32_768)]
    if not isinstance(data, Data):
        raise SystemExit(f"refused: {data}")
    yield [_pipeline.close(handle)]
    return target.write_bytes(data.value)


def put(opened: sftp.SftpChannel, near: Path, far: Path) -> None:
    """As the channel delivers: a part each, complete and counted, then renamed."""
    files = sorted(near.iterdir())
    uploads = [
        Upload(f"B{n:06d}", str(far), file.name, file, file.stat().st_size) for n, file in enumerate(files)
    ]
    opened.upload(uploads)
    done = opened.publish([Publish(one.id, one.folder, one.name) for one in uploads])
    expect(done, Published)


def pick_up(opened: sftp.SftpChannel, near: Path, far: Path) -> None:
    """List, claim, fetch, remove."""
    entries = opened.list(str(far))
    wanted = [
        Fetch(f"B{n:06d}", str(far), entry.raw, entry.size, entry.mtime_ns) for n, entry in enumerate(entries)
    ]
    expect(opened.fetch(wanted, LIMIT), Fetched)
    opened.release(wanted)


def expect(outcomes: Sequence[object], kind: type) -> None:
    wrong = [one for one in outcomes if not isinstance(one, kind)]
    if wrong:
        raise SystemExit(f"{len(wrong)} files failed: {wrong[0]}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
