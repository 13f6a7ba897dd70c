"""What differs between records, and searches of a workspace: of an embedded store and of a server."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.catalogue.compared_inputs import inputs_by_name
from lineal.catalogue.reading import Record
from lineal.sdk import DataSet, Execution, Metrics, Model, Store, Workspace, compare, differences, stored_form
from lineal.wire import metadata_store as pb
from lineal.wire import search
from tests.serving import running_server


def fill(url: str) -> None:
    """Two models of two steps with other data and other arguments; the first is evaluated and in production."""
    with Store(url) as store:
        workspace = Workspace(store, "bakery")
        for number, rate, seed in ((1, 0.5, {"seed": None, "top": None}), (2, 0.25, {"top": 3})):
            with Execution(f"train-{number}", workspace) as step:
                step.log_input(DataSet(name="orders", uri=f"file:///{number}", version=str(number)))
                made = Model(
                    name="loaves",
                    uri="file:///m",
                    version=str(number),
                    hyperparameters={"rate": rate, "layers": 3, **seed},
                )
                made.digest = f"sha256:{number}"
                model = step.log_output(made)
            [stored] = store.store.get_executions_by_id([step.id])
            stored.custom_properties["param.rate"].string_value = str(rate)
            stored.custom_properties["param.day"].string_value = f"day {number}"
            stored.custom_properties["git.dirty"].bool_value = number == 2
            stored.custom_properties["git.commit"].string_value = "a1b2"
            stored.custom_properties[stored_form.ENDED_NAME].int_value += 60_000 * number  # no two took equally long
            store.store.put_executions([stored])
            if number == 1:
                model.promote("production")
                with Execution("judge", workspace) as judge:
                    judge.log_output(Metrics(name="judged", uri="m", model_id=str(model.id), values={"accuracy": 0.9}))


def test_why_executions_failed_is_no_parameter() -> None:
    with Store("sqlite://") as store:
        workspace = Workspace(store, "bakery")
        for reason in ("cold", "hot"):
            with pytest.raises(ValueError, match=reason), Execution("bake", workspace):
                raise ValueError(reason)
        found = compare("execution:1", "execution:2", store=store.store)
    assert "parameters" not in found
    assert found["record"] == {"failure_message": ["cold", "hot"]}


def test_what_the_record_of_another_program_says_is_compared_and_no_empty_packages() -> None:
    """An execution that declares why it failed as its own property, and has no packages."""
    with Store("sqlite://") as store:
        kind = pb.ExecutionType(name="bake", properties={"failure_message": pb.STRING})
        type_id = store.store.put_execution_type(kind)
        for reason in ("cold", "hot"):
            made = pb.Execution(type_id=type_id)
            made.properties["failure_message"].string_value = reason
            made.custom_properties["env.host"].string_value = f"{reason} oven"
            store.store.put_executions([made])
        found = compare("execution:1", "execution:2", store=store.store)
        every = compare("execution:1", "execution:2", store=store.store, same=True)
    assert found["record"] == {"failure_message": ["cold", "hot"]}
    assert every["environment"] == {"host": ["cold oven", "hot oven"]}


@pytest.fixture(scope="module")
def filled_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('compared') / 'store.db'}"
    fill(url)
    return url


@pytest.fixture(scope="module", params=["embedded", "served"])
def workspace(request: pytest.FixtureRequest, filled_url: str) -> Iterator[Workspace]:
    if request.param == "embedded":
        with Store(filled_url) as store:
            yield Workspace(store, "bakery")
        return
    with running_server(filled_url) as server, Store(f"grpc://{server.address}") as store:
        yield Workspace(store, "bakery")


def test_models_differ_in_what_made_them_too(workspace: Workspace) -> None:
    found = compare(*workspace.list(), store=workspace.store)
    assert [(each["id"], each["made_by"]) for each in found["records"]] == [(2, 1), (5, 3)]
    assert list(found["parameters"].items()) == [
        ("param.day", ["day 1", "day 2"]),  # what only the step was given comes first
        ("hyperparameters.seed", ["None", None]),  # recorded as None, and not recorded
        ("hyperparameters.top", ["None", 3]),
        ("param.rate", ["0.5", "0.25"]),  # the same as hyperparameters.rate
    ]
    assert found["inputs"] == {"orders": ["1", "2"]}
    assert found["metrics"] == {"accuracy": [0.9, None]}
    assert found["aliases"] == {"production": [True, None]}
    assert found["environment"]["is_dirty"] == [False, True]
    assert "commit" not in found["environment"]
    assert list(found["environment"])[-1] == "duration"
    assert (found["record"], found["content"]) == ({"version": ["1", "2"]}, {"digest": ["sha256:1", "sha256:2"]})


def test_what_is_the_same_is_returned_if_asked_for(workspace: Workspace) -> None:
    found = compare("artifact:2", 5, store=workspace.store, same=True)
    assert found["parameters"]["hyperparameters.layers"] == [3, 3]
    assert found["environment"]["commit"] == ["a1b2", "a1b2"]


def test_executions_have_the_metrics_of_their_outputs(workspace: Workspace) -> None:
    found = compare("execution:1", "execution:3", store=workspace.store)
    assert found["metrics"] == {"accuracy": [0.9, None]}
    assert found["record"]["name"] == ["train-1", "train-2"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        *[("True", True, True), ("2", 2.0, True), ("(3, 4)", [3, 4], True), ("nan", float("nan"), True)],
        *[("1", "1.0", False), (1, True, False), ("None", None, False), (str(2**60 + 1), 2**60, False)],
    ],
)
def test_values_are_compared_by_what_they_mean(one: object, other: object, same: bool) -> None:
    """Two texts as they are written: as a text, 1.0 is another version than 1."""
    assert bool(differences.rows([{"x": one}, {"x": other}], same=False)) is not same


def test_data_of_one_version_differ_by_their_digest() -> None:
    found = [Record(pb.Artifact(id=each, name="orders")) for each in (1, 2)]
    for each, digest in zip(found, ("a" * 64, "b" * 64), strict=True):
        text = json.dumps({"version": "1", "digest": f"sha256:{digest}"})
        each.node.properties["__ALL_META__"].string_value = text
    named = inputs_by_name([(7, 1), (8, 2)], dict(enumerate(found, 1)))
    assert named == {7: {"orders": ["1 (aaaaaaaaaaaa)"]}, 8: {"orders": ["1 (bbbbbbbbbbbb)"]}}


def test_records_that_are_not_there_cannot_be_compared(workspace: Workspace) -> None:
    with pytest.raises(errors.NotFoundError, match="no execution with the id 99"):
        compare(2, "execution:99", store=workspace.store)
    with pytest.raises(ValueError, match="two or more"):
        compare(2, store=workspace.store)


def test_a_search_finds_in_its_workspace(workspace: Workspace) -> None:
    [found] = workspace.search("type:model metric.accuracy>0.8")
    assert (found["id"], found["hyperparameters"]["rate"], found["metrics"]) == (2, 0.5, {"accuracy": 0.9})
    assert [each["id"] for each in workspace.search("name=loaves", sort="id", limit=1)] == [2]
    assert Workspace(Store.from_client(workspace.store), "other").search("type:model") == []


def test_a_search_finds_executions_with_why_they_failed(workspace: Workspace) -> None:
    with pytest.raises(MemoryError), Execution("train-3", workspace):
        raise MemoryError("too large")
    found = workspace.search("state=failed", kind="execution")[0]
    told = ("name", "state", "failure_type", "failure_message", "workspace")
    assert [found[name] for name in told] == ["train-3", "FAILED", "MemoryError", "too large", "bakery"]
    assert found["started"] <= found["ended"]
    assert workspace.search("name=train-1", kind="execution")[0]["parameters"]["rate"] == "0.5"
    with pytest.raises(ValueError, match="'artifact' or 'execution'"):
        workspace.search("", kind="run")  # type: ignore[arg-type]


def test_a_name_in_a_search_that_no_record_has_gives_a_warning_with_the_nearest(workspace: Workspace) -> None:
    with pytest.warns(UserWarning, match="no artifact has the metric acuracy; did you mean accuracy"):
        assert workspace.search("metric.acuracy>0.1") == []
    assert workspace.search("label.nothing=x") == []


def test_a_name_is_not_called_unknown_while_the_index_is_incomplete(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = search.SearchNodesResponse(unknown=[search.UnknownName(key="metric", name="acuracy", nearest="accuracy")])
    monkeypatch.setattr(workspace.store, "_send", lambda name, request: answer)
    with pytest.warns(UserWarning, match="does not include everything yet") as caught:
        assert workspace.search("metric.acuracy>0.1") == []
    assert len(caught) == 1


def test_times_of_executions_are_read_as_everywhere(workspace: Workspace) -> None:
    type_id = workspace.store.put_execution_type(pb.ExecutionType(name="Other"))
    node = pb.Execution(type_id=type_id, last_known_state=pb.Execution.COMPLETE)
    node.custom_properties["__kf_workspace__"].string_value = workspace.name
    node.custom_properties["start_time"].string_value = "2026-11-29T10:00:00Z"
    node.custom_properties["end_time"].int_value = 1_796_000_000
    workspace.store.put_executions([node])
    found = workspace.search("type=Other", kind="execution")[0]
    assert (found["started"], found["ended"]) == (1_795_946_400_000, 1_796_000_000_000)


def test_a_mistake_in_a_search_is_a_value_error(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="did you mean type"):
        workspace.search("typ:model")


def test_a_search_says_that_there_is_more(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineal.sdk.searching.MOST", 1)
    with pytest.warns(UserWarning, match="more than 1 "):
        assert len(workspace.search("type:model")) == 1
