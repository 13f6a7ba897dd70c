"""Where a walk stopped before its end: said by every RPC of the lineage over every transport, and by the client."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.message import Message

import lineal
from lineal import errors
from lineal.cli import main
from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.config import DatabaseSettings
from lineal.lineage_cuts import RPCS, Cut, collected, decoded
from lineal.sdk.artifact_lineage import trace
from lineal.server.rpcs import SERVICES
from lineal.upkeep.opening import open_service
from lineal.wire import lineage
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.test_grpc_web import BINARY, frame
from tests.service.requests import put_chain
from tests.serving import running_server

EXECUTIONS = 60
AFTER_100 = Cut("hops", 100, 1)
OPTIONS = pb.LineageSubgraphQueryOptions(
    starting_artifacts=pb.LineageSubgraphQueryOptions.StartingNodes(filter_query="name = 'a0'"),
    direction=pb.LineageSubgraphQueryOptions.DOWNSTREAM,
)
SUBGRAPH = rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=OPTIONS)
LISTED = pb.ListOperationOptions(max_result_size=1)
GRAPH = rpc.GetLineageGraphRequest(options=pb.LineageGraphQueryOptions(artifacts_options=LISTED, max_node_size=5))


@dataclass
class Served:
    """A server over a chain of 60 executions, and the store's URL."""

    url: str
    grpc: str
    http: str

    def trailers(self, method: str, request: Message, service: str = "ml_metadata.MetadataStoreService") -> list[Cut]:
        """Call an RPC as any client would; return the cuts in the trailing metadata."""
        with grpc.insecure_channel(self.grpc) as channel:
            call = channel.unary_unary(f"/{service}/{method}")
            _, made = call.with_call(request.SerializeToString(), timeout=30)
            return decoded(dict(made.trailing_metadata()).get("lineal-cut", "[]"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path_factory.mktemp('cuts') / 'store.db'}"
    with open_service(DatabaseSettings(url)) as service:
        put_chain(service, EXECUTIONS)
    with running_server(url) as server:
        yield Served(url, server.address, server.http)


@pytest.fixture(params=["embedded", "gRPC"])
def store(request: pytest.FixtureRequest, served: Served) -> Iterator[MetadataStore]:
    with lineal.connect(served.url if request.param == "embedded" else f"grpc://{served.grpc}") as opened:
        yield opened


def test_every_rpc_that_answers_a_graph_can_say_that_it_was_cut() -> None:
    graphs = {
        method.name
        for module in (rpc, lineage)
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if any(field.message_type and field.message_type.name == "LineageGraph" for field in method.output_type.fields)
    }
    assert graphs == RPCS
    assert all(any(name in rpcs for rpcs in SERVICES.values()) for name in RPCS)


def test_a_walk_that_ends_after_100_hops_says_so_in_trailing_metadata(served: Served) -> None:
    assert served.trailers("GetLineageSubgraph", SUBGRAPH) == [AFTER_100]
    assert served.trailers("GetLineage", SUBGRAPH, "lineal.v1.LineageService") == [AFTER_100]


def test_a_walk_that_reaches_its_end_says_nothing(served: Served) -> None:
    request = rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=OPTIONS)
    request.lineage_subgraph_query_options.starting_artifacts.filter_query = "name = 'a10'"
    assert served.trailers("GetLineageSubgraph", request) == []


def test_starting_nodes_and_nodes_that_are_left_out_are_said(served: Served) -> None:
    [starting, nodes] = served.trailers("GetLineageGraph", GRAPH)
    assert (starting.limit, nodes.limit, nodes.left_out) == ("starting_nodes", "nodes", 1)


def test_more_starting_nodes_than_the_official_limit_are_said(tmp_path: Path) -> None:
    with open_service(DatabaseSettings("sqlite://")) as service, collected() as cuts:
        put_chain(service, 101)
        request = rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=OPTIONS)
        request.lineage_subgraph_query_options.starting_artifacts.filter_query = "id > 0"
        service.call("GetLineageSubgraph", request)
    assert [str(cut) for cut in cuts] == ["started from the first nodes that fit the filter; more of them fit"]


def test_grpc_web_says_it_among_its_trailers(served: Served) -> None:
    address = f"{served.http}/ml_metadata.MetadataStoreService/GetLineageSubgraph"
    body = frame(SUBGRAPH.SerializeToString())
    content = httpx.post(address, content=body, headers={"content-type": BINARY}).content
    assert b'lineal-cut:[{"limit":"hops","hops":100,"left_out":1}]\r\n' in content


def test_the_client_reports_a_cut_to_whoever_collects_it(store: MetadataStore) -> None:
    with collected() as cuts:
        graph = store.get_lineage_subgraph(OPTIONS)
    assert (cuts, len(graph.artifacts) + len(graph.executions)) == ([AFTER_100], 101)


def test_the_client_logs_a_cut_that_nobody_collects(store: MetadataStore, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "lineal"):
        store.get_lineage_subgraph(OPTIONS)
    assert "the walk stopped after 100 steps; at least 1 node lies beyond" in caplog.text


def test_no_cut_is_logged_after_as_many_hops_as_were_asked_for(
    store: MetadataStore, caplog: pytest.LogCaptureFixture
) -> None:
    asked = pb.LineageSubgraphQueryOptions(max_num_hops=3)
    asked.MergeFrom(OPTIONS)
    with caplog.at_level(logging.WARNING, "lineal"):
        store.get_lineage_subgraph(asked)
    assert caplog.text == ""


def test_missing_starting_nodes_are_logged_also_if_no_hop_was_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    asked = pb.LineageSubgraphQueryOptions(starting_artifacts={"filter_query": "id > 0"}, max_num_hops=0)
    service = open_service(DatabaseSettings("sqlite://"))
    put_chain(service, 101)
    with MetadataStore.from_transport(LocalTransport(service)) as store, caplog.at_level(logging.WARNING, "lineal"):
        store.get_lineage_subgraph(asked)
    assert "started from the first nodes that fit the filter" in caplog.text


def test_the_sdk_says_where_a_lineage_stops(store: MetadataStore) -> None:
    found = trace(store, 1)
    assert (found.downstream.cuts, found.upstream.cuts) == ([AFTER_100], [])
    assert "stopped after 100 steps; at least 1 node lies beyond" in found._repr_html_()
    assert [str(cut) for cut in trace(store, 1, max_hops=2).downstream.cuts] == [
        "stopped after 2 steps; at least 1 node lies beyond"
    ]


def test_more_than_100_hops_are_walked_for_a_client_that_asks_for_them(store: MetadataStore) -> None:
    downstream = trace(store, 1, max_hops=500).downstream
    assert (len(downstream.artifacts), downstream.cuts) == (EXECUTIONS, [])


def test_the_command_line_says_where_a_lineage_stops(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for store in (("--db", served.url), ("--server", served.grpc)):
        assert main(["lineage", "1", "--down", *store]) == 0
        printed = capsys.readouterr()
        assert len(printed.out.splitlines()) == 22
        found[store[0]] = printed.err
    said = "downstream: stopped after 20 steps; at least 1 node lies beyond; a larger --depth follows more steps\n"
    assert found == {"--db": said, "--server": said}


def test_the_command_line_follows_more_than_100_steps(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[int, Any] = {}
    for depth in (20, 200):
        assert main(["lineage", "1", "--down", "--json", "--depth", str(depth), "--db", served.url]) == 0
        found[depth] = json.loads(capsys.readouterr().out)["downstream"]
    assert (len(found[200]["nodes"]), found[200]["cuts"]) == (2 * EXECUTIONS + 1, [])
    [cut] = found[20]["cuts"]
    assert (cut["limit"], cut["hops"], cut["left_out"]) == ("hops", 20, 1)


class Official:
    """A transport to a service as a server carries it that has the official calls alone: it reports no cut."""

    def __init__(self, inner: LocalTransport) -> None:
        self.inner = inner

    def call(self, method: str, request: Message) -> Message:
        if method == "GetLineage":
            raise errors.UnimplementedError(f"unknown method {method}")
        with collected():
            return self.inner.call(method, request)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize(("hops", "said"), [(None, 100), (200, 100), (7, 7), (110, 100)])
def test_of_a_server_that_does_not_say_it_the_client_says_that_a_walk_may_have_been_cut(
    hops: int | None, said: int
) -> None:
    service = open_service(DatabaseSettings("sqlite://"))
    put_chain(service, EXECUTIONS)
    with MetadataStore.from_transport(Official(LocalTransport(service))) as store:
        downstream = trace(store, 1, max_hops=hops).downstream
        ended = trace(store, 1 + EXECUTIONS, max_hops=hops).downstream
    assert [str(cut) for cut in downstream.cuts] == [f"stopped after {said} steps; more may lie beyond"]
    assert ended.cuts == []


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"limit": 1}]', "[" * 100_000, b"\xff"])
def test_a_trailer_that_cannot_be_read_says_nothing(text: str | bytes) -> None:
    assert decoded(text) == []
