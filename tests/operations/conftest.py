"""A service on an empty store of each engine, and one on a file for what does not depend on the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from tests.operations.stores import fill


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


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with something of everything."""
    folder = tmp_path_factory.mktemp("sound")
    with open_service(f"sqlite:///{folder}/full.db") as service:
        fill(service)
    archive.backup(DatabaseSettings(f"sqlite:///{folder}/full.db"), folder / "full.zip")
    return folder / "full.zip"
