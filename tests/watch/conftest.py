"""One API server for all tests of a process that do not kill it, and a namespace for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.watch.kube import KUBECONFIG_VARIABLE, Api, KubeServer, running_kube


@pytest.fixture(scope="session")
def kube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeServer]:
    """An API server of our own."""
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
    return api.new_namespace()
