"""The route that lists the files of a run, for clients that do not ask the artifact proxy themselves.

What stays out: files that are not kept here, which clients list where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from lineal import errors
from lineal.files import path_of_uri
from lineal.mlflow import Tracking
from lineal.server.mlflow import answers
from lineal.server.mlflow.calls import PREFIXES, WORKSPACE_HEADER, require_storable
from lineal.server.mlflow.named_routes import NamedRoute
from lineal.server.transfers import ROOTS
from lineal.service.callers_files import CallersFiles


def add(app: FastAPI, tracking: Tracking, files: Callable[[], CallersFiles]) -> None:
    """Add the route to an application; it must come before the one of all calls."""

    async def answer(request: Request) -> Response:
        found = await run_in_threadpool(_listed, tracking, files(), request)
        return answers.answer(found)

    for before in ROOTS:
        for prefix in PREFIXES:
            app.router.routes.append(
                NamedRoute(f"{before}{prefix}/artifacts/list", answers.answered(answer), methods=["GET"])
            )


def _listed(tracking: Tracking, files: CallersFiles, request: Request) -> dict[str, Any]:
    query = request.query_params
    require_storable(dict(query))
    asked = {name: query[name] for name in ("run_id", "run_uuid") if name in query}
    run = tracking.call("runs/get", asked, workspace=request.headers.get(WORKSPACE_HEADER, ""))["run"]
    place = run["info"]["artifact_uri"]
    folder = path_of_uri(place)
    if folder is None:
        raise errors.UnimplementedError(f"the files of this run are at {place}, and are listed there")
    path = query.get("path", "")
    entries = files.list(f"{folder}/{path}" if path else folder)
    shown = [
        {"path": f"{path}/{entry.path}" if path else entry.path, "is_dir": entry.is_dir}
        | ({} if entry.is_dir else {"file_size": entry.file_size})
        for entry in entries
    ]
    return {"root_uri": place, **({"files": shown} if shown else {})}
