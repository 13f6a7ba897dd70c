"""A search over REST that finds nothing says which of its names no record has, and what was probably meant."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf, put_workspaces

_WORKSPACE = {"__kf_workspace__": "bakery", "__kf_run__": "nightly"}


@pytest.fixture(scope="module")
def filled(kept_shelf: Shelf) -> Shelf:
    """A model with a metric, labels and an alias, a data set, and an execution with a parameter."""
    shelf = kept_shelf
    meta = json.dumps({"labels": {"team": "risk"}})
    own = {"name": "churn", "__ALL_META__": meta, "accuracy": 0.9, "owner": ""}
    shelf.put("kubeflow.org/alpha/model", properties=own, custom={**_WORKSPACE, "__aliases__": "champion,production"})
    shelf.put("kubeflow.org/alpha/data_set", properties={"name": "orders"}, custom={"rows": 12})
    trained = pb.Execution(last_known_state=pb.Execution.FAILED)
    trained.custom_properties["param.learning_rate"].double_value = 0.1
    trained.custom_properties["__kf_run__"].string_value = "nightly"
    trained.custom_properties["__kf_workspace__"].string_value = "bakery"
    kind = shelf.service.call(
        "PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="fit"))
    )
    trained.type_id = kind.type_id  # type: ignore[attr-defined]
    shelf.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[trained]))
    put_workspaces(shelf, "bakery")
    return shelf


def told(shelf: Shelf, q: str, *, path: str = "/artifacts", **more: Any) -> tuple[list[str], str | None]:
    page = shelf.get(path, q=q, **more)
    assert page["items"] == []
    return [each["text"] for each in page["unknown"]], page["meant"]


@pytest.mark.parametrize(
    ("q", "text", "meant"),
    [
        ("metric.acuracy>0.5", "no artifact has the metric acuracy; did you mean accuracy?", "metric.accuracy>0.5"),
        ("has:label.taem", "no artifact has the label taem; did you mean team?", "has:label.team"),
        ("type=modle name:c", "no artifact has the type modle; did you mean model?", "type=model name:c"),
        ("type=kubeflow/alpha/model",
         "no artifact has the type kubeflow/alpha/model; did you mean model?", "type=model"),
        ("type==model", "no artifact has the type model; did you mean kubeflow.org/alpha/model?",
         "type==kubeflow.org/alpha/model"),
        ("alias=champoin", "no artifact has the alias champoin; did you mean champion?", "alias=champion"),
        ("workspace=bakry", "no artifact is in the workspace bakry; did you mean bakery?", "workspace=bakery"),
        ("run=nightlyy", "no artifact belongs to the run nightlyy; did you mean nightly?", "run=nightly"),
        ("prop.zzzz=1", "no artifact has the property zzzz; there are for example", None),
        ("type=fit", "no artifact has the type fit; executions do", None),
        ("state=failed", "no artifact has the state failed; executions do", None),
        ("param.learning_rate>0", "no artifact has the parameter param.learning_rate; executions do", None),
        ("-label.team=x (alias=prodution OR metric.acuracy>2)", "no artifact has the alias prodution; did you mean",
         "-label.team=x (alias=production OR metric.accuracy>2)"),
    ],
)  # fmt: skip
def test_a_name_that_no_record_has_is_told(filled: Shelf, q: str, text: str, meant: str | None) -> None:
    texts, searched = told(filled, q)
    assert texts[0].startswith(text)
    assert searched == meant


@pytest.mark.parametrize(
    ("path", "q", "text", "meant"),
    [
        ("/executions", "param.lerning_rate>0",
         "no execution has the parameter param.lerning_rate; did you mean param.learning_rate?",
         "prop.param.learning_rate>0"),
        ("/executions", "metric.accuracy>0", "no execution has the metric accuracy; artifacts do", None),
        ("/workspaces", "type=pipline", "no workspace has the type pipline; there are for example workspace", None),
        ("/contexts", "type=workspce", "no context has the type workspce; did you mean workspace?", "type=workspace"),
        ("/runs", "workspace=bakry night", "no run is in the workspace bakry; did you mean bakery?",
         "workspace=bakery night"),
    ],
)  # fmt: skip
def test_each_list_tells_of_its_own_records(filled: Shelf, path: str, q: str, text: str, meant: str | None) -> None:
    assert told(filled, q, path=path) == ([text], meant)


def test_what_is_told_has_fields_for_programs(filled: Shelf) -> None:
    [found] = filled.get("/artifacts", q="label.taem=risk")["unknown"]
    text = "no artifact has the label taem; did you mean team?"
    expected = {"key": "label", "name": "taem", "nearest": "team", "examples": [], "elsewhere": None, "text": text}
    assert found == expected


@pytest.mark.parametrize(
    "q",
    [
        "metric.accuracy>2",
        "prop.owner=ann",  # it is there, with a blank text
        "-has:label.taem -type:model -type:data_set",
        "nothing",
    ],
)
def test_nothing_is_told_of_names_that_are_there(filled: Shelf, q: str) -> None:
    assert told(filled, q) == ([], None)


def test_nothing_is_told_behind_the_last_page(filled: Shelf) -> None:
    cursor = filled.get("/artifacts", limit=1)["next_cursor"]
    assert told(filled, "metric.acuracy>0", cursor=cursor) == ([], None)


def test_what_the_filter_query_leaves_out_does_not_count(filled: Shelf) -> None:
    texts, _ = told(filled, "metric.accuracy>0", filter_query="type = 'kubeflow.org/alpha/data_set'")
    assert texts == ["no artifact has the metric accuracy; there are for example rows"]


def test_a_search_that_finds_something_takes_no_statement_more(filled: Shelf) -> None:
    plain = filled.statements("/artifacts", q="label.team=risk").total()
    asked = filled.statements("/artifacts", q="(label.team=risk OR label.taem=risk OR type=modle OR alias=x)").total()
    assert asked == plain


@pytest.mark.long
def test_a_search_that_finds_nothing_takes_few_statements_however_many_names_it_has(filled: Shelf) -> None:
    nothing = filled.statements("/artifacts", q="nothing").total()
    names = " ".join(f"metric.m{number}>0 label.l{number}=x type=t{number} alias=a{number}" for number in range(10))
    assert filled.statements("/artifacts", q=names).total() - nothing <= 40
    assert len(filled.get("/artifacts", q=names)["unknown"]) == 5


@pytest.mark.long
def test_no_name_that_a_record_has_is_called_unknown(tutorial_api: httpx.Client) -> None:
    for kind in ("artifacts", "executions"):
        columns = tutorial_api.get(f"/{kind}/columns").json()["columns"]
        keys = [json.dumps(each["key"]) for each in columns if not each["internal"]]
        assert len(keys) >= 3
        for key in keys:
            page = tutorial_api.get(f"/{kind}", params={"q": f"has:{key} -has:{key}"}).json()
            assert (page["items"], page["unknown"]) == ([], []), key
