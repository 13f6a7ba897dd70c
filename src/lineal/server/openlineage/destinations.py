"""Where events of OpenLineage are sent: a server over HTTP, a file, or standard output.

No message holds a token. What stays out: which events, and in which order (outbox.py).
"""

from __future__ import annotations

import errno
import gzip
import http.client
import os
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from lineal.config import OPENLINEAGE_TOKEN_FLAG, SendingSettings

SECONDS = 5.0
_PATH = "/api/v1/lineage"
_REFUSED = (400, 404, 413, 415, 422)
"""The statuses that say that the event will never be taken; any other may pass."""
_LONGEST_TOLD = 300
_LONGEST_READ = 64 << 10
_LONGEST_TOKEN = 16 << 10


@dataclass(frozen=True)
class Answer:
    """What became of an event.

    Attributes:
        trouble: why it was not taken, "" if it was.
        is_final: whether it is refused for good, so that the next one can be sent.
    """

    trouble: str = ""
    is_final: bool = False


TAKEN = Answer()


class Destination(Protocol):
    """Where events go. Only one thread sends."""

    def send(self, event: bytes) -> Answer:
        """Send one event as JSON in UTF-8, without a line's end; return what became of it."""

    def close(self) -> None:
        """Close what is open."""


def destination_of(settings: SendingSettings) -> Destination:
    """Return where the settings say that events go."""
    if settings.to == "-":
        return _Lines(None)
    if settings.to.startswith("file:"):
        return _Lines(Path(settings.to.removeprefix("file:")))
    return _Server(settings)


class _Lines:
    """A file, or standard output, to which each event is written as a line."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def send(self, event: bytes) -> Answer:
        """Write a line at the end."""
        try:
            if self._path is None:
                sys.stdout.buffer.write(event + b"\n")
                sys.stdout.flush()
            else:
                _append(self._path, event + b"\n")
        except OSError as error:
            return Answer(f"{self._path or 'standard output'}: {error.strerror or type(error).__name__}")
        return TAKEN

    def close(self) -> None:
        """Do nothing: a file is open only while a line is written."""


def _append(path: Path, line: bytes) -> None:
    """Write a line at the end of a file, or nothing at all.

    Raises:
        OSError: there is no space for it, or another reason.
    """
    with path.open("ab", buffering=0) as file:
        written = file.write(line)
        if written < len(line):  # the disk is full
            file.truncate(file.tell() - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _Server:
    """A server that takes events over HTTP, on one connection. Redirects are not followed."""

    def __init__(self, settings: SendingSettings) -> None:
        parts = urlsplit(settings.to)
        assert parts.hostname is not None  # noqa: S101 the settings are checked
        self._host, self._port, self._is_safe = parts.hostname, parts.port, parts.scheme == "https"
        self._path = parts.path if parts.path.strip("/") else _PATH
        self._token_file = settings.token_file
        self._token = ""
        self._shown = f"{parts.scheme}://{parts.netloc}{self._path}"
        self._connection: http.client.HTTPConnection | None = None

    def send(self, event: bytes) -> Answer:
        """Post an event."""
        try:
            status, text = self._post(gzip.compress(event, 3, mtime=0))
        except _TokenError as error:
            return Answer(str(error))
        except (OSError, http.client.HTTPException) as error:
            self.close()
            said = " ".join(str(error).split())[:_LONGEST_TOLD] or type(error).__name__
            return Answer(f"{self._shown} cannot be reached: {said}")
        if 200 <= status < 300:
            return TAKEN
        told = self._without_token(" ".join(text.split()))[:_LONGEST_TOLD]
        return Answer(f"{self._shown} answers HTTP {status}: {told or 'without a text'}", status in _REFUSED)

    def _post(self, body: bytes) -> tuple[int, str]:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", **self._login()}
        for is_fresh in (self._connection is None, True):
            connection = self._connected()
            try:
                connection.request("POST", self._path, body=body, headers=headers)
                response = connection.getresponse()
                content = response.read(_LONGEST_READ)
                break
            except (ConnectionError, http.client.BadStatusLine):
                self.close()
                if is_fresh:
                    raise  # an old connection may have been closed by the server while nothing was sent
        if not response.isclosed() or response.will_close:
            self.close()  # the rest of a long answer is not read
        return response.status, content.decode("utf-8", "replace")

    def _login(self) -> dict[str, str]:
        """Return the header with the token, which is read again each time, since files of tokens are renewed."""
        if not self._token_file:
            return {}
        try:
            with Path(self._token_file).open(encoding="ascii") as file:
                token = file.read(_LONGEST_TOKEN).strip()
        except (OSError, ValueError):
            token = ""
        if not token.isprintable() or not token or " " in token:
            raise _TokenError(f"{OPENLINEAGE_TOKEN_FLAG}: no token can be read from {self._token_file}")
        self._token = token
        return {"Authorization": f"Bearer {token}"}

    def _without_token(self, text: str) -> str:
        """Return what a server answers without the token, which it may repeat."""
        return text.replace(self._token, "***") if self._token else text

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            if self._is_safe:
                context = ssl.create_default_context()
                self._connection = http.client.HTTPSConnection(self._host, self._port, timeout=SECONDS, context=context)
            else:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _TokenError(Exception):
    """There is no token in the file of the token."""
