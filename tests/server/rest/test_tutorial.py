"""What people ask of the tutorial's records, over REST; and runs, workspaces, metrics, views, types, totals."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest


def get(api: httpx.Client, path: str, **parameters: Any) -> Any:
    response = api.get(path, params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def model(api: httpx.Client) -> str:
    return str(get(api, "/artifacts", q="name=loaf-forecast type=model")["items"][0]["id"])


def test_models_with_a_label_are_found(tutorial_api: httpx.Client) -> None:
    names = [row["name"] for row in get(tutorial_api, "/artifacts", q="type:model label.season=autumn")["items"]]
    assert names == ["loaf-forecast"]


def test_the_data_set_that_a_model_came_from_is_an_ancestor(tutorial_api: httpx.Client) -> None:
    key = f"a{model(tutorial_api)}"
    found = get(tutorial_api, "/lineage/relatives", focus=key, direction="up", q="type:data_set")
    assert [each["name"] for each in found["items"]] == ["orders"]


def test_who_used_a_model_is_told(tutorial_api: httpx.Client) -> None:
    events = get(tutorial_api, f"/artifacts/{model(tutorial_api)}/events", direction="input")
    assert sorted(item["node"]["name"] for item in events["items"]) == ["monitor", "serve"]


def test_a_model_has_its_labels_hyperparameters_and_metrics(tutorial_api: httpx.Client) -> None:
    node = get(tutorial_api, f"/artifacts/{model(tutorial_api)}")
    assert node["labels"] == {"team": "forecasting", "season": "autumn"}
    assert node["meta"]["hyperparameters"]["learning_rate"] == 0.05
    assert node["metrics"]["mean_error"] == {"last": 4.9, "least": 3.1, "greatest": 4.9, "count": 4}
    assert [context["name"] for context in node["contexts"]] == ["bakery"]


def test_the_evaluations_of_a_model_come_in_the_order_of_time(tutorial_api: httpx.Client) -> None:
    found = get(tutorial_api, f"/artifacts/{model(tutorial_api)}/evaluations")["items"]
    # The examples of the guide, which share the store, log points on the model itself.
    of_others = [each["values"]["mean_error"] for each in found if each["reporter"]["id"] != str(model(tutorial_api))]
    assert of_others == [3.2, 3.1, 3.4, 4.9]


@pytest.mark.parametrize(
    ("metric", "group", "values"),
    [
        ("mean_error", {"label.service": "forecast"}, [3.1, 3.4, 4.9]),
        ("latency_ms", {"label.service": "forecast"}, [12.5, 13.0, 31.5]),
    ],
)
def test_metrics_of_models_and_systems_share_a_label_and_an_axis(
    tutorial_api: httpx.Client, metric: str, group: dict[str, str], values: list[float]
) -> None:
    found = get(tutorial_api, "/metrics/series", metric=metric, group_by="label.service")["series"]
    series = next(each for each in found if each["group"] == group)
    assert [point["value"] for point in series["points"]] == values


@pytest.mark.parametrize(("metric", "days"), [("mean_error", [0, 1, 2, 3]), ("latency_ms", [0, 1, 2])])
def test_metrics_of_the_tutorial_span_days(tutorial_api: httpx.Client, metric: str, days: list[int]) -> None:
    [series] = get(tutorial_api, "/metrics/series", metric=metric)["series"]
    times = [point["time"] for point in series["points"]]
    assert [round((time - times[0]) / 86_400_000) for time in times] == days


def test_a_run_tells_what_it_holds(tutorial_api: httpx.Client) -> None:
    [run] = get(tutorial_api, "/runs")["items"]
    assert (run["workspace"], run["executions"], run["artifacts"], run["states"]) == ("bakery", 1, 4, {"COMPLETE": 1})
    assert get(tutorial_api, f"/runs/{run['id']}") == run
    assert len(get(tutorial_api, "/artifacts", q=run["search"])["items"]) == 4


def test_a_workspace_tells_what_it_holds(tutorial_api: httpx.Client) -> None:
    [workspace] = get(tutorial_api, "/workspaces")["items"]
    holding = get(tutorial_api, f"/contexts/{workspace['id']}/holding")
    assert (workspace["name"], holding["artifacts"], holding["executions"]) == ("bakery", 10, 3)


def test_artifacts_are_compared_in_one_request(tutorial_api: httpx.Client) -> None:
    found = get(tutorial_api, "/artifacts/batch", ids="3,a1,99")
    assert [node["key"] for node in found["items"]] == ["a3", "a1"]
    assert found["missing"] == ["a99"]


def test_a_text_from_a_log_is_found(tutorial_api: httpx.Client) -> None:
    by_uri = get(tutorial_api, "/find", text="bigquery://bakery/orders")["by_uri"]
    assert [card["name"] for card in by_uri] == ["orders"]
    assert [card["key"] for card in get(tutorial_api, "/find", text="3")["by_id"]] == ["a3", "e3"]
    assert [card["key"] for card in get(tutorial_api, "/find", text="e3")["by_id"]] == ["e3"]
    assert get(tutorial_api, "/find", text="nightly")["runs"] == []


def test_types_have_counts_and_totals_agree(tutorial_api: httpx.Client) -> None:
    types = get(tutorial_api, "/types", kind="artifact")["items"]
    totals = get(tutorial_api, "/totals")
    assert sum(each["count"] for each in types) == totals["artifacts"] == 10
    assert totals["searchable"] is True


def test_versions_have_the_same_name(tutorial_api: httpx.Client) -> None:
    found = get(tutorial_api, f"/artifacts/{model(tutorial_api)}/versions")["items"]
    assert {row["name"] for row in found} == {"loaf-forecast"}


def test_a_view_is_stored_once_and_found_again(tutorial_api: httpx.Client) -> None:
    first, second = (tutorial_api.post("/views", json={"content": "q=ä&x=1"}) for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert get(tutorial_api, f"/views/{first.json()['id']}")["content"] == "q=ä&x=1"


@pytest.mark.parametrize("content", ["", "x" * 100_001, "a\x00b", "\ud800", 7, None])
def test_a_view_that_cannot_be_stored_is_a_problem(tutorial_api: httpx.Client, content: object) -> None:
    answer = tutorial_api.post("/views", content=json.dumps({"content": content}))
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_long_is_refused_while_it_arrives(tutorial_api: httpx.Client) -> None:
    answer = tutorial_api.post("/views", content=b'{"content": "' + b"x" * (2 << 20) + b'"}')
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


def test_a_parsed_search_tells_each_term_and_the_search_without_it(tutorial_api: httpx.Client) -> None:
    found = get(tutorial_api, "/search/parse", q=" type:model   -label.x=1 ")
    assert found["text"] == "type:model -label.x=1"
    assert [(term["text"], term["without"]) for term in found["terms"]] == [
        ("type:model", "-label.x=1"),
        ("-label.x=1", "type:model"),
    ]


def test_the_keys_of_the_search_come_with_examples_that_work(tutorial_api: httpx.Client) -> None:
    for key in get(tutorial_api, "/search/keys")["items"]:
        for kind in key["kinds"]:
            get(tutorial_api, f"/{kind}s", q=key["example"])


def test_growth_counts_everything_once(tutorial_api: httpx.Client) -> None:
    spans = get(tutorial_api, "/monitor/growth", kind="execution", spans=7)["spans"]
    assert sum(span["count"] for span in spans) == 3


def test_a_running_execution_is_measured_against_those_that_ended(tutorial_api: httpx.Client) -> None:
    assert get(tutorial_api, "/monitor/running")["items"] == []


def test_what_a_run_holds_is_told_by_type(tutorial_api: httpx.Client) -> None:
    [run] = get(tutorial_api, "/runs")["items"]
    holding = get(tutorial_api, f"/runs/{run['id']}/holding")
    assert (holding["artifacts"], holding["executions"], holding["states"]) == (4, 1, {"COMPLETE": 1})
    assert sum(each["count"] for each in holding["by_type"]) == 5


def test_the_lineage_of_a_run_has_its_executions_and_all_that_they_read_and_wrote(tutorial_api: httpx.Client) -> None:
    [run] = get(tutorial_api, "/runs")["items"]
    graph = get(tutorial_api, "/lineage", focus="e1", up=50, down=50, inside=f"r{run['id']}")
    executions = [node["name"] for node in graph["nodes"] if node["kind"] == "execution"]
    assert executions == ["train"]
    assert {"orders", "loaf-forecast"} <= {node["name"] for node in graph["nodes"]}
