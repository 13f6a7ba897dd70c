"""The model that a service serves is the stored one, in whichever form its place was recorded."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.upkeep.opening import open_service
from lineal.wire import lineage
from lineal.wire import metadata_store as pb
from tests.watch.made.storing import Storing, storing

SERVICE = "InferenceService.serving.kserve.io/v1beta1"
LLM = "LLMInferenceService.serving.kserve.io/v1alpha1"


def service(**predictor: Any) -> dict[str, Any]:
    return {"metadata": {"name": "roses", "uid": "u-1"}, "spec": {"predictor": predictor}}


def served(running: Storing) -> set[str]:
    return {uri for event_type, name, uri in running.links("u-1") if (event_type, name) == (pb.Event.INPUT, "model")}


@pytest.mark.parametrize(
    ("stored", "served_at"),
    [
        ("s3://beds/roses/3", "s3://beds/roses/3/"),
        ("minio://beds/roses/3", "s3://beds/roses/3"),
        ("gs://beds/roses/", "https://storage.googleapis.com/beds/roses"),
        ("models:/roses/3", "models:/roses/3/"),
        ("mlflow-artifacts:/1/m", "mlflow-artifacts://mlflow:5000/1/m"),
        ("https://models.example.org/roses", "https://Models.Example.org:443/roses"),
        ("hf://garden/roses", "https://huggingface.co/garden/roses"),
        ("pvc://claim/roses", "pvc://claim/roses/"),
        ("S3://beds/roses//", "s3://beds/roses"),
        ("HTTPS://Models.Example.org:443/roses", "https://models.example.org/roses"),
        ("mlflow-artifacts://mlflow:5000/1/m", "mlflow-artifacts:/1/m"),
        ("https://beds.s3.eu-west-1.amazonaws.com/roses", "s3://beds/roses"),
    ],
)
def test_a_service_serves_the_model_that_is_stored_under_another_form_of_its_uri(stored: str, served_at: str) -> None:
    with storing() as running:
        model = running.put_artifact("mlflow.LoggedModel", stored)
        running.record(SERVICE, service(model={"modelFormat": {"name": "onnx"}, "storageUri": served_at}))
        running.record(SERVICE, service(model={"modelFormat": {"name": "onnx"}, "storageUri": served_at}))

        assert [one.id for one in running.store.get_artifacts()] == [model]
        assert served(running) == {stored}


@pytest.mark.parametrize("stored", ["s3://beds/roses/3", "s3://beds/rosesX", "s3://other/roses", "S3://beds/Roses"])
def test_a_model_at_a_place_with_a_similar_uri_is_another_model(stored: str) -> None:
    with storing() as running:
        running.put_artifact("A", stored)
        running.record(SERVICE, service(model={"storageUri": "s3://beds/roses"}))

        assert served(running) == {"s3://beds/roses"}


def test_a_model_that_nobody_recorded_is_recorded_once_for_all_its_forms() -> None:
    with storing() as running:
        running.record(SERVICE, service(sklearn={"storageUri": "s3://beds/roses/"}))
        other = {**service(sklearn={"storageUri": "s3://beds/roses"}), "metadata": {"name": "other", "uid": "u-2"}}
        running.record(SERVICE, other)

        assert [(one.type, one.uri) for one in running.store.get_artifacts()] == [
            ("kubeflow.org/alpha/model", "s3://beds/roses/")
        ]
        assert running.links("u-1") == running.links("u-2")


def test_the_model_at_the_very_uri_counts_before_one_at_another_form() -> None:
    with storing() as running:
        running.put_artifact("A", "s3://beds/roses")
        running.put_artifact("A", "minio://beds/roses")
        running.record(SERVICE, service(model={"storageUri": "s3://beds/roses"}))

        assert served(running) == {"s3://beds/roses"}


def test_a_storage_with_type_and_bucket_is_a_uri() -> None:
    storage = {"key": "mine", "path": "roses/3", "parameters": {"type": "s3", "bucket": "beds"}}
    with storing() as running:
        running.put_artifact("A", "s3://beds/roses/3/")
        running.record(SERVICE, service(model={"storage": storage}))

        assert served(running) == {"s3://beds/roses/3/"}


def test_a_storage_whose_bucket_only_a_secret_tells_is_a_problem() -> None:
    with storing() as running:
        running.record(SERVICE, service(model={"storage": {"key": "mine", "path": "roses/3"}}))

        assert running.links("u-1") == set()
        [problem] = running.problems
        assert "only a Secret tells where the path 'roses/3' of the storage 'mine' is" in problem


def test_a_service_of_a_language_model_serves_the_model_and_its_adapters() -> None:
    model = {"uri": "hf://garden/big", "lora": {"adapters": [{"name": "a", "uri": "s3://beds/adapter"}]}}
    with storing() as running:
        running.record(LLM, {"metadata": {"name": "roses", "uid": "u-1"}, "spec": {"model": model}})

        assert served(running) == {"hf://garden/big", "s3://beds/adapter"}


def test_a_service_of_several_places_serves_all_of_them() -> None:
    places = [{"uri": "s3://beds/roses", "mountPath": "/a"}, {"uri": "pvc://claim/words", "mountPath": "/b"}]
    with storing() as running:
        running.record(SERVICE, service(model={"modelFormat": {"name": "onnx"}}, storageUris=places))

        assert served(running) == {"s3://beds/roses", "pvc://claim/words"}


def test_a_service_of_an_own_image_serves_the_model_that_its_variable_names() -> None:
    variables = [{"name": "OTHER", "value": "s3://beds/other"}, {"name": "STORAGE_URI", "value": "s3://beds/roses"}]
    with storing() as running:
        running.record(SERVICE, service(containers=[{"name": "kserve-container", "env": variables}]))

        assert served(running) == {"s3://beds/roses"}


class OlderServer(MetadataStore):
    """A server that does not know which uris mean one location."""

    def _log_artifact(self, request: lineage.LogArtifactRequest) -> lineage.LogArtifactResponse | None:
        older = lineage.LogArtifactRequest()
        older.CopyFrom(request)
        older.ClearField("at_location")
        return super()._log_artifact(older)


@pytest.mark.parametrize("stored", ["minio://beds/roses/", "S3://beds/roses//"])
def test_an_older_server_is_asked_for_each_form(stored: str) -> None:
    with OlderServer.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        running = Storing(store)
        model = running.put_artifact("mlflow.LoggedModel", stored)
        running.record(SERVICE, service(model={"storageUri": "s3://beds/roses"}))
        running.record(
            SERVICE, {**service(model={"storageUri": "s3://beds/new"}), "metadata": {"name": "n", "uid": "2"}}
        )

        assert [one.id for one in store.get_artifacts()][:1] == [model]
        assert served(running) == {stored}
        assert len(store.get_artifacts()) == 2
