"""The home view's reads: what ran and why it failed, the models in production, the workspaces."""

from __future__ import annotations

import json

import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf, value

FAILED, COMPLETE, RUNNING = pb.Execution.FAILED, pb.Execution.COMPLETE, pb.Execution.RUNNING


@pytest.fixture(scope="module")
def night(kept_shelf: Shelf) -> Shelf:
    """Five executions: two failures for one reason, one for another, one that is complete, one that runs."""
    data = [kept_shelf.put("data_set", name=f"orders {number}") for number in range(4)]
    for why in ("MemoryError", "MemoryError", "OOM Killed"):
        kept_shelf.run(data, [], last_known_state=FAILED, custom_properties={"failure_type": value(why)})
    kept_shelf.run([], [], last_known_state=COMPLETE)
    kept_shelf.run([], [], last_known_state=RUNNING)
    return kept_shelf


def test_what_ran_is_counted_by_state(night: Shelf) -> None:
    found = night.get("/home/executions", since=0)
    assert found["states"] == {"FAILED": 3, "COMPLETE": 1, "RUNNING": 1}
    assert found["exact"]
    assert len(found["items"]) == 5


def test_failures_come_with_reasons_and_inputs(night: Shelf) -> None:
    found = night.get("/home/executions", since=0, state="FAILED", limit=2)
    assert [(each["type"], each["count"], each["term"]) for each in found["reasons"]] == [
        ("MemoryError", 2, "error=MemoryError"),
        ("OOM Killed", 1, 'error="OOM Killed"'),
    ]
    assert [row["failure"]["type"] for row in found["items"]] == ["OOM Killed", "MemoryError"]
    assert [each["name"] for each in found["items"][0]["inputs"]] == ["orders 3", "orders 2", "orders 1"]
    assert found["items"][0]["input_count"] == 4


def test_what_ran_before_the_time_is_left_out_unless_it_runs(night: Shelf) -> None:
    found = night.get("/home/executions", since=253_402_300_799_999)
    assert found["states"] == {"RUNNING": 1}
    assert [row["id"] for row in night.get("/executions", q=found["q"])["items"]] == [found["items"][0]["id"]]


def ended(shelf: Shelf, time: int, **times: int) -> str:
    found = {name: value(time + more) for name, more in times.items()}
    return str(shelf.run([], [], last_known_state=COMPLETE, custom_properties=found))


def test_what_ran_is_what_ended_or_started_since_and_no_edit_of_what_ran_before(shelf: Shelf) -> None:
    night, year_ago = 1795800000000, 1764264000000
    old = ended(shelf, year_ago, __started__=0, __ended__=5)
    across = ended(shelf, night, __started__=-50, __ended__=7)
    begun = ended(shelf, night, start_time=3)
    shelf.client.patch(f"/api/v1/executions/{old}", json={"labels": {"seen": "yes"}}).raise_for_status()
    found = shelf.get("/home/executions", since=night)
    assert [row["id"] for row in found["items"]] == [across, begun]
    listed = shelf.get("/executions", q=found["q"], order_by="-ran")
    assert [row["id"] for row in listed["items"]] == [across, begun]
    assert [row["id"] for row in shelf.get("/executions", order_by="ran")["items"]] == [old, begun, across]


def test_an_execution_without_recorded_times_ran_when_it_was_created(shelf: Shelf) -> None:
    ran = shelf.run([], [], last_known_state=FAILED, custom_properties={"start_time": value("soon")})
    created = shelf.get(f"/executions/{ran}")["created"]
    for since, ids in ((created, [str(ran)]), (created + 1, [])):
        assert [row["id"] for row in shelf.get("/home/executions", since=since)["items"]] == ids


def test_models_in_production_are_those_with_the_alias_or_the_stage(shelf: Shelf) -> None:
    named = shelf.put("model", name="a", custom={"__aliases__": "best,production"})
    staged = shelf.put("model", name="b", custom={"stage": "production"})
    labelled = shelf.put("model", properties={"__ALL_META__": json.dumps({"labels": {"stage": "production"}})})
    shelf.put("model", name="c", custom={"__aliases__": "pre-production,staging"})
    shelf.put("model", name="d", state=pb.Artifact.LIVE)
    found = shelf.get("/home/models")
    assert (found["rule"], found["count"], found["exact"]) == ("production", 3, True)
    assert {row["id"] for row in found["items"]} == {str(named), str(staged), str(labelled)}
    assert set(shelf.ids(found["q"])) == {named, staged, labelled}


def test_without_alias_and_stage_the_live_models_are_in_production(shelf: Shelf) -> None:
    live = shelf.put("system.Model", name="a", state=pb.Artifact.LIVE)
    shelf.put("system.Model", name="b")
    found = shelf.get("/home/models")
    assert (found["rule"], [row["id"] for row in found["items"]]) == ("live", [str(live)])


def test_archived_records_are_left_out(shelf: Shelf) -> None:
    archived = {"custom_properties": {"__archived__": pb.Value(int_value=5)}}
    shelf.put("model", name="a", custom={"stage": "production", "__archived__": 5})
    kept = shelf.put("model", name="b", custom={"stage": "production"})
    shelf.run([], [], last_known_state=FAILED, **archived)
    ran = shelf.run([], [], last_known_state=FAILED)
    models, found = shelf.get("/home/models"), shelf.get("/home/executions", since=0)
    assert (models["count"], [row["id"] for row in models["items"]]) == (1, [str(kept)])
    assert (found["states"], [row["id"] for row in found["items"]]) == ({"FAILED": 1}, [str(ran)])
    assert [row["id"] for row in shelf.get("/executions", q=found["q"])["items"]] == [str(ran)]


def test_workspaces_say_how_much_they_hold_the_latest_active_first(shelf: Shelf) -> None:
    put = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="kubeflow.org/alpha/workspace"))
    type_id = shelf.service.call("PutContextType", put).type_id  # type: ignore[attr-defined]
    contexts = [pb.Context(type_id=type_id, name=name) for name in ("empty", "old", "new")]
    _, old, new = shelf.service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts)).context_ids  # type: ignore[attr-defined]
    run, model = shelf.run([], []), shelf.put("model")
    links = rpc.PutAttributionsAndAssociationsRequest(
        attributions=[pb.Attribution(artifact_id=model, context_id=old)],
        associations=[pb.Association(execution_id=run, context_id=new)],
    )
    shelf.service.call("PutAttributionsAndAssociations", links)
    found = shelf.get("/home/workspaces")
    held = [(each["name"], each["artifacts"], each["executions"]) for each in found["items"]]
    assert held == [("new", 0, 1), ("old", 1, 0), ("empty", 0, 0)]
    assert (found["count"], len(shelf.get("/home/workspaces", limit=1)["items"])) == (3, 1)


def test_what_holds_archived_records_says_how_many_of_each_type_they_are(shelf: Shelf) -> None:
    in_run = {"__kf_run__": "nightly"}
    ids = [shelf.put("model", name=name, custom=in_run) for name in "abc"]
    shelf.client.patch(f"/api/v1/artifacts/{ids[0]}", json={"archived": True}).raise_for_status()
    [run] = shelf.get("/runs")["items"]
    [held] = shelf.get(f"/runs/{run['id']}/holding")["by_type"]
    [model] = shelf.get("/types")["items"]
    assert [(each["count"], each["archived"]) for each in (held, model)] == [(3, 1), (3, 1)]
    assert len(shelf.get("/artifacts", q=f"{run['search']} type=model -has:archived")["items"]) == 2
