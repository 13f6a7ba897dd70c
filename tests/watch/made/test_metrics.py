"""Metrics and parameters of Katib and Trainer are found as those of all records are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lineal.client.lifecycle import LifecycleStore
from lineal.client.search_calls import Asked
from lineal.kinds import EXECUTION
from tests.watch.made.storing import Storing, storing

TRIAL = "Trial.kubeflow.org/v1beta1"
EXPERIMENT = "Experiment.kubeflow.org/v1beta1"
TRAIN_JOB = "TrainJob.trainer.kubeflow.org/v1alpha1"
LOSS = {"name": "loss", "min": "0.12", "max": "2.5", "latest": "0.14"}
ODD = "a value of the metric 'loss' is no number, so it is left out"
PARAMETERS = [{"name": "lr", "value": "0.02"}, {"name": "layers", "value": "3"}, {"name": "kind", "value": "deep"}]


def trial(uid: str, *metrics: dict[str, str], **objective: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": uid, "uid": uid},
        "spec": {"objective": {"type": "minimize", **objective}, "parameterAssignments": PARAMETERS},
        "status": {"observation": {"metrics": list(metrics)}},
    }


def job(uid: str) -> dict[str, Any]:
    reported = {"metrics": [{"name": "petals", "value": "12"}]}
    return {"metadata": {"name": uid, "uid": uid}, "spec": {}, "status": {"trainerStatus": reported}}


def experiment(uid: str) -> dict[str, Any]:
    best = {"bestTrialName": "t-1", "parameterAssignments": PARAMETERS, "observation": {"metrics": [LOSS]}}
    return {
        "metadata": {"name": uid, "uid": uid},
        "spec": {"objective": {"type": "minimize"}},
        "status": {"currentOptimalTrial": best},
    }


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A store with three trials, an experiment and a job."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with LifecycleStore.from_url(url) as store:
        recording = Storing(store)
        recording.record(TRIAL, trial("t-1", LOSS))
        recording.record(TRIAL, trial("t-2", LOSS, metricStrategies=[{"name": "loss", "value": "latest"}]))
        recording.record(TRIAL, trial("t-3", {**LOSS, "min": "unavailable", "max": "unavailable", "latest": "0.4"}))
        recording.record(EXPERIMENT, experiment("e-1"))
        recording.record(TRAIN_JOB, job("j-1"))
        yield store


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("metric.loss<0.13", {"t-1", "e-1"}),
        ("metric.loss=0.14", {"t-2"}),
        ("metric.loss=0.4", {"t-3"}),
        ("metric.loss.max>2", {"t-1", "t-2", "e-1"}),
        ("prop.hyperparameters.lr>0.01 prop.hyperparameters.kind=deep", {"t-1", "t-2", "t-3", "e-1"}),
        ("metric.petals=12", {"j-1"}),
    ],
)
def test_a_search_finds_executions_by_metrics_and_parameters(store: Any, search: str, found: set[str]) -> None:
    nodes = store.search_nodes(Asked(EXECUTION, search), limit=9).nodes

    assert {one.execution.external_id for one in nodes} == {f"garden/{uid}" for uid in found}


def test_a_metric_that_is_no_number_is_a_problem_and_the_others_are_stored() -> None:
    with storing() as running:
        running.record(TRIAL, trial("t-1", {**LOSS, "max": "many"}, {"name": "x", "latest": "unavailable"}))

        assert running.problems == ["Trial.kubeflow.org/v1beta1 beds/t-1: " + ODD]
        assert '"loss": 0.12' in running.execution("t-1").properties["__ALL_META__"].string_value
