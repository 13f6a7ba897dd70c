"""What a type checker must refuse, each in a line of its own: none of these types may be `Any`."""

from __future__ import annotations

from kubeflow.metadata import metadata
from ml_metadata.metadata_store import metadata_store, mlmd_types
from ml_metadata.proto import metadata_store_pb2
from ml_metadata.proto.metadata_store_service_pb2_grpc import MetadataStoreServiceStub

import lineal


def mistakes(client: lineal.MetadataStore, workspace: metadata.Workspace, training: metadata.Execution) -> None:
    metadata.Store(url=5)  # refused
    metadata.Workspace(workspace, name="digits")  # refused
    workspace.list(metadata.Model.ARTIFACT_TYPE_NAME + 1)  # refused
    workspace.list(labels=["stage"])  # refused
    training.log_input(None)  # refused
    training.log_output(metadata.Model(uri="file:///1", name="cnn")).version.upper()  # refused
    metadata.Model(uri="file:///1", name="cnn").update(lables={"stage": "test"})  # refused
    training.log_output(metadata.Model(uri="file:///1", name="cnn"), on_existing="renew")  # refused
    metadata.Metrics(uri="file:///1", name="scores", values=[0.9])  # refused
    lineal.connect(5)  # refused
    lineal.conect("sqlite://")  # refused
    print(lineal.errors.NoSuchError)  # refused
    client.get_artifacts(limit=3)  # refused
    lineal.ListOptions(order_by="id")  # refused
    metadata_store.MetadataStore(5)  # refused
    metadata_store_pb2.Artifact(uri=5)  # refused
    metadata_store_pb2.Event.Type.Name("OUTPUT")  # refused
    client.put_artifacts([metadata_store_pb2.Execution()])  # refused
    print(metadata_store_pb2.Event.OUTPUTS)  # refused
    metadata_store_pb2.ArtifactType(base_type=mlmd_types.Train().system_type)  # refused


def more_mistakes(stub: MetadataStoreServiceStub) -> None:
    stub.GetArtifacts(metadata_store_pb2.Artifact())  # refused
    stub.GetNothing()  # refused


@metadata.step
def train(rate: float) -> metadata.Model:
    return metadata.Model(uri="file:///1", name=str(rate))


def mistakes_of_steps() -> None:
    train("fast")  # refused
    train(0.1).upper()  # refused
    metadata.step(nam="train")  # refused
    metadata.current().log_output(train(0.1))  # refused
    metadata.in_step(metadata.current(), train)("fast")  # refused
    metadata.init("sqlite://", 5)  # refused
