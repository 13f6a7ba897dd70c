"""The web UI on the HTTP port: its files, and the one document behind all of its addresses.

The document names its own root relative to the address that it is asked under, so that the web UI works under any path
prefix, whether or not a proxy says which. What stays out: the web UI itself (ui/), headers (http_headers.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.routing import Match, Route
from starlette.types import Scope

_PLACES = ("artifacts", "executions", "runs", "workspaces", "lineage", "compare", "monitor", "types", "audit")
_OLD_PLACES = ("artifact_types/{type_name}/artifacts", "execution_types/{type_name}/executions")
_MLFLOW_PLACES = {"experiments/{experiment}": "../", "experiments/{experiment}/runs/{run}": "../../../"}
"""Where MLflow's clients say that an experiment and a run are, and the way from there to the place of the web UI."""
_LOOSE_FILES = ("theme.js", "icon.svg")
_DATA = ("api", "assets")
_BASE = re.compile(r'<base href="[^"]*"\s*/?>')
_ASK_AGAIN = "no-cache"
_NOT_BUILT = (
    "<!doctype html><title>Lineal</title><p>The web UI has not been built. In a checkout, run <code>make ui</code>. "
    'The data is at <a href="api/docs">api/docs</a>.'
)


def built_web_ui() -> Path | None:
    """Return the folder of the built web UI, or None where it has not been built."""
    folder = Path(str(resources.files("lineal") / "ui" / "static"))
    return folder if (folder / "index.html").is_file() else None


def add_web_ui(app: FastAPI, folder: Path | None, *, image_origins: Sequence[str] = ()) -> None:
    """Add the web UI to an application, or a note where it has not been built.

    Args:
        app: the application.
        folder: the folder of the built web UI, if it is built.
        image_origins: the origins whose pictures it shows.
    """
    document = _Document(folder, image_origins)
    for place in ("", *_PLACES):
        _add_document(app, f"/{place}", document, base="./")
    for place in _PLACES:
        _add_document(app, f"/{place}/{{node_id}}", document, base="../")
    for place in _OLD_PLACES:
        _add_document(app, f"/{place}/{{node_id}}", document, base="../../../")
    for place, base in _MLFLOW_PLACES.items():
        _add_document(app, f"/{place}", document, base=base)
    if folder:
        app.mount("/assets", _Assets(directory=folder / "assets"))
        for name in _LOOSE_FILES:
            _add_file(app, f"/{name}", folder / name)


def _add_document(app: FastAPI, path: str, document: _Document, *, base: str) -> None:
    @app.get(path, include_in_schema=False)
    def answer() -> Response:
        return document.answer(base)


def add_elsewhere(app: FastAPI, folder: Path | None, *, image_origins: Sequence[str] = ()) -> None:
    """Let the web UI say to a browser that nothing is at an address; others get that as data. To be added last."""
    document = _Document(folder, image_origins)

    def elsewhere(request: Request) -> Response:
        place = request.path_params["place"]
        if "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(404)
        if place.endswith("/"):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"../{place.rstrip('/').split('/')[-1]}{query}")
        return document.answer("../" * place.count("/") or "./", status=404)

    app.router.routes.append(_Elsewhere("/{place:path}", elsewhere))


class _Elsewhere(Route):
    """Every address that no other route has, for reading; those of data and of built files stay without an answer."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.FULL or child["path_params"]["place"].split("/")[0] in _DATA:
            return Match.NONE, {}
        return match, child


class _Document:
    """The one document, which names its root and the origins whose pictures it may show."""

    def __init__(self, folder: Path | None, image_origins: Sequence[str]) -> None:
        self._folder = folder
        self._origins = f'<meta name="image-origins" content="{" ".join(image_origins)}" />' if image_origins else ""

    def answer(self, base: str, *, status: int = 200) -> Response:
        # Read each time: the web UI may be built again while the server runs.
        document = (self._folder / "index.html").read_text("utf-8") if self._folder else _NOT_BUILT
        body = _BASE.sub(f'<base href="{base}" />{self._origins}', document, count=1)
        return HTMLResponse(body, status, headers={"Cache-Control": _ASK_AGAIN})


def _add_file(app: FastAPI, path: str, file: Path) -> None:
    @app.get(path, include_in_schema=False)
    def content() -> Response:
        return FileResponse(file, headers={"Cache-Control": _ASK_AGAIN})


class _Assets(StaticFiles):
    """The files whose names carry a hash of what is in them."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
