"""A store with a small lineage: two data sets → training → model → evaluation → metrics."""

from __future__ import annotations

from pathlib import Path

import pytest

import lineal
from lineal.wire import metadata_store as pb


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('cli') / 'store.db'}"
    with lineal.connect(url) as store:
        _fill(store)
    return url


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LINEAL_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def _fill(store: lineal.MetadataStore) -> None:
    data = store.put_artifact_type(pb.ArtifactType(name="DataSet", properties={"rows": pb.INT}))
    model = store.put_artifact_type(pb.ArtifactType(name="Model", version="2"))
    step = store.put_execution_type(pb.ExecutionType(name="Step"))
    project = store.put_context_type(pb.ContextType(name="Project"))
    store.put_contexts([pb.Context(type_id=project, name="digits")])
    first = pb.Artifact(type_id=data, name="first", uri="file:///first", state=pb.Artifact.LIVE)
    first.properties["rows"].int_value = 60000
    first.custom_properties["owner"].string_value = "Käthe\n2"
    second, net, score = (
        pb.Artifact(type_id=t, name=n) for t, n in ((data, "second"), (model, "net"), (model, "score"))
    )
    store.put_execution(
        pb.Execution(type_id=step, name="train", last_known_state=pb.Execution.COMPLETE),
        [(first, pb.Event(type=pb.Event.INPUT)), (second, pb.Event(type=pb.Event.INPUT)), (net, OUTPUT)],
        [],
    )
    [net_id] = [artifact.id for artifact in store.get_artifacts_by_type("Model", "2")]
    used = pb.Event(type=pb.Event.INPUT, artifact_id=net_id)
    store.put_execution(pb.Execution(type_id=step, name="evaluate"), [(None, used), (score, OUTPUT)], [])


OUTPUT = pb.Event(type=pb.Event.OUTPUT)
