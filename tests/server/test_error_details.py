"""The fields of an error, over every door: position, length, problem, hint, parameter, limit."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Iterator

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2, status_pb2  # the official messages: any reader of them reads Lineal's

import lineal
from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.error_details import TRAILER, decoded, encoded
from lineal.filter.search import SearchError
from lineal.security import LimitSettings
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.conftest import serving
from tests.server.test_grpc_web import frame
from tests.serving import Caller, ServerProcess

QUERY = "id = 1 AND\n nmae = '\U0001f600'"
WRONG = rpc.GetArtifactsRequest(options=pb.ListOperationOptions(filter_query=QUERY))


@pytest.fixture(params=["embedded", "gRPC"])
def store(request: pytest.FixtureRequest, server: ServerProcess) -> Iterator[MetadataStore]:
    url = "sqlite://" if request.param == "embedded" else f"grpc://{server.address}"
    with lineal.connect(url) as opened:
        yield opened


def test_a_mistake_in_a_filter_query_has_its_place_as_fields_over_each_transport(store: MetadataStore) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        store.get_artifacts(ListOptions(filter_query=QUERY))
    error = caught.value
    assert (error.parameter, error.position, error.length) == ("filter_query", 12, 4)
    assert error.problem.startswith("there is no such name for artifacts")
    assert error.hint.startswith("did you mean name?")
    assert QUERY[error.position :].startswith("nmae")


def test_a_message_over_the_limit_names_the_limit_as_a_field(server: ServerProcess) -> None:
    store = lineal.connect(f"grpc://{server.address}")
    with store, pytest.raises(errors.ResourceExhaustedError) as caught:
        store.put_artifacts([pb.Artifact(type_id=1, uri="u" * (3 << 20))])
    assert caught.value.limit == "--max-message-mib"


def test_the_trailer_is_the_official_status_with_the_same_code_and_text(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        caller.call("GetArtifacts", WRONG)
    error: grpc.Call = caught.value
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())[TRAILER])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(request)
    assert (info.domain, info.reason, info.metadata["position"]) == ("lineal", "INVALID_TEXT", "12")
    assert request.field_violations[0].field == "filter_query"


def test_an_error_without_fields_has_no_such_trailer(caller: Caller) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        caller.call("GetArtifacts", rpc.GetArtifactsRequest(options=pb.ListOperationOptions(next_page_token="?")))
    assert TRAILER not in dict(caught.value.trailing_metadata())


def test_the_trailers_of_grpc_web_hold_the_details(server: ServerProcess) -> None:
    with serving("sqlite://") as (_, url):
        address = f"{url}/ml_metadata.MetadataStoreService/GetArtifacts"
        headers = {"content-type": "application/grpc-web+proto"}
        content = httpx.post(address, content=frame(WRONG.SerializeToString()), headers=headers).content
    trailers = dict(line.split(":", 1) for line in content[5:].decode("ascii").split("\r\n") if line)
    found = decoded(base64.b64decode(trailers[TRAILER] + "=="))
    assert (found.parameter, found.position, found.length) == ("filter_query", 12, 4)


def test_a_problem_document_has_the_same_fields() -> None:
    with serving("sqlite://") as (_, url):
        found = httpx.get(f"{url}/api/v1/artifacts", params={"filter_query": QUERY}).json()
    assert (found["parameter"], found["position"], found["length"]) == ("filter_query", 12, 4)
    assert found["hint"].startswith("did you mean name?")
    assert found["problem"] not in found["hint"]


def test_a_problem_document_names_the_limit_that_was_reached() -> None:
    with serving("sqlite://", limits=LimitSettings(max_rate=1)) as (_, url):
        *_, last = (httpx.get(f"{url}/api/v1/artifacts") for _ in range(4))
    assert (last.status_code, last.json()["limit"]) == (429, "--max-rate")


@pytest.mark.parametrize(
    "details",
    [
        errors.Details("q", 0, 0, problem="é", hint="\U0001f600"),
        errors.Details(limit="--max-rate"),
        errors.Details("filter_query", 7),
    ],
)
def test_what_is_encoded_is_decoded(details: errors.Details) -> None:
    assert decoded(encoded(details, code=3, text="text")) == details


@pytest.mark.parametrize("trailer", [b"", b"\xff\xff", status_pb2.Status(code=3).SerializeToString()])
def test_a_trailer_of_others_gives_no_fields(trailer: bytes) -> None:
    assert decoded(trailer) == errors.NO_DETAILS


def test_long_fields_fit_beside_the_text_into_what_a_client_accepts() -> None:
    long = errors.Details("é" * 9000, 1, 2, problem="é" * 9000, hint="é" * 9000, limit="é" * 9000)
    sent = encoded(long, code=3, text="a" * 2000)
    assert 2000 + len(base64.b64encode(sent)) < 8000
    assert decoded(sent).hint.startswith("éé")


def test_an_error_keeps_its_fields_when_it_is_pickled() -> None:
    details = errors.Details("q", 3, 1, problem="p", hint="h", page="searching")
    coded = pickle.loads(pickle.dumps(errors.InvalidArgumentError("m", details)))
    opened = pickle.loads(pickle.dumps(SearchError("p", at=3, length=1, hint="h")))
    assert coded.details == opened.details == details
    assert (coded.position, opened.message) == (3, "the search, at character 4: p; h")
