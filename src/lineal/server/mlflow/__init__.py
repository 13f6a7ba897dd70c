"""MLflow's REST interface on the HTTP port: the door for MLflow's clients.

    routes (this package) → lineal.mlflow → lineal.service → lineal.store

`install` adds it to an application. What stays out: rules, and the OpenAPI document, which describes Lineal's own
interface.
"""

from __future__ import annotations

from fastapi import FastAPI

from lineal.config import ServerSettings
from lineal.files import ArtifactsRoot
from lineal.mlflow import Tracking
from lineal.server.auth.guard import Guard
from lineal.server.mlflow import artifact_routes, calls, run_files, server_routes
from lineal.service import MetadataService


def install(
    app: FastAPI, service: MetadataService, root: ArtifactsRoot, *, guard: Guard, settings: ServerSettings
) -> None:
    """Add MLflow's interface to an application, over a store and the files of runs."""
    tracking = Tracking(service, caller=guard.caller)
    server_routes.add(app)
    run_files.add(app, tracking, root, caller=guard.caller)
    calls.add(app, tracking, max_bytes=settings.max_message_bytes)
    artifact_routes.add(app, root, caller=guard.caller, max_bytes=settings.limits.max_artifact_mib << 20)
