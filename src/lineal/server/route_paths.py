"""The path of a request as the routes of this server know it."""

from __future__ import annotations

from starlette.types import Scope


def route_path(scope: Scope) -> str:
    """Return the path without the prefix under which a proxy shows the server."""
    path: str = scope["path"]
    prefix = scope.get("root_path", "")
    is_inside = prefix and (path == prefix or path.startswith(f"{prefix}/"))
    return path[len(prefix) :] or "/" if is_inside else path
