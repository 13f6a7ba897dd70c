"""The HTTP application: health, readiness and version, the REST interface (rest/) and gRPC-Web (grpc_web.py).

What stays out: listening (`http_door.py`).
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse

import lineal
from lineal.catalogue import Catalogue
from lineal.config import ServerSettings
from lineal.server import grpc_web, mlflow, openlineage, rest
from lineal.server.artifacts_root import opened_root
from lineal.server.auth.guard import OPEN, Guard
from lineal.server.auth.http_guard import add_guard
from lineal.server.compression import PlainBodies
from lineal.server.connection_route import add_connection
from lineal.server.http_headers import add_headers
from lineal.server.http_limits import add_head_limits, add_limits
from lineal.server.http_methods import add_head
from lineal.server.http_origins import add_origins
from lineal.server.observing.http_calls import add_calls, add_metrics
from lineal.server.readiness import Readiness
from lineal.server.rpcs import SERVICE_NAME
from lineal.server.site import add_site
from lineal.server.web_ui import add_elsewhere, add_web_ui, built_web_ui
from lineal.service import MetadataService


def create_app(
    readiness: Readiness,
    service: MetadataService,
    catalogue: Catalogue,
    settings: ServerSettings,
    guard: Guard = OPEN,
) -> FastAPI:
    """Return the application over a store and the state of its database, behind a guard."""
    # FastAPI's own pages of documentation load scripts from elsewhere; the server must work without the internet. Its
    # redirects to a path with or without a slash name the host of the request, which anybody can choose.
    app = FastAPI(title="Lineal", version=lineal.__version__, openapi_url=None, redirect_slashes=False)
    _add_state(app, readiness)
    add_metrics(app)
    root = opened_root(settings)
    # The first route that fits answers: programs log often, and people wait for pages, not for routes.
    openlineage.install(app, service, caller=guard.caller, settings=settings)
    mlflow.install(app, service, root, caller=guard.caller, settings=settings)
    rest.install(app, catalogue, root)
    add_connection(app, settings)
    grpc_web.add(app, service, max_bytes=settings.max_message_bytes, guard=guard, limits=settings.limits)
    add_web_ui(app, built_web_ui(), image_origins=settings.image_origins)
    add_site(app)
    app.add_middleware(PlainBodies, limits=settings.limits, max_bytes=settings.max_message_bytes)
    add_limits(app, settings.limits, guard)
    if guard.authenticator:
        add_guard(app, guard.authenticator)
    add_elsewhere(app, built_web_ui(), image_origins=settings.image_origins)
    add_origins(app, settings)
    add_head_limits(app)
    add_headers(app, settings)
    add_head(app)
    add_calls(app)
    return app


def _add_state(app: FastAPI, readiness: Readiness) -> None:
    @app.get("/healthz", summary="Whether the process runs")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether the database answers", responses={503: {"description": "It does not."}})
    def readyz() -> JSONResponse:
        reason = readiness.reason
        if not reason:
            caution = {"caution": readiness.caution} if readiness.caution else {}
            return JSONResponse({"status": "ready", **caution})
        return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)

    @app.get("/version", summary="What is running")
    def version() -> dict[str, str]:
        return {"name": "lineal", "version": lineal.__version__, "service": SERVICE_NAME}
