"""A running server, from outside: other people's clients, health, reflection, HTTP and the limits."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

import lineal
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.serving import Caller, ServerProcess, running_server

OFFICIAL_PROGRAM = Path(__file__).with_name("official_program.py")
SERVICE_NAME = "ml_metadata.MetadataStoreService"
MIB = 1 << 20


def http(server: ServerProcess, path: str) -> tuple[int, object]:
    try:
        with urllib.request.urlopen(server.http + path, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_the_server_says_how_programs_reach_it(server: ServerProcess) -> None:
    _, found = http(server, "/api/v1/connection")
    ports = [int(place.rpartition(":")[2]) for place in (server.address, server.http)]
    assert found == {"grpc_port": ports[0], "http_port": ports[1], "tls": False, "login": [], "local_only": True}


def test_the_official_client_puts_and_reads(server: ServerProcess, official_python: Path) -> None:
    command = [official_python, OFFICIAL_PROGRAM, *server.address.split(":")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "names": ["first", "second"],
        "values": [1, 2],
        "events": 1,
        "unknown type": "NotFoundError",
        "same name": "AlreadyExistsError",
    }


@pytest.mark.parametrize("name", ["", SERVICE_NAME])
def test_the_health_service_says_serving(caller: Caller, name: str) -> None:
    health = health_pb2_grpc.HealthStub(caller.channel).Check(health_pb2.HealthCheckRequest(service=name))
    assert health.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_lists_the_service(caller: Caller) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(caller.channel)
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    answer = next(iter(stub.ServerReflectionInfo(iter([asked]))))
    names = {found.name for found in answer.list_services_response.service}
    assert names == {
        SERVICE_NAME,
        "lineal.v1.LifecycleService",
        "lineal.v1.LineageService",
        "lineal.v1.MetricService",
        "lineal.v1.RecordsService",
        "lineal.v1.SearchService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


def test_reflection_gives_the_file_of_the_service(caller: Caller) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(caller.channel)
    asked = reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE_NAME)
    answer = next(iter(stub.ServerReflectionInfo(iter([asked]))))
    assert rpc.DESCRIPTOR.serialized_pb in list(answer.file_descriptor_response.file_descriptor_proto)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/healthz", {"status": "ok"}),
        ("/readyz", {"status": "ready"}),
        ("/version", {"name": "lineal", "version": lineal.__version__, "service": SERVICE_NAME}),
    ],
)
def test_http_tells_health_readiness_and_version(server: ServerProcess, path: str, content: object) -> None:
    assert http(server, path) == (200, content)


def test_an_unknown_path_is_not_found(server: ServerProcess) -> None:
    assert http(server, "/nothing")[0] == 404


def test_an_unknown_rpc_is_unimplemented(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        caller.channel.unary_unary(f"/{SERVICE_NAME}/Nothing")(b"", timeout=10)
    assert failure.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_bytes_that_are_no_request_are_an_invalid_argument(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        caller.call_bytes("PutArtifacts", b"\xff" * 10)
    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("size", [2 * MIB + 1, 30 * MIB])
def test_a_request_over_the_limit_is_answered_with_the_flag(caller: Caller, size: int) -> None:
    with pytest.raises(grpc.RpcError, match="--max-message-mib") as failure:
        caller.call_bytes("PutArtifacts", b" " * size)
    assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_request_far_over_the_limit_is_refused_before_it_is_taken_in(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        caller.call_bytes("PutArtifacts", b" " * 60 * MIB)
    assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_an_answer_over_the_limit_names_the_flag(caller: Caller) -> None:
    for name in ("large 1", "large 2"):
        artifact_type = pb.ArtifactType(name=name, description="x" * (3 * MIB // 2))
        caller.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=artifact_type))
    with pytest.raises(grpc.RpcError, match="--max-message-mib") as failure:
        caller.call("GetArtifactTypes", rpc.GetArtifactTypesRequest())
    assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_long_error_text_reaches_a_client_with_default_limits(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        caller.call("GetArtifactType", rpc.GetArtifactTypeRequest(type_name="é" * 100_000))
    assert failure.value.code() is grpc.StatusCode.NOT_FOUND


def test_the_types_of_the_sdk_can_be_there_from_the_start() -> None:
    with running_server("sqlite://", "--sdk-types") as running, Caller(running.address) as caller:
        answer = caller.call("GetContextTypes", rpc.GetContextTypesRequest())

    assert [each.name for each in answer.context_types] == ["kubeflow.org/alpha/workspace"]
