"""The container of a pod that failed, and its last message, on the pod's execution and on that of its owner."""

from __future__ import annotations

from typing import Any

from tests.watch.made.storing import storing

JOB = {"metadata": {"name": "grow", "uid": "job-1"}, "status": {"active": 1}}
OWNER = {"apiVersion": "batch/v1beta1", "kind": "Job", "name": "grow", "uid": "job-1", "controller": True}
TOLD = ("failed_container", "failed_container_exit_code", "failed_container_reason", "failed_container_message")


def ended(name: str, code: int, at: str, message: str, reason: str = "Error") -> dict[str, Any]:
    told = {"exitCode": code, "reason": reason, "message": message, "finishedAt": f"2026-05-01T00:00:{at}Z"}
    return {"name": name, "state": {"terminated": told}}


def pod(uid: str, *containers: dict[str, Any], **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": f"grow-{uid}", "uid": uid, "ownerReferences": [OWNER]},
        "spec": {"containers": [{"name": "main"}]},
        "status": {"phase": "Failed", "containerStatuses": list(containers), **status},
    }


def test_the_container_that_failed_first_is_told_with_its_last_message() -> None:
    sidecar = ended("proxy", 143, "09", "terminated")
    with storing() as running:
        running.record("Pod/v1", pod("p-1", sidecar, ended("main", 3, "05", "no water\n"), message="The pod failed"))

        assert running.texts("p-1", *TOLD) == ["main", "3", "Error", "no water"]
        assert running.texts("p-1", "failure_message", "exit_code") == ["The pod failed", "3"]


def test_a_job_tells_which_of_its_pods_failed_and_keeps_it_when_it_changes() -> None:
    failed = [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"}]
    with storing() as running:
        running.record("Job.batch/v1", JOB)
        for uid, message in (("p-1", "no water"), ("p-2", "no light")):
            running.record("Pod/v1", pod(uid, ended("main", 3, "05", message)))
        running.record("Job.batch/v1", {**JOB, "status": {"conditions": failed}})

        assert running.texts("job-1", "failed_pod", *TOLD) == ["grow-p-2", "main", "3", "Error", "no light"]
        assert running.texts("job-1", "failure_type", "failure_message") == ["BackoffLimitExceeded", "too often"]


def test_a_job_keeps_the_failure_that_came_last_whichever_of_its_pods_changes_later() -> None:
    with storing() as running:
        running.record("Job.batch/v1", JOB)
        early, late = (
            pod("p-1", ended("main", 3, "05", "no water")),
            pod("p-2", ended("main", 137, "09", "", "OOMKilled")),
        )
        for one in (early, late, {**early, "metadata": {**early["metadata"], "labels": {"a": "b"}}}):
            running.record("Pod/v1", one)
        running.record("Pod/v1", early, deleted=True)

        told = running.texts("job-1", "failed_pod", "failed_container_time", *TOLD)
        assert told == ["grow-p-2", "2026-05-01T00:00:09Z", "main", "137", "OOMKilled", ""]


def test_every_owner_above_the_pod_tells_which_pod_failed() -> None:
    above = {"apiVersion": "kubeflow.org/v1beta1", "kind": "Trial", "name": "garden", "uid": "trial-1"}
    job = {**JOB, "metadata": {**JOB["metadata"], "ownerReferences": [above]}}
    with storing() as running:
        running.record("Trial.kubeflow.org/v1beta1", {"metadata": {"name": "garden", "uid": "trial-1"}})
        running.record("Job.batch/v1", job)
        for _ in range(2):
            running.record("Pod/v1", pod("p-1", ended("main", 3, "05", "no water")))

        for uid in ("job-1", "trial-1"):
            assert running.texts(uid, "failed_pod", "failed_container_message") == ["grow-p-1", "no water"]
        assert running.execution("trial-1").type == "kubeflow.org/Trial.kubeflow.org/v1beta1"
        assert len(running.store.get_executions()) == 3


def test_a_watcher_that_was_started_again_keeps_what_pods_told_of_their_job() -> None:
    with storing() as running:
        running.record("Job.batch/v1", JOB)
        running.record("Pod/v1", pod("p-1", ended("main", 3, "05", "no water")))
        running.__post_init__()
        running.record("Job.batch/v1", {**JOB, "status": {"active": 0}})

        assert running.texts("job-1", "failed_pod", "failed_container_message") == ["grow-p-1", "no water"]


def test_an_owner_that_is_not_recorded_is_not_made_up() -> None:
    with storing() as running:
        running.record("Pod/v1", pod("p-1", ended("main", 3, "05", "no water")))

        assert [one.external_id for one in running.store.get_executions()] == ["garden/p-1"]


def test_a_container_that_is_started_again_tells_why_it_crashed() -> None:
    last = ended("main", 137, "05", "", reason="OOMKilled")["state"]
    crashing = {"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": last}
    with storing() as running:
        running.record("Pod/v1", pod("p-1", crashing, phase="Running"))

        assert running.texts("p-1", *TOLD) == ["main", "137", "OOMKilled", ""]


def test_a_pod_whose_containers_ended_well_tells_no_failure() -> None:
    with storing() as running:
        running.record("Job.batch/v1", JOB)
        running.record("Pod/v1", pod("p-1", ended("main", 0, "05", "done", reason="Completed"), phase="Succeeded"))

        assert running.texts("p-1", *TOLD) == ["", "", "", ""]
        assert running.texts("job-1", "failed_pod") == [""]
