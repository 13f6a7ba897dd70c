"""MLflow's artifact proxy: files of runs are uploaded, downloaded, listed and deleted over the HTTP port.

A body is passed on in pieces, whatever its size. A browser saves a downloaded file and runs nothing of it on the origin
of the web UI (downloads.py). What stays out: who may use which file (service/callers_files.py), and where it is
(lineal/files).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request, Response

from lineal import errors
from lineal.config import MAX_ARTIFACT_FLAG
from lineal.server.mlflow import answers
from lineal.server.mlflow.downloads import Download, byte_range
from lineal.server.mlflow.named_routes import METHODS, NamedRoute
from lineal.server.request_kinds import PREFIXES
from lineal.service.callers_files import CallersFiles

_Result = TypeVar("_Result")
_PIECE_BYTES = 1 << 20
_FILES_AT_ONCE = 32
"""How many threads work on files, so that a slow disk or bucket leaves the threads of other requests alone."""
_AMBIGUOUS = re.compile(rb"%(2f|5c|0[0ad])", re.IGNORECASE)
_NO_PARTS = "Multipart upload is not supported for the current artifact repository"
"""What MLflow's client compares with the answer, and only then uploads the file as a whole."""
_ENCODED = "an encoded slash, backslash, line break or NUL in the address"


def add(app: FastAPI, files: Callable[[], CallersFiles], *, max_bytes: int) -> None:
    """Add the routes to an application; `files` returns the current caller's, of up to `max_bytes` bytes each."""
    proxy = _Proxy(files, max_bytes)
    endpoints: dict[str, dict[str, answers.Endpoint]] = {
        "/artifacts": {"GET": proxy.list_folder},
        "/artifacts/{path:path}": {"GET": proxy.download, "PUT": proxy.upload, "DELETE": proxy.delete},
        "/mpu/create/{path:path}": {"POST": proxy.refuse_parts},
        "/mpu/complete/{path:path}": {"POST": proxy.refuse_parts},
        "/mpu/abort/{path:path}": {"POST": proxy.refuse_parts},
        "/presigned/{path:path}": {"GET": proxy.refuse_presigned},
        "{path:path}": dict.fromkeys(METHODS, _not_served),
    }
    for prefix in PREFIXES:
        for path, each in endpoints.items():
            endpoint = answers.answered(answers.by_method(each))
            app.router.routes.append(NamedRoute(f"{prefix}{path}", endpoint, methods=METHODS))


async def _not_served(request: Request) -> Response:
    return answers.no_endpoint(f"{request.method} {request.url.path[:200]}")


class _Proxy:
    """The endpoints."""

    def __init__(self, files: Callable[[], CallersFiles], max_bytes: int) -> None:
        self._files = files
        self._max_bytes = max_bytes
        self._threads: anyio.CapacityLimiter | None = None

    async def list_folder(self, request: Request) -> Response:
        path = request.query_params.get("path", "")
        entries = await self._run(self._files().list, path.removesuffix("/") or path)
        shown = [answers.file(entry, entry.path) for entry in entries]
        return answers.answer({"files": shown} if shown else {})

    async def download(self, request: Request) -> Response:
        path = _path(request)
        files = self._files()
        found = await self._run(files.read, path)
        wanted = byte_range(request, found.size)
        if wanted is not None:
            found.close()
            found = await self._run(partial(files.read, path, first=wanted[0], length=wanted[1]))
        return Download(path, found, run=self._run, is_part=wanted is not None)

    async def upload(self, request: Request) -> Response:
        path = _path(request)
        if path.endswith("/"):
            raise errors.InvalidArgumentError("the path must end in the name of a file, and not in a slash")
        files = self._files()
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_bytes:
            raise self._too_large()
        upload = await self._run(files.write, path)
        try:
            size = 0
            async for piece in _pieces(request):
                size += len(piece)
                if size > self._max_bytes:
                    raise self._too_large()
                await self._run(upload.add, piece)
            await self._run(upload.commit)
        finally:
            upload.discard()
        return Response(status_code=200)

    async def delete(self, request: Request) -> Response:
        await self._run(self._files().delete, _path(request).removesuffix("/"))
        return answers.answer({})

    async def refuse_parts(self, request: Request) -> Response:
        """Refuse an upload in parts, after which clients upload the file as a whole."""
        self._files().require_write(_path(request))
        return answers.not_implemented(_NO_PARTS)

    async def refuse_presigned(self, request: Request) -> Response:
        """Refuse an address of the object store itself, after which clients download from here."""
        self._files().require_read(_path(request))
        return answers.not_implemented("Multipart download is not supported; download the file as a whole")

    async def _run(self, function: Callable[..., _Result], *given: Any) -> _Result:
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_FILES_AT_ONCE)
        return await anyio.to_thread.run_sync(function, *given, limiter=self._threads)

    def _too_large(self) -> errors.ResourceExhaustedError:
        return errors.ResourceExhaustedError(
            f"the file has more than the {self._max_bytes >> 20} MiB that the server allows; start it with a larger "
            f"{MAX_ARTIFACT_FLAG}",
            errors.Details(limit=MAX_ARTIFACT_FLAG),
        )


def _path(request: Request) -> str:
    """Return the path of a file in an address.

    Raises:
        InvalidArgumentError: a character that separates parts is encoded, which a proxy may read in another way.
    """
    if _AMBIGUOUS.search(request.scope.get("raw_path") or b""):
        raise errors.InvalidArgumentError(f"Invalid path: it has {_ENCODED}", errors.Details(parameter="path"))
    path: str = request.path_params["path"]
    return path


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """Yield a body in pieces that are worth a thread's work."""
    held: list[bytes] = []
    size = 0
    async for piece in request.stream():
        held.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)
