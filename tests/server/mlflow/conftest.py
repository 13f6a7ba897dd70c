"""A server with MLflow's interface, and a workspace of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import httpx
import pytest

from lineal.service import MetadataService
from tests.engines import MARIADB, POSTGRESQL, SQLITE, Engine
from tests.server.mlflow.door import Door
from tests.server.rest.conftest import reading, serving

_SLOW = [pytest.param(engine, id=engine.name, marks=pytest.mark.slow) for engine in (MARIADB, POSTGRESQL)]


_WORKSPACES = count(1)


@pytest.fixture(scope="module", params=[pytest.param(SQLITE, id="sqlite"), *_SLOW])
def served(
    request: pytest.FixtureRequest, servers: ExitStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MetadataService, str]]:
    """A server over a store of each engine in turn: its service and its address."""
    engine: Engine = request.param
    folder = tmp_path_factory.mktemp("mlflow")
    with (
        engine.empty_url(servers, folder) as database,
        serving(database, max_message_mib=2, artifacts_root=str(folder / "files")) as found,
    ):
        yield found


@pytest.fixture
def door(served: tuple[MetadataService, str]) -> Iterator[Door]:
    """The interface, in an empty workspace."""
    service, url = served
    workspace = f"w{next(_WORKSPACES)}"
    with reading(url) as client:
        client.headers = httpx.Headers({"X-MLFLOW-WORKSPACE": workspace})
        yield Door(service, client, workspace)
