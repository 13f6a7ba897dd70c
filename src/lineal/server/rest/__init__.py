"""The REST interface under /api/v1, its OpenAPI document and its docs.

    routes (this package) → lineal.service.catalogue → lineal.store

`install` adds it to an application. What stays out: rules, SQL, and the gRPC-Web door (grpc_web.py).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from lineal.server.rest import (
    audit_routes,
    docs_page,
    group_routes,
    lineage_routes,
    node_routes,
    page_routes,
    problems,
    problems_page,
    store_routes,
)
from lineal.server.rest.body_limit import BodyLimit
from lineal.server.rest.parameters import refuse_nul, refuse_unknown
from lineal.service.catalogue import Catalogue

PREFIX = "/api/v1"
_PROBLEM = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request is wrong; a search or filter says where.", "content": _PROBLEM},
    404: {"description": "There is no such thing.", "content": _PROBLEM},
    409: {"description": "The store cannot do this in its present state.", "content": _PROBLEM},
    413: {"description": "The request is too large.", "content": _PROBLEM},
    422: {"description": "A parameter is outside its limits.", "content": _PROBLEM},
    503: {"description": "The database cannot be reached.", "content": _PROBLEM},
}
_MODULES = (node_routes, lineage_routes, group_routes, store_routes, page_routes, audit_routes)


def install(app: FastAPI, catalogue: Catalogue) -> None:
    """Add the REST interface to an application."""
    router = APIRouter(prefix=PREFIX, responses=_RESPONSES, dependencies=[Depends(refuse_nul), Depends(refuse_unknown)])
    for module in _MODULES:
        module.add(router, catalogue)
    app.include_router(router)
    app.add_middleware(BodyLimit, path=PREFIX)
    problems.install(app)
    problems_page.add(app)
    _add_description(app)


def _add_description(app: FastAPI) -> None:
    """Serve the OpenAPI document and its page, with the prefix under which the request came."""

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> JSONResponse:
        prefix = request.scope.get("root_path", "")
        return JSONResponse({**describe(app), "servers": [{"url": prefix or "/"}]})

    docs_page.add(app, lambda: describe(app))


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    if not app.openapi_schema:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary="What machine-learning artifacts came from, and what became of them",
            routes=app.routes,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["Problem"] = problems.SCHEMA
        app.openapi_schema = document
    return app.openapi_schema
