"""Objects that do work become executions, with states, parents, inputs and outputs; on a real API server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.watch.kinds.states import failure_of
from lineal.wire import metadata_store as pb
from tests.watch.kube import Api, custom_kind, pod
from tests.watch.watching import CLUSTER, Watching, eventually, text, watching

State = pb.Execution.State
JOB = {"spec": {"template": {"spec": {**pod("x")["spec"], "restartPolicy": "Never"}}}}


def linked(running: Watching, execution: pb.Execution) -> dict[tuple[int, str], pb.Artifact]:
    """The artifacts of an execution, by the type of the event and their uri."""
    events = running.store.get_events_by_execution_ids([execution.id])
    artifacts = {one.id: one for one in running.store.get_artifacts_by_id([event.artifact_id for event in events])}
    return {(event.type, artifacts[event.artifact_id].uri): artifacts[event.artifact_id] for event in events}


def annotated(**links: Any) -> dict[str, str]:
    return {f"lineal.dev/{name}": json.dumps(value) for name, value in links.items()}


def test_a_pod_is_an_execution_whose_state_and_times_follow_its_status(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    terminated = {"name": "main", "state": {"terminated": {"exitCode": 0, "finishedAt": "2026-01-01T00:00:09Z"}},
                  "image": "i", "imageID": "", "ready": False, "restartCount": 0}  # fmt: skip
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(path, pod("one"))
        states = [running.execution("one").last_known_state]
        for status in (
            {"phase": "Running", "startTime": "2026-01-01T00:00:00Z"},
            {"phase": "Succeeded", "containerStatuses": [terminated]},
        ):
            api.patch(f"{path}/one/status", {"status": status})
            eventually(lambda: running.execution("one").last_known_state != states[-1])
            states.append(running.execution("one").last_known_state)
        stored = running.execution("one")

    assert states == [State.NEW, State.RUNNING, State.COMPLETE]
    assert (text(stored, "start_time"), text(stored, "end_time")) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z")
    assert (text(stored, "image"), text(stored, "command")) == ("trainer:1", "python train.py --epochs 3")


def test_a_pod_that_fails_says_why(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    terminated = {"name": "main", "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
                  "image": "i", "imageID": "", "ready": False, "restartCount": 0}  # fmt: skip
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(path, pod("one"))
        api.patch(f"{path}/one/status", {"status": {"phase": "Failed", "containerStatuses": [terminated]}})
        eventually(lambda: running.execution("one").last_known_state == State.FAILED)
        stored = running.execution("one").custom_properties

    told = [stored[name].string_value for name in ("failure_type", "failure_message")]
    assert told == ["OOMKilled", "exit code 137"]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"reason": "Evicted", "message": "low on memory"}, ("Evicted", "low on memory")),
        ({"message": "child 'train' failed"}, ("", "child 'train' failed")),
        (
            {
                "conditions": [
                    {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "often"}
                ]
            },
            ("BackoffLimitExceeded", "often"),
        ),
        ({"conditions": [{"type": "Failed", "status": "False", "reason": "Running"}]}, ("", "")),
        ({"containerState": {"terminated": {"exitCode": 1}}}, ("", "exit code 1")),
        ({"containerStatuses": [{"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]}, ("", "")),
        ({"conditions": "none", "containerStatuses": 7}, ("", "")),
    ],
)
def test_why_a_workload_failed_is_what_its_status_tells(status: dict[str, Any], told: tuple[str, str]) -> None:
    failure = failure_of({"status": status})

    assert (failure.reason, failure.message) == told


def test_a_pod_that_is_deleted_before_its_end_was_cancelled(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(path, pod("one"))
        running.execution("one")
        api.delete(f"{path}/one")
        eventually(lambda: running.execution("one").last_known_state == State.CANCELED)
        assert text(running.execution("one"), "end_time")


def test_a_pod_of_a_job_has_the_job_as_its_parent_and_shares_its_context(api: Api, namespace: str) -> None:
    with watching(api.kubeconfig, "Pod/v1,Job.batch/v1", namespaces=(namespace,)) as running:
        job = api.create(f"/apis/batch/v1/namespaces/{namespace}/jobs", {"metadata": {"name": "train"}, **JOB})
        uid = job["metadata"]["uid"]
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "train", "uid": uid, "controller": True}
        api.create(f"/api/v1/namespaces/{namespace}/pods", pod("train-1", ownerReferences=[owner]))
        child, parent = running.execution("train-1"), running.execution("train", "Job.batch/v1")
        contexts = [{c.name for c in running.store.get_contexts_by_execution(one.id)} for one in (child, parent)]

    assert text(child, "parent") == parent.external_id == f"{CLUSTER}/{uid}"
    assert contexts == [{f"{CLUSTER}/{namespace}", f"{CLUSTER}/{uid}"}] * 2


def test_a_job_of_a_cron_job_is_an_execution_below_the_cron_job(api: Api, namespace: str) -> None:
    with watching(api.kubeconfig, "Job.batch/v1", namespaces=(namespace,)) as running:
        owner = {"apiVersion": "batch/v1beta1", "kind": "CronJob", "name": "nightly", "uid": "u-1", "controller": True}
        metadata = {"name": "nightly-1", "ownerReferences": [owner]}
        made = api.create(f"/apis/batch/v1/namespaces/{namespace}/jobs", {"metadata": metadata, **JOB})
        stored = running.execution("nightly-1", "Job.batch/v1")
        own = running.store.get_context_by_type_and_name("lineal.dev/owner", f"{CLUSTER}/{made['metadata']['uid']}")
        assert own is not None
        parents = eventually(lambda: running.store.get_parent_contexts_by_context(own.id))

    assert text(stored, "parent_name") == "CronJob/nightly"
    assert [one.name for one in parents] == [f"{CLUSTER}/u-1"]


def test_annotations_become_artifacts_with_events_once(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    data = {"type": "data_set", "name": "mnist", "uri": f"s3://{namespace}/mnist", "version": "3", "labels": {"a": "b"}}
    made = {"type": "my.org/Report", "uri": f"s3://{namespace}/report"}
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        for name in ("one", "two"):
            api.create(path, pod(name, annotations=annotated(inputs=[data], outputs=[made])))
            running.execution(name)
        api.patch(f"{path}/one", {"metadata": {"labels": {"x": "y"}}})
        eventually(lambda: text(running.execution("one"), "labels"))
        links = [linked(running, running.execution(name)) for name in ("one", "two")]

    assert links[0] == links[1]
    assert set(links[0]) == {(pb.Event.INPUT, data["uri"]), (pb.Event.OUTPUT, made["uri"])}
    stored = links[0][pb.Event.INPUT, data["uri"]]
    assert (stored.type, text(stored, "version")) == ("kubeflow.org/alpha/data_set", "3")
    assert json.loads(text(stored, "__ALL_META__"))["labels"] == {"a": "b"}


def test_an_inference_service_is_a_serving_execution_of_the_model_at_its_uri(api: Api, namespace: str) -> None:
    uri = f"s3://{namespace}/model"
    create_kind(api, "serving.kserve.io", "InferenceService", version="v1beta1")
    kind = "InferenceService.serving.kserve.io/v1beta1"
    with watching(api.kubeconfig, kind, namespaces=(namespace,)) as running:
        type_id = running.store.put_artifact_type(pb.ArtifactType(name="kubeflow.org/alpha/model"))
        [model] = running.store.put_artifacts([pb.Artifact(type_id=type_id, uri=uri)])
        predictor = {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": uri}}
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        service = {"metadata": {"name": "serve"}, "spec": {"predictor": predictor}, "status": ready}
        create_object(api, kind, namespace, service)
        stored = running.execution("serve", kind)
        links = linked(running, stored)
        base = running.store.get_execution_type(stored.type).base_type

    assert {key: one.id for key, one in links.items()} == {(pb.Event.INPUT, uri): model}
    assert stored.last_known_state == State.RUNNING
    assert base == pb.ExecutionType.DEPLOY


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        ("TFJob.kubeflow.org/v1", {"conditions": [{"type": "Running", "status": "True"}]}, State.RUNNING),
        ("PyTorchJob.kubeflow.org/v1", {"conditions": [{"type": "Succeeded", "status": "True"}]}, State.COMPLETE),
        (
            "TrainJob.trainer.kubeflow.org/v1alpha1",
            {"conditions": [{"type": "Failed", "status": "True"}]},
            State.FAILED,
        ),
        ("Workflow.argoproj.io/v1alpha1", {"phase": "Error", "finishedAt": "2026-01-01T00:00:00Z"}, State.FAILED),
        ("Notebook.kubeflow.org/v1", {"readyReplicas": 1, "conditions": []}, State.RUNNING),
    ],
)
def test_workloads_of_others_are_executions(
    api: Api, namespace: str, kind: str, status: dict[str, Any], state: int
) -> None:
    word, _, version = kind.partition("/")
    name, _, group = word.partition(".")
    create_kind(api, group, name, version=version)
    with watching(api.kubeconfig, kind, namespaces=(namespace,)) as running:
        create_object(api, kind, namespace, {"metadata": {"name": "one"}, "status": status})
        assert running.execution("one", kind).last_known_state == state
        assert running.artifact("one", kind).type == f"kubeflow.org/{kind}"


def test_any_kind_can_be_declared_a_workload(api: Api, namespace: str) -> None:
    create_kind(api, "example.com", "Study")
    resources = """
    - {Group: example.com, Version: v1, Kind: Study,
       workload: {base_type: EVALUATE, phase: status.stage, phases: {Done: COMPLETE}, template: [spec.runner],
                  start: status.began, end: status.ended, model_uri: spec.model}}
    """
    study = {"metadata": {"name": "s"}, "spec": {"runner": {"image": "r:1"}, "model": f"s3://{namespace}/m"},
             "status": {"stage": "Done", "began": "2026-01-01T00:00:00Z", "ended": "2026-01-02T00:00:00Z"}}  # fmt: skip
    with watching(api.kubeconfig, resources, namespaces=(namespace,)) as running:
        create_object(api, "Study.example.com/v1", namespace, study)
        stored = running.execution("s", "Study.example.com/v1")
        links = linked(running, stored)

    assert (stored.last_known_state, text(stored, "image")) == (State.COMPLETE, "r:1")
    assert (text(stored, "start_time"), text(stored, "end_time")) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert set(links) == {(pb.Event.INPUT, f"s3://{namespace}/m")}


def create_kind(api: Api, group: str, kind: str, *, version: str = "v1") -> None:
    """Define a kind, unless an earlier test did, and wait until it is served."""
    api.call(
        "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", custom_kind(group, kind, version=version)
    )
    path = f"/apis/{group}/{version}"
    eventually(lambda: kind in {one["kind"] for one in api.call("GET", path).get("resources", [])})


def create_object(api: Api, kind: str, namespace: str, body: dict[str, Any]) -> None:
    name, _, version = kind.partition("/")
    word, _, group = name.partition(".")
    path = f"/apis/{group}/{version}/namespaces/{namespace}/{word.lower()}s"
    eventually(
        lambda: api.call("POST", path, {"apiVersion": f"{group}/{version}", "kind": word, **body}).get("metadata")
    )
