"""The REST interface under /api/v1, its OpenAPI document and its docs.

    routes (this package) → lineal.catalogue → lineal.store

`install` adds it to an application. What stays out: rules, SQL, and the gRPC-Web door (grpc_web.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from lineal import pages
from lineal.catalogue import Catalogue
from lineal.files import ArtifactsRoot
from lineal.server.rest import (
    audit_routes,
    change_routes,
    curve_routes,
    docs_page,
    file_routes,
    group_routes,
    home_routes,
    lineage_routes,
    metric_routes,
    node_routes,
    openlineage_routes,
    problems,
    problems_page,
    store_routes,
    web_ui_routes,
)
from lineal.server.rest.body_limit import BodyLimit
from lineal.server.rest.described import describe
from lineal.server.rest.parameters import refuse_nul, refuse_unknown

PREFIX = "/api/v1"
_RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request is wrong; a search or filter says where.", "content": problems.CONTENT},
    404: {"description": "There is no such thing.", "content": problems.CONTENT},
    409: {"description": "The store cannot do this in its present state.", "content": problems.CONTENT},
    413: {"description": "The request is too large.", "content": problems.CONTENT},
    422: {"description": "A parameter is outside its limits.", "content": problems.CONTENT},
    503: {"description": "The database cannot be reached.", "content": problems.CONTENT},
}
_MODULES = (
    node_routes,
    change_routes,
    metric_routes,
    curve_routes,
    lineage_routes,
    openlineage_routes,
    group_routes,
    home_routes,
    store_routes,
    web_ui_routes,
    audit_routes,
)


class _PlainRouter(APIRouter):
    """A router that leaves out the models of answers.

    A route writes its answer itself, so only the description needs the models, and building them takes longer than
    everything else at the start of a server.
    """

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a route."""
        super().add_api_route(path, endpoint, **{**options, "response_model": None})


def install(app: FastAPI, catalogue: Catalogue, root: ArtifactsRoot) -> None:
    """Add the REST interface to an application, over a store and the files of runs."""
    app.router.routes.extend(_routes(catalogue, root, _PlainRouter))
    app.add_middleware(BodyLimit, path=PREFIX)
    problems.install(app)
    problems_page.add(app)
    _add_description(app, catalogue, root)


def _routes(catalogue: Catalogue, root: ArtifactsRoot, router_class: type[APIRouter]) -> list[Any]:
    dependencies = [Depends(refuse_nul), Depends(refuse_unknown)]
    router = router_class(prefix=PREFIX, responses=_RESPONSES, dependencies=dependencies)
    for module in _MODULES:
        module.add(router, catalogue)
    file_routes.add(router, catalogue, root)
    return router.routes


def _add_description(app: FastAPI, catalogue: Catalogue, root: ArtifactsRoot) -> None:
    """Serve the OpenAPI document and its page, with the prefix under which the request came."""
    app.openapi = partial(_describe, app, catalogue, root)  # type: ignore[method-assign]  # FastAPI's way to extend it

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> JSONResponse:
        prefix = request.scope.get("root_path", "")
        guide = {"description": "A guide with examples", "url": pages.REST.address(prefix)}
        return JSONResponse({**app.openapi(), "servers": [{"url": prefix or "/"}], "externalDocs": guide})

    docs_page.add(app, app.openapi)


def _describe(app: FastAPI, catalogue: Catalogue, root: ArtifactsRoot) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    if not app.openapi_schema:
        described = {route.operation_id: route for route in _routes(catalogue, root, APIRouter)}
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary="What machine-learning artifacts came from, and what became of them",
            routes=[described.get(getattr(route, "operation_id", None), route) for route in app.routes],
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        schemas["Problem"] = problems.SCHEMA
        describe(document)
        app.openapi_schema = document
    return app.openapi_schema
