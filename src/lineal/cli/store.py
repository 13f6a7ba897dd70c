"""The store that a command works on, opened through the client like any program would; none is created."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from lineal.cli.arguments import required_url
from lineal.client import MetadataStore
from lineal.client.connection import settings_of_url
from lineal.client.store import database_transport
from lineal.config import DatabaseSettings, Use

if TYPE_CHECKING:
    from lineal.client.lifecycle import LifecycleStore

_Store = TypeVar("_Store", bound=MetadataStore)


def open_store(args: argparse.Namespace) -> MetadataStore:
    """Open the chosen store for reading; a database without a store is an error and stays as it is."""
    return _open(MetadataStore, required_url(args), use=Use.READ)


def open_lifecycle_store(args: argparse.Namespace) -> LifecycleStore:
    """Open the chosen store for deleting; a database without a store is an error."""
    from lineal.client.lifecycle import LifecycleStore

    return _open(LifecycleStore, required_url(args), use=Use.CHANGE)


def _open(kind: type[_Store], url: str, *, use: Use) -> _Store:
    settings = settings_of_url(url)
    if isinstance(settings, DatabaseSettings):
        return kind.from_transport(database_transport(replace(settings, use=use)))
    return kind.from_url(url)
