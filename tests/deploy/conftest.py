"""The cluster of the tests of the manifests, and a table of what was checked by what."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.deploy.cluster import Cluster
from tests.watch.kube import KubeServer


@pytest.fixture
def cluster(kube: KubeServer) -> Cluster:
    """A real API server of our own, never one that somebody uses; its namespace `kubeflow` is empty."""
    made = Cluster(kube)
    made.empty()
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print which kinds of objects were checked by what, with the number of checks that passed."""
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for report in terminalreporter.getreports("passed"):
        if report.when == "call":
            for kind, by, _ in (value for name, value in report.user_properties if name == "checked"):
                counts[kind][by] += 1
    if counts:
        terminalreporter.section("what checked the manifests")
    for kind in sorted(counts):
        terminalreporter.line(f"{kind}: " + ", ".join(f"{by} {count}" for by, count in sorted(counts[kind].items())))
