"""The one error boundary: what stops a command becomes a sentence and an exit code."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from edi import __version__
from edi.findings import EdiError
from edi.masking import masked

EXIT_CODES = {
    0: "all well",
    1: "something was rejected or differs",
    2: "wrong usage or configuration",
    3: "an error in the program itself (a log file says more)",
    130: "interrupted",
}


@contextmanager
def boundary() -> Iterator[None]:
    """Expected failures print their findings (exit 2); a bug writes a log (exit 3); Ctrl-C is 130."""
    try:
        yield
    except EdiError as error:
        from edi.cli._output import Printer

        Printer(json="--json" in sys.argv, out=sys.stderr).findings(error.findings)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        raise SystemExit(130) from None
    except Exception as error:
        path = write_log(error)
        print(
            f"This is an error in the program itself ({type(error).__name__}), not in your files.\n"
            f"Please report it and attach {path}",
            file=sys.stderr,
        )
        raise SystemExit(3) from None


def write_log(error: BaseException) -> Path:
    """A log of `error` (versions, command, traceback without values) for its owner alone; its path."""
    now = datetime.now(UTC)
    lines = [
        f"time: {now.isoformat()}",
        f"python: {platform.python_version()} on {platform.platform()}",
        f"edi: {__version__}",
        f"command: {sys.argv[1:2]}",
        "",
        masked("".join(traceback.format_exception(error))),
    ]
    handle, name = tempfile.mkstemp(prefix=f"bug-{now:%Y%m%dT%H%M%SZ}-", suffix=".log", dir=_log_folder())
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.write("\n".join(lines))
    return Path(name)


def _log_folder() -> Path | None:
    """`.edi/logs` of the workspace around the current folder, or None for the system's temporary folder."""
    start = Path(os.environ.get("EDI_WORKSPACE") or Path.cwd())
    for folder in (start, *start.parents):
        state = folder / ".edi"
        if state.is_dir():
            with suppress(OSError):
                (state / "logs").mkdir(exist_ok=True)
                return state / "logs" if os.access(state / "logs", os.W_OK) else None
    return None
