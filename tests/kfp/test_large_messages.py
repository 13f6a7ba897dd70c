"""Messages of 100 MiB, the largest that Kubeflow's launcher sends and takes, and what the next byte does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import serving
from tests.compat.official import METHOD_OF_REQUEST, OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.kfp.asking import Asking
from tests.kfp.doors import LARGEST, Doors

pytestmark = pytest.mark.slow


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """A server with the limit of the overlay for Kubeflow."""
    url = f"sqlite:///{tmp_path}/store.db"
    with serving(url, max_message_mib=100) as served, closing(Doors(served.grpc, f"http://{served.http}")) as opened:
        yield opened


def put_of(size: int, type_id: int) -> rpc.PutArtifactsRequest:
    """Return a request of exactly so many bytes: an artifact with one large property, as of a confusion matrix."""

    def request(length: int) -> rpc.PutArtifactsRequest:
        artifact = pb.Artifact(type_id=type_id, uri="minio://artifacts/large", state=pb.Artifact.LIVE)
        artifact.custom_properties["confusionMatrix"].string_value = "7" * length
        return rpc.PutArtifactsRequest(artifacts=[artifact])

    around = request(size - 1000).ByteSize() - (size - 1000)
    return request(size - around)


PUT_TYPE = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="system.ClassificationMetrics"))


def test_the_largest_message_is_taken_and_given_back_as_by_the_official_core(core: OfficialCore, doors: Doors) -> None:
    with closing(Pair(core.open(), LinealSide(doors))) as pair:
        asking = Asking(pair, doors)
        type_id = asking.ok(PUT_TYPE).type_id
        request = put_of(LARGEST, type_id)
        assert request.ByteSize() == LARGEST
        asking.ok(request)
        # The answer has ids and times beside the artifact, so one that fits is a little smaller.
        [smaller] = asking.ok(put_of(LARGEST - 200, type_id)).artifact_ids
        found = asking.ok(rpc.GetArtifactsByIDRequest(artifact_ids=[smaller])).artifacts[0]
        assert len(found.custom_properties["confusionMatrix"].string_value) > LARGEST - 500


def test_a_page_gets_the_largest_message_as_text(doors: Doors) -> None:
    sent: Any = put_of(LARGEST - 200, ask(doors, PUT_TYPE).type_id)
    ids = ask(doors, sent).artifact_ids
    doors.by = "web text"
    [found] = ask(doors, rpc.GetArtifactsByIDRequest(artifact_ids=ids)).artifacts
    assert found.custom_properties == sent.artifacts[0].custom_properties


@pytest.mark.parametrize("door", ["grpc", "web", "web text"])
def test_one_byte_more_is_refused_and_the_server_goes_on(doors: Doors, door: str) -> None:
    doors.by = door
    type_id = ask(doors, PUT_TYPE).type_id
    with pytest.raises(errors.ResourceExhaustedError):
        ask(doors, put_of(LARGEST + 1, type_id))
    assert not ask(doors, rpc.GetArtifactsRequest()).artifacts


def ask(doors: Doors, request: Message) -> Any:
    return doors.call(METHOD_OF_REQUEST[type(request).__name__], request)
