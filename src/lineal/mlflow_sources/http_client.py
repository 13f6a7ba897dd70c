"""Requests to an MLflow server: one connection, JSON, pages, and another attempt after a failure that may pass.

Credentials are those that MLflow's clients take: of the address, or MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME
and MLFLOW_TRACKING_PASSWORD. No message holds them. What stays out: what the answers mean (server.py).
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import ssl
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from lineal import errors

Fields = dict[str, Any]
_SECONDS = 120
_PAUSES = (0.5, 2.0, 8.0)
"""How long to wait before each further attempt, in seconds."""
_PASSING = (408, 429, 500, 502, 503, 504)
_PIECE = 1 << 20
_LONGEST_TOLD = 300
_WORKSPACE_HEADER = "X-MLFLOW-WORKSPACE"


class HttpClient:
    """A connection to a server.

    Attributes:
        shown: the address of the server without credentials.
    """

    def __init__(self, url: str) -> None:
        """Take the address, `http://HOST:PORT` or with a path before `/api`; nothing is sent yet.

        Raises:
            InvalidArgumentError: it names no host.
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
        self._headers = {"Accept": "application/json", **_authorization(parts.username, parts.password)}
        self._connection: http.client.HTTPConnection | None = None

    def get(
        self,
        version: str,
        path: str,
        asked: Mapping[str, Any] | None = None,
        *,
        workspace: str = "",
        missing: Fields | None = None,
        is_for_pages: bool = False,
    ) -> Fields:
        """Return the answer to a GET.

        Args:
            version: of the interface, "2.0" or "3.0".
            path: what follows `mlflow/`.
            asked: the query; a list is an argument that repeats.
            workspace: the workspace, "" to name none.
            missing: what is returned if the server does not have the address; None makes that an error.
            is_for_pages: whether the address is one that only web pages use.

        Raises:
            StatusError: the server refuses, cannot be reached, or answers something else than MLflow's does.
        """
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        before = "ajax-api" if is_for_pages else "api"
        return self._answer("GET", f"/{before}/{version}/mlflow/{path}{query}", None, workspace, missing)

    def lists(
        self,
        version: str,
        path: str,
        asked: Mapping[str, Any],
        name: str,
        *,
        workspace: str = "",
        missing: Fields | None = None,
        by_get: bool = False,
    ) -> Iterator[list[Fields]]:
        """Yield the pages of a search; `name` is the field of the answer that has the list."""
        token = ""
        while True:
            wanted = {**asked, **({"page_token": token} if token else {})}
            if by_get:
                told = self.get(version, path, wanted, workspace=workspace, missing=missing)
            else:
                body = json.dumps(wanted).encode()
                told = self._answer("POST", f"/api/{version}/mlflow/{path}", body, workspace, missing)
            if told.get(name):
                yield told[name]
            token = told.get("next_page_token", "")
            if not token:
                return

    def pages(self, version: str, path: str, asked: Mapping[str, Any], name: str, **how: Any) -> Iterator[Fields]:
        """Yield what a search finds."""
        for page in self.lists(version, path, asked, name, **how):
            yield from page

    def file(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a file that the server keeps, in pieces.

        Raises:
            StatusError: as `get`.
        """
        response = self._sent("GET", f"/api/2.0/mlflow-artifacts/artifacts/{quote(path)}", None, "")
        if response.status != http.client.OK:
            raise self._refusal(response.status, response.read(), path)
        while piece := response.read(_PIECE):
            yield piece

    def files(self, path: str) -> list[Fields]:
        """Return what is in a folder of the files that the server keeps: `path`, `is_dir` and `file_size` of each."""
        query = urlencode({"path": path})
        told = self._answer("GET", f"/api/2.0/mlflow-artifacts/artifacts?{query}", None, "", {})
        found: list[Fields] = told.get("files", [])
        return found

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _answer(self, method: str, path: str, body: bytes | None, workspace: str, missing: Fields | None) -> Fields:
        response = self._sent(method, path, body, workspace)
        content = response.read()
        if response.status == http.client.NOT_FOUND and missing is not None:
            return missing
        if response.status != http.client.OK:
            raise self._refusal(response.status, content, path)
        try:
            found = json.loads(content)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise errors.InvalidArgumentError(
                f"{self.shown} answers something else than JSON at {path.partition('?')[0]}; is it the address of an "
                "MLflow server?"
            )
        return found

    def _sent(self, method: str, path: str, body: bytes | None, workspace: str) -> http.client.HTTPResponse:
        """Send a request, again after a failure that may pass; return the beginning of the answer."""
        headers = {**self._headers, **({"Content-Type": "application/json"} if body is not None else {})}
        if workspace:
            headers[_WORKSPACE_HEADER] = workspace
        for pause in (*_PAUSES, None):
            try:
                connection = self._connected()
                connection.request(method, self._path + path, body=body, headers=headers)
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
                self._connection = http.client.HTTPSConnection(
                    self._host, self._port, timeout=_SECONDS, context=_certificates()
                )
            else:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        return self._connection

    def _refusal(self, status: int, content: bytes, path: str) -> errors.StatusError:
        where = path.partition("?")[0]
        if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            return errors.PermissionDeniedError(
                f"{self.shown} refuses {where}: HTTP {status}; set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME "
                "and MLFLOW_TRACKING_PASSWORD"
            )
        kind = errors.NotFoundError if status == http.client.NOT_FOUND else errors.UnavailableError
        said = " ".join(content.decode("utf-8", "replace").split())[:_LONGEST_TOLD]
        return kind(f"{self.shown} answers HTTP {status} at {where}: {said or 'without a text'}")


def _authorization(user: str | None, password: str | None) -> dict[str, str]:
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if user is None:
        user, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    else:
        token, user, password = None, unquote(user), unquote(password or "")
    if user:
        pair = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _certificates() -> ssl.SSLContext:
    """Return which certificates are trusted: those that MLflow's clients would trust."""
    named = os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or os.environ.get("REQUESTS_CA_BUNDLE")
    context = ssl.create_default_context(cafile=named or None)
    if os.environ.get("MLFLOW_TRACKING_INSECURE_TLS") == "true":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST_TOLD] or type(error).__name__
