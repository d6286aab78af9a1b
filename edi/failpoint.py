"""Named points between two steps, where a test may kill the process: the proof that any crash is survived.

Inert unless the environment names one: EDI_FAIL_POINT="after-stage-commit" or "after-stage-commit:3" (the
third time it is passed).
"""

from __future__ import annotations

import os
import signal

_passed: dict[str, int] = {}


def failpoint(name: str) -> None:
    """SIGKILL this process when EDI_FAIL_POINT names this point and its turn has come."""
    wanted = os.environ.get("EDI_FAIL_POINT")
    if not wanted:
        return
    point, _, turn = wanted.partition(":")
    if point == name:
        _passed[name] = _passed.get(name, 0) + 1
        if _passed[name] == int(turn or 1):
            os.kill(os.getpid(), signal.SIGKILL)
