"""pydifact: every message of an interchange as a list of segments. It has no validation of its own.

Run by the Python that has pydifact: `python read_pydifact.py FILE`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from pydifact.segmentcollection import Interchange

path = Path(sys.argv[1])
started = time.perf_counter()
interchange = Interchange.from_str(path.read_text(encoding="latin-1"))
segments = sum(len(message.segments) for message in interchange.get_messages())
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(
    json.dumps({"amount": path.stat().st_size / 1e6, "seconds": seconds, "peak": peak, "segments": segments})
)
