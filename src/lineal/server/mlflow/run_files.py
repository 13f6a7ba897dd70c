"""The routes that list the files of a run or a logged model, for clients that do not ask the artifact proxy.

What stays out: files that are not kept here, which clients list where they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from lineal import errors
from lineal.files import path_of_uri
from lineal.mlflow import Tracking
from lineal.server.mlflow import answers
from lineal.server.mlflow.calls import PREFIXES, WORKSPACE_HEADER, require_storable
from lineal.server.mlflow.named_routes import NamedRoute
from lineal.server.request_kinds import ROOTS
from lineal.service.callers_files import CallersFiles


def add(app: FastAPI, tracking: Tracking, files: Callable[[], CallersFiles]) -> None:
    """Add the routes to an application; they must come before the one of all calls."""
    for address, listed in (
        ("artifacts/list", _of_run),
        ("logged-models/{model_id}/artifacts/directories", _of_model),
    ):
        endpoint = answers.answered(_endpoint(tracking, files, listed))
        for before in ROOTS:
            for prefix in PREFIXES:
                app.router.routes.append(NamedRoute(f"{before}{prefix}/{address}", endpoint, methods=["GET"]))


class _Asked(NamedTuple):
    """Whose files are asked for: the place of all, and the folder in it, "" for the place itself."""

    place: str
    folder: str


def _endpoint(
    tracking: Tracking, files: Callable[[], CallersFiles], asked: Callable[[Tracking, Request], _Asked]
) -> Callable[[Request], Awaitable[Response]]:
    def listed(request: Request) -> dict[str, Any]:
        require_storable(dict(request.query_params))
        return _listed(files(), asked(tracking, request))

    async def answer(request: Request) -> Response:
        return answers.answer(await run_in_threadpool(listed, request))

    return answer


def _of_run(tracking: Tracking, request: Request) -> _Asked:
    query = request.query_params
    asked = {name: query[name] for name in ("run_id", "run_uuid") if name in query}
    run = tracking.call("runs/get", asked, workspace=request.headers.get(WORKSPACE_HEADER, ""))["run"]
    return _Asked(run["info"]["artifact_uri"], query.get("path", ""))


def _of_model(tracking: Tracking, request: Request) -> _Asked:
    asked = {"model_id": request.path_params["model_id"]}
    model = tracking.call("logged-models/get", asked, workspace=request.headers.get(WORKSPACE_HEADER, ""))["model"]
    return _Asked(model["info"]["artifact_uri"], request.query_params.get("artifact_directory_path", ""))


def _listed(files: CallersFiles, asked: _Asked) -> dict[str, Any]:
    root = path_of_uri(asked.place)
    if root is None:
        raise errors.UnimplementedError(f"the files are at {asked.place}, and are listed there")
    folder = asked.folder.removesuffix("/") or asked.folder
    entries = files.list(f"{root}/{folder}" if folder else root)
    shown = [answers.file(entry, f"{folder}/{entry.path}" if folder else entry.path) for entry in entries]
    return {"root_uri": asked.place, **({"files": shown} if shown else {})}
