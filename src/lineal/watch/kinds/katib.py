"""Katib's kinds: Experiment, Trial and Suggestion, with parameters, metrics and the best trial.

Source: kubeflow.org/v1beta1, the API of Katib's controllers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal.watch.kinds.numbers import named, number_or_text, numbers
from lineal.watch.kinds.workload import Reading, Workload
from lineal.watch.paths import first_text, texts, values

_COUNTS = {"succeeded": "trialsSucceeded", "failed": "trialsFailed", "killed": "trialsKilled",
           "early_stopped": "trialsEarlyStopped", "metrics_unavailable": "trialMetricsUnavailable",
           "running": "trialsRunning", "pending": "trialsPending"}  # fmt: skip
_VALUES = ("min", "max", "latest")
_BEST = {"minimize": "min", "maximize": "max"}


def _read_experiment(obj: Any) -> Reading:
    """Read the best trial with its parameters and metrics, and how many trials ended how."""
    best = "status.currentOptimalTrial"
    counts = {name: count for name, key in _COUNTS.items() for count in values(obj, f"status.{key}") if count}
    assigned = _assigned(values(obj, f"{best}.parameterAssignments.*"))
    return Reading(
        properties={
            "best_trial": first_text(obj, [f"{best}.bestTrialName"]),
        },
        fields={"hyperparameters": assigned, "trials": counts},
        metrics=_metrics(obj, f"{best}.observation.metrics.*"),
    )


def _read_trial(obj: Any) -> Reading:
    """Read the parameters that a trial was started with, and the metrics that it reached."""
    assigned = _assigned(values(obj, "spec.parameterAssignments.*"))
    return Reading(
        fields={"hyperparameters": assigned},
        metrics=_metrics(obj, "status.observation.metrics.*"),
    )


def _assigned(assignments: list[Any]) -> dict[str, int | float | str]:
    """Return parameters: numbers where the values are numbers, as Katib writes all of them as texts."""
    return {name: number_or_text(one.get("value")) for name, one in named(assignments).items()}


def _metrics(obj: Any, path: str) -> dict[str, float]:
    """Return metrics by name: of each the least, greatest or latest value, as the objective says of it.

    Beside it are all of these (`loss.min`, `loss.max`, `loss.latest`) where they differ.
    """
    strategies = named(values(obj, "spec.objective.metricStrategies.*"))
    usual = _BEST.get(next(texts(obj, "spec.objective.type"), ""), "latest")
    read: dict[str, float] = {}
    for name, one in named(values(obj, path)).items():
        each = {f"{name}.{word}": value for word in _VALUES for value in numbers([one], word).values()}
        read |= each if len(set(each.values())) > 1 else {}
        read |= numbers([one], str(strategies.get(name, {}).get("value") or usual), "latest")
    return read


_OBJECTIVE = {
    "objective": "spec.objective.objectiveMetricName",
    "objective_type": "spec.objective.type",
    "objective_goal": "spec.objective.goal",
}
_ENDS = ("status.completionTime", "condition Succeeded", "condition Failed")

WORKLOADS: Mapping[tuple[str, str], Workload] = {
    ("kubeflow.org", "Experiment"): Workload(
        base_type="TRAIN",
        conditions={
            "Succeeded": "COMPLETE",
            "Failed": "FAILED",
            "Restarting": "RUNNING restarting",
            "Running": "RUNNING",
            "Created": "NEW",
        },
        end=_ENDS,
        template=("spec.trialTemplate.trialSpec.spec.template.spec",),
        properties={"algorithm": "spec.algorithm.algorithmName", **_OBJECTIVE},
        read=_read_experiment,
    ),
    ("kubeflow.org", "Trial"): Workload(
        base_type="TRAIN",
        conditions={
            "EarlyStopped": "COMPLETE early stopped",
            "Killed": "CANCELED killed",
            "MetricsUnavailable": "FAILED metrics unavailable",
            "Succeeded": "COMPLETE",
            "Failed": "FAILED",
            "Running": "RUNNING",
            "Created": "NEW",
        },
        end=("status.completionTime", *(f"condition {name}" for name in
             ("EarlyStopped", "Killed", "MetricsUnavailable", "Succeeded", "Failed"))),
        template=("spec.runSpec.spec.template.spec",),
        properties=_OBJECTIVE,
        read=_read_trial,
    ),
    ("kubeflow.org", "Suggestion"): Workload(
        conditions={
            "Succeeded": "COMPLETE",
            "Failed": "FAILED",
            "Running": "RUNNING",
            "DeploymentReady": "RUNNING starting",
            "Created": "NEW",
        },
        end=_ENDS,
        properties={
            "algorithm": "spec.algorithm.algorithmName",
            "requests": "spec.requests",
            "suggestions": "status.suggestionCount",
        },
    ),
}  # fmt: skip
