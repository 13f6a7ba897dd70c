"""MLflow's REST interface on the HTTP port: the door for MLflow's clients.

    routes (this package) → lineal.mlflow → lineal.service → lineal.store

`install` adds it to an application. What stays out: rules, and the OpenAPI document, which describes Lineal's own
interface.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from lineal.config import ServerSettings
from lineal.files import ArtifactsRoot
from lineal.mlflow import Tracking
from lineal.server.mlflow import artifact_routes, calls, run_files, server_routes
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.callers_files import CallersFiles
from lineal.service.file_records import FileRecords


def install(
    app: FastAPI,
    service: MetadataService,
    root: ArtifactsRoot,
    *,
    caller: Callable[[], Caller],
    settings: ServerSettings,
) -> None:
    """Add MLflow's interface to an application, over a store and the files of runs.

    Args:
        app: the application.
        service: the store.
        root: the files.
        caller: returns the current caller.
        settings: the limits.
    """
    tracking, records = Tracking(service, caller=caller), FileRecords(service)

    def files() -> CallersFiles:
        return CallersFiles(root, caller(), records)

    server_routes.add(app)
    run_files.add(app, tracking, files)
    calls.add(app, tracking, max_bytes=settings.max_message_bytes)
    artifact_routes.add(app, files, max_bytes=settings.limits.max_artifact_mib << 20)
