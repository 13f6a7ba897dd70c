"""What MLflow's clients ask of a server before they call it: whether it is there, its version, and what it offers."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from lineal.server.mlflow import answers

VERSION = "3.17.0"
"""The version of MLflow's interface that is served."""
HEALTH = ("/health", "/mlflow/health")
INFO = ("/api/3.0/mlflow/server-info", "/mlflow/api/3.0/mlflow/server-info")
OPEN = frozenset({*HEALTH, *INFO})
"""What is answered without a login, as clients ask it before they have one."""


def add(app: FastAPI) -> None:
    """Add the routes to an application."""
    for path in HEALTH:
        app.add_api_route(path, _health, include_in_schema=False)
    for path in INFO:
        app.add_api_route(path, _info, include_in_schema=False)
    app.add_api_route("/mlflow/version", _version, include_in_schema=False)


def _health() -> PlainTextResponse:
    return PlainTextResponse("OK")


def _version() -> PlainTextResponse:
    return PlainTextResponse(VERSION)


def _info() -> object:
    return answers.answer(
        {
            "store_type": "SqlStore",
            "workspaces_enabled": True,
            "trace_archival_enabled": False,
            "multipart_uploads_enabled": False,
            "multipart_downloads_enabled": False,
        }
    )
