from __future__ import annotations

import pytest

from lineal.sdk import Artifact, Execution, Model
from lineal.wire import metadata_store as pb


class Sensor(Artifact):
    """As a user would write it: no call of a base constructor, numbers as numbers."""

    ARTIFACT_TYPE_NAME = "bakery.example/sensor"

    def __init__(self, uri: str, celsius: float) -> None:
        self.id = None
        self.uri = uri
        self.celsius = celsius

    def serialization(self) -> pb.Artifact:
        return pb.Artifact(uri=self.uri, properties={"celsius": pb.Value(double_value=self.celsius)})


class NamedSensor(Sensor):
    @staticmethod
    def is_duplicated(a: pb.Artifact, b: pb.Artifact) -> bool:
        return a.type_id == b.type_id and a.uri == b.uri


class Duck:
    """No subclass of anything, and without `id`."""

    ARTIFACT_TYPE_NAME = "bakery.example/duck"

    def __init__(self, **values: pb.Value) -> None:
        self.record = pb.Artifact(uri="gs://duck", properties=values)

    def serialization(self) -> pb.Artifact:
        return self.record


def test_a_custom_type_is_registered_from_its_first_artifact(execution: Execution) -> None:
    execution.log_output(Sensor("gs://oven", 220.5))
    artifact_type = execution.workspace.store.get_artifact_type("bakery.example/sensor")
    assert dict(artifact_type.properties) == {"celsius": pb.DOUBLE}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (pb.Value(int_value=1), pb.INT),
        (pb.Value(double_value=1), pb.DOUBLE),
        (pb.Value(string_value=""), pb.STRING),
        (pb.Value(bool_value=False), pb.BOOLEAN),
    ],
)
def test_each_kind_of_value_makes_a_property_of_its_type(value: pb.Value, kind: int, execution: Execution) -> None:
    execution.log_output(Duck(x=value))
    assert execution.workspace.store.get_artifact_type(Duck.ARTIFACT_TYPE_NAME).properties["x"] == kind
    [stored] = execution.workspace.store.get_artifacts_by_type(Duck.ARTIFACT_TYPE_NAME)
    assert stored.properties["x"] == value


def test_a_custom_type_gets_the_properties_of_later_artifacts(execution: Execution) -> None:
    execution.log_output(Duck(a=pb.Value(int_value=1)))
    execution.log_output(Duck(b=pb.Value(int_value=2)))
    artifact_type = execution.workspace.store.get_artifact_type(Duck.ARTIFACT_TYPE_NAME)
    assert set(artifact_type.properties) == {"a", "b"}


def test_a_property_of_another_kind_than_stored_is_an_error(execution: Execution) -> None:
    execution.log_output(Duck(a=pb.Value(int_value=1)))
    with pytest.raises(ValueError, match=r"invalid artifact type .*duck"):
        execution.log_output(Duck(a=pb.Value(string_value="1")))


def test_a_value_of_no_kind_is_no_value(execution: Execution) -> None:
    execution.log_output(Duck(a=pb.Value(), b=pb.Value(int_value=1)))
    [stored] = execution.workspace.store.get_artifacts_by_type(Duck.ARTIFACT_TYPE_NAME)
    assert set(stored.properties) == {"b"}


def test_what_offers_an_artifacts_interface_is_one_and_gets_an_id(execution: Execution) -> None:
    duck = execution.log_input(Duck())
    assert duck.id  # type: ignore[attr-defined]


def test_the_object_that_serialization_returns_is_not_changed(execution: Execution) -> None:
    duck = Duck()
    execution.log_input(duck)
    assert duck.record == pb.Artifact(uri="gs://duck")


@pytest.mark.parametrize("lacks", [set(), {"LogArtifact"}], ids=["Lineal", "official server"])
def test_custom_artifacts_are_new_unless_their_class_says_otherwise(execution: Execution) -> None:
    assert execution.log_output(Sensor("gs://a", 1)).id != execution.log_output(Sensor("gs://a", 2)).id
    assert execution.log_output(NamedSensor("gs://b", 1)).id == execution.log_output(NamedSensor("gs://b", 1)).id


def test_a_subclass_can_have_an_equality_of_its_own(execution: Execution) -> None:
    class Latest(Model):
        @staticmethod
        def is_duplicated(a: pb.Artifact, b: pb.Artifact) -> bool:
            return a.uri == b.uri

    first = execution.log_output(Latest("gs://a", "a", version="1"))
    with pytest.warns(UserWarning, match="other values of name, version"):
        assert execution.log_output(Latest("gs://a", "b", version="2")).id == first.id


@pytest.mark.parametrize("key", ["__kf_workspace__", "__kf_run__"])
def test_an_artifact_that_already_tells_its_origin_is_refused(key: str, execution: Execution) -> None:
    duck = Duck()
    duck.record.custom_properties[key].string_value = "elsewhere"
    with pytest.raises(ValueError, match=f"reserved key {key}"):
        execution.log_output(duck)
    assert execution.workspace.store.get_artifacts() == []


def test_a_serialization_that_is_no_artifact_is_refused(execution: Execution) -> None:
    duck = Duck()
    duck.record = {"uri": "gs://duck"}  # type: ignore[assignment]
    with pytest.raises(ValueError, match=r"must return a metadata_store_pb2.Artifact, got dict"):
        execution.log_output(duck)
