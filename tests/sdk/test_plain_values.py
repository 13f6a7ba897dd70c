"""Values that JSON lacks are recorded as MLflow records them, and what has no form is refused by name."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from lineal.sdk import DataSet, Execution, Metrics, Model, Store, Workspace


class Colour(Enum):
    RED = "r"


class Size(IntEnum):
    SMALL = 1


class Site(str, Enum):
    MILL = "mill"


# The second is what `mlflow.log_param` and `set_tag` write of the first; mlflow 3.17, Python 3.11.
TEXTS: list[tuple[Any, str]] = [
    (dt.datetime(2024, 5, 1, 12, 30), "2024-05-01 12:30:00"),
    (dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.timezone.utc), "2024-05-01 12:30:00+00:00"),
    (dt.date(2024, 5, 1), "2024-05-01"),
    (dt.time(1, 2), "01:02:00"),
    (dt.timedelta(seconds=90), "0:01:30"),
    (Decimal("0.10"), "0.10"),
    (Fraction(1, 3), "1/3"),
    (Colour.RED, "Colour.RED"),
    (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    (PurePosixPath("a/b"), "a/b"),
]


def listed(execution: Execution, artifact: Any) -> dict[str, Any]:
    """What a listing says of an artifact that was logged."""
    execution.log_output(artifact)
    return execution.workspace.list(artifact.ARTIFACT_TYPE_NAME)[-1]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=lambda each: type(each).__name__)
def test_a_value_with_a_text_is_recorded_as_that_text(execution: Execution, value: Any, text: str) -> None:
    model = Model("u", "m", version=value, hyperparameters={"p": [value]}, labels={"l": value}, extra={"k": value})
    found = listed(execution, model)
    assert (found["version"], found["hyperparameters"], found["labels"]) == (text, {"p": [text]}, {"l": text})
    assert (found["kwargs"], model.version) == ({"extra": {"k": text}}, text)


@pytest.mark.parametrize(("value", "text"), [*TEXTS, (3, "3"), (Size.SMALL, "1"), (Site.MILL, "mill")])
def test_a_value_with_a_text_is_a_key(execution: Execution, value: Any, text: str) -> None:
    model = Model("u", "m", hyperparameters={"p": {value: 1}}, labels={value: "x"})
    found = listed(execution, model)
    assert (found["hyperparameters"], found["labels"]) == ({"p": {text: 1}}, {text: "x"})
    assert execution.workspace.list(labels={value: "x"}) == [found]


@pytest.mark.parametrize("value", [each for each, _ in TEXTS])
def test_a_label_is_found_by_the_value_that_was_given(execution: Execution, value: Any) -> None:
    found = listed(execution, Model("u", "m", labels={"l": value}))
    assert execution.workspace.list(labels={"l": value}) == [found]


def test_a_member_of_an_enumeration_of_texts_or_numbers_is_its_value(execution: Execution) -> None:
    found = listed(
        execution, Model("u", Site.MILL, version=Size.SMALL, hyperparameters={"a": Site.MILL, "b": Size.SMALL})
    )
    assert (found["name"], found["version"], found["hyperparameters"]) == ("mill", "1", {"a": "mill", "b": 1})


def test_a_decimal_and_a_fraction_are_numbers_among_the_values_of_an_evaluation(execution: Execution) -> None:
    found = listed(execution, Metrics("u", "m", values={"auc": Decimal("0.9"), "f": [Fraction(1, 4), Decimal("NaN")]}))
    assert repr(found["values"]) == "{'auc': 0.9, 'f': [0.25, nan]}"


@pytest.mark.parametrize(("version", "text"), [(3, "3"), (1.0, "1.0"), (True, "true"), ("3", "3"), (None, "")])
@pytest.mark.parametrize("kind", [DataSet, Model])
def test_a_version_can_be_a_number(execution: Execution, kind: type[Model], version: Any, text: str) -> None:
    assert listed(execution, kind("u", "m", version=version))["version"] == text
    assert execution.log_input(kind("u", "m", version=text or None)).id == 1


def test_numbers_of_numpy_are_versions_labels_keys_and_limits(execution: Execution) -> None:
    np = pytest.importorskip("numpy")
    for version in (np.int64(3), np.float32(0.1)):
        model = Model(
            "u",
            "m",
            version=version,
            labels={np.int64(1): np.float32(0.1)},
            hyperparameters={np.int8(2): np.bool_(True)},
        )
        found = listed(execution, model)
        assert (found["version"], found["labels"], found["hyperparameters"]) == (
            str(version),
            {"1": "0.1"},
            {"2": True},
        )
    assert len(execution.workspace.list(labels={"1": np.float32(0.1)}, limit=np.int64(1))) == 1


def test_arrays_and_times_of_numpy_are_lists_and_texts(execution: Execution) -> None:
    np = pytest.importorskip("numpy")
    day, days = np.datetime64("2024-05-01T12:00", "ns"), np.array(["2024-05-01", "2024-05-02"], dtype="M8[D]")
    found = listed(
        execution, Model("u", "m", hyperparameters={"a": np.eye(2), "d": day, "ds": days, "l": np.longdouble(0.5)})
    )
    texts = {"d": "2024-05-01T12:00:00.000000000", "ds": ["2024-05-01", "2024-05-02"]}
    assert found["hyperparameters"] == {"a": [[1, 0], [0, 1]], "l": 0.5, **texts}


def test_scalars_and_series_of_pandas_are_texts_and_lists(execution: Execution) -> None:
    pd = pytest.importorskip("pandas")
    scalars = [pd.Timestamp("2024-05-01"), pd.Timedelta("90s"), pd.NaT, pd.NA, pd.Period("2024-05")]
    given = {"scalars": scalars, "series": pd.Series([1, 2]), "index": pd.Index(["a"]), "mean": pd.Series({"x": 0.5})}
    found = listed(execution, Metrics("u", "m", values=given))["values"]
    assert found["scalars"] == ["2024-05-01 00:00:00", "0 days 00:01:30", "NaT", "<NA>", "2024-05"]
    assert (found["series"], found["index"], found["mean"]) == ([1, 2], ["a"], {"x": 0.5})


def test_a_missing_value_of_pandas_as_a_label_is_its_text(execution: Execution) -> None:
    pd = pytest.importorskip("pandas")
    assert listed(execution, Model("u", "m", labels={"site": pd.NA}))["labels"] == {"site": "<NA>"}


@dataclass
class Config:
    rate: float


REFUSED: list[tuple[Any, str]] = [
    (
        {"f": {"g": [0, print]}},
        r"hyperparameters\['f'\]\['g'\]\[1\] is of type builtin_function_or_method; pass its name",
    ),
    ({"b": b"x"}, r"hyperparameters\['b'\] is of type bytes; decode it to a text"),
    ({"s": {1}}, r"hyperparameters\['s'\] is of type set; pass sorted\(\) of it"),
    ({"c": Config(0.5)}, r"hyperparameters\['c'\] is of type Config; pass dataclasses.asdict\(\) of it"),
    (SimpleNamespace(rate=1), r"hyperparameters is of type SimpleNamespace; pass vars\(\) of it"),
    ({"z": 1j}, r"hyperparameters\['z'\] is of type complex; use strings, numbers, lists and dicts"),
    ({(1, 2): 0}, "a key of hyperparameters is of type tuple; use texts as keys"),
    ({"a": {1: 0, "1": 0}}, r"two keys of hyperparameters\['a'\] have the same text '1'; rename one"),
]


@pytest.mark.parametrize(("value", "why"), REFUSED)
def test_what_has_no_form_is_refused_with_its_place_and_what_to_do(execution: Execution, value: Any, why: str) -> None:
    with pytest.raises(TypeError, match=f"'hyperparameters' cannot be recorded: {why}"):
        execution.log_output(Model("u", "m", hyperparameters=value))
    assert execution.workspace.list() == []


def test_a_table_of_pandas_is_refused_with_what_to_do() -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match=r"values is of type DataFrame; pass .to_dict\('records'\) of it"):
        Metrics("u", "m", values=pd.DataFrame({"a": [1]})).serialization()
    with pytest.raises(TypeError, match="the index of values has a value twice"):
        Metrics("u", "m", values=pd.Series([1, 2], index=["a", "a"])).serialization()


def test_a_decimal_that_no_float_holds_is_refused_among_values() -> None:
    with pytest.raises(TypeError, match=r"values\['a'\] does not fit into a float; pass it as a text"):
        Metrics("u", "m", values={"a": Decimal("1e999")}).serialization()


@pytest.mark.parametrize("field", ["version", "description", "owner", "model_type"])
def test_a_field_that_is_a_text_refuses_a_list_by_its_name(field: str) -> None:
    with pytest.raises(TypeError, match=f"'{field}' must be a string or a number, got list"):
        Model("u", "m", **{field: ["a"]})  # type: ignore[arg-type]
    model = Model("u", "m")
    setattr(model, field, ["a"])
    with pytest.raises(TypeError, match=f"'{field}' must be a string or a number, got list"):
        model.serialization()


def test_a_mapping_that_has_every_attribute_is_a_mapping(execution: Execution) -> None:
    class Open(dict[str, Any]):
        def __getattr__(self, name: str) -> Any:
            return Open()

    found = listed(execution, Model("u", "m", hyperparameters=Open(a=Open(b=1))))
    assert found["hyperparameters"] == {"a": {"b": 1}}


def test_the_labels_of_a_workspace_take_the_same_values(store: Store) -> None:
    labels: Mapping[Any, Any] = {dt.date(2024, 5, 1): Colour.RED}
    assert Workspace(store, "w", labels=labels, description=3).labels == {"2024-05-01": "Colour.RED"}
    assert Workspace(store, "w", labels=labels).description == "3"


def test_the_sdk_imports_neither_numpy_nor_pandas() -> None:
    program = """
import sys
sys.modules["numpy"] = sys.modules["pandas"] = None
from datetime import date
from kubeflow.metadata import metadata
workspace = metadata.Workspace(metadata.Store(url="sqlite://"), "w")
model = metadata.Model("u", "m", version=3, hyperparameters={date(2024, 5, 1): [date(2024, 5, 1)]})
print(metadata.Execution("e", workspace).log_output(model).id)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=lambda each: type(each).__name__)
def test_an_update_takes_the_same_values(execution: Execution, value: Any, text: str) -> None:
    model = execution.log_output(Model("u", "m", labels={"a": "b"}))
    model.update(
        labels={value: value}, description=value, properties={"owner": value, "hyperparameters": {value: value}}
    )
    [found] = execution.workspace.list()
    assert (found["labels"], found["description"], found["owner"]) == ({"a": "b", text: text}, text, text)
    assert (found["hyperparameters"], model.hyperparameters) == ({text: text},) * 2


def test_an_update_takes_numbers_of_an_evaluation_and_artifacts_for_ids(execution: Execution) -> None:
    model = execution.log_output(Model("u", "m"))
    metrics = execution.log_output(Metrics("u", "m"))
    metrics.update(properties={"values": {"auc": Decimal("0.9")}, "model_id": model, "data_set_id": 7})
    [found] = execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME)
    assert (found["values"], found["model_id"], found["data_set_id"]) == ({"auc": 0.9}, str(model.id), "7")
    with pytest.raises(TypeError, match=r"'hyperparameters' cannot be recorded: hyperparameters\['s'\] is of type set"):
        model.update(properties={"hyperparameters": {"s": {1}}})
    with pytest.raises(ValueError, match=r"'labels' must be texts, got \[1\] \(list\) for 'l'"):
        model.update(labels={"l": [1]})


def test_points_of_metrics_take_arrays_of_one_number_and_names_with_a_text(execution: Execution) -> None:
    np = pytest.importorskip("numpy")
    metrics = execution.log_output(Metrics("u", "m"))
    metrics.log({Site.MILL: np.array([0.5]), np.int64(1): Decimal("0.25")})  # type: ignore[dict-item]
    assert metrics.values == {"mill": 0.5, "1": 0.25}
