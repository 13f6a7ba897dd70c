"""Routes of Starlette that the metrics of requests can name."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from starlette.routing import Match, Route
from starlette.types import Scope

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
"""The methods of routes that refuse those that they do not serve themselves."""


class NamedRoute(Route):
    """A route that the metrics of requests can name, as FastAPI's own; other addresses pass it quickly."""

    def __init__(self, path: str, *given: Any, **options: Any) -> None:
        """Take a path and what else a route takes."""
        super().__init__(path, *given, **options)
        # Line breaks, which keys of tags can have, are characters like others.
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z", re.DOTALL)
        self._start = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for this route, and add what the request gets from it."""
        if self._start not in scope["path"]:
            return Match.NONE, {}
        match, found = super().matches(scope)
        return match, {**found, "route": self}


class CallRoute(NamedTuple):
    """What the metrics and the log of requests call a request whose route is that of all calls.

    Attributes:
        path: the prefix of the route, and the name of the call.
    """

    path: str
