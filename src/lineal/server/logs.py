"""The log of a server process: lines on standard error, of text or of JSON, without secrets.

What stays out: what is logged, which each module decides for its own logger.
"""

from __future__ import annotations

import json
import logging
import sys
import time

from lineal.server.observing import request_ids
from lineal.urls import redact

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TALKATIVE = ("uvicorn", "asyncio")
_REQUESTS = "lineal.requests"


class RedactingFormatter(logging.Formatter):
    """A formatter that hides passwords in URLs, also in stack traces, and names the request that a line is about."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line (with its stack trace, if any) with secrets replaced."""
        request_id = request_ids.current()
        line = redact(super().format(record))
        return f"{line} [request {request_id}]" if request_id and "\n" not in line else line


class JsonFormatter(logging.Formatter):
    """A formatter whose lines are JSON objects, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on one line with secrets replaced."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields = {
            "time": f"{moment}.{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request_id := request_ids.current():
            fields["request_id"] = request_id
        fields |= getattr(record, "fields", {})
        if record.exc_info:
            fields["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=True, default=str)


def configure_logs(level: int = logging.INFO, *, as_json: bool = False, requests: bool = False) -> None:
    """Send the log of this process to standard error.

    Args:
        level: the least level that is written.
        as_json: write JSON instead of text.
        requests: write a line for each request.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if as_json else RedactingFormatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_REQUESTS).setLevel(level if requests else logging.WARNING)
