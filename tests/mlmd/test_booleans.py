"""Booleans in an integer's place, as the helpers of Kubeflow Pipelines and CMF make them: `Value(int_value=True)`.

protobuf refuses this from 7 on, before any store sees it; before that, the stores hold the number.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import google.protobuf
import pytest

import lineal
from lineal.wire import metadata_store as pb
from tests.access.serving import serving

IS_REFUSED_BY_PROTOBUF = int(google.protobuf.__version__.partition(".")[0]) >= 7
PROGRAM = """
import sys
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb
store = metadata_store.MetadataStore(pb.MetadataStoreClientConfig(host="127.0.0.1", port=int(sys.argv[1])))
value = pb.Value(int_value=True)
model = store.put_artifact_type(pb.ArtifactType(name="model", properties={"is_final": pb.INT}))
made = pb.Artifact(type_id=model, properties={"is_final": value}, custom_properties={"is_cached": value})
[kept] = store.get_artifacts_by_id(store.put_artifacts([made]))
print(kept.properties["is_final"].int_value, kept.custom_properties["is_cached"].int_value)
"""


def helpers_value(value: object) -> pb.Value:
    """The value that such a helper makes: it asks whether a thing is an int, and a boolean is one."""
    if isinstance(value, int):
        return pb.Value(int_value=value)
    return pb.Value(string_value=str(value))


def put_and_read(value: object) -> pb.Value:
    store = lineal.connect("sqlite://")
    model = store.put_artifact_type(pb.ArtifactType(name="model"))
    made = pb.Artifact(type_id=model, custom_properties={"is_cached": helpers_value(value)})
    [kept] = store.get_artifacts_by_id(store.put_artifacts([made]))
    return kept.custom_properties["is_cached"]


@pytest.mark.skipif(IS_REFUSED_BY_PROTOBUF, reason="protobuf 7 makes no such message; install protobuf<7")
@pytest.mark.filterwarnings("ignore:.*got a boolean:DeprecationWarning", "ignore:True has type:UserWarning")
def test_a_boolean_in_an_integers_place_is_kept_as_the_number() -> None:
    assert put_and_read(True) == pb.Value(int_value=1)


@pytest.mark.skipif(not IS_REFUSED_BY_PROTOBUF, reason="protobuf before 7 takes it")
def test_the_refusal_of_a_boolean_is_protobufs_and_names_the_field() -> None:
    with pytest.raises(TypeError, match="int_value") as refused:
        put_and_read(True)

    assert refused.traceback[-1].name == "helpers_value"


def test_a_boolean_as_a_number_or_as_a_boolean_is_kept_with_every_protobuf() -> None:
    store = lineal.connect("sqlite://")
    model = store.put_artifact_type(pb.ArtifactType(name="model"))
    values = {"as_number": pb.Value(int_value=int(True)), "as_boolean": pb.Value(bool_value=True)}
    [kept] = store.get_artifacts_by_id(store.put_artifacts([pb.Artifact(type_id=model, custom_properties=values)]))

    assert dict(kept.custom_properties) == values


def test_the_official_client_stores_booleans_as_numbers_in_a_server(official_python: Path) -> None:
    with serving() as server:
        command = [official_python, "-c", PROGRAM, server.grpc.rpartition(":")[2]]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.stdout.strip(), ran.returncode) == ("1 1", 0), ran.stderr
