"""The scope holds on every engine: the same statements, in each engine's own words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.catalogue import Asked, Catalogue, facets
from lineal.kinds import ARTIFACT, KINDS
from lineal.service import MetadataService
from lineal.service.access import Role
from lineal.store.rows.packing import FEWEST
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.requests import READS, read_requests
from tests.access.stores import caller, fill, marked

pytestmark = pytest.mark.slow
READER = caller(Role.READER, "a")


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """A store with the workspaces `a` and `b`, and what lies between them."""
    with open_service(database_url) as opened:
        fill(opened)
        yield opened


def test_no_rpc_and_no_list_tells_of_another_workspace(service: MetadataService) -> None:
    told = ""
    refused: set[type] = set()
    for method in READS:
        for request in read_requests(method)[::7]:
            try:
                told += str(service.call(method, request, caller=READER))
            except errors.StatusError as error:
                refused.add(type(error))
    catalogue = Catalogue(service, caller=lambda: READER)
    for kind in KINDS:
        asked = Asked(kind, "metric.size>0 or name:b")
        told += str(catalogue.page(Asked(kind), order="-metric.size", columns="", limit=50, cursor=""))
        told += str(catalogue.facets(Asked(kind), labels=None)) + str(catalogue.count(asked, exact=True))
    told += str(catalogue.runs(workspace=None, name="", cursor="", limit=50)) + str(catalogue.totals())
    assert refused <= {errors.NotFoundError, errors.InvalidArgumentError}
    assert "a-model" in told
    assert not [name for name in ("b-", "'b'", '"b"', "nowhere") if name in told]


def test_names_of_metrics_are_those_of_the_workspace(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "COLUMN_SAMPLE", 1)
    put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="m"))
    type_id = service.call("PutArtifactType", put).type_id
    for workspace in ("a", "a", "b"):
        values = pb.Value(string_value=json.dumps({"values": {f"of {workspace}": 1}}))
        node = marked(pb.Artifact(type_id=type_id, custom_properties={"__ALL_META__": values}), workspace)
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node]))
    found = Catalogue(service, caller=lambda: READER).columns(Asked(ARTIFACT, "type=m"))
    assert {"metric.of a", "metric.of b"} & {column.key for column in found.columns} == {"metric.of a"}


def test_a_writer_updates_within_the_workspace_and_not_beyond(service: MetadataService) -> None:
    writer = caller(Role.WRITER, "a")
    found = service.call("GetArtifacts", rpc.GetArtifactsRequest(), caller=writer).artifacts
    mine = next(node for node in found if node.name == "a-model")
    mine.uri = "new"
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[mine]), caller=writer)
    foreign = marked(pb.Artifact(id=mine.id + 100, type_id=mine.type_id), "a")
    for node in [pb.Artifact(id=node_id, type_id=mine.type_id, uri="x") for node_id in range(1, 12)]:
        if node.id not in {each.id for each in found}:
            with pytest.raises(errors.InvalidArgumentError):
                service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node]), caller=writer)
    with pytest.raises(errors.InvalidArgumentError):
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[foreign]), caller=writer)


def test_a_writer_puts_types_contexts_and_what_lies_in_them(service: MetadataService) -> None:
    writer = caller(Role.WRITER, "a")
    given = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="Run"))
    type_id = service.call("PutContextType", given, caller=writer).type_id
    contexts = [pb.Context(type_id=type_id, name=name) for name in ("first", "second")]
    ids = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts), caller=writer).context_ids
    link = pb.ParentContext(child_id=ids[0], parent_id=ids[1])
    service.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[link]), caller=writer)
    asked = rpc.GetChildrenContextsByContextRequest(context_id=ids[1])
    found = service.call("GetChildrenContextsByContext", asked, caller=READER).contexts
    assert [context.name for context in found] == ["first"]
    view = Catalogue(service, caller=lambda: READER).put_view("shown")
    assert Catalogue(service, caller=lambda: READER).view(view.id).content == "shown"


def test_the_properties_of_many_nodes_are_those_of_the_workspace(service: MetadataService) -> None:
    type_id = service.call("GetArtifactTypes", rpc.GetArtifactTypesRequest()).artifact_types[0].id
    nodes = [marked(pb.Artifact(type_id=type_id, name=f"many {index}"), "ab"[index % 2]) for index in range(4 * FEWEST)]
    nodes[0].custom_properties["text"].string_value = "cannot be packed: \x1f"
    ids = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=nodes)).artifact_ids
    found = service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=ids), caller=READER).artifacts
    assert [node.name for node in found] == [node.name for node in nodes[::2]]
    assert [node.custom_properties for node in found] == [node.custom_properties for node in nodes[::2]]
