"""The stores, made once, and copies of them for tests that write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.stores import Stores, copied, make_stores


@pytest.fixture(scope="session")
def stores_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of the stores."""
    return tmp_path_factory.mktemp("access")


@pytest.fixture(scope="session")
def stores(stores_folder: Path) -> Iterator[Stores]:
    """The stores, only to be read."""
    made = make_stores(stores_folder)
    yield made
    made.close()


@pytest.fixture
def own_stores(stores: Stores, stores_folder: Path, tmp_path: Path) -> Iterator[Stores]:
    """Stores to write to."""
    made = copied(stores_folder, tmp_path)
    yield made
    made.close()
