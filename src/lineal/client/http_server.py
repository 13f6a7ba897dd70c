"""A server at its HTTP address, asked with the token that calls of its client carry.

What stays out: what is asked (files.py, and the command `lineal history`).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from lineal import errors

TIMEOUT = 120.0
"""Seconds without a sign of life from the server."""
_LONGEST_ANSWER = 64 << 10
_CODES = {
    400: errors.INVALID_ARGUMENT,
    401: errors.UNAUTHENTICATED,
    403: errors.PERMISSION_DENIED,
    404: errors.NOT_FOUND,
    409: errors.FAILED_PRECONDITION,
    412: errors.FAILED_PRECONDITION,
    413: errors.RESOURCE_EXHAUSTED,
    429: errors.RESOURCE_EXHAUSTED,
    501: errors.UNIMPLEMENTED,
    507: errors.RESOURCE_EXHAUSTED,
}


class HttpServer:
    """The HTTP address of a server."""

    def __init__(
        self, address: str, bearer: Any, certificates: bytes | None = None, *, timeout: float = TIMEOUT
    ) -> None:
        """Take the address of the web UI, a function that returns the token ("" for none), and roots to trust."""
        self._timeout = timeout
        self._address = urlsplit(address)
        self._bearer = bearer
        self._certificates = certificates

    @contextlib.contextmanager
    def answer(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request to a path below the address, quoted as in URLs; yield the answer.

        Raises:
            StatusError: the server refuses; a DeletedRecordError if it says that a record was deleted.
            UnavailableError: there is no answer.
        """
        connection = self._connection()
        path = f"{self._address.path.rstrip('/')}/{path}"
        token = self._bearer()
        try:
            connection.request(method, path, body, {**(headers or {}), **({"Authorization": token} if token else {})})
            answer = connection.getresponse()
            if answer.status >= 300:
                raise _refusal(answer, self._shown)
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise errors.UnavailableError(f"no answer from {self._shown}: {error or type(error).__name__}") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._address.hostname or "", self._address.port
        if self._address.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        trusted = ssl.create_default_context(cadata=self._certificates.decode() if self._certificates else None)
        return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=trusted)

    @property
    def _shown(self) -> str:
        return f"{self._address.scheme}://{self._address.netloc}"


def _refusal(answer: http.client.HTTPResponse, shown: str) -> errors.StatusError:
    """Return the error of an answer that is a refusal."""
    text = answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
    with contextlib.suppress(ValueError, AttributeError):
        found = json.loads(text)
        text = str(found.get("message") or found.get("detail") or text)
        if answer.status == 404 and isinstance(found.get("deleted"), int):
            return _deleted(text, found)
    code = _CODES.get(answer.status, errors.UNAVAILABLE if answer.status >= 500 else errors.INVALID_ARGUMENT)
    return errors.make_exception(f"{shown} answered {answer.status}: {text[:1000]}", code)


def _deleted(text: str, problem: dict[str, Any]) -> errors.NotFoundError:
    from lineal.upkeep.history import DeletedRecordError

    return DeletedRecordError(text[:1000], problem["deleted"], str(problem.get("deleted_by", "")))
