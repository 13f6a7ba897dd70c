"""MLflow's REST interface on the HTTP port: the door for MLflow's clients.

    routes (this package) → lineal.mlflow → lineal.service → lineal.store

`install` adds it to an application. What stays out: rules, and the OpenAPI document, which describes Lineal's own
interface.
"""

from __future__ import annotations

from fastapi import FastAPI

from lineal.mlflow import Tracking
from lineal.server.mlflow import calls, server_routes


def install(app: FastAPI, tracking: Tracking, *, max_bytes: int) -> None:
    """Add MLflow's interface to an application; a body may have `max_bytes` bytes."""
    server_routes.add(app)
    calls.add(app, tracking, max_bytes=max_bytes)
