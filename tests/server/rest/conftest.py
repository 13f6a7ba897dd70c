"""An HTTP application on a port of this process: over a store that the tests fill by RPCs, and over the tutorial's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings, ServerSettings
from lineal.sdk import tutorial
from lineal.server.http_app import create_app
from lineal.server.http_door import HttpDoor
from lineal.server.readiness import Readiness
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from tests.server.rest.shelf import Shelf


@contextmanager
def serving(url: str, **settings: Any) -> Iterator[tuple[MetadataService, str]]:
    """Serve a database over HTTP; give the service and the address."""
    given = ServerSettings(DatabaseSettings(url), **settings)
    with open_service(given.database) as service, Readiness(service) as readiness:
        app = create_app(readiness, service, Catalogue(service), given)
        door = HttpDoor(app, host="127.0.0.1", port=0)
        door.start()
        try:
            yield service, f"http://{door.address}"
        finally:
            door.stop()


@contextmanager
def reading(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


def _shelf() -> Iterator[Shelf]:
    with serving("sqlite://", max_message_mib=1) as (service, url), reading(url) as client:
        yield Shelf(service, client)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """An empty store to be filled, with the address at which it is served."""
    yield from _shelf()


@pytest.fixture(scope="module")
def kept_shelf() -> Iterator[Shelf]:
    """The same for all tests of a module, which fill it once and only read then."""
    yield from _shelf()


@pytest.fixture(scope="session")
def tutorial_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The REST interface over what the tutorial stores."""
    path: Path = tmp_path_factory.mktemp("rest") / "tutorial.db"
    tutorial.run(f"sqlite:///{path}", write=lambda line: None)
    with serving(f"sqlite:///{path}") as (_, url), reading(f"{url}/api/v1") as client:
        yield client
