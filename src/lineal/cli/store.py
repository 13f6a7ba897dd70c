"""The store that a command works on, opened through the client like any program would; none is created."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from lineal.cli.arguments import required_url, whoami
from lineal.client import MetadataStore
from lineal.client.connection import settings_of_url
from lineal.client.store import database_transport
from lineal.client.transport import LocalTransport
from lineal.config import DatabaseSettings, Use
from lineal.service.access import Caller, Role
from lineal.upkeep.opening import open_service

if TYPE_CHECKING:
    from lineal.client.lifecycle import LifecycleStore


def open_store(args: argparse.Namespace) -> MetadataStore:
    """Open the chosen store for reading; a database without a store is an error and stays as it is."""
    url = required_url(args)
    settings = settings_of_url(url)
    if isinstance(settings, DatabaseSettings):
        return MetadataStore.from_transport(database_transport(replace(settings, use=Use.READ)))
    return MetadataStore.from_url(url)


def open_lifecycle_store(args: argparse.Namespace) -> LifecycleStore:
    """Open the chosen store for deleting, as the user who runs the command; a database without a store is an error."""
    from lineal.client.lifecycle import LifecycleStore

    url = required_url(args)
    settings = settings_of_url(url)
    if not isinstance(settings, DatabaseSettings):
        return LifecycleStore.from_url(url)
    service = open_service(replace(settings, use=Use.CHANGE))
    return LifecycleStore.from_transport(LocalTransport(service, caller=Caller(whoami(), Role.ADMIN)))
