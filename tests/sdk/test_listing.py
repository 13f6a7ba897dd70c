from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from lineal.sdk import DataSet, Execution, Metrics, Model, Run, Store, Workspace
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.sdk.test_custom_artifacts import Duck
from tests.sdk.wires import Wire


def test_a_model_is_listed_as_the_dict_of_the_original(workspace: Workspace) -> None:
    execution = Execution("train", workspace, Run(workspace, "nightly"))
    model = execution.log_output(
        Model(
            name="MNIST",
            uri="gcs://my-bucket/mnist",
            owner="",
            version="v1",
            model_type="neural network",
            training_framework={"name": "tensorflow"},
            hyperparameters={"layers": [10, 3]},
            labels={"a_label": "some-value"},
        )
    )
    assert workspace.list() == [
        {
            "id": model.id,
            "workspace": "bakery",
            "run": "nightly",
            "model_type": "neural network",
            "create_time": model.create_time,
            "version": "v1",
            "owner": "",
            "description": "",
            "name": "MNIST",
            "uri": "gcs://my-bucket/mnist",
            "training_framework": {"name": "tensorflow"},
            "hyperparameters": {"layers": [10, 3]},
            "labels": {"a_label": "some-value"},
            "kwargs": {},
        }
    ]


LIST_EVERYTHING = """
import json
from lineal.sdk import DataSet, Execution, Metrics, Model, Run, Store, Workspace
from tests.sdk.test_custom_artifacts import Duck
from lineal.wire import metadata_store as pb

workspace = Workspace(Store(url="sqlite://"), "w")
execution = Execution("train", workspace, Run(workspace, "r"))
struct = pb.Value()
struct.struct_value.update({name: {name: 1, "x": [1]} for name in "badc"})
for artifact in (Model("u", "n"), DataSet("u", "n"), Metrics("u", "n"), Duck(**dict.fromkeys("zyabx", struct))):
    execution.log_output(artifact)
    [listed] = workspace.list(artifact.ARTIFACT_TYPE_NAME)
    print(json.dumps({name: listed[name] for name in listed if name != "create_time"}))
    print(" ".join(listed))
"""


@pytest.mark.long
def test_the_keys_come_in_the_order_of_the_tutorial_at_every_start() -> None:
    command = [sys.executable, "-c", LIST_EVERYTHING]
    printed = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(printed) == 1
    origin, rest = "id workspace run", "create_time version owner description name uri"
    assert [line for line in printed.pop().splitlines() if not line.startswith("{")] == [
        f"{origin} model_type {rest} training_framework hyperparameters labels kwargs",
        f"{origin} query {rest} labels kwargs",
        f"{origin} metrics_type data_set_id model_id {rest.replace(' version', '')} values labels kwargs",
        f"{origin} a b x y z",
    ]


def test_the_keys_come_in_that_order_whoever_wrote_the_record(execution: Execution) -> None:
    model = execution.log_output(Model("u", "n", labels={"a": "b"}))
    [record] = execution.workspace.store.get_artifacts()
    meta = json.loads(record.properties["__ALL_META__"].string_value)
    meta = {"mine": 1, **{name: meta[name] for name in reversed(meta) if name != "uri"}}
    record.properties["__ALL_META__"].string_value = json.dumps(meta)
    execution.workspace.store.put_artifacts([record])
    [listed] = execution.workspace.list()
    first = "id workspace model_type create_time version owner description name uri training_framework"
    assert list(listed) == [*first.split(), "hyperparameters", "labels", "kwargs", "mine"]
    assert (listed["uri"], listed["mine"], listed["id"]) == ("u", 1, model.id)


def test_the_dicts_of_a_lineage_have_the_order_of_the_listing(workspace: Workspace) -> None:
    execution = Execution("train", workspace, Run(workspace, "r"))
    execution.log_input(Model("u", "n"))
    lineage = execution.log_output(Model("v", "m")).lineage().upstream
    [listed, _] = workspace.list()
    assert list(lineage.artifacts[0]) == ["id", "type", *list(listed)[1:]]
    assert list(lineage.executions[0])[:5] == ["id", "type", "workspace", "run", "state"]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (Model, {"model_type", "version"}),
        (DataSet, {"query", "version"}),
        (Metrics, {"metrics_type", "data_set_id", "model_id"}),
    ],
)
def test_a_text_that_was_not_given_is_listed_as_an_empty_one(
    kind: type[Model], texts: set[str], execution: Execution
) -> None:
    execution.log_output(kind("gs://a", "a"))
    [listed] = execution.workspace.list(kind.ARTIFACT_TYPE_NAME)
    assert {name for name, value in listed.items() if value == ""} == {"owner", "description", *texts}
    assert listed["labels"] is None


def test_an_artifact_outside_of_a_run_has_no_run(execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a"))
    assert "run" not in execution.workspace.list()[0]


def test_each_type_is_listed_by_its_name(execution: Execution) -> None:
    logged = [execution.log_output(kind("gs://a", "a")) for kind in (Model, DataSet, Metrics)]
    listed = [execution.workspace.list(artifact.ARTIFACT_TYPE_NAME) for artifact in logged]
    assert [[found["id"] for found in each] for each in listed] == [[artifact.id] for artifact in logged]


def test_an_unknown_type_has_no_artifacts(workspace: Workspace) -> None:
    with pytest.warns(UserWarning, match="no artifact type 'bakery.example/nothing'"):
        assert workspace.list("bakery.example/nothing") == workspace.list() == []


@pytest.mark.parametrize("other", ["BAKERY", "bakery2", "ba%", "bak_ry", "it's", 'b"\\'])
def test_artifacts_of_other_workspaces_are_not_listed(store: Store, execution: Execution, other: str) -> None:
    execution.log_output(Model("gs://a", "mine"))
    elsewhere = Workspace(store, other)
    Execution("train", elsewhere).log_output(Model("gs://a", "theirs"))
    assert [found["name"] for found in execution.workspace.list()] == ["mine"]
    assert [found["name"] for found in elsewhere.list()] == ["theirs"]


def test_an_artifact_of_another_workspace_stays_there_when_it_is_an_input_here(
    store: Store, execution: Execution
) -> None:
    model = execution.log_output(Model("gs://a", "a"))
    here = Workspace(store, "mill")
    Execution("serve", here).log_input(model)
    assert here.list() == []


def test_names_are_compared_exactly(execution: Execution) -> None:
    for name in ("a", "A", "a%", "a_", "ab", "it's", 'q"', "\\", "é", "name"):
        execution.log_output(Model("gs://a", name))
        assert [found["name"] for found in execution.workspace.list(name=name)] == [name]


def test_the_first_are_listed_up_to_the_limit(execution: Execution) -> None:
    ids = [execution.log_output(Model("gs://a", str(number))).id for number in range(5)]
    assert [found["id"] for found in execution.workspace.list(limit=3)] == ids[:3]
    assert [found["id"] for found in execution.workspace.list(limit=9)] == ids
    assert execution.workspace.list(limit=0) == []


def test_more_than_a_page_is_listed(execution: Execution) -> None:
    for number in range(120):
        execution.log_output(Metrics("gs://a", str(number), labels={"all": "yes"}))
    assert len(execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME)) == 120
    assert len(execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME, labels={"all": "yes"}, limit=110)) == 110


def test_the_limit_counts_what_the_exact_check_leaves(execution: Execution) -> None:
    for number in range(6):
        execution.log_output(Model("gs://a", str(number), labels={"stage": "TEST" if number < 4 else "test"}))
    found = execution.workspace.list(labels={"stage": "test"}, limit=2)
    assert [each["name"] for each in found] == ["4", "5"]


def test_a_label_in_the_wrong_place_is_no_label(execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a", description='"stage": "test"', hyperparameters={"stage": "test"}))
    execution.log_output(Model("gs://a", "b", labels={"stage": "other", "other": "test"}))
    assert execution.workspace.list(labels={"stage": "test"}) == []


def test_all_labels_must_be_there(execution: Execution) -> None:
    execution.log_output(Model("gs://a", "both", labels={"x": "1", "y": "2"}))
    execution.log_output(Model("gs://a", "one", labels={"x": "1"}))
    assert [found["name"] for found in execution.workspace.list(labels={"y": "2", "x": "1"})] == ["both"]


class ArrayNumber:
    """A number as NumPy's scalars are."""

    def tolist(self) -> int:
        """Return the plain number."""
        return 7


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (1.5, "1.5"), (True, "true"), (float("inf"), "Infinity"), (ArrayNumber(), "7")]
)
def test_labels_that_are_numbers_are_stored_and_found_as_texts(value: object, text: str, execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a", labels={"x": value}))  # type: ignore[dict-item]
    execution.log_output(Model("gs://a", "b", labels={"x": "17"}))
    found = [*execution.workspace.list(labels={"x": value}), *execution.workspace.list(labels={"x": text})]
    assert [(each["name"], each["labels"]) for each in found] == [("a", {"x": text})] * 2


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [("1", 1), ("1", "1"), ("1.0", 1), ("1", 1.0), ("true", True), ("true", "true"), ("null", None), ("[1]", [1])],
)
def test_labels_that_another_program_stored_as_numbers_are_found(
    stored: str, wanted: object, execution: Execution
) -> None:
    for value in (stored, '"other"'):
        execution.log_output(Duck(labels=pb.Value(string_value=f'{{"x": {value}}}')))
    assert len(execution.workspace.list(Duck.ARTIFACT_TYPE_NAME, labels={"x": wanted})) == 1


def test_a_name_of_a_label_may_be_a_number(execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a", labels={7: "x"}))  # type: ignore[dict-item]
    assert len(execution.workspace.list(labels={"7": "x"})) == 1
    assert len(execution.workspace.list(labels={7: "x"})) == 1  # type: ignore[dict-item]


def test_labels_in_a_property_of_their_own_are_found(execution: Execution) -> None:
    labelled = execution.log_output(Duck(labels=pb.Value(string_value=json.dumps({"x": 'é"'}))))
    execution.log_output(Duck(labels=pb.Value(string_value="no json")))
    found = execution.workspace.list(Duck.ARTIFACT_TYPE_NAME, labels={"x": 'é"'})
    assert [each["id"] for each in found] == [labelled.id]  # type: ignore[attr-defined]


def test_labels_in_json_of_another_spelling_are_found(execution: Execution) -> None:
    text = '{"labels" :{"sp\u00e4t":"a\\/b"}}'
    execution.log_output(Duck(__ALL_META__=pb.Value(string_value=text)))
    assert len(execution.workspace.list(Duck.ARTIFACT_TYPE_NAME, labels={"sp\u00e4t": "a/b"})) == 1


def test_a_type_that_keeps_no_labels_has_none_with_labels(execution: Execution) -> None:
    execution.log_output(Duck(x=pb.Value(int_value=1)))
    assert execution.workspace.list(Duck.ARTIFACT_TYPE_NAME, labels={"x": "1"}) == []


@pytest.mark.parametrize("limit", [-1, "3", 1.5])
def test_a_limit_that_is_no_number_is_refused(limit: object, workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="'limit' must be"):
        workspace.list(limit=limit)  # type: ignore[arg-type]


def test_labels_that_are_no_mapping_are_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="'labels' must be"):
        workspace.list(labels=["x"])  # type: ignore[arg-type]


def test_the_database_does_the_filtering(execution: Execution, wire: Wire) -> None:
    for number in range(30):
        execution.log_output(Model("gs://a", str(number), labels={"half": str(number % 2)}))
    wire.calls.clear()
    wire.read.clear()
    assert len(execution.workspace.list(labels={"half": "1"})) == 15
    assert wire.calls == ["GetArtifactType", "GetArtifacts"]
    assert wire.read["GetArtifacts"] == 15


def test_custom_properties_of_each_kind_are_listed_as_plain_values(execution: Execution) -> None:
    execution.log_output(Duck(a=pb.Value(int_value=3), b=pb.Value(double_value=0.5), c=pb.Value(bool_value=True)))
    [found] = execution.workspace.list(Duck.ARTIFACT_TYPE_NAME)
    assert (found["a"], found["b"], found["c"]) == (3, 0.5, True)


def test_labels_are_found_where_the_server_spells_property_names_small(store: Store, wire: Wire) -> None:
    """The official server looks for `__all_meta__` when a filter says `__ALL_META__`."""
    execution = Execution("train", Workspace(store, "bakery"))
    labelled = execution.log_output(Model("gs://a", "a", labels={"x": "y"}))
    execution.log_output(Model("gs://a", "b", labels={"x": "z"}))
    wire.change = lambda request: rpc.GetArtifactsRequest.FromString(
        request.SerializeToString().replace(b"__ALL_META__", b"__all_meta__")
    )
    assert [found["id"] for found in execution.workspace.list(labels={"x": "y"})] == [labelled.id]


def test_artifacts_of_other_workspaces_are_not_even_read(store: Store, execution: Execution, wire: Wire) -> None:
    elsewhere = Execution("train", Workspace(store, "mill"))
    for number in range(5):
        elsewhere.log_output(Model("gs://a", str(number), labels={"x": "y"}))
    execution.log_output(Model("gs://a", "a", labels={"x": "y"}))
    wire.read.clear()
    execution.workspace.list()
    execution.workspace.list(labels={"x": "y"})
    assert wire.read.total() == 2


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"artifact_type_name": Model}, "'artifact_type_name' must be a string, .*; pass 'kubeflow.org/alpha/model'"),
        ({"artifact_type_name": 5}, "'artifact_type_name' must be a string, got 5$"),
        ({"name": 5}, "'name' must be set and in string type, got 5"),
    ],
)
def test_a_type_or_name_that_is_no_text_is_refused(workspace: Workspace, wanted: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        workspace.list(**wanted)
