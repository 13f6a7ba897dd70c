"""The route that says how programs reach this server: the port of gRPC, and whether it needs TLS and a token.

The web UI writes the first steps of a new user with it. What stays out: the name of the host, which is the one under
which the caller reached the server.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI, Request

from lineal.config import ServerSettings
from lineal.security import is_loopback


@dataclass(frozen=True)
class Connection:
    """How programs reach a server.

    Attributes:
        grpc_port: the port of gRPC.
        http_port: the port of the web UI and REST; another one in the browser means that a proxy is in between.
        tls: whether both need TLS.
        login: how callers can log in (token, oidc, cert, kubeflow); none if they need not.
        local_only: whether the server listens on a loopback address, which only this machine reaches.
    """

    grpc_port: int
    http_port: int
    tls: bool
    login: list[str]
    local_only: bool


def add_connection(app: FastAPI, settings: ServerSettings) -> None:
    """Add the route to an application."""

    @app.get("/api/v1/connection", summary="How programs reach this server", operation_id="connection", tags=["store"])
    def connection(request: Request) -> Connection:
        taken = request.app.state
        return Connection(
            grpc_port=getattr(taken, "grpc_port", settings.grpc_port),
            http_port=getattr(taken, "http_port", settings.http_port or 0),
            tls=settings.tls.is_on,
            login=list(settings.access.auth),
            local_only=is_loopback(settings.host),
        )


def note_ports(app: FastAPI, grpc: str, http: str) -> None:
    """Tell an application the ports that were taken, which settings may leave to the system; each is in `host:port`."""
    app.state.grpc_port, app.state.http_port = (int(address.rpartition(":")[2]) for address in (grpc, http))
