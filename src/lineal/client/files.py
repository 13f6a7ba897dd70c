"""Files below the artifacts root of a store, as a program of its client writes and reads them.

An embedded store on a SQLite file has a folder beside it, where `lineal serve` looks as well; what is written there is
recorded with its SHA-256, as an upload to the server is. A server takes files at its HTTP address. What stays out:
where in the root a file belongs, which its writer decides, and HTTP (http_server.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from lineal import urls
from lineal.client.http_server import HttpServer
from lineal.client.transport import DatabaseTransport
from lineal.conventions import ARTIFACT_PROXY

if TYPE_CHECKING:
    from lineal.client.store import MetadataStore
    from lineal.files import ArtifactsRoot
    from lineal.service.file_records import FileRecords

_PIECE_BYTES = 1 << 20


class Files(Protocol):
    """The files below an artifacts root; paths are relative to it, with slashes between their parts.

    Every function raises a `StatusError` if the place cannot be reached or refuses.
    """

    def upload(self, path: str, source: Path) -> None:
        """Write a file from one of this machine."""

    def download(self, path: str, target: Path) -> None:
        """Read a file into one of this machine.

        Raises:
            NotFoundError: it does not exist.
        """

    def below(self, path: str) -> list[str]:
        """Return the paths of all files below a folder, relative to it; none where nothing is."""


def files_of(client: MetadataStore) -> Files | None:
    """Return the files of the store that a client has open, or None if the client does not know where they are.

    It does not for a database server, nor for a server whose HTTP address was not said (`ui_url`, LINEAL_UI_URL).
    """
    transport = getattr(client, "_transport", None)
    if isinstance(transport, DatabaseTransport):
        place = urls.default_artifacts_root(transport.url)
        return RootFiles.of_store(place, transport) if place else None
    address = getattr(client, "_ui_url", None)
    bearer = getattr(transport, "bearer", None)
    return ServerFiles(address, bearer, getattr(transport, "root_certificates", None)) if address and bearer else None


class RootFiles:
    """The files below a root of this machine, or in a bucket."""

    def __init__(self, root: ArtifactsRoot, records: FileRecords | None = None) -> None:
        """Take a root, and where uploads are recorded; None for nowhere."""
        self._root = root
        self._records = records

    @classmethod
    def at(cls, place: str) -> RootFiles:
        """Return the files below a folder or the URL of an object store.

        Raises:
            InvalidArgumentError: it is neither.
            FailedPreconditionError: the package for object stores is not installed.
        """
        from lineal.files import open_root

        return cls(open_root(place))

    @classmethod
    def of_store(cls, place: str, transport: DatabaseTransport) -> RootFiles:
        """Return the files of a store that this process has open, which records uploads."""
        from lineal.files import open_root
        from lineal.service.file_records import FileRecords

        return cls(open_root(place), FileRecords(transport.open()))

    def upload(self, path: str, source: Path) -> None:
        """Write a file, and record it; see `Files.upload`."""
        replaces = bool(self._root.tag(path))
        stored = self._root.store(path, _pieces(source))
        if self._records is not None:
            from lineal.service.access import UNNAMED

            self._records.put(self._root, path, stored, UNNAMED, replaces=replaces)

    def download(self, path: str, target: Path) -> None:
        """Read a file; see `Files.download`."""
        with self._root.read(path) as content, target.open("wb") as written:
            for piece in content:
                written.write(piece)

    def below(self, path: str) -> list[str]:
        """Return the paths of all files below a folder; see `Files.below`."""
        return list(_walk(path, lambda folder: [(each.path, each.is_dir) for each in self._root.list(folder)]))


class ServerFiles:
    """The files below the root of a server, at its HTTP address."""

    def __init__(self, address: str, bearer: Any, certificates: bytes | None = None) -> None:
        """Take the address of the web UI, a function that returns the token ("" for none), and roots to trust."""
        self._server = HttpServer(address, bearer, certificates)

    def upload(self, path: str, source: Path) -> None:
        """Send a file; see `Files.upload`."""
        headers = {"Content-Length": str(source.stat().st_size), "Content-Type": "application/octet-stream"}
        with source.open("rb") as content, self._server.answer("PUT", _address(f"/{quote(path)}"), content, headers):
            pass

    def download(self, path: str, target: Path) -> None:
        """Fetch a file; see `Files.download`."""
        with self._server.answer("GET", _address(f"/{quote(path)}")) as answer, target.open("wb") as written:
            while piece := answer.read(_PIECE_BYTES):
                written.write(piece)

    def below(self, path: str) -> list[str]:
        """Return the paths of all files below a folder; see `Files.below`."""
        return list(_walk(path, self._list))

    def _list(self, folder: str) -> list[tuple[str, bool]]:
        with self._server.answer("GET", _address(f"?path={quote(folder, safe='')}")) as answer:
            found = json.loads(answer.read())
        return [(each["path"], bool(each["is_dir"])) for each in found.get("files", [])]


def _address(below: str) -> str:
    return f"{ARTIFACT_PROXY}{below}"


def _walk(folder: str, entries: Any) -> Iterator[str]:
    """Yield the paths of all files below a folder, relative to it."""
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        for name, is_dir in entries("/".join(filter(None, (folder, inner)))):
            # The listing of a server has paths relative to the folder, or, by MLflow's rule, names alone.
            path = "/".join(filter(None, (inner, name)))
            if is_dir:
                waiting.append(path)
            else:
                yield path


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            yield piece


def shown_root(place: str) -> str:
    """Return a root as an absolute path, or the URL of an object store as it is."""
    return place if "://" in place else os.path.abspath(os.path.expanduser(place))
