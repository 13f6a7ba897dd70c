"""Routes of Starlette that the metrics of requests can name."""

from __future__ import annotations

from starlette.routing import Match, Route
from starlette.types import Scope


class NamedRoute(Route):
    """A route that the metrics of requests can name, as FastAPI's own."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for this route, and add what the request gets from it."""
        match, found = super().matches(scope)
        return match, {**found, "route": self}
