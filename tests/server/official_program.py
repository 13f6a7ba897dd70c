"""A program that knows only the official client; run by a test with the official package, printing what it saw."""

import json
import sys

from ml_metadata import errors
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb


def main(host: str, port: str) -> None:
    store = metadata_store.MetadataStore(pb.MetadataStoreClientConfig(host=host, port=int(port)))
    model = store.put_artifact_type(pb.ArtifactType(name="official.Model", properties={"version": pb.INT}))
    train = store.put_execution_type(pb.ExecutionType(name="official.Train"))
    artifacts = [pb.Artifact(type_id=model, name=name) for name in ("first", "second")]
    for number, artifact in enumerate(artifacts, start=1):
        artifact.properties["version"].int_value = number
    ids = store.put_artifacts(artifacts)
    [execution] = store.put_executions([pb.Execution(type_id=train)])
    store.put_events([pb.Event(artifact_id=ids[0], execution_id=execution, type=pb.Event.OUTPUT)])
    read = sorted(store.get_artifacts_by_type("official.Model"), key=lambda artifact: artifact.id)
    seen = {
        "names": [artifact.name for artifact in read],
        "values": [artifact.properties["version"].int_value for artifact in read],
        "events": len(store.get_events_by_artifact_ids(ids)),
        "unknown type": error_of(lambda: store.get_artifact_type("official.Nobody")),
        "same name": error_of(lambda: store.put_artifacts([pb.Artifact(type_id=model, name="first")])),
    }
    print(json.dumps(seen))


def error_of(call):
    try:
        call()
    except errors.StatusError as error:
        return type(error).__name__
    return "none"


if __name__ == "__main__":
    main(*sys.argv[1:])
