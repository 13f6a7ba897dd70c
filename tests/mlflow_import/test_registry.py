"""The registry and logged models of a database of MLflow, as its clients find them after an import."""

from __future__ import annotations

from typing import Any

from lineal.wire import service as rpc
from tests.mlflow_import.conftest import Store
from tests.mlflow_import.mlflow_database import MlflowDatabase

RUN = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32


def registered(mlflow: MlflowDatabase, *versions: dict[str, Any], name: str = "churn", **more: Any) -> None:
    """Add a registered model with versions."""
    mlflow.add("registered_models", {"name": name, "creation_time": 5, "last_updated_time": 9, **more})
    for number, version in enumerate(versions, start=1):
        known = {"version": number, "creation_time": 10 + number, "last_updated_time": 20 + number, "status": "READY"}
        mlflow.add("model_versions", {"name": name, "source": "s3://b/m", "current_stage": "None", **known, **version})


def aliases(mlflow: MlflowDatabase, **numbers: int) -> None:
    for alias, number in numbers.items():
        mlflow.add("registered_model_aliases", {"alias": alias, "version": number, "name": "churn"})


def version(store: Store, number: int) -> Any:
    return store.ask("model-versions/get", name="churn", version=str(number))["model_version"]


def test_a_registered_model_keeps_its_times_texts_and_aliases(mlflow: MlflowDatabase, store: Store) -> None:
    registered(mlflow, {"description": "first"}, {"run_id": RUN, "run_link": "http://x"}, description="who leaves")
    mlflow.add("registered_model_tags", {"name": "churn", "key": "team", "value": "a"})
    mlflow.add("model_version_tags", {"name": "churn", "version": 2, "key": "k", "value": "v"})
    aliases(mlflow, best=1, other=1, next=2)
    store.take(mlflow.url)
    model = store.ask("registered-models/get", name="churn")["registered_model"]
    assert (model["creation_timestamp"], model["last_updated_timestamp"]) == (5, 9)
    assert (model["description"], model["tags"]) == ("who leaves", [{"key": "team", "value": "a"}])
    assert {each["alias"]: each["version"] for each in model["aliases"]} == {"best": "1", "other": "1", "next": "2"}
    first, second = version(store, 1), version(store, 2)
    assert (first["creation_timestamp"], first["last_updated_timestamp"]) == (11, 21)
    assert (first["description"], first["source"], first["aliases"]) == ("first", "s3://b/m", ["best", "other"])
    assert (second["run_id"], second["run_link"], second["tags"]) == (RUN, "http://x", [{"key": "k", "value": "v"}])


def test_a_version_is_joined_to_its_logged_model(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN)
    known = {"artifact_location": "s3://b/m", "creation_timestamp_ms": 5, "last_updated_timestamp_ms": 9}
    mlflow.add("logged_models", {"model_id": "m-1", "experiment_id": 1, "name": "net", "status": 2, **known})
    registered(mlflow, {"source": "models:/m-1", "run_id": RUN})
    store.take(mlflow.url)
    found: Any = store.service.call("GetArtifacts", rpc.GetArtifactsRequest())
    uris = {each.properties["version"].string_value: each.uri for each in found.artifacts}
    assert uris == {"m-1": "s3://b/m", "1": "models:/churn/1"}
    assert store.ask("model-versions/get-download-uri", name="churn", version="1") == {"artifact_uri": "s3://b/m"}


def test_stages_are_kept_and_an_alias_of_their_name_counts(mlflow: MlflowDatabase, store: Store) -> None:
    stages = ("Production", "Production", "Staging", "Archived")
    registered(mlflow, *[{"current_stage": stage} for stage in stages])
    store.take(mlflow.url)
    assert [version(store, number)["current_stage"] for number in range(1, 5)] == list(stages)
    assert (version(store, 2)["aliases"], version(store, 3)["aliases"]) == (["production"], ["staging"])


def test_an_alias_of_another_version_is_not_taken_by_a_stage(mlflow: MlflowDatabase, store: Store) -> None:
    registered(mlflow, {"current_stage": "None"}, {"current_stage": "Production"})
    aliases(mlflow, production=1)
    done = store.take(mlflow.url)
    assert version(store, 1)["aliases"] == ["production"]
    assert sum(done.left_out.counts().values()) == 1


def test_deleted_versions_are_deleted_and_numbers_go_on_after_them(mlflow: MlflowDatabase, store: Store) -> None:
    redacted = {"source": "REDACTED-SOURCE-PATH", "run_id": "REDACTED-RUN-ID", "current_stage": "Deleted_Internal"}
    registered(mlflow, {}, redacted)
    store.take(mlflow.url)
    assert [each["version"] for each in store.ask("model-versions/search")["model_versions"]] == ["1"]
    new = store.ask("model-versions/create", name="churn", source="s3://b/new")["model_version"]
    assert new["version"] == "3"
    assert +store.take(mlflow.url).new == {}


def test_prompts_are_prompts_here(mlflow: MlflowDatabase, store: Store) -> None:
    registered(mlflow, {"source": "dummy-source"}, name="greet")
    prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    mlflow.add("registered_model_tags", {"name": "greet", **prompt})
    mlflow.add("model_version_tags", {"name": "greet", "version": 1, **prompt})
    store.take(mlflow.url)
    assert "registered_models" not in store.ask("registered-models/search")
    found = store.ask("registered-models/search", filter="tags.`mlflow.prompt.is_prompt` = 'true'")
    assert [each["name"] for each in found["registered_models"]] == ["greet"]


def test_a_new_version_of_a_model_that_is_there_is_added(mlflow: MlflowDatabase, store: Store) -> None:
    registered(mlflow, {})
    store.take(mlflow.url)
    store.ask("registered-models/set-alias", name="churn", alias="best", version="1")
    mlflow.add("model_versions", {"name": "churn", "version": 2, "source": "s3://b/2", "status": "READY"})
    aliases(mlflow, best=2, next=2)
    done = store.take(mlflow.url)
    assert (done.new["versions"], done.known["versions"]) == (1, 1)
    assert done.differing.counts() == {"aliases": 1}
    assert (version(store, 1)["aliases"], version(store, 2)["aliases"]) == (["best"], ["next"])


def test_logged_models_keep_what_mlflow_says_of_them(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN)
    mlflow.run_row(OTHER)
    known = {"artifact_location": "s3://b/m", "creation_timestamp_ms": 5, "last_updated_timestamp_ms": 9}
    made = {"model_id": "m-1", "experiment_id": 1, "name": "net", "model_type": "agent", "source_run_id": RUN}
    mlflow.add("logged_models", {**made, "status": 1, **known})
    mlflow.add("logged_model_params", {"model_id": "m-1", "experiment_id": 1, "param_key": "p", "param_value": "1"})
    mlflow.add("logged_model_tags", {"model_id": "m-1", "experiment_id": 1, "tag_key": "t", "tag_value": "2"})
    point = {"metric_name": "acc", "metric_timestamp_ms": 7, "metric_value": 0.5, "experiment_id": 1, "model_id": "m-1"}
    mlflow.add("logged_model_metrics", {**point, "metric_step": 0, "run_id": RUN})
    on = {"dataset_name": "numbers", "dataset_digest": "g"}
    mlflow.add("logged_model_metrics", {**point, "metric_step": 1, "run_id": OTHER, **on})
    link = {"input_uuid": "i", "source_id": RUN, "destination_id": "m-1", "step": 4}
    mlflow.add("inputs", {**link, "source_type": "RUN_OUTPUT", "destination_type": "MODEL_OUTPUT"})
    store.take(mlflow.url)
    model = store.ask("logged-models/get", model_id="m-1")["model"]
    info, data = model["info"], model["data"]
    assert (info["status"], info["model_type"], info["source_run_id"]) == ("LOGGED_MODEL_PENDING", "agent", RUN)
    assert (info["creation_timestamp_ms"], info["last_updated_timestamp_ms"]) == (5, 9)
    assert (data["params"], info["tags"]) == ([{"key": "p", "value": "1"}], [{"key": "t", "value": "2"}])
    told = [(each["step"], each["run_id"], each.get("dataset_name")) for each in data["metrics"]]
    assert sorted(told) == [(0, RUN, None), (1, OTHER, "numbers")]
    assert store.run(RUN)["outputs"]["model_outputs"] == [{"model_id": "m-1", "step": 4}]
