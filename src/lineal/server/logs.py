"""The log of a server process: lines on standard error, without secrets.

What stays out: what is logged, which each module decides for its own logger.
"""

from __future__ import annotations

import logging
import sys

from lineal.config import redact

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TALKATIVE = ("uvicorn", "asyncio")


class RedactingFormatter(logging.Formatter):
    """A formatter that hides passwords in URLs, also in stack traces."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line (with its stack trace, if any) with secrets replaced."""
        return redact(super().format(record))


def configure_logs(level: int = logging.INFO) -> None:
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
