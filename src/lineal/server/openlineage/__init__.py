"""OpenLineage on the server: events on the HTTP port, from Airflow, Spark, dbt, Flink and others, and sending.

    routes (this package) → lineal.openlineage → lineal.service → lineal.store

`install` adds the routes to an application; `outbox.py` sends what any door records. What stays out: rules.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from lineal.config import ServerSettings
from lineal.openlineage import Receiver
from lineal.server.openlineage import routes
from lineal.server.openlineage.bodies import Bodies
from lineal.service import MetadataService
from lineal.service.access import Caller


def install(app: FastAPI, service: MetadataService, *, caller: Callable[[], Caller], settings: ServerSettings) -> None:
    """Add the routes for events to an application over a store.

    Args:
        app: the application.
        service: the store.
        caller: returns the current caller.
        settings: the rules for workspaces, and the limits.
    """
    receiver = Receiver(service, caller=caller, settings=settings.openlineage)
    routes.add(app, receiver, Bodies(settings.max_message_bytes))
    routes.add_schemas(app)
