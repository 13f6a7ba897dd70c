"""Requests to an MLflow server: its addresses, its pages and its files.

Credentials are those that MLflow's clients take: of the address, or MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME
and MLFLOW_TRACKING_PASSWORD. What stays out: what the answers mean (server.py).
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from lineal.importing.http_client import Fields, JsonClient, Login

_PIECE = 1 << 20
_WORKSPACE_HEADER = "X-MLFLOW-WORKSPACE"


class HttpClient(JsonClient):
    """A connection to a server."""

    def __init__(self, url: str) -> None:
        """Take the address, `http://HOST:PORT` or with a path before `/api`; nothing is sent yet.

        Raises:
            InvalidArgumentError: it names no host.
        """
        super().__init__(url, "an MLflow server", _login(), _certificates())

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
        return self.answer("GET", f"/{before}/{version}/mlflow/{path}{query}", None, _headers(workspace), missing)

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
                told = self.answer("POST", f"/api/{version}/mlflow/{path}", body, _headers(workspace), missing)
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
        response = self.sent("GET", f"/api/2.0/mlflow-artifacts/artifacts/{quote(path)}", None, {})
        if response.status != http.client.OK:
            raise self.refusal(response.status, response.read(), path)
        while piece := response.read(_PIECE):
            yield piece

    def files(self, path: str) -> list[Fields]:
        """Return what is in a folder of the files that the server keeps: `path`, `is_dir` and `file_size` of each."""
        query = urlencode({"path": path})
        told = self.answer("GET", f"/api/2.0/mlflow-artifacts/artifacts?{query}", None, {}, {})
        found: list[Fields] = told.get("files", [])
        return found


def _headers(workspace: str) -> dict[str, str]:
    return {_WORKSPACE_HEADER: workspace} if workspace else {}


def _login() -> Login:
    return Login(
        token=os.environ.get("MLFLOW_TRACKING_TOKEN", ""),
        user=os.environ.get("MLFLOW_TRACKING_USERNAME", ""),
        password=os.environ.get("MLFLOW_TRACKING_PASSWORD", ""),
        advice="set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
    )


def _certificates() -> ssl.SSLContext:
    """Return which certificates are trusted: those that MLflow's clients would trust."""
    named = os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or os.environ.get("REQUESTS_CA_BUNDLE")
    context = ssl.create_default_context(cafile=named or None)
    if os.environ.get("MLFLOW_TRACKING_INSECURE_TLS") == "true":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
