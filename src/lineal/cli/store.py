"""The store that a command reads, opened through the client like any program would."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

import lineal
from lineal.cli.arguments import required_url
from lineal.client import MetadataStore

_FILE_PREFIX = "sqlite:///"


@contextmanager
def opened_store(args: argparse.Namespace) -> Iterator[MetadataStore]:
    """Open the chosen store for reading and close it at the end; a missing SQLite file is not created."""
    store = lineal.connect(_existing(required_url(args)))
    try:
        yield store
    finally:
        store.close()


def _existing(url: str) -> str:
    if not url.startswith(_FILE_PREFIX) or "mode=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}mode=rw"
