"""/docs: the documentation site as it was built, for everybody, and what to do where it was not.

All links of the site are relative, so it works under any path prefix of a proxy. What stays out: the pages (docs/),
headers (http_headers.py), and /docs/problems (rest/problems_page.py), which does not need the site.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from lineal import pages

_SUFFIX = ".html"
_MISSING_PAGE = "404.html"
_ASK_AGAIN = "no-cache"
_FOR_EVER = "private, max-age=31536000, immutable"
"""For files that pages name with a digest of their content; private, because anybody can ask with a wrong digest."""
_DIGEST = re.compile(r"v=[0-9a-f]+")
_RELATIVE = re.compile(r'\b(href|src|action|data-content_root)="(?![a-z]+:|[/#])')
_NOT_BUILT = "The documentation has not been built. In a checkout, run `make site`, which needs Python 3.11 or newer."


def is_public(path: str) -> bool:
    """Say whether the path of a request is one of the documentation, which needs no login."""
    return path == pages.ADDRESS or path.startswith(f"{pages.ADDRESS}/")


def add_site(app: FastAPI, folder: Path | None = None) -> None:
    """Add the site to an application; to be added after the routes under /docs.

    Args:
        app: the application.
        folder: where the site is built, now or later; by default in the package.
    """

    # Relative, and not with the host of the request, which anybody can choose.
    @app.get(pages.ADDRESS, include_in_schema=False)
    def start(request: Request) -> Response:
        return RedirectResponse(f"{request.url.path.rpartition('/')[2]}/")

    app.mount(pages.ADDRESS, _Site(folder or pages.site_folder()))


class _Site(StaticFiles):
    """The files of the site, whose folder may come and go while the server runs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._folder = folder

    async def check_config(self) -> None:
        """Let the folder be missing."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, the start page of a folder, PAGE.html for PAGE, or the page for wrong addresses.

        Raises:
            HTTPException: the address has no page and the client is no browser, or the method is not GET or HEAD.
        """
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        return await run_in_threadpool(self._found, path, scope)

    def _found(self, path: str, scope: Scope) -> Response:
        try:
            page = f"{path}{_SUFFIX}"
            file, status = self.lookup_path(path)
            is_folder = status is not None and stat.S_ISDIR(status.st_mode)
            if is_folder and self.lookup_path(f"{path}/{pages.START}")[1] is not None:
                if not scope["path"].endswith("/"):
                    return RedirectResponse(f"{Path(path).name}/")
                file, status = self.lookup_path(f"{path}/{pages.START}")
            elif (status is None or is_folder) and self.lookup_path(page)[1] is not None:
                if scope["path"].endswith("/"):
                    return RedirectResponse(f"../{Path(page).name}")
                file, status = self.lookup_path(page)
        except (OSError, ValueError):  # a name that is too long, or holds NUL
            status = None
        if status is None or not stat.S_ISREG(status.st_mode):
            return self._missing(path, scope)
        response = self.file_response(file, status, scope)
        is_constant = _DIGEST.fullmatch(scope["query_string"].decode("latin-1"))
        response.headers["Cache-Control"] = _FOR_EVER if is_constant else _ASK_AGAIN
        return response

    def _missing(self, path: str, scope: Scope) -> Response:
        """Return the page for a browser that asks for one that is not there."""
        is_built = (self._folder / pages.START).is_file()
        if "text/html" not in Headers(scope=scope).get("accept", ""):
            raise HTTPException(404, None if is_built else _NOT_BUILT)
        if not is_built:
            return _note(_NOT_BUILT.replace("`make site`", "<code>make site</code>"))
        page = self._folder / _MISSING_PAGE
        if not page.is_file():
            return _note("The documentation has no such page.")
        up = "../" * path.count("/") + ("../" if scope["path"].endswith("/") and path != "." else "")
        text = _RELATIVE.sub(lambda found: f"{found[0]}{up}", page.read_text("utf-8"))
        return HTMLResponse(text, 404, headers={"Cache-Control": _ASK_AGAIN})


def _note(text: str) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Lineal</title><p>{text}</p></html>',
        404,
        headers={"Cache-Control": _ASK_AGAIN},
    )
