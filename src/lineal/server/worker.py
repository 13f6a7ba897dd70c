"""One worker of a server, as the supervisor starts it: `python -m lineal.server.worker`.

Its settings come over standard input, so that no password shows in a list of processes. It says on standard output when
it serves. What stays out: serving (lifecycle.py) and watching workers (supervisor.py).
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import threading

from lineal import errors
from lineal.urls import redact_message


def main() -> int:
    """Serve until a signal, or until the supervisor is gone; return the exit code."""
    settings, slot = pickle.load(sys.stdin.buffer)  # noqa: S301 the supervisor wrote it
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from lineal.server.lifecycle import run
    from lineal.server.logs import configure_logs

    configure_logs(as_json=settings.log_format == "json", requests=settings.log_requests)
    threading.Thread(target=_end_with_supervisor, name="lineal-supervisor", daemon=True).start()
    try:
        run(settings, on_serving=_tell, slot=slot)
    except errors.StatusError as error:
        print(f"lineal: worker {slot}: {redact_message(error.message)}", file=sys.stderr)
        return 1
    return 0


def _tell(caution: str) -> None:
    """Tell the supervisor that this worker serves, and what users should know of how the database works."""
    print(json.dumps(caution), flush=True)


def _end_with_supervisor() -> None:
    """Stop when standard input ends, which happens when the supervisor does."""
    while os.read(sys.stdin.fileno(), 1):  # not through a buffer, which could not be freed while this thread waits
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
