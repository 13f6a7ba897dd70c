"""Fixtures for every test folder. What a fixture looks for and how it is found stands in `tests/services.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests import engines, services
from tests.engines import Engine
from tests.watch.kube import KUBECONFIG_VARIABLE, Api, KubeServer, running_kube

# How long an example takes says more of the machine than of the code.
settings.register_profile("lineal", deadline=None)
settings.load_profile("lineal")


@pytest.fixture(scope="session")
def official_python() -> Path:
    """The Python of the environment with the official `ml_metadata` package (read-only: install nothing into it)."""
    return services.require_official_python()


@pytest.fixture(scope="session")
def servers() -> Iterator[ExitStack]:
    """What stops the servers that were started, at the end of the session."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=engines.EVERY_ENGINE)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture
def database_url(engine: Engine, servers: ExitStack, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty store, or of a database to be one, on each engine in turn."""
    with engine.empty_url(servers, tmp_path) as url:
        yield url


@pytest.fixture
def fresh_database_url(engine: Engine, servers: ExitStack, tmp_path: Path) -> str:
    """The URL of a database that does not exist yet, on each engine in turn."""
    return engine.fresh_url(servers, tmp_path)


@pytest.fixture(scope="session")
def kube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeServer]:
    """A Kubernetes API server of our own, for all tests of a process that do not kill it."""
    with running_kube(tmp_path_factory.mktemp("kube")) as server:
        yield server


@pytest.fixture(scope="session")
def api(request: pytest.FixtureRequest) -> Api:
    """The API server that the environment names, or our own."""
    named = os.environ.get(KUBECONFIG_VARIABLE)
    own: Api = Api(Path(named)) if named else request.getfixturevalue("kube")
    return own


@pytest.fixture
def namespace(api: Api) -> str:
    """A new namespace of the API server."""
    return api.new_namespace()
