"""Where artifacts of Argo are, and what is told of those that are not understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.watch.made.locations import uri_of
from lineal.wire import metadata_store as pb
from tests.watch.made.storing import storing

BEDS = {"endpoint": "store.garden:9000", "bucket": "beds"}


@pytest.mark.parametrize(
    ("artifact", "uri"),
    [
        ({"s3": {**BEDS, "key": "a/b"}}, "minio://beds/a/b"),
        ({"s3": {"endpoint": "s3.amazonaws.com", "bucket": "beds", "key": "a"}}, "s3://beds/a"),
        ({"s3": {"endpoint": "s3.eu-west-1.amazonaws.com:443", "bucket": "beds", "key": "a"}}, "s3://beds/a"),
        ({"gcs": {"bucket": "beds", "key": "a"}}, "gs://beds/a"),
        ({"oss": {"bucket": "beds", "key": "a", "endpoint": "oss.example.org"}}, "oss://beds/a"),
        (
            {"azure": {"endpoint": "https://x.blob.core.windows.net/", "container": "c", "blob": "a/b"}},
            "https://x.blob.core.windows.net/c/a/b",
        ),
        ({"hdfs": {"addresses": ["node:8020", "other:8020"], "path": "/a/b"}}, "hdfs://node:8020/a/b"),
        ({"hdfs": {"path": "/a/b"}}, "hdfs:///a/b"),
        ({"http": {"url": "https://example.org/a"}}, "https://example.org/a"),
        ({"artifactory": {"url": "https://example.org/a"}}, "https://example.org/a"),
        ({"git": {"repo": "https://example.org/a.git", "revision": "v1"}}, "git+https://example.org/a.git@v1"),
        ({"git": {"repo": "git@example.org:a.git"}}, "git+git@example.org:a.git"),
        ({"plugin": {"name": "shed", "key": "a"}}, "plugin://shed/a"),
        ({"s3": {"key": "a"}}, ""),
        ({"s3": {**BEDS, "key": "{{workflow.name}}/a"}}, ""),
        ({"cellar": {"shelf": 3}}, ""),
        ({"s3": "beds"}, ""),
        ({}, ""),
    ],
)
def test_the_place_of_an_artifact_is_a_uri(artifact: dict[str, Any], uri: str) -> None:
    assert uri_of(artifact, {}) == uri


@pytest.mark.parametrize("kind", ["s3", "gcs", "oss"])
def test_a_key_alone_is_in_the_bucket_of_the_repository(kind: str) -> None:
    assert uri_of({kind: {"key": "a"}}, {kind: BEDS}).endswith("://beds/a")


def pod(outputs: Any = None, template: Any = None, **annotations: str) -> dict[str, Any]:
    told = {"workflows.argoproj.io/outputs": outputs if isinstance(outputs, str) else json.dumps(outputs)}
    text = template if isinstance(template, str) else json.dumps(template)
    variables = [{"name": "ARGO_TEMPLATE", "value": text}] if template is not None else []
    metadata = {"name": "grow-1", "uid": "p-1", "labels": {"workflows.argoproj.io/workflow": "grow"}}
    named = {name.replace("__", "/"): text for name, text in annotations.items()}
    return {
        "metadata": {**metadata, "annotations": {**(told if outputs is not None else {}), **named}},
        "spec": {"containers": [{"name": "main"}], "initContainers": [{"name": "init", "env": variables}]},
        "status": {"phase": "Running"},
    }


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (pod({"artifacts": [{"name": "a", "path": "/a"}]}), "where the output artifact 'a' is"),
        (pod({"artifacts": [{"name": "a", "cellar": {"shelf": 3}}]}), "where the output artifact 'a' is"),
        (pod({"artifacts": [{"name": "a", "s3": {"key": "k"}}]}), "where the output artifact 'a' is"),
        (pod("{"), "the annotation workflows.argoproj.io/outputs is not JSON"),
        (pod(template="***"), "the variable ARGO_TEMPLATE is not JSON"),
        (pod(template="offloaded"), "Argo keeps a large template in a ConfigMap"),
        (pod({"parameters": [{"name": "p", "value": "x" * 20_000}]}), "the parameter output:p has 20,000 characters"),
        (pod({"parameters": [{"value": "x"}]}), "the parameter output: has no name"),
        (pod(**{"pipelines.kubeflow.org__component_spec": "{"}), "component_spec is not JSON"),
    ],
)
def test_what_is_not_understood_is_a_problem_and_keeps_nothing_else(wrong: dict[str, Any], problem: str) -> None:
    with storing() as running:
        running.record("Pod/v1", wrong)

        assert [problem in text for text in running.problems] == [True], running.problems
        assert running.execution("p-1").last_known_state == pb.Execution.RUNNING


@pytest.mark.parametrize(
    "outputs",
    [None, {}, [], 7, {"artifacts": None}, {"artifacts": [{"name": "a", "path": "/a", "optional": True}]},
     {"artifacts": [{"name": "a", "from": "{{steps.x.outputs.artifacts.y}}"}]}, {"parameters": [{"name": "p"}]}],
)  # fmt: skip
def test_outputs_that_are_not_there_are_no_problem(outputs: Any) -> None:
    with storing() as running:
        running.record("Pod/v1", pod(outputs))

        assert running.problems == []
        assert running.links("p-1") == set()


def test_many_things_that_are_not_understood_are_a_few_lines_of_the_log() -> None:
    told = {"artifacts": [{"name": f"a-{number}", "path": "/a"} for number in range(300)]}
    with storing() as running:
        running.record("Pod/v1", pod(told))

        assert len(running.problems) == 11
        assert running.problems[-1].endswith("290 more of its inputs, outputs and values are not understood")


def test_a_type_with_attributes_has_its_name() -> None:
    component = {"name": "Train", "outputs": [{"name": "my model", "type": {"SavedModel": {"framework": "petals"}}}]}
    told = pod(
        {"artifacts": [{"name": "train-my-model", "s3": {**BEDS, "key": "k"}}]},
        {"name": "train"},
        **{"pipelines.kubeflow.org__component_spec": json.dumps(component)},
    )
    with storing() as running:
        running.record("Pod/v1", told)

        assert [(one.type, one.uri) for one in running.store.get_artifacts()] == [("SavedModel", "minio://beds/k")]


def test_odd_characters_do_not_keep_the_rest_from_being_stored() -> None:
    outputs = '{"artifacts": [{"name": "a\\u0000", "s3": {"bucket": "b", "key": "\\ud800"}}], "parameters": []}'
    with storing() as running:
        running.record("Pod/v1", pod(outputs))

        assert running.links("p-1") == {(pb.Event.OUTPUT, "a\\u0000", "minio://b/\\ud800")}


def test_a_pod_of_a_user_of_argo_is_no_run_of_kubeflow_pipelines() -> None:
    with storing() as running:
        running.record("Pod/v1", pod({"artifacts": [{"name": "a", "s3": {**BEDS, "key": "k"}}]}))

        assert running.links("p-1") == {(pb.Event.OUTPUT, "a", "minio://beds/k")}
        assert running.store.get_contexts_by_type("KfpRun") == []
