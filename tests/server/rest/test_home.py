"""The home view's reads: what ran and why it failed, the models in production, the workspaces."""

from __future__ import annotations

import json

import pytest

from lineal.catalogue import headline, home
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf, put_into, put_workspaces, value

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


REASONS: list[tuple[str, dict[str, str]]] = [
    ("COMPLETE", {"failure_type": "OOM"}),
    ("FAILED", {"failure_type": "OOM", "error_type": "OOM"}),
    ("FAILED", {"failure_type": "OOM", "error_type": "Exit"}),
    ("FAILED", {"failure_type": "torch.OOM"}),
    ("FAILED", {"failure_type": "oom"}),
    ("FAILED", {"error_message": "OOM"}),
    ("FAILED", {"failure_type": "x" * 300, "failure_message": "long"}),
    ("FAILED", {}),
    ("FAILED", {"failure_type": "", "error_type": "  "}),
    ("CANCELED", {"failure_type": "SIGTERM"}),
]


@pytest.fixture
def odd_night(shelf: Shelf) -> Shelf:
    for state, why in REASONS:
        custom = {name: value(text) for name, text in why.items()}
        shelf.run([], [], last_known_state=pb.Execution.State.Value(state), custom_properties=custom)
    return shelf


@pytest.mark.parametrize("state", ["", "FAILED"])
def test_a_reason_counts_what_its_list_shows(odd_night: Shelf, state: str) -> None:
    found = odd_night.get("/home/executions", since=0, state=state)
    counts = {each["type"]: each["count"] for each in found["reasons"]}
    listed = {each["type"]: f"{found['q']} {each['term']}" for each in found["reasons"]}
    assert counts == {each: len(odd_night.get("/executions", q=q)["items"]) for each, q in listed.items()}
    assert (counts["OOM"], counts["oom"], counts["x" * 255], counts[""]) == (4, 1, 1, 3)
    assert ("Exit" in counts, found["other_reasons"]) == (False, 0)


def test_a_type_that_is_offered_counts_what_its_list_shows(odd_night: Shelf) -> None:
    offers = odd_night.get("/search/complete", q="error=", position=6, kind="execution")["completions"]
    assert {offer["title"]: offer["count"] for offer in offers} == {
        offer["title"]: len(odd_night.get("/executions", q=offer["text"])["items"]) for offer in offers
    }
    assert [offer["title"] for offer in offers] == ["OOM", "SIGTERM", "oom", "torch.OOM"]


def test_an_input_that_was_read_twice_is_one(shelf: Shelf) -> None:
    data = shelf.put("data_set", name="orders")
    ran = shelf.run([data], [], last_known_state=FAILED)
    declared = rpc.PutEventsRequest(events=[pb.Event(artifact_id=data, execution_id=ran, type=pb.Event.DECLARED_INPUT)])
    shelf.service.call("PutEvents", declared)
    [row] = shelf.get("/home/executions", since=0)["items"]
    assert (row["input_count"], [each["name"] for each in row["inputs"]]) == (1, ["orders"])


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
    ended(shelf, year_ago, end_time=9)  # recorded now
    shelf.client.patch(f"/api/v1/executions/{old}", json={"labels": {"seen": "yes"}}).raise_for_status()
    found = shelf.get("/home/executions", since=night)
    assert [row["id"] for row in found["items"]] == [across, begun]
    listed = shelf.get("/executions", q=found["q"], order_by="-ran")
    assert [row["id"] for row in listed["items"]] == [across, begun]
    assert [row["id"] for row in shelf.get("/executions", order_by="-ran")["items"]][:2] == [across, begun]


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


def test_evaluations_and_data_are_no_models_in_production(shelf: Shelf) -> None:
    names = (
        "ModelEvaluation",
        "model_report",
        "TextEncoder",
        "Checkpoint",
        "churn_model",
        "model_upload",
        "model_load",
        "data_set",
    )
    ids = {name: shelf.put(name, name=name, custom={"stage": "production"}) for name in names}
    found = {row["name"] for row in shelf.get("/home/models")["items"]}
    assert found == {name for name in ids if headline.family_of(name) == "model"} == {*names[2:6]}


def test_models_in_production_are_those_that_changed_last_of_all(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "COUNT_LIMIT", 2)
    ids = [shelf.put("model", name=name, custom={"stage": "production"}) for name in "abcd"]
    shelf.client.patch(f"/api/v1/artifacts/{ids[1]}", json={"labels": {"seen": "yes"}}).raise_for_status()
    found = shelf.get("/home/models", limit=2)
    assert (found["count"], found["exact"]) == (2, False)
    assert [row["name"] for row in found["items"]] == ["b", "d"]


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


def held(shelf: Shelf, **parameters: int) -> list[tuple[str, int, int]]:
    found = shelf.get("/home/workspaces", **parameters)["items"]
    return [(each["name"], each["artifacts"]["count"], each["executions"]["count"]) for each in found]


def test_workspaces_say_how_much_they_hold_the_latest_active_first(shelf: Shelf) -> None:
    _, old, new = put_workspaces(shelf, "empty", "old", "new")
    put_into(shelf, old, artifacts=[shelf.put("model")], executions=[])
    put_into(shelf, new, artifacts=[], executions=[shelf.run([], [])])
    assert held(shelf) == [("new", 0, 1), ("old", 1, 0), ("empty", 0, 0)]
    assert (shelf.get("/home/workspaces")["count"], held(shelf, limit=1)) == (3, [("new", 0, 1)])


def test_a_workspace_counts_what_its_lists_show(shelf: Shelf) -> None:
    names_it, archived = {"__kf_workspace__": "lab"}, {"__kf_workspace__": "lab", "__archived__": 5}
    lab, gone, _ = put_workspaces(shelf, "lab", "gone", "other")
    both, only_held = shelf.put("model", custom=names_it), shelf.put("model")
    shelf.put("model", custom=names_it)
    put_into(shelf, lab, artifacts=[both, only_held, shelf.put("model", custom=archived)], executions=[])
    custom = {name: value(each) for name, each in names_it.items()}
    put_into(shelf, gone, artifacts=[], executions=[shelf.run([], [], custom_properties=custom)])
    shelf.client.patch(f"/api/v1/contexts/{gone}", json={"archived": True}).raise_for_status()
    assert held(shelf) == [("lab", 3, 1), ("other", 0, 0)]
    assert len(shelf.ids("workspace=lab -has:archived")) == 3


def test_a_workspace_of_more_than_the_limit_says_so(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    [lab] = put_workspaces(shelf, "lab")
    put_into(shelf, lab, artifacts=[shelf.put("model", name=name) for name in "abc"], executions=[shelf.run([], [])])
    monkeypatch.setattr(home, "COUNT_LIMIT", 2)
    [found] = shelf.get("/home/workspaces")["items"]
    sizes = [(found[each]["count"], found[each]["exact"]) for each in ("artifacts", "executions")]
    assert sizes == [(2, False), (1, True)]


def test_a_visit_to_the_home_view_takes_as_many_statements_for_eight_rows_as_for_one(shelf: Shelf) -> None:
    data = [shelf.put("data_set", name=name) for name in "ab"]
    labs = put_workspaces(shelf, *[f"lab {number}" for number in range(8)])
    sent: list[int] = []
    for lab in labs:
        ran = shelf.run(data, [], last_known_state=FAILED, custom_properties={"failure_type": value("OOM")})
        put_into(shelf, lab, artifacts=[], executions=[ran])
        shelf.put("model", name=f"m{lab}", custom={"stage": "production"})
        shelf.get("/home/workspaces")  # indexes what is written
        statements: list[str] = []
        shelf.service.database.observe = statements.append
        shelf.service.read(lambda session, types: home.recent(session, types, since=0, state="FAILED", limit=8))
        shelf.service.read(lambda session, types: home.production(session, types, limit=8))
        shelf.service.read(lambda session, types: home.workspaces(session, types, limit=8))
        shelf.service.database.observe = None
        sent.append(len(statements))
    assert max(sent) <= sent[0] + 2, sent


def test_a_run_says_the_states_of_what_is_not_archived(shelf: Shelf) -> None:
    named = {"__kf_run__": value("nightly")}
    first = shelf.run([], [], last_known_state=FAILED, custom_properties=named)
    shelf.run([], [], last_known_state=FAILED, custom_properties=named)
    shelf.client.patch(f"/api/v1/executions/{first}", json={"archived": True}).raise_for_status()
    [run] = shelf.get("/runs")["items"]
    assert (run["executions"], run["states"]) == (2, {"FAILED": 1})


def test_a_run_counts_archived_records_among_its_own(shelf: Shelf) -> None:
    shelf.put("model", custom={"__kf_run__": "nightly"})
    put_type = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="system.PipelineRun"))
    type_id = shelf.service.call("PutContextType", put_type).type_id  # type: ignore[attr-defined]
    put = rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name="nightly")])
    [context] = shelf.service.call("PutContexts", put).context_ids  # type: ignore[attr-defined]
    gone = [shelf.put("model", custom={"__archived__": 5}) for _ in range(2)]
    put_into(shelf, context, artifacts=gone, executions=[])
    runs = {run["context_id"]: run["id"] for run in shelf.get("/runs")["items"]}
    held = {key: shelf.get(f"/runs/{run}/holding")["by_type"][0] for key, run in runs.items()}
    assert {key: (each["count"], each["archived"]) for key, each in held.items()} == {
        None: (1, 0),
        str(context): (2, 2),
    }


def test_what_holds_archived_records_says_how_many_of_each_type_they_are(shelf: Shelf) -> None:
    in_run = {"__kf_run__": "nightly"}
    ids = [shelf.put("model", name=name, custom=in_run) for name in "abc"]
    shelf.client.patch(f"/api/v1/artifacts/{ids[0]}", json={"archived": True}).raise_for_status()
    [run] = shelf.get("/runs")["items"]
    [held] = shelf.get(f"/runs/{run['id']}/holding")["by_type"]
    [model] = shelf.get("/types")["items"]
    assert [(each["count"], each["archived"]) for each in (held, model)] == [(3, 1), (3, 1)]
    assert len(shelf.get("/artifacts", q=f"{run['search']} type=model -has:archived")["items"]) == 2
