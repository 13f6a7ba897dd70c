from __future__ import annotations

import copy
import json
import pickle
import re

import pytest

from lineal.sdk import Artifact, DataSet, Execution, Metrics, Model, Workspace
from lineal.wire import metadata_store as pb

STANDARD = pytest.mark.parametrize("kind", [DataSet, Model, Metrics])


@STANDARD
@pytest.mark.parametrize("argument", ["uri", "name"])
@pytest.mark.parametrize("value", [None, 3, b"x"])
def test_uri_and_name_are_required_texts(kind: type[Model], argument: str, value: object) -> None:
    arguments = {"uri": "gs://a", "name": "a", argument: value}
    with pytest.raises(ValueError, match=f"'{argument}' must be set and in string type"):
        kind(**arguments).serialization()


@STANDARD
def test_the_properties_are_texts_and_the_empty_ones_are_left_out(kind: type[Model]) -> None:
    properties = kind("gs://a", "a", owner="").serialization().properties
    assert set(properties) == {"name", "create_time", "__ALL_META__"}
    assert all(value.HasField("string_value") for value in properties.values())


@STANDARD
def test_all_attributes_are_kept_as_json(kind: type[Model]) -> None:
    artifact = kind("gs://a", "a", description="é", labels={"k": 'v"'}, extra=[1, {"b": None}])
    text = artifact.serialization().properties["__ALL_META__"].string_value
    assert json.loads(text) == vars(artifact)
    assert text.isascii()


def test_the_attributes_come_in_the_order_of_the_original() -> None:
    common = ["workspace", "name", "description", "owner", "uri"]
    rest = ["labels", "id", "create_time", "kwargs"]
    assert list(vars(DataSet("u", "n"))) == [*common, "version", "query", *rest]
    model_fields = ["version", "model_type", "training_framework", "hyperparameters"]
    assert list(vars(Model("u", "n"))) == [*common, *model_fields, *rest]
    assert list(vars(Metrics("u", "n"))) == [*common, "data_set_id", "model_id", "metrics_type", "values", *rest]


def test_the_time_is_utc_with_microseconds_and_a_z() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", DataSet("u", "n").create_time)


def test_a_subclass_keeps_its_own_attributes_in_the_json() -> None:
    class Forecast(Model):
        def __init__(self) -> None:
            super().__init__("gs://a", "a")
            self.horizon = 7

    meta = json.loads(Forecast().serialization().properties["__ALL_META__"].string_value)
    assert meta["horizon"] == 7


def test_a_text_property_of_another_type_is_named() -> None:
    with pytest.raises(TypeError, match="'version' must be a string or a number, got list"):
        Model("gs://a", "a", version=[1]).serialization()  # type: ignore[arg-type]


def test_a_value_that_json_cannot_express_is_named() -> None:
    with pytest.raises(TypeError, match="'hyperparameters' cannot be recorded"):
        Model("gs://a", "a", hyperparameters={"f": object()}).serialization()


def test_numbers_and_arrays_of_numpy_become_plain_ones() -> None:
    numpy = pytest.importorskip("numpy")
    metrics = Metrics("gs://a", "a", values={"a": numpy.float32(0.5), "b": numpy.arange(2)})
    meta = json.loads(metrics.serialization().properties["__ALL_META__"].string_value)
    assert meta["values"] == {"a": 0.5, "b": [0, 1]}


@pytest.mark.parametrize("kind", [DataSet, Model])
@pytest.mark.parametrize("difference", ["type_id", "uri", "name", "version", "workspace"])
def test_records_that_differ_in_one_part_of_their_identity_are_not_the_same(kind: type[Model], difference: str) -> None:
    parts = {"type_id": 1, "uri": "u", "name": "n", "version": "v", "workspace": "w"}
    other = parts | {difference: 2 if difference == "type_id" else "other"}
    assert kind.is_duplicated(_record(**parts), _record(**parts))  # type: ignore[arg-type]
    assert not kind.is_duplicated(_record(**parts), _record(**other))  # type: ignore[arg-type]


def test_a_record_without_version_differs_from_one_with_a_version() -> None:
    assert not Model.is_duplicated(_record(1, "u", "n", "", "w"), _record(1, "u", "n", "v", "w"))


def test_metrics_are_never_the_same() -> None:
    record = _record(1, "u", "n", "v", "w")
    assert not Metrics.is_duplicated(record, record)


def test_an_artifact_class_needs_a_type_name_and_a_serialization() -> None:
    class Nameless(Artifact):
        def serialization(self) -> pb.Artifact:
            return pb.Artifact()

    with pytest.raises(TypeError, match="ARTIFACT_TYPE_NAME"):
        Nameless()


def test_an_artifact_shows_its_attributes() -> None:
    assert "Model(workspace=None, name='a', description=None" in str(Model("gs://a", "a"))
    assert "&lt;a&gt;" in Model("gs://a", "<a>")._repr_html_()


def test_a_logged_artifact_can_be_copied_and_pickled(workspace: Workspace) -> None:
    model = Execution("train", workspace).log_output(Model("gs://a", "a"))
    assert vars(pickle.loads(pickle.dumps(model))) == vars(model) == vars(copy.deepcopy(model))


def _record(type_id: int, uri: str, name: str, version: str, workspace: str) -> pb.Artifact:
    texts = {"name": name, "version": version}
    return pb.Artifact(
        type_id=type_id,
        uri=uri,
        properties={key: pb.Value(string_value=text) for key, text in texts.items() if text},
        custom_properties={"__kf_workspace__": pb.Value(string_value=workspace)},
    )
