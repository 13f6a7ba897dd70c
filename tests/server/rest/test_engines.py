"""The same questions on every engine: searches, orders, facets, lineage, series, runs, views."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from lineal.catalogue import facets, series
from lineal.wire import metadata_store as pb
from tests.engines import EVERY_ENGINE, Engine
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf, put_into, put_workspaces, value

pytestmark = pytest.mark.slow
LONG = "Käse " * 60
ALIASES = {"__aliases__": "Best,production"}


@pytest.fixture(scope="module", params=EVERY_ENGINE)
def anywhere(
    request: pytest.FixtureRequest, servers: ExitStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """A store on each engine in turn, with a model, its evaluations and a data set; the tests only read it."""
    engine: Engine = request.param
    with (
        engine.empty_url(servers, tmp_path_factory.mktemp("rest")) as database,
        serving(database) as (service, url),
        reading(url) as client,
    ):
        shelf = Shelf(service, client)
        own = {"team": "risk", "share": 0.5, "rows": 12, "note": LONG}
        data = shelf.put("data_set", name="Käse", custom=own)
        meta = {"labels": {"team": "voice"}, "hyperparameters": {"rate": 0.1}}
        model = shelf.put("model", properties={"name": "churn 🧁", "__ALL_META__": json.dumps(meta)}, custom=ALIASES)
        for auc in (0.9, float("nan"), 0.8):
            values = json.dumps({"values": {"auc": auc}})
            shelf.put("metrics", properties={"model_id": str(model), "__ALL_META__": values})
        shelf.run([data], [model], time=100)
        why = {
            "failure_type": "cuda.OutOfMemoryError",
            "failure_message": "CUDA Out of Memory",
            "failure_traceback": "  File 'train.py'\n" * 3000 + "device-side assert",
        }
        state = pb.Execution.FAILED
        shelf.run([], [], last_known_state=state, custom_properties={name: value(why[name]) for name in why})
        held = shelf.run([], [], last_known_state=state, custom_properties={"failure_type": value("Käse")})
        [bakery, _] = put_workspaces(shelf, "Bäckerei", "bäckerei")
        put_into(shelf, bakery, artifacts=[data], executions=[held])
        before = {
            "note": value("x"),
            "blank": value(" "),
            "number": value(0),
            "failure_type": value("Käse"),
            "end_time": value("2020-01-01T00:30:00+02:00"),
        }
        shelf.run([], [], last_known_state=pb.Execution.COMPLETE, custom_properties=before)
        yield shelf


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", 5),
        ("type=model", 1),
        ("type==model", 1),
        ("type==odel,model", 1),
        ("type==Model", 0),
        ("name:CHURN", 1),
        ('name="churn 🧁"', 1),
        ("Käse", 1),
        ("label.team=risk,voice", 2),
        ("-label.team=risk", 4),
        ("has:label.team", 2),
        ("prop.hyperparameters.rate<0.2", 1),
        ("prop.rows=12", 1),
        ("metric.auc=0.8 type:model", 1),
        ("metric.share>0.4", 1),
        ("has:metric.auc", 4),
        ("created:1d", 5),
        ("(label.team=risk OR has:metric.auc) -type:metrics", 2),
        ("workspace=none", 0),
        (f'prop.note="{LONG}"', 1),
        (f'prop.note="{LONG}!"', 0),
        (f'prop.note="{LONG[:255]}"', 0),
        ("alias=production", 1),
        ("alias=Best", 1),
        ("alias=best", 0),
        ("alias:best", 1),
        ("type=Model", 0),
    ],
)
def test_a_search_finds_as_much_on_every_engine(anywhere: Shelf, q: str, found: int) -> None:
    assert len(anywhere.ids(q)) == found
    assert anywhere.get("/artifacts/count", q=q, exact=True)["count"] == found


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ('error:"out of memory"', 1),
        ("error:OUT error:assert", 1),
        ("error=OutOfMemoryError,ValueError", 1),
        ("error=outofmemoryerror,käse", 0),
        ("ran<2020-01-01", 1),
        ("ran=2019-12-31..2020-01-01", 1),
        ("ran:1d", 3),
        ("error:käse", 1),
        ("error:100%_sure", 0),
        ("has:error", 2),
        ("-has:error", 2),
        ("error!=exit", 2),
        ("has:prop.note", 1),
        ("has:prop.blank", 0),
        ("has:prop.number", 1),
    ],
)
def test_failures_are_found_on_every_engine(anywhere: Shelf, q: str, found: int) -> None:
    assert len(anywhere.get("/executions", q=q)["items"]) == found
    assert anywhere.get("/executions/count", q=q, exact=True)["count"] == found


def test_types_of_failures_are_counted_on_every_engine(anywhere: Shelf) -> None:
    offers = anywhere.get("/search/complete", q="error=", position=6, kind="execution")["completions"]
    assert [(offer["title"], offer["count"]) for offer in offers] == [("Käse", 1), ("cuda.OutOfMemoryError", 1)]


def test_the_home_view_says_the_same_on_every_engine(anywhere: Shelf) -> None:
    ran = anywhere.get("/home/executions", since=1_600_000_000_000)
    assert ran["states"] == {"UNKNOWN": 1, "FAILED": 2}
    assert [(each["type"], each["count"]) for each in ran["reasons"]] == [("Käse", 1), ("cuda.OutOfMemoryError", 1)]
    assert [each["name"] for each in ran["items"][-1]["inputs"]] == ["Käse"]
    everything = anywhere.get("/home/executions", since=0)["items"]
    assert [row["id"] for row in everything[:3]] == [row["id"] for row in ran["items"]]
    assert anywhere.get("/executions", order_by="ran")["items"][0]["id"] == everything[-1]["id"]
    models = anywhere.get("/home/models")
    assert (models["rule"], models["headline"], models["items"][0]["metrics"]["auc"]["last"]) == (
        "production",
        "auc",
        0.8,
    )
    held = [(each["name"], each["artifacts"], each["executions"]) for each in anywhere.get("/home/workspaces")["items"]]
    one, none = ({"count": number, "exact": True, "complete": True} for number in (1, 0))
    assert held == [("Bäckerei", one, one), ("bäckerei", none, none)]


@pytest.mark.parametrize(
    "order",
    ["name", "-metric.auc", "-greatest.auc", "least.auc", "prop.rows", "label.team", "state", "-type", "prop.name"],
)
def test_pages_in_every_order_hold_all_on_every_engine(anywhere: Shelf, order: str) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = anywhere.get("/artifacts", order_by=order, limit=2, cursor=cursor)
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("period", [{}, {"since": 1, "until": 1 << 50}])
def test_values_that_are_left_out_are_counted_on_every_engine(
    anywhere: Shelf, monkeypatch: pytest.MonkeyPatch, period: dict[str, int]
) -> None:
    monkeypatch.setattr(series, "MOST_POINTS", 2)
    found = anywhere.get("/metrics/series", metric="auc", **period)
    assert (found["left_out"], [point["value"] for point in found["series"][0]["points"]]) == (1, ["NaN", 0.8])


def test_metrics_of_records_that_are_not_counted_are_found_on_every_engine(
    anywhere: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "COLUMN_SAMPLE", 1)
    for q, is_found in (("", True), ("label.team=risk,voice", True), ("type=metrics id>0", True), ("id=1", False)):
        found = anywhere.get("/artifacts/columns", q=q)
        assert ("metric.auc" in {each["key"] for each in found["columns"]}, found["all_metrics"]) == (is_found, True)


def test_the_rest_answers_on_every_engine(anywhere: Shelf) -> None:
    [model] = anywhere.get("/artifacts", q="type=model", columns="metric.auc,label.team")["items"]
    assert (model["metrics"]["auc"]["last"], model["metrics"]["auc"]["count"]) == (0.8, 3)
    assert {facet["key"] for facet in anywhere.get("/artifacts/facets")["facets"]} >= {"type", "label.team"}
    assert len(anywhere.get("/lineage", focus=model["key"])["nodes"]) == 3
    lines = anywhere.get("/metrics/series", metric="auc", group_by="name")["series"]
    assert [[point["value"] for point in each["points"]] for each in lines] == [[0.9, "NaN", 0.8]]
    assert len(anywhere.get(f"/artifacts/{model['id']}/evaluations")["items"]) == 3
    assert [row["key"] for row in anywhere.get(f"/artifacts/{model['id']}/versions")["items"]] == [model["key"]]
    offered = {each["key"]: each for each in anywhere.get("/artifacts/columns", q="type=model")["columns"]}
    assert offered["metric.auc"]["filled"] == 1
    listed = anywhere.get("/artifacts", q="type=model", columns="default")
    assert (listed["headline"], "metric.auc" in listed["columns"]) == ("auc", True)
    assert anywhere.get(f"/artifacts/{model['id']}")["headline"] == ["auc"]
    view = anywhere.client.post("/api/v1/views", json={"content": "ä=1"}).json()
    assert {**anywhere.get(f"/views/{view['id']}"), "removed": 0} == view
    for path in (
        "/runs",
        "/workspaces",
        "/types",
        "/totals",
        "/monitor/running",
        "/monitor/growth",
        "/artifacts/columns",
    ):
        anywhere.get(path)
    assert anywhere.get("/find", text="churn")["by_name"][0]["key"] == model["key"]


@pytest.mark.parametrize(
    ("text", "match"), [("churn 🧁", "exact"), ("CHURN 🧁", "exact"), ("chu", "prefix"), ("HURN", "part")]
)
def test_a_name_is_found_by_all_and_by_part_of_it_on_every_engine(anywhere: Shelf, text: str, match: str) -> None:
    [found] = anywhere.get("/find", text=text)["names"]
    assert (found["match"], found["newest"]["name"], found["count"]) == (match, "churn 🧁", 1)


def test_archived_records_are_left_out_of_pages_counts_and_facets_on_every_engine(
    anywhere: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    [node_id] = anywhere.ids("type=data_set")
    monkeypatch.setattr(facets._Sample.__init__, "__defaults__", (2,))  # as in a store of more than 10,000 records
    assert anywhere.ids("-has:archived archived:1d") == []
    anywhere.client.patch(f"/api/v1/artifacts/{node_id}", json={"archived": True}).raise_for_status()
    found = anywhere.get("/artifacts/facets", q="-has:archived")
    types = next(facet for facet in found["facets"] if facet["key"] == "type")
    counts = [len(anywhere.ids("-has:archived")), len(anywhere.ids("-has:archived", order_by="name"))]
    counts.append(sum(each["count"] for each in types["values"]))
    counts.append(sum(span["count"] for span in found["created"]))
    counts.append(anywhere.get("/artifacts/count", q="-has:archived", exact=True)["count"])
    history = anywhere.get(f"/artifacts/{node_id}/history")["items"]
    anywhere.client.patch(f"/api/v1/artifacts/{node_id}", json={"archived": False}).raise_for_status()
    assert counts == [4, 4, 4, 4, 4]
    assert [(entry["action"], entry["is_undoable"]) for entry in history] == [("update", True)]
    assert anywhere.ids("has:archived") == []


def test_values_that_were_logged_in_a_period_are_found_on_every_engine(
    anywhere: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "MOST_POINTS", 1)
    time = 1 << 45  # long after the records were written
    for node_id in (1, 2):
        point = {"values": {"drift": node_id / 2}, "step": 1, "time": time}
        anywhere.client.post(f"/api/v1/artifacts/{node_id}/metrics", json=point).raise_for_status()
    found = anywhere.get("/metrics/series", metric="drift", since=time - 1, until=time + 1)
    assert ([point["value"] for point in found["series"][0]["points"]], found["left_out"]) == ([1.0], 1)


def test_archived_executions_of_a_run_do_not_count_among_its_states_on_every_engine(anywhere: Shelf) -> None:
    named = {"__kf_run__": value("archived-run")}
    gone = named | {"__archived__": value(5)}
    for custom in (named, gone):
        anywhere.run([], [], last_known_state=pb.Execution.CANCELED, custom_properties=custom)
    runs = {run["name"]: run for run in anywhere.get("/runs")["items"]}
    assert runs["archived-run"]["states"] == {"CANCELED": 1}
    [held] = anywhere.get(f"/runs/{runs['archived-run']['id']}/holding")["by_type"]
    assert (held["count"], held["archived"]) == (2, 1)
