"""A program for the official client: every module of `ml_metadata`, with strict types."""

from __future__ import annotations

import sys

import lineal

lineal.install_as_ml_metadata()

import ml_metadata
from ml_metadata import errors
from ml_metadata.metadata_store import metadata_store, mlmd_types
from ml_metadata.proto import metadata_store_pb2, metadata_store_service_pb2, metadata_store_service_pb2_grpc
from ml_metadata.simple_types.proto import simple_types_pb2
from ml_metadata.version import __version__


def connect(path: str) -> metadata_store.MetadataStore:
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = path
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    return metadata_store.MetadataStore(config)


def put_model(store: ml_metadata.MetadataStore, uri: str) -> int:
    model_type = metadata_store_pb2.ArtifactType(name="Model", properties={"rounds": metadata_store_pb2.INT})
    type_id = store.put_artifact_type(model_type)
    model = metadata_store_pb2.Artifact(type_id=type_id, uri=uri, state=metadata_store_pb2.Artifact.LIVE)
    model.properties["rounds"].int_value = 3
    [model_id] = store.put_artifacts([model])
    return model_id


def put_training(store: ml_metadata.MetadataStore, model_id: int) -> int:
    training_type = metadata_store_pb2.ExecutionType(name="Train", base_type=mlmd_types.Train().system_type)
    training = metadata_store_pb2.Execution(
        type_id=store.put_execution_type(training_type), last_known_state=metadata_store_pb2.Execution.COMPLETE
    )
    [training_id] = store.put_executions([training])
    output = metadata_store_pb2.Event(
        artifact_id=model_id, execution_id=training_id, type=metadata_store_pb2.Event.OUTPUT
    )
    output.path.steps.add(key="model")
    store.put_events([output])
    return training_id


def count(stub: metadata_store_service_pb2_grpc.MetadataStoreServiceStub) -> int:
    answer = stub.GetArtifacts(metadata_store_service_pb2.GetArtifactsRequest(), timeout=5)
    return len(answer.artifacts)


def main(path: str) -> None:
    store = connect(path)
    model_id = put_model(store, "file:///model")
    training_id = put_training(store, model_id)
    options = metadata_store.ListOptions(limit=10, order_by=metadata_store.OrderByField.ID, filter_query="id > 0")
    models: list[metadata_store_pb2.Artifact] = store.get_artifacts(options)
    kinds = [
        metadata_store_pb2.Event.Type.Name(event.type) for event in store.get_events_by_execution_ids([training_id])
    ]
    try:
        store.get_artifact_type("no such type")
    except errors.NotFoundError as error:
        print(error.message, error.error_code == errors.NOT_FOUND)
    request = metadata_store_service_pb2.GetArtifactsByIDRequest(artifact_ids=[model_id])
    print(__version__, [model.uri for model in models], kinds, mlmd_types.Dataset().name, list(request.artifact_ids))
    print(count.__name__, simple_types_pb2.SimpleTypes(), ml_metadata.proto.Context(name="a").name)


if __name__ == "__main__":
    main(sys.argv[1])
