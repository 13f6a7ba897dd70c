"""Requests to another program's server: one connection, JSON, and another attempt after a failure that may pass.

No message holds credentials. What stays out: addresses and answers of one program, and where its credentials are
(mlflow_sources/http_client.py, kfp_sources/http_client.py).
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from lineal import errors

Fields = dict[str, Any]
_SECONDS = 120
_PAUSES = (0.5, 2.0, 8.0)
"""How long to wait before each further attempt, in seconds."""
_PASSING = (408, 429, 500, 502, 503, 504)
_LONGEST_TOLD = 300


@dataclass(frozen=True)
class Login:
    """The caller that a client says it is.

    Attributes:
        token: a bearer token, "" for none.
        user, password: for basic authentication, if there is no token.
        advice: what to set, for a server that refuses.
    """

    token: str = ""
    user: str = ""
    password: str = ""
    advice: str = ""

    def headers(self, user: str | None, password: str | None) -> dict[str, str]:
        """Return the header that says who it is; a user in the address goes before all others."""
        if user is not None:
            return _basic(unquote(user), unquote(password or ""))
        if self.user:
            return _basic(self.user, self.password)
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _basic(user: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class JsonClient:
    """A connection to a server.

    Attributes:
        shown: the address of the server without credentials.
    """

    def __init__(self, url: str, program: str, login: Login, certificates: ssl.SSLContext | None = None) -> None:
        """Take the address, `http://HOST:PORT` or with a path before the server's own; nothing is sent yet.

        Args:
            url: the address.
            program: what the server should be, for messages: "an MLflow server".
            login: who asks.
            certificates: which certificates are trusted; None for those of the machine.

        Raises:
            InvalidArgumentError: the address names no host.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.query or parts.fragment:
            raise errors.InvalidArgumentError(
                "the address of the server is wrong; write http://HOST:PORT, and a path if its addresses begin with one"
            )
        self._is_safe, self._host, self._port = parts.scheme == "https", host, port
        self._path = parts.path.rstrip("/")
        place = f"[{host}]" if ":" in host else host
        self.shown = f"{parts.scheme}://{place}{f':{port}' if port else ''}{self._path}"
        self._program, self._login, self._certificates = program, login, certificates
        self._headers = {"Accept": "application/json", **login.headers(parts.username, parts.password)}
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def answer(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], missing: Fields | None
    ) -> Fields:
        """Return the JSON object that the server answers; `missing` if it has no such address and that is no error.

        Raises:
            StatusError: the server refuses, cannot be reached, or answers something else.
        """
        response = self.sent(method, path, body, headers)
        content = response.read()
        if response.status == http.client.NOT_FOUND and missing is not None:
            return missing
        if response.status != http.client.OK:
            raise self.refusal(response.status, content, path)
        try:
            found = json.loads(content)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise errors.InvalidArgumentError(
                f"{self.shown} answers something else than JSON at {path.partition('?')[0]}; is it the address of "
                f"{self._program}?"
            )
        return found

    def sent(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """Send a request, again after a failure that may pass; return the beginning of the answer.

        Raises:
            UnavailableError: the server cannot be reached.
        """
        own = {"Content-Type": "application/json"} if body is not None else {}
        for pause in (*_PAUSES, None):
            try:
                connection = self._connected()
                connection.request(method, self._path + path, body=body, headers={**self._headers, **own, **headers})
                response = connection.getresponse()
                if response.status not in _PASSING or pause is None:
                    return response
                response.read()
            except (OSError, http.client.HTTPException) as error:
                if pause is None or isinstance(error, ssl.SSLCertVerificationError):
                    raise errors.UnavailableError(
                        f"{self.shown} cannot be reached: {_told(error)}; what was imported stays, and the same "
                        "command goes on from there"
                    ) from None
            self.close()
            time.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            if self._is_safe:
                context = self._certificates or ssl.create_default_context()
                self._connection = http.client.HTTPSConnection(
                    self._host, self._port, timeout=_SECONDS, context=context
                )
            else:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        return self._connection

    def refusal(self, status: int, content: bytes, path: str) -> errors.StatusError:
        """Return the error for an answer that is none."""
        where = path.partition("?")[0]
        if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            return errors.PermissionDeniedError(f"{self.shown} refuses {where}: HTTP {status}; {self._login.advice}")
        kind = errors.NotFoundError if status == http.client.NOT_FOUND else errors.UnavailableError
        said = " ".join(content.decode("utf-8", "replace").split())[:_LONGEST_TOLD]
        return kind(f"{self.shown} answers HTTP {status} at {where}: {said or 'without a text'}")


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST_TOLD] or type(error).__name__
