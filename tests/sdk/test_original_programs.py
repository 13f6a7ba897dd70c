"""Programs written for the original SDK run unchanged, and both SDKs read each other's records."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kubeflow.metadata import metadata
from lineal.wire import metadata_store as pb
from tests.serving import running_server

PROGRAM = """
from kubeflow.metadata import metadata
from ml_metadata.proto import metadata_store_pb2 as mlpb

class Feature(metadata.Artifact):
    ARTIFACT_TYPE_NAME = "example.org/feature"
    def __init__(self, uri):
        self.uri, self.id = uri, None
    def serialization(self):
        return mlpb.Artifact(uri=self.uri, properties={"n": mlpb.Value(int_value=1)})

store = metadata.Store(grpc_host=HOST, grpc_port=PORT)
ws = metadata.Workspace(store=store, name="ws", description="a workspace", labels={"n1": "v1"})
run = metadata.Run(workspace=ws, name="run", description="a run")
exec = metadata.Execution(name="execution", workspace=ws, run=run, description="an execution")
feature = exec.log_input(Feature("file://f"))
model = exec.log_output(metadata.Model(name="MNIST", uri="gcs://m", version="1", labels={"l": "1"}))
assert ws.list(metadata.Model.ARTIFACT_TYPE_NAME)[0]["labels"] == {"l": "1"}
assert {e.artifact_id for e in ws.store.get_events_by_execution_ids([exec.id])} == {feature.id, model.id}
print("done")
"""

ARGUMENTS = {
    "Store": ["grpc_host", "grpc_port", "root_certificates", "private_key", "certificate_chain"],
    "Workspace": ["store", "name", "description", "labels", "reuse_workspace_if_exists", "backend_url_prefix"],
    "Run": ["workspace", "name", "description"],
    "Execution": ["name", "workspace", "run", "description"],
    "DataSet": ["uri", "name", "workspace", "description", "owner", "version", "query", "labels", "kwargs"],
    "Model": [
        *["uri", "name", "workspace", "description", "owner", "version"],
        *["model_type", "training_framework", "hyperparameters", "labels", "kwargs"],
    ],
    "Metrics": [
        *["uri", "name", "workspace", "description", "owner"],
        *["data_set_id", "model_id", "metrics_type", "values", "labels", "kwargs"],
    ],
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_arguments_are_those_of_the_original_in_its_order(name: str) -> None:
    parameters = inspect.signature(getattr(metadata, name)).parameters.values()
    names = [parameter.name for parameter in parameters if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]
    assert names == ARGUMENTS[name]


def test_a_program_for_the_original_runs_against_a_server(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path}/metadata.db") as server:
        host, _, port = server.address.rpartition(":")
        program = f"HOST, PORT = {host!r}, {port}\n{PROGRAM}"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_the_types_of_metrics_have_their_names() -> None:
    kinds = metadata.Metrics
    names = (kinds.TRAINING, kinds.VALIDATION, kinds.TESTING, kinds.PRODUCTION)
    assert names == ("training", "validation", "testing", "production")


def test_the_names_of_the_custom_properties_are_where_programs_look() -> None:
    names = (metadata._WORKSPACE_PROPERTY_NAME, metadata._RUN_PROPERTY_NAME, metadata._ALL_META_PROPERTY_NAME)
    assert names == ("__kf_workspace__", "__kf_run__", "__ALL_META__")


def test_a_record_of_the_original_is_listed_found_by_label_and_found_again(store: metadata.Store) -> None:
    workspace = metadata.Workspace(store, "shared")
    execution = metadata.Execution("serve", workspace)
    artifact_id = _write_as_the_original(workspace)
    [listed] = workspace.list(labels={"a_label": "some-v\u00e4lue"})
    assert (listed["id"], listed["uri"], listed["kwargs"]) == (artifact_id, "gcs://m", {"extra": 3})
    assert "run" not in listed
    assert execution.log_input(metadata.Model(name="MNIST", uri="gcs://m", version="v1")).id == artifact_id


def _write_as_the_original(workspace: metadata.Workspace) -> int:
    """Store a model as the original 0.3.1 did before it knew contexts: no attribution, JSON with ASCII alone."""
    meta = {
        "workspace": None,
        "name": "MNIST",
        "uri": "gcs://m",
        "version": "v1",
        "labels": {"a_label": "some-v\u00e4lue"},
    }
    texts = {"name": "MNIST", "version": "v1", "create_time": "2020-04-20T13:21:12.320745Z"}
    texts["__ALL_META__"] = json.dumps({**meta, "id": None, "kwargs": {"extra": 3}})
    artifact = pb.Artifact(
        type_id=workspace.store.get_artifact_type("kubeflow.org/alpha/model").id,
        uri="gcs://m",
        properties={name: pb.Value(string_value=text) for name, text in texts.items()},
        custom_properties={"__kf_workspace__": pb.Value(string_value="shared")},
    )
    [artifact_id] = workspace.store.put_artifacts([artifact])
    return artifact_id


def test_types_that_another_server_registered_are_used_and_extended(store: metadata.Store) -> None:
    known = pb.ArtifactType(name="kubeflow.org/alpha/model", properties={"name": pb.STRING, "site": pb.INT})
    type_id = store.store.put_artifact_type(known)
    metadata.Execution("train", metadata.Workspace(store, "shared"))
    extended = store.store.get_artifact_type("kubeflow.org/alpha/model")
    assert extended.id == type_id
    assert {"name", "site", "model_type", "__ALL_META__"} <= set(extended.properties)
