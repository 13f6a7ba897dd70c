"""The store that a command reads, opened through the client like any program would."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import lineal
from lineal.cli.arguments import required_url
from lineal.client import MetadataStore

if TYPE_CHECKING:
    from lineal.client.lifecycle import LifecycleStore

_FILE_PREFIX = "sqlite:///"


def open_store(args: argparse.Namespace) -> MetadataStore:
    """Open the chosen store for reading; a SQLite file that is missing is an error and not created."""
    return lineal.connect(_existing(required_url(args)))


def open_lifecycle_store(args: argparse.Namespace) -> LifecycleStore:
    """Open the chosen store for deleting; a SQLite file that is missing is an error and not created."""
    from lineal.client.lifecycle import LifecycleStore

    return LifecycleStore.from_url(_existing(required_url(args)))


def _existing(url: str) -> str:
    if not url.startswith(_FILE_PREFIX) or "mode=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}mode=rw"
