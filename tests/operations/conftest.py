"""A service on an empty store of each engine, and one on a file for what does not depend on the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal.service import MetadataService, open_service


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """A service on each engine in turn."""
    with open_service(database_url) as opened:
        yield opened


@pytest.fixture
def local(tmp_path: Path) -> Iterator[MetadataService]:
    """A service on a SQLite file."""
    with open_service(f"sqlite:///{tmp_path / 'local.db'}") as opened:
        yield opened
