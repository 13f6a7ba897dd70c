"""The cluster of the tests of the manifests."""

from __future__ import annotations

import pytest

from tests.deploy.cluster import Cluster
from tests.watch.kube import Api


@pytest.fixture
def cluster(api: Api) -> Cluster:
    """A real API server, whose namespace `kubeflow` is empty."""
    made = Cluster(api)
    made.empty()
    return made
