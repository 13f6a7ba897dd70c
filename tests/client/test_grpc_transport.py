"""The gRPC transport against a gRPC server in this process: what arrives, what comes back, how errors are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

import lineal
from lineal import errors
from lineal.client import MetadataStore, grpc_stubs
from lineal.client.grpc_transport import GrpcTransport
from lineal.server.status import abort
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.client.certificates import localhost_certificate

MEBIBYTE = 1024 * 1024
Answer = Callable[[grpc.ServicerContext], rpc.GetArtifactTypesResponse]


class OneCall(grpc_stubs.MetadataStoreServiceServicer):
    """Serves GetArtifactTypes as a test wants it."""

    def __init__(self) -> None:
        self.answer: Answer = lambda context: rpc.GetArtifactTypesResponse()

    def GetArtifactTypes(  # noqa: N802
        self, request: rpc.GetArtifactTypesRequest, context: grpc.ServicerContext
    ) -> rpc.GetArtifactTypesResponse:
        return self.answer(context)


class Server:
    """A gRPC server and its port."""

    def __init__(self) -> None:
        self.service = OneCall()
        self.grpc = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_send_message_length", -1)])
        grpc_stubs.add_MetadataStoreServiceServicer_to_server(self.service, self.grpc)
        self.port = self.grpc.add_insecure_port("127.0.0.1:0")
        self.certificate, key = localhost_certificate()
        credentials = grpc.ssl_server_credentials([(key.encode(), self.certificate.encode())])
        self.tls_port = self.grpc.add_secure_port("localhost:0", credentials)
        self.grpc.start()

    def store(self, **config: object) -> MetadataStore:
        return MetadataStore(pb.MetadataStoreClientConfig(host="127.0.0.1", port=self.port, **config))  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.grpc.stop(None)


def _types(size: int) -> rpc.GetArtifactTypesResponse:
    return rpc.GetArtifactTypesResponse(artifact_types=[pb.ArtifactType(name="n" * size)])


def test_the_response_of_the_server_comes_back(server: Server) -> None:
    server.service.answer = lambda context: _types(3)

    with lineal.connect(f"grpc://127.0.0.1:{server.port}") as store:
        assert [type_.name for type_ in store.get_artifact_types()] == ["nnn"]


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_every_status_code_becomes_the_error_of_its_number(code: grpc.StatusCode, server: Server) -> None:
    server.service.answer = lambda context: context.abort(code, "what was wrong")

    transport = GrpcTransport(f"127.0.0.1:{server.port}")
    with pytest.raises(errors.StatusError, match="what was wrong") as caught:
        transport.call("GetArtifactTypes", rpc.GetArtifactTypesRequest())

    transport.close()
    assert type(caught.value) is errors.exception_type_from_error_code(code.value[0])
    assert caught.value.error_code == code.value[0]


def test_a_call_that_the_servicer_lacks_is_unimplemented(server: Server) -> None:
    with server.store() as store, pytest.raises(errors.UnimplementedError):
        store.get_context_types()


def test_a_server_that_is_not_there_is_unavailable_and_named() -> None:
    store = lineal.connect("grpc://127.0.0.1:1")

    with store, pytest.raises(errors.UnavailableError, match=r"no answer from 127\.0\.0\.1:1"):
        store.get_artifact_types()


def test_a_server_that_answers_is_not_said_to_be_away(server: Server) -> None:
    away = errors.UnavailableError("the database does not answer")
    server.service.answer = lambda context: abort(context, away, rpc_name="GetArtifactTypes")
    with server.store() as store, pytest.raises(errors.UnavailableError) as caught:
        store.get_artifact_types()
    assert "cannot do this now: the database does not answer" in caught.value.message
    assert "is a metadata server running" not in caught.value.message


def test_a_timeout_of_zero_seconds_is_no_time_and_not_no_limit(server: Server) -> None:
    server.service.answer = lambda context: time.sleep(1) or rpc.GetArtifactTypesResponse()

    with server.store(client_timeout_sec=0) as store, pytest.raises(errors.DeadlineExceededError):
        store.get_artifact_types()


def test_a_server_of_the_configured_authority_is_trusted(server: Server) -> None:
    server.service.answer = lambda context: _types(3)
    ssl = {"custom_ca": server.certificate}

    with MetadataStore(pb.MetadataStoreClientConfig(host="localhost", port=server.tls_port, ssl_config=ssl)) as store:
        assert len(store.get_artifact_types()) == 1


def test_a_server_of_an_unknown_authority_is_not_called(server: Server) -> None:
    with lineal.connect(f"grpcs://localhost:{server.tls_port}") as store, pytest.raises(errors.UnavailableError):
        store.get_artifact_types()


def test_a_long_error_text_does_not_hide_the_error(server: Server) -> None:
    server.service.answer = lambda context: context.abort(grpc.StatusCode.NOT_FOUND, "long " * 20_000)

    with server.store() as store, pytest.raises(errors.NotFoundError):
        store.get_artifact_types()


def test_the_stub_and_the_servicer_have_the_52_calls_of_the_service() -> None:
    names = {method.name for method in rpc.DESCRIPTOR.services_by_name["MetadataStoreService"].methods}
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        assert set(vars(grpc_stubs.MetadataStoreServiceStub(channel))) == names
    assert names <= set(dir(grpc_stubs.MetadataStoreServiceServicer))
    assert len(names) == 52


def test_a_response_beyond_64_mebibytes_is_received_since_the_server_decides(server: Server) -> None:
    server.service.answer = lambda context: _types(65 * MEBIBYTE)

    with server.store() as store:
        assert len(store.get_artifact_types()[0].name) == 65 * MEBIBYTE


def test_a_response_beyond_a_limit_of_the_client_names_its_setting(server: Server) -> None:
    server.service.answer = lambda context: _types(100)

    limited = server.store(channel_arguments={"max_receive_message_length": 10})
    with limited as store, pytest.raises(errors.ResourceExhaustedError, match="max_receive_message_length") as caught:
        store.get_artifact_types()
    assert "which is 10" in caught.value.message


def test_a_request_beyond_what_the_server_takes_names_its_flag(server: Server) -> None:
    with server.store() as store, pytest.raises(errors.ResourceExhaustedError, match="raise --max-message-mib"):
        store.get_artifact_types_by_id(range(1 << 22))
