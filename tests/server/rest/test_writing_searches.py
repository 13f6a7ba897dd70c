"""What the web UI asks while a search is written: its mistake, how it could go on, and changes to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.filter.test_search_cases import CASES, GOOD
from tests.server.rest.conftest import reading
from tests.server.rest.shelf import Shelf


def get(api: httpx.Client, path: str, **parameters: Any) -> Any:
    answer = api.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def offered(api: httpx.Client, q: str, **parameters: Any) -> dict[str, str]:
    """Ask how a search could go on at |; return the texts by title, with | where writing goes on."""
    before, _, after = q.partition("|")
    found = get(api, "/search/complete", q=before + after, position=len(before), **parameters)["completions"]
    return {each["title"]: f"{each['text'][: each['position']]}|{each['text'][each['position'] :]}" for each in found}


@pytest.fixture
def shelf_api(shelf: Shelf) -> Iterator[httpx.Client]:
    with reading(f"{shelf.client.base_url}/api/v1") as client:
        yield client


def edited(api: httpx.Client, q: str, choice: str, key: str, value: str = "", **more: str) -> str:
    given = {} if choice in ("range", "clear") else {"value": value}
    return str(get(api, "/search/edit", q=q, choice=choice, key=key, **given, **more)["text"])


@pytest.mark.slow  # the grammar itself answers them every day
def test_every_case_is_answered_as_the_file_of_cases_says(tutorial_api: httpx.Client) -> None:
    for case in CASES:
        answer = get(tutorial_api, "/search/complete", q=case["q"], kind=case.get("kind", "artifact"))
        assert answer["mistake"] == case.get("mistake"), case["q"]
    for case in GOOD:
        assert get(tutorial_api, "/search/parse", q=case["q"]) == {"text": case["text"], "terms": case["terms"]}


def test_lists_refuse_exactly_the_queries_that_have_a_mistake(tutorial_api: httpx.Client) -> None:
    paths = {"artifact": "/artifacts", "execution": "/executions", "context": "/contexts", "run": "/runs"}
    for case in CASES:
        path = paths[case.get("kind", "artifact")]
        answer = tutorial_api.get(path, params={"q": case["q"], "limit": 1})
        assert (answer.status_code == 400) == ("mistake" in case), case["q"]
        if "mistake" in case:
            fields = {name: answer.json()[name] for name in ("position", "length", "problem", "hint")}
            assert fields == case["mistake"]


def test_keys_of_the_language_and_of_the_store_are_offered(tutorial_api: httpx.Client) -> None:
    assert offered(tutorial_api, "typ")["type"] == "type:|"
    assert offered(tutorial_api, "-sea") == {"label.season": "-label.season=|"}
    assert offered(tutorial_api, "(a OR mean")["metric.mean_error"] == "(a OR metric.mean_error>|"
    assert len(offered(tutorial_api, "")) == len(offered(tutorial_api, "?")) == 12


def test_values_of_the_store_are_offered_where_a_value_is_written(tutorial_api: httpx.Client) -> None:
    assert offered(tutorial_api, "label.season=aut") == {"autumn": "label.season=autumn |"}
    assert offered(tutorial_api, "label.season=spring,a")["autumn"] == "label.season=spring,autumn |"
    assert offered(tutorial_api, "label.season=a| type=model")["autumn"] == "label.season=autumn |type=model"
    assert offered(tutorial_api, "created>7")["7d"] == "created>7d |"
    assert offered(tutorial_api, "has:sea") == {"label.season": "has:label.season |"}


def test_what_is_offered_is_what_the_kind_has(tutorial_api: httpx.Client) -> None:
    assert "uri" not in offered(tutorial_api, "u", kind="execution")
    assert "state" not in offered(tutorial_api, "st", kind="context")
    assert list(offered(tutorial_api, "", kind="run")) == ["name", "workspace"]
    [workspace] = offered(tutorial_api, "workspace=", kind="run").values()
    assert get(tutorial_api, "/runs", q=workspace.rstrip("|").strip())["items"]


@pytest.mark.parametrize("q", ["typ:model", "(a b)", "type>x", 'name:"a" "b" )'])
def test_nothing_is_offered_where_nothing_fits(tutorial_api: httpx.Client, q: str) -> None:
    assert offered(tutorial_api, q) == {}


def test_values_are_offered_in_quotation_marks_where_they_need_them(shelf: Shelf, shelf_api: httpx.Client) -> None:
    artifact = shelf.put(custom={"cost centre": 'x "y"'})
    key = offered(shelf_api, "cost")["label.cost centre"]
    [value] = offered(shelf_api, key.rstrip("|")).values()
    assert (key, value) == ('label."cost centre"=|', 'label."cost centre"="x \\"y\\"" |')
    assert shelf.ids(value.rstrip("|")) == [artifact]


def test_a_value_beyond_the_most_frequent_is_offered_once_it_is_written(shelf: Shelf, shelf_api: httpx.Client) -> None:
    for number in range(60):
        shelf.put(custom={"n": f"v{number:02}"})
    assert "v59" in offered(shelf_api, "label.n=59")


@pytest.mark.parametrize(
    ("q", "choice", "key", "value", "text"),
    [
        ("forecast", "only", "type", "model", "forecast type=model"),
        ("forecast type=model", "any", "type", "data set", 'forecast type=model,"data set"'),
        ("forecast type=model", "not", "type", "model", "forecast -type=model"),
        ("forecast -type=model", "none", "type", "model", "forecast"),
        ("type=a -type=b", "only", "type", "c", "-type=b type=c"),
        ("type=a,b c", "none", "type", "a", "type=b c"),
        ("metric.auc>0.9", "any", "metric.auc", "1", "metric.auc>0.9 metric.auc=1"),
        ("workspace=b", "add", "name", "x..y", 'workspace=b name="x..y"'),
        ("name=a", "add", "name", "b", "name=a name=b"),
        ("", "only", "label.cost centre", "-7", 'label."cost centre"="-7"'),
        ("a", "add", "", "type:x OR", 'a "type:x OR"'),
        ("a", "add", "type==", "model", "a type==model"),
        ("type==a", "any", "type", "b", "type==a,b"),
        ("type==a b", "none", "type", "a", "b"),
        ("forecast created:30d..", "clear", "created", "", "forecast"),
        ("-created:30d.. a", "clear", "created", "", "-created:30d.. a"),
    ],
)
def test_a_search_says_something_else_of_a_value(
    tutorial_api: httpx.Client, q: str, choice: str, key: str, value: str, text: str
) -> None:
    assert edited(tutorial_api, q, choice, key, value) == text


def test_a_range_takes_the_place_of_the_one_before(tutorial_api: httpx.Client) -> None:
    assert edited(tutorial_api, "forecast", "range", "created", low="7d") == "forecast created:7d.."
    second = edited(
        tutorial_api, "created:7d.. x", "range", "created", low="2026-01-01", high="2026-01-31T00:00:00.001Z"
    )
    assert second == "x created:2026-01-01..2026-01-31T00:00:00.001Z"


def test_several_terms_are_added_in_one_request(tutorial_api: httpx.Client) -> None:
    given = {"q": "", "choice": "add", "key": ["workspace", "type"], "value": ['odd "one"', "model"]}
    assert get(tutorial_api, "/search/edit", **given)["text"] == 'workspace="odd \\"one\\"" type=model'


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"q": "typ:x", "choice": "only", "key": "type", "value": "m"}, "q"),
        ({"choice": "only", "key": "colour", "value": "red"}, "key"),
        ({"choice": "only", "key": "label", "value": "red"}, "key"),
        ({"choice": "only", "key": "metric.auc", "value": "high"}, "value"),
        ({"choice": "range", "key": "name", "low": ""}, "value"),
        ({"choice": "only", "key": "type"}, "value"),
        ({"choice": "only", "key": "", "value": "x"}, "key"),
    ],
)
def test_a_change_that_cannot_be_written_is_an_error(
    tutorial_api: httpx.Client, given: dict[str, str], parameter: str
) -> None:
    answer = tutorial_api.get("/search/edit", params=given)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_runs_are_found_by_a_search_of_their_name_and_workspace(tutorial_api: httpx.Client) -> None:
    [run] = get(tutorial_api, "/runs")["items"]
    workspace = edited(tutorial_api, "", "only", "workspace", run["workspace"])
    assert get(tutorial_api, "/runs", q=f"{run['name'][:4]} {workspace}")["items"] == [run]
    assert get(tutorial_api, "/runs", q="no-such-run")["items"] == []
    assert get(tutorial_api, "/runs", q="workspace=none", workspace=run["workspace"])["items"] == []
