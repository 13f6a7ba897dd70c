"""Which requests transfer files: their bodies may be long, come slowly and go as they are.

What stays out: the routes (mlflow/artifact_routes.py), and what follows from it (http_limits.py, compression.py,
http_headers.py).
"""

from __future__ import annotations

from starlette.types import Scope

from lineal.server.route_paths import route_path

ROOTS = ("", "/mlflow")
"""What can stand before the prefixes: MLFLOW_TRACKING_URI is the address of the server, or that with /mlflow."""
PREFIXES = tuple(f"{root}/{kind}/2.0/mlflow-artifacts" for root in ROOTS for kind in ("api", "ajax-api"))
"""The prefixes of MLflow's artifact proxy."""
_FILES = tuple(f"{prefix}/artifacts/" for prefix in PREFIXES)


def is_transfer(scope: Scope) -> bool:
    """Say whether an HTTP request uploads or downloads a file."""
    return route_path(scope).startswith(_FILES)
