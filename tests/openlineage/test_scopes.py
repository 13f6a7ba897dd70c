"""Callers of one workspace can neither read nor change the nodes of another one by any event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from lineal import errors
from lineal.openlineage import own_facets
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role, scope_of
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.openlineage.graphs import Graph, differences, graph_of
from tests.openlineage.receiving import send, store
from tests.openlineage.shapes import (
    LAKE,
    Given,
    columns,
    data_set,
    data_set_event,
    facet,
    job_event,
    parent,
    run_event,
    run_id,
)

ANN = Caller("ann", Role.WRITER, scope_of(["ann"]))
BOB = Caller("bob", Role.WRITER, scope_of(["bob"]))
_SYMLINK = {"symlinks": facet(identifiers=[{"namespace": "hive://meta:9083", "name": "shop.sales", "type": "TABLE"}])}
SALES = data_set(LAKE, "sales", {"schema": columns("secret"), **_SYMLINK})


@pytest.fixture
def service() -> Iterator[MetadataService]:
    """A store in which the workspace ann has a run of a job with a table."""
    with store() as opened:
        inside = {"parent": parent(run_id(2), "nightly")}
        send(
            opened,
            run_event("START", "08:00:00", run_id(1), "load", outputs=[SALES], run_facets=inside),
            workspace="ann",
        )
        yield opened


def _send_as_bob(service: MetadataService, event: Given) -> None:
    send(service, event, workspace="bob", caller=BOB)


def _of(graph: Graph, workspace: str) -> Graph:
    """Return the part of a graph that names a workspace."""
    kept = {
        name: node
        for name, node in graph["nodes"].items()
        if node.get("custom_properties.__kf_workspace__", node.get("name")) == workspace
    }
    return {
        "nodes": kept,
        **{
            part: [each for each in graph[part] if kept.keys() & set(each[:2])]
            for part in ("edges", "members", "parents")
        },
    }


def _start(*, inputs: Sequence[Given] = (), outputs: Sequence[Given] = (), inside: str = "") -> Given:
    run_facets = {"parent": parent(inside, "load")} if inside else {}
    return run_event("START", "09:00:00", run_id(9), "x", inputs=inputs, outputs=outputs, run_facets=run_facets)


_TO_SALES = {"symlinks": facet(identifiers=[{"namespace": LAKE, "name": "sales", "type": "LOCATION"}])}
EVENTS = {
    "the same run, job and data set": run_event("FAIL", "09:00:00", run_id(1), "load", outputs=[SALES]),
    "another spelling of its uri": _start(inputs=[data_set("s3a://lake", "sales/")]),
    "another name of it": _start(inputs=[data_set("hive://meta:9083", "shop.sales")]),
    "a symlink to it": _start(outputs=[data_set(LAKE, "mine", _TO_SALES)]),
    "a parent": _start(inside=run_id(1)),
    "a circle of parents": run_event(
        "START", "09:00:00", run_id(2), "nightly", run_facets={"parent": parent(run_id(1), "load")}
    ),
    "the job": job_event("09:00:00", "load", outputs=[SALES], ownership=facet(owners=[{"name": "bob"}])),
    "the data set": data_set_event("09:00:00", data_set(LAKE, "sales", {"documentation": facet(description="bob's")})),
}


@pytest.mark.parametrize("caller", [BOB, UNNAMED], ids=["limited", "unlimited"])
@pytest.mark.parametrize("event", EVENTS)
def test_an_event_of_another_workspace_changes_and_joins_nothing(
    service: MetadataService, event: str, caller: Caller
) -> None:
    before = _of(graph_of(service), "ann")

    send(service, EVENTS[event], workspace="bob", caller=caller)

    after = graph_of(service)
    assert differences(before, _of(after, "ann")) == ""
    mine = _of(after, "bob")
    assert mine["edges"] == [edge for edge in mine["edges"] if set(edge[:2]) <= mine["nodes"].keys()]
    assert all(" openlineage:bob:" in name or name.endswith(" bob") for name in mine["nodes"])


def test_a_caller_sees_only_what_events_of_the_own_workspace_said(service: MetadataService) -> None:
    _send_as_bob(service, run_event("START", "09:00:00", run_id(1), "load", inputs=[data_set(LAKE, "sales")]))

    found = service.call("GetArtifacts", rpc.GetArtifactsRequest(), caller=BOB)

    assert [each.external_id.split(":")[1] for each in found.artifacts] == ["bob"]
    assert "columns" not in found.artifacts[0].custom_properties


def test_an_event_cannot_go_to_a_workspace_outside_of_the_scope(service: MetadataService) -> None:
    with pytest.raises(errors.PermissionDeniedError):
        send(service, run_event("FAIL", "09:00:00", run_id(1), "load"), workspace="ann", caller=BOB)


def test_a_caller_cannot_take_external_ids_or_names_of_jobs_of_another_workspace(service: MetadataService) -> None:
    known = service.call("GetContextType", rpc.GetContextTypeRequest(type_name="openlineage.Job")).context_type.id
    taken = pb.Context(type_id=known, name="bob/x", external_id="openlineage:ann:job:0")
    named = pb.Context(type_id=known, name="ann/shop/x")

    for context in (taken, named):
        with pytest.raises(errors.PermissionDeniedError, match="another workspace"):
            service.call("PutContexts", rpc.PutContextsRequest(contexts=[context]), caller=BOB)


def test_a_record_in_a_context_that_the_caller_does_not_see_is_refused_at_once(service: MetadataService) -> None:
    """And not as a conflict, which clients would send again for ever."""
    made: Any = service.call("PutContextType", rpc.PutContextTypeRequest(context_type=pb.ContextType(name="pipeline")))
    context = pb.Context(type_id=made.type_id, name="nightly")
    service.call("PutContexts", rpc.PutContextsRequest(contexts=[context]), caller=ANN)
    told = own_facets.facet("lineal_record", store="there", kind="execution", id=1, type="step")
    told["contexts"] = [{"type": "pipeline", "name": "nightly"}]

    with pytest.raises(errors.FailedPreconditionError, match="'nightly' is that of a context which"):
        _send_as_bob(service, run_event("START", "09:00:00", run_id(5), "x", run_facets={"lineal_record": told}))


def test_a_node_with_an_external_id_of_another_workspace_is_not_changed(service: MetadataService) -> None:
    known = service.call("GetExecutionType", rpc.GetExecutionTypeRequest(type_name="openlineage.Run")).execution_type.id
    node = pb.Execution(type_id=known, external_id=f"openlineage:bob:run:{run_id(5)}")
    node.custom_properties["__kf_workspace__"].string_value = "ann"
    service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[node]))

    with pytest.raises(errors.StatusError):
        _send_as_bob(service, run_event("START", "09:00:00", run_id(5), "x"))
    with pytest.raises(errors.FailedPreconditionError, match="is not of the workspace 'bob'"):
        send(service, run_event("START", "09:00:00", run_id(5), "x"), workspace="bob")
