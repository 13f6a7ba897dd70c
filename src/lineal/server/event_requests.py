"""Which requests bring events of OpenLineage: their bodies may be long and compressed, and their clients give up soon.

What stays out: the routes (openlineage/), and what follows from it (http_limits.py, compression.py and others).
"""

from __future__ import annotations

from starlette.types import Scope

from lineal.server.route_paths import route_path

ONE = "/api/v1/lineage"
BATCH = "/api/v1/lineage/batch"
_PATHS = frozenset({ONE, BATCH})
RETRY_AFTER = {"Retry-After": "1"}
"""Goes with every 503, and with nothing else: clients repeat whatever comes with it."""


def is_event(scope: Scope) -> bool:
    """Say whether an HTTP request brings events."""
    return scope["type"] == "http" and scope["method"] == "POST" and route_path(scope) in _PATHS
