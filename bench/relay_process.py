"""A proxy with a network's delay, in a process of its own: `relay_process.py URL SECONDS`; prints the URL to use.

Answers each line of its input with the number of round trips so far.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.relay import Relay

_PRIORITY = -10


def main() -> None:
    """Pass on until the standard input ends, as punctually as the system permits: a network does not wait for it."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    with Relay(sys.argv[1], round_trip=float(sys.argv[2])) as relay:
        print(relay.url, flush=True)
        for _ in sys.stdin:
            print(relay.turns, flush=True)


if __name__ == "__main__":
    main()
