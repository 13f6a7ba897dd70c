"""A client of the artifact proxy in plain HTTP."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.serving import ServerProcess

ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its headers with names in lower case, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Files:
    """The artifact proxy of a running server.

    Attributes:
        server: the server.
        folder: the artifacts root.
        headers: what is sent with each request.
    """

    server: ServerProcess
    folder: Path
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """Send a request whose target goes as it is, and return the answer."""
        connection = http.client.HTTPConnection(self.server.http.partition("//")[2], timeout=60)
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request(method, target, body=body, headers=given)
            found = connection.getresponse()
            return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        finally:
            connection.close()

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        """Upload a file."""
        return self.ask("PUT", f"{ARTIFACTS}/{path}", body, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        """Download a file."""
        return self.ask("GET", f"{ARTIFACTS}/{path}", **headers)

    def delete(self, path: str) -> Answer:
        """Delete a file or folder."""
        return self.ask("DELETE", f"{ARTIFACTS}/{path}")

    def list(self, query: str) -> Answer:
        """List a folder; `query` goes as it is."""
        return self.ask("GET", f"{ARTIFACTS}?{query}")

    def everything(self) -> list[str]:
        """Return the paths of all files on the disk, those of unfinished uploads too."""
        return sorted(str(each.relative_to(self.folder)) for each in self.folder.rglob("*") if not each.is_dir())
