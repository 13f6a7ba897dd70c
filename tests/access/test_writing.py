"""What callers may write: by role, and within their workspaces."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from lineal import errors
from lineal.conventions import WORKSPACE_TYPE
from lineal.kinds import KINDS
from lineal.service import MetadataService
from lineal.service.access import Caller, Role, scope_of
from lineal.upkeep.calls import LIFECYCLE_CALLS
from lineal.wire import lifecycle, lineage, metrics, records
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.requests import READS, WRITES, empty_request, read_requests
from tests.access.stores import ALIAS, Stores, caller, marked
from tests.access.test_reading import answer, is_answer

WRITER_OF_A = caller(Role.WRITER, "a")
MODEL, TRAINER, WORKSPACE, EXPERIMENT = "Model", "Trainer", WORKSPACE_TYPE, "Experiment"


def ids_of(service: MetadataService) -> dict[str, int]:
    """Return the ids of all nodes and types by name, `workspace b` for the context."""
    found: dict[str, int] = {}
    for kind in KINDS:
        nodes: Any = getattr(service.call(f"Get{kind.table}s", getattr(rpc, f"Get{kind.table}sRequest")()), kind.plural)
        found |= {node.name: node.id for node in nodes} | {node.type: node.type_id for node in nodes}
    return found


def hidden_writes(ids: dict[str, int]) -> dict[str, list[Message]]:
    """Return requests by RPC that name nodes of `b` by their ids, by a caller who should not know of them."""
    artifact = pb.Artifact(id=ids["b-data"], type_id=ids[MODEL], uri="changed")
    execution = pb.Execution(id=ids["b-train"], type_id=ids[TRAINER], last_known_state=pb.Execution.FAILED)
    context = pb.Context(id=ids["b"], type_id=ids[WORKSPACE], name="b")
    events = [
        pb.Event(artifact_id=ids["b-data"], execution_id=ids["a-train"], type=pb.Event.OUTPUT),
        pb.Event(artifact_id=ids["a-data"], execution_id=ids["b-train"], type=pb.Event.OUTPUT),
    ]
    pair = rpc.PutExecutionRequest.ArtifactAndEvent
    own = pb.Execution(type_id=ids[TRAINER], name="new")
    edge = rpc.PutLineageSubgraphRequest.EventEdge
    reuse = rpc.PutExecutionRequest.Options(reuse_context_if_already_exist=True, force_reuse_context=True)
    parents = [(ids["b"], ids["a"]), (ids["a"], ids["b"]), (ids["b-experiment"], ids["a"])]
    return {
        "PutArtifacts": [rpc.PutArtifactsRequest(artifacts=[artifact])],
        "PutExecutions": [rpc.PutExecutionsRequest(executions=[execution])],
        "PutContexts": [rpc.PutContextsRequest(contexts=[context])],
        "PutEvents": [rpc.PutEventsRequest(events=[event]) for event in events],
        "PutExecution": [
            rpc.PutExecutionRequest(execution=execution),
            rpc.PutExecutionRequest(execution=own, artifact_event_pairs=[pair(artifact=artifact)]),
            rpc.PutExecutionRequest(execution=own, artifact_event_pairs=[pair(event=events[0])]),
            rpc.PutExecutionRequest(execution=own, contexts=[context], options=reuse),
        ],
        "PutLineageSubgraph": [
            rpc.PutLineageSubgraphRequest(artifacts=[artifact]),
            rpc.PutLineageSubgraphRequest(executions=[own], event_edges=[edge(execution_index=0, event=events[0])]),
            rpc.PutLineageSubgraphRequest(contexts=[context]),
        ],
        "LogArtifact": hidden_loggings(ids),
        "LogExecution": hidden_executions(ids),
        "LogMetrics": hidden_metrics(ids),
        "PutAttributionsAndAssociations": hidden_memberships(ids),
        "PutParentContexts": [
            rpc.PutParentContextsRequest(parent_contexts=[pb.ParentContext(child_id=child, parent_id=parent)])
            for child, parent in parents
        ],
        **hidden_changes(ids),
    }


def hidden_changes(ids: dict[str, int]) -> dict[str, list[Message]]:
    """Return requests by RPC that change records of `b`."""
    nodes = ((records.ARTIFACT, "b-data"), (records.EXECUTION, "b-train"), (records.CONTEXT, "b"))
    patch = '{"labels": {"a": "b"}}'
    return {
        "ChangeNodes": [records.ChangeNodesRequest(kind=kind, ids=[ids[name]], patch=patch) for kind, name in nodes],
        "PutAlias": [records.PutAliasRequest(artifact_id=ids["b-data"], alias="x")],
        "DeleteAlias": [records.DeleteAliasRequest(artifact_id=ids["b-data"], alias=ALIAS)],
        "UndoChange": [records.UndoChangeRequest(audit_id=2)],
    }


def hidden_loggings(ids: dict[str, int]) -> list[Message]:
    """Return requests that log an artifact as the output of an execution of the other workspace."""
    new = pb.Artifact(type_id=ids[MODEL], uri="s3://new")
    foreign = pb.Event(execution_id=ids["b-train"], type=pb.Event.OUTPUT)
    return [
        lineage.LogArtifactRequest(artifact=new, event=foreign, same_version=lineage.SameVersion()),
        lineage.LogArtifactRequest(artifact=new, event=foreign, judged=lineage.Judged(uri="s3://b-data")),
    ]


def hidden_executions(ids: dict[str, int]) -> list[Message]:
    """Return requests that log an execution of the other workspace, or with an artifact of it."""
    own, foreign = pb.Execution(type_id=ids[TRAINER], name="new"), pb.Execution(id=ids["b-train"])
    event = pb.Event(type=pb.Event.OUTPUT)
    named = lineage.LoggedArtifact(artifact_id=ids["b-data"], event=event)
    return [
        lineage.LogExecutionRequest(execution=foreign, update_mask=FieldMask(paths=["last_known_state"])),
        lineage.LogExecutionRequest(execution=own, artifacts=[named]),
    ]


def hidden_metrics(ids: dict[str, int]) -> list[Message]:
    """Return requests that log metrics of nodes of the other workspace."""
    series = [metrics.MetricSeries(name="loss", steps=[9], values=[9])]
    return [
        metrics.LogMetricsRequest(artifact_id=ids["b-data"], series=series),
        metrics.LogMetricsRequest(execution_id=ids["b-train"], series=series),
        metrics.LogMetricsRequest(context_id=ids["b-experiment"], series=series),
    ]


def hidden_memberships(ids: dict[str, int]) -> list[Message]:
    """Return requests that put nodes of one workspace into contexts of the other."""
    links: list[dict[str, Any]] = [
        {"attributions": [pb.Attribution(artifact_id=ids["b-data"], context_id=ids["a"])]},
        {"attributions": [pb.Attribution(artifact_id=ids["a-data"], context_id=ids["b"])]},
        {"associations": [pb.Association(execution_id=ids["b-train"], context_id=ids["a"])]},
        {"associations": [pb.Association(execution_id=ids["a-train"], context_id=ids["b-experiment"])]},
    ]
    return [rpc.PutAttributionsAndAssociationsRequest(**link) for link in links]


def type_writes() -> dict[str, list[Message]]:
    """Return requests by RPC that put types, which all share."""
    return {
        "PutTypes": [rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="New")])],
        "PutArtifactType": [rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="New"))],
        "PutExecutionType": [rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="New"))],
        "PutContextType": [rpc.PutContextTypeRequest(context_type=pb.ContextType(name="New"))],
    }


@pytest.mark.parametrize("method", WRITES)
def test_a_reader_writes_nothing(stores: Stores, method: str) -> None:
    request = empty_request(method)
    for reader in (Caller("reader", Role.READER), caller(Role.READER, "a")):
        with pytest.raises(errors.PermissionDeniedError, match="needs the role writer"):
            stores.shared.call(method, request, caller=reader)


@pytest.mark.parametrize("method", sorted(LIFECYCLE_CALLS))
@pytest.mark.parametrize("who", [Caller("w", Role.WRITER), Caller("r", Role.READER), WRITER_OF_A])
def test_an_admin_alone_deletes(stores: Stores, method: str, who: Caller) -> None:
    with pytest.raises(errors.PermissionDeniedError, match="needs the role admin"):
        stores.shared.call(method, getattr(lifecycle, f"{method}Request")(), caller=who)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("method", READS)
def test_every_role_reads(stores: Stores, method: str, role: Role) -> None:
    found = (answer(stores.shared, method, each, Caller("somebody", role)) for each in read_requests(method))
    assert any(is_answer(text) for text in found)


@pytest.mark.parametrize("method", sorted(set(WRITES) - set(type_writes())))
def test_an_id_of_another_workspace_is_written_to_like_an_unknown_id(own_stores: Stores, method: str) -> None:
    for request in hidden_writes(ids_of(own_stores.shared))[method]:
        alone, shared = [answer(each, method, request, WRITER_OF_A) for each in (own_stores.alone, own_stores.shared)]
        assert alone[0].isdigit(), f"{request} was accepted: {alone}"
        assert shared == alone


@pytest.mark.parametrize("method", sorted(set(WRITES) - set(type_writes())))
def test_who_reads_two_workspaces_and_writes_into_one_cannot_write_into_the_other(
    own_stores: Stores, method: str
) -> None:
    shared, both = own_stores.shared, replace(caller(Role.WRITER, "a", "b"), writing=scope_of(["a"]))
    for request in hidden_writes(ids_of(shared))[method]:
        assert answer(shared, method, request, both) == answer(shared, method, request, WRITER_OF_A)


def test_who_reads_two_workspaces_and_writes_into_one_sees_both(own_stores: Stores) -> None:
    reader = caller(Role.READER, "a", "b")
    writer = replace(caller(Role.WRITER, "a", "b"), writing=scope_of(["a"]))

    seen = [answer(own_stores.shared, "GetArtifacts", rpc.GetArtifactsRequest(), who) for who in (reader, writer)]
    assert seen[0] == seen[1] != answer(own_stores.shared, "GetArtifacts", rpc.GetArtifactsRequest(), WRITER_OF_A)


@pytest.mark.parametrize(("method", "requests"), type_writes().items())
def test_a_writer_of_a_workspace_puts_types_that_all_share(
    own_stores: Stores, method: str, requests: list[Message]
) -> None:
    for request in requests:
        assert is_answer(answer(own_stores.shared, method, request, WRITER_OF_A))


def test_what_a_writer_does_is_seen_by_nobody_else(own_stores: Stores) -> None:
    shared = own_stores.shared
    everything = rpc.GetArtifactsRequest()
    before = answer(shared, "GetArtifacts", everything, caller(Role.READER, "b"))
    new = pb.Artifact(type_id=ids_of(shared)[MODEL], name="new")
    put = shared.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[new]), caller=WRITER_OF_A)
    assert answer(shared, "GetArtifacts", everything, caller(Role.READER, "b")) == before
    assert f"id: {put.artifact_ids[0]}\n" in answer(shared, "GetArtifacts", everything, caller(Role.READER, "a"))


def test_nodes_that_name_no_workspace_get_the_only_one_of_their_writer(own_stores: Stores) -> None:
    new = pb.Artifact(type_id=ids_of(own_stores.shared)[MODEL], name="new")
    request = rpc.PutArtifactsRequest(artifacts=[new])
    put = own_stores.shared.call("PutArtifacts", request, caller=WRITER_OF_A)
    found = own_stores.shared.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=put.artifact_ids))
    assert found.artifacts[0].custom_properties["__kf_workspace__"].string_value == "a"
    assert not request.artifacts[0].custom_properties


def test_who_has_several_workspaces_must_say_which(own_stores: Stores) -> None:
    both = caller(Role.WRITER, "a", "b")
    new = pb.Artifact(type_id=ids_of(own_stores.shared)[MODEL], name="new")
    with pytest.raises(errors.PermissionDeniedError, match="__kf_workspace__"):
        own_stores.shared.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[new]), caller=both)
    own_stores.shared.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[marked(new, "b")]), caller=both)


def test_a_subgraph_lies_where_its_context_does(own_stores: Stores) -> None:
    ids = ids_of(own_stores.shared)
    both = caller(Role.WRITER, "a", "b")
    options = rpc.PutLineageSubgraphRequest.Options(reuse_context_if_already_exist=True)
    request = rpc.PutLineageSubgraphRequest(
        artifacts=[pb.Artifact(type_id=ids[MODEL], name="new")],
        contexts=[pb.Context(type_id=ids[WORKSPACE], name="b")],
        options=options,
    )
    own_stores.shared.call("PutLineageSubgraph", request, caller=both)
    listed = answer(own_stores.shared, "GetArtifacts", rpc.GetArtifactsRequest(), caller(Role.READER, "b"))
    assert 'name: "new"' in listed


@pytest.mark.parametrize(
    "node",
    [
        {"artifacts": [marked(pb.Artifact(type_id=0, name="new"), "b")]},
        {"contexts": [pb.Context(type_id=0, name="c")]},
        {"contexts": [pb.Context(type_id=0, name="renamed", id=0)]},
    ],
    ids=["a node that names another", "a context that is another", "a context that becomes another"],
)
def test_nothing_is_written_into_another_workspace(own_stores: Stores, node: dict[str, Any]) -> None:
    ids = ids_of(own_stores.shared)
    for given in node.get("artifacts", []):
        given.type_id = ids[MODEL]
    for given in node.get("contexts", []):
        given.type_id = ids[WORKSPACE]
        if given.HasField("id"):
            given.id = ids["a"]
    request = rpc.PutLineageSubgraphRequest(**node)
    before = answer(own_stores.shared, "GetContexts", rpc.GetContextsRequest())
    with pytest.raises(errors.PermissionDeniedError, match="write to 'a' alone"):
        own_stores.shared.call("PutLineageSubgraph", request, caller=WRITER_OF_A)
    assert answer(own_stores.shared, "GetContexts", rpc.GetContextsRequest()) == before


@pytest.mark.parametrize("reuse", [True, False])
def test_a_name_of_another_workspace_is_taken_and_nothing_more_is_told(own_stores: Stores, reuse: bool) -> None:
    ids = ids_of(own_stores.shared)
    request = rpc.PutExecutionRequest(
        execution=pb.Execution(type_id=ids[TRAINER]),
        contexts=[pb.Context(type_id=ids[EXPERIMENT], name="b-experiment")],
        options=rpc.PutExecutionRequest.Options(reuse_context_if_already_exist=reuse),
    )
    with pytest.raises(errors.AlreadyExistsError) as raised:
        own_stores.shared.call("PutExecution", request, caller=WRITER_OF_A)
    assert str(raised.value) == (
        "these credentials write to 'a' alone, and the name 'b-experiment' is taken in this store; "
        "choose another for the context, or use other credentials"
    )


def test_the_first_writer_of_a_workspace_makes_its_context(own_stores: Stores) -> None:
    first = caller(Role.WRITER, "c")
    context = pb.Context(type_id=ids_of(own_stores.shared)[WORKSPACE], name="c")
    own_stores.shared.call("PutContexts", rpc.PutContextsRequest(contexts=[context]), caller=first)
    assert 'name: "c"' in answer(own_stores.shared, "GetContexts", rpc.GetContextsRequest(), first)


def test_a_context_of_any_type_can_be_a_scope(own_stores: Stores) -> None:
    shared = own_stores.shared
    reader = caller(Role.READER, "Experiment=b-experiment")
    member = pb.Attribution(artifact_id=ids_of(shared)["b-held"])
    member.context_id = ids_of(shared)["b-experiment"]
    shared.call("PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(attributions=[member]))
    found = shared.call("GetArtifacts", rpc.GetArtifactsRequest(), caller=reader)
    assert [artifact.name for artifact in found.artifacts] == ["b-held"]


@pytest.mark.parametrize(
    "identity", [{"same_version": lineage.SameVersion()}, {"judged": lineage.Judged(uri="s3://x")}]
)
def test_logging_finds_nothing_of_another_workspace(own_stores: Stores, identity: dict[str, Any]) -> None:
    shared, ids = own_stores.shared, ids_of(own_stores.shared)
    given, theirs = (pb.Artifact(type_id=ids[MODEL], uri="s3://x") for _ in range(2))
    shared.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[given, marked(theirs, "b")]))
    event = pb.Event(execution_id=ids["a-train"], type=pb.Event.OUTPUT)
    request = lineage.LogArtifactRequest(artifact=given, event=event, **identity)
    logged: Any = shared.call("LogArtifact", request, caller=WRITER_OF_A)
    assert logged.HasField("artifact_id")
    assert not logged.HasField("stored")
    found: Any = shared.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[logged.artifact_id]))
    assert found.artifacts[0].custom_properties["__kf_workspace__"].string_value == "a"
    again: Any = shared.call("LogArtifact", request, caller=WRITER_OF_A)
    assert [logged.artifact_id] == [again.artifact_id or again.candidates[0].id]


def test_logging_into_another_workspace_is_refused(own_stores: Stores) -> None:
    ids = ids_of(own_stores.shared)
    event = pb.Event(execution_id=ids["a-train"], type=pb.Event.OUTPUT)
    new = marked(pb.Artifact(type_id=ids[MODEL], uri="s3://x"), "b")
    request = lineage.LogArtifactRequest(artifact=new, event=event, same_version=lineage.SameVersion())
    with pytest.raises(errors.PermissionDeniedError, match="write to 'a' alone"):
        own_stores.shared.call("LogArtifact", request, caller=WRITER_OF_A)
