"""The web page on the HTTP port: its files, and the one document behind all of its addresses.

The document names its own root relative to the address that it is asked under, so that the page works under any path
prefix, whether or not a proxy says which. What stays out: the page itself (ui/), headers (http_headers.py).
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse

_PLACES = ("artifacts", "executions", "runs", "workspaces", "lineage", "compare", "monitor", "types")
_OLD_PLACES = ("artifact_types/{type_name}/artifacts", "execution_types/{type_name}/executions")
_BASE = re.compile(r'<base href="[^"]*"\s*/?>')
# File names in assets/ carry a hash of what is in them.
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_NOT_BUILT = (
    "<!doctype html><title>Lineal</title><p>The page has not been built. In a checkout, run <code>make ui</code>. "
    'The data is at <a href="api/docs">api/docs</a>.'
)


def built_page() -> Path | None:
    """Return the folder of the built page, or None where it has not been built."""
    folder = Path(str(resources.files("lineal") / "ui" / "static"))
    return folder if (folder / "index.html").is_file() else None


def add_page(app: FastAPI, folder: Path | None) -> None:
    """Add the page to an application, or a note where it has not been built."""
    document = (folder / "index.html").read_text("utf-8") if folder else _NOT_BUILT
    for place in ("", *_PLACES):
        _add_document(app, f"/{place}", document, base="./")
    for place in _PLACES:
        _add_document(app, f"/{place}/{{node_id}}", document, base="../")
    for place in _OLD_PLACES:
        _add_document(app, f"/{place}/{{node_id}}", document, base="../../../")
    if folder:
        _add_files(app, folder)


def _add_document(app: FastAPI, path: str, document: str, *, base: str) -> None:
    body = _BASE.sub(f'<base href="{base}" />', document, count=1)

    @app.get(path, include_in_schema=False)
    def page() -> Response:
        return HTMLResponse(body, headers={"Cache-Control": _ASK_AGAIN})


def _add_files(app: FastAPI, folder: Path) -> None:
    """Serve exactly the files that were built: a name from a request never becomes a path."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name != "index.html":
            _add_file(app, f"/{name}", file, cache=_FOREVER if name.startswith("assets/") else _ASK_AGAIN)


def _add_file(app: FastAPI, path: str, file: Path, *, cache: str) -> None:
    @app.get(path, include_in_schema=False)
    def content() -> Response:
        return FileResponse(file, headers={"Cache-Control": cache})
