"""Bookmarks, which an API server sends with its watch cache: a quiet stream keeps a resource version that is young."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal.watch.cluster import reflector
from tests.watch.kube import pod, running_kube
from tests.watch.watching import CLUSTER, Watching, eventually, watching


def noted(running: Watching) -> int:
    """The resource version up to which the stream of Pods was read, 0 for none."""
    context = running.store.get_context_by_type_and_name("lineal.dev/watch_progress", CLUSTER)
    return int(context.custom_properties["Pod/v1@default"].string_value or 0) if context else 0


@pytest.mark.slow
def test_a_bookmark_moves_the_version_of_a_namespace_that_has_no_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reflector, "WATCH_SECONDS", 6)
    with (
        running_kube(tmp_path, watch_cache=True) as kube,
        watching(kube.kubeconfig, namespaces=("default",)) as running,
    ):
        eventually(lambda: noted(running))
        made = kube.create(f"/api/v1/namespaces/{kube.new_namespace()}/pods", pod("elsewhere"))
        eventually(lambda: noted(running) >= int(made["metadata"]["resourceVersion"]), timeout=60)

        assert running.metrics.value("lists_total", kind="Pod/v1@default") == 1
        assert running.metrics.value("events_total", kind="Pod/v1", verb="added") == 0
