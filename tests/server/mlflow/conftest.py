"""A server over an empty store, with MLflow's interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engines import MARIADB, POSTGRESQL, SQLITE, Engine
from tests.server.mlflow.door import Door
from tests.server.rest.conftest import reading, serving

_SLOW = [pytest.param(engine, id=engine.name, marks=pytest.mark.slow) for engine in (MARIADB, POSTGRESQL)]


@pytest.fixture(params=[pytest.param(SQLITE, id="sqlite"), *_SLOW])
def door(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> Iterator[Door]:
    """The interface over an empty store of each engine in turn."""
    engine: Engine = request.param
    with (
        engine.empty_url(servers, tmp_path) as database,
        serving(database) as (service, url),
        reading(url) as client,
    ):
        yield Door(service, client)
