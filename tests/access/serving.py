"""Both doors of a server in this process, with what protects them, over a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from lineal.catalogue import Catalogue
from lineal.catalogue.search_calls import serve_searches
from lineal.config import DatabaseSettings, ServerSettings
from lineal.server.auth.guard import guard_of
from lineal.server.grpc_door import GrpcDoor
from lineal.server.http_app import create_app
from lineal.server.http_door import HttpDoor
from lineal.server.readiness import Readiness
from lineal.service import MetadataService
from lineal.service.access import Role
from lineal.upkeep.opening import open_service
from lineal.upkeep.tokens import Tokens
from tests.serving import ENGINE


@dataclass(frozen=True)
class Served:
    """A server: its service, its addresses (`host:port`), and its application."""

    service: MetadataService
    grpc: str
    http: str
    app: Any
    leave: Callable[[], None]
    stop: Callable[[], None]

    def token(self, role: Role = Role.READER, *workspaces: str) -> str:
        """Return a new token."""
        return Tokens(self.service).create("somebody", role, workspaces=workspaces or None)


@contextmanager
def serving(url: str = "sqlite://", **settings: Any) -> Iterator[Served]:
    """Serve a database behind the protection that the settings say."""
    settings.setdefault("grpc_engine", "auto" if "tls" in settings else ENGINE)
    given = ServerSettings(DatabaseSettings(url), grpc_port=0, http_port=0, **settings)
    with ExitStack() as stack:
        service = stack.enter_context(open_service(given.database))
        service.database.limits = given.limits
        guard = guard_of(service, given.access)
        catalogue = Catalogue(service, caller=guard.caller)
        serve_searches(service, catalogue.index)
        app = create_app(Readiness(service), service, catalogue, given, guard)
        http_door = HttpDoor(app, host=given.host, port=0, tls=given.tls, limits=given.limits)
        stack.callback(http_door.stop)
        grpc_door = GrpcDoor(service, given, guard)
        stack.callback(grpc_door.stop, 1)
        grpc_door.start()
        http_door.start()

        def leave() -> None:
            grpc_door.leave()
            http_door.leave()

        yield Served(service, grpc_door.address, http_door.address, app, leave, lambda: grpc_door.stop(10))


@contextmanager
def asking(served: Served, *, token: str = "", **options: Any) -> Iterator[httpx.Client]:
    """Give a client of the HTTP door."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    scheme = "https" if "verify" in options else "http"
    with httpx.Client(base_url=f"{scheme}://{served.http}", headers=headers, timeout=30, **options) as client:
        yield client
