"""The HTTP application: health, readiness and version. Further routes are mounted on it.

What stays out: listening (`http_door.py`).
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse

import lineal
from lineal.server.readiness import Readiness
from lineal.server.rpcs import SERVICE_NAME


def create_app(readiness: Readiness) -> FastAPI:
    """Return the application over the state of the database."""
    # FastAPI's own pages of documentation load scripts from elsewhere; the server must work without the internet.
    app = FastAPI(title="Lineal", version=lineal.__version__, docs_url=None, redoc_url=None)

    @app.get("/healthz", summary="Whether the process runs")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether the database answers")
    def readyz() -> JSONResponse:
        if readiness.ready:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "reason": "the database does not answer"}, status_code=503)

    @app.get("/version", summary="What is running")
    def version() -> dict[str, str]:
        return {"name": "lineal", "version": lineal.__version__, "service": SERVICE_NAME}

    return app
