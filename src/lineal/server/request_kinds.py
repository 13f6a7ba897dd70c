"""Which requests differ from most: those that transfer files, and those that bring events of OpenLineage.

The bodies of files may be long, come slowly and go as they are. Those of events may be long and compressed, and their
clients give up soon. What stays out: the routes (mlflow/artifact_routes.py, openlineage/), and what follows from it
(http_limits.py, compression.py, http_headers.py and others).
"""

from __future__ import annotations

from starlette.types import Scope

from lineal.server.route_paths import route_path

ROOTS = ("", "/mlflow")
"""What can stand before the prefixes: MLFLOW_TRACKING_URI is the address of the server, or that with /mlflow."""
PREFIXES = tuple(f"{root}/{kind}/2.0/mlflow-artifacts" for root in ROOTS for kind in ("api", "ajax-api"))
"""The prefixes of MLflow's artifact proxy."""
_FILES = tuple(f"{prefix}/artifacts/" for prefix in PREFIXES)

ONE_EVENT = "/api/v1/lineage"
EVENTS = "/api/v1/lineage/batch"
_OF_EVENTS = frozenset({ONE_EVENT, EVENTS})
RETRY_AFTER = {"Retry-After": "1"}
"""Goes with every 503 to an event, and with nothing else: clients repeat whatever comes with it."""


def is_transfer(scope: Scope) -> bool:
    """Say whether an HTTP request uploads or downloads a file."""
    return route_path(scope).startswith(_FILES)


def is_event(scope: Scope) -> bool:
    """Say whether an HTTP request brings events."""
    return scope["type"] == "http" and scope["method"] == "POST" and route_path(scope) in _OF_EVENTS
