"""Requests to an API server of Kubeflow Pipelines: its addresses and its pages.

The token is in the file that KF_PIPELINES_SA_TOKEN_PATH names, as for Kubeflow's own client; the address can have a
user and a password. What stays out: what the answers mean (server.py).
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lineal import errors
from lineal.importing.http_client import Fields, JsonClient, Login

TOKEN_FILE = "KF_PIPELINES_SA_TOKEN_PATH"  # noqa: S105 the name of a variable
VERSIONS = ("v2beta1", "v2")
"""The versions of the API; version 3 of Kubeflow Pipelines renames the first to the second, with the same messages."""
_ADVICE = f"name the file with a token of a service account by {TOKEN_FILE}, and the namespaces by --namespace"


class PipelinesClient(JsonClient):
    """A connection to an API server."""

    def __init__(self, url: str) -> None:
        """Take the address, `http://HOST:PORT` or with a path before `/apis`; nothing is sent yet.

        Raises:
            InvalidArgumentError: it names no host, or the file of the token cannot be read.
        """
        super().__init__(url, "an API server of Kubeflow Pipelines", _login())
        self._version = VERSIONS[0]

    def find(self, path: str) -> bool:
        """Say whether the server has an address in some version of its API, which all requests use from then on.

        Raises:
            StatusError: the server refuses or cannot be reached.
        """
        for version in VERSIONS:
            self._version = version
            response = self.sent("GET", self._address(path), None, {})
            content = response.read()
            if response.status in (http.client.OK, http.client.BAD_REQUEST):
                return True
            if response.status != http.client.NOT_FOUND:
                raise self.refusal(response.status, content, self._address(path))
        return False

    def _address(self, path: str) -> str:
        return f"/apis/{self._version}/{path}"

    def get(self, path: str, asked: Mapping[str, Any] | None = None, *, missing: Fields | None = None) -> Fields:
        """Return the answer to a GET of the API; `missing` if it answers 404 and that is no error.

        Raises:
            StatusError: the server refuses, cannot be reached, or answers something else.
        """
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        return self.answer("GET", f"{self._address(path)}{query}", None, {}, missing)

    def pages(
        self, path: str, asked: Mapping[str, Any], name: str, *, missing: Fields | None = None
    ) -> Iterator[list[Fields]]:
        """Yield the pages of a list; `name` is the field of the answer that has it."""
        token = ""
        while True:
            told = self.get(path, {**asked, **({"page_token": token} if token else {})}, missing=missing)
            if told.get(name):
                yield told[name]
            token = told.get("next_page_token", "")
            if not token:
                return


def _login() -> Login:
    place = os.environ.get(TOKEN_FILE, "")
    if not place:
        return Login(advice=_ADVICE)
    try:
        return Login(token=Path(place).read_text().strip(), advice=_ADVICE)
    except OSError as error:
        said = f"the file that {TOKEN_FILE} names cannot be read: {error.strerror}"
        raise errors.InvalidArgumentError(said) from None
