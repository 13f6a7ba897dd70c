"""What workloads made and read, from the object alone: artifacts, parameters, models, and the last words of containers.

Nothing is asked of the cluster, and no object is changed. What is not understood becomes a problem, which is logged and
counted. What stays out: state, times and metrics (`kinds/`), and annotations for Lineal (`annotations.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lineal.watch.handlers import Seen
from lineal.watch.kinds import Workload
from lineal.watch.made.failures import read_failure
from lineal.watch.made.made import MOST_PROBLEMS, NOT_UNDERSTOOD, Made, joined
from lineal.watch.made.metrics import odd_metrics
from lineal.watch.made.models import read_models
from lineal.watch.made.pods import read_pod
from lineal.watch.made.workflows import read_workflow
from lineal.watch.records import Problem

__all__ = ["Made", "made_of"]


def made_of(seen: Seen, workload: Workload, owner: dict[str, Any]) -> Made:
    """Return what a workload made and read.

    Args:
        seen: its object.
        workload: how to read its kind.
        owner: the reference to its owner, empty for none.

    """
    kind = (seen.resource.group, seen.resource.kind)
    found = [read_models(seen, workload)]
    if kind == ("", "Pod"):
        found += [read_pod(seen), read_failure(seen, owner)]
    if kind == ("argoproj.io", "Workflow"):
        found.append(read_workflow(seen))
    if kind in (("kubeflow.org", "Trial"), ("kubeflow.org", "Experiment")):
        found.append(odd_metrics(seen))
    return _with_few_problems(joined(found), seen)


def _with_few_problems(made: Made, seen: Seen) -> Made:
    more = len(made.problems) - MOST_PROBLEMS
    if more <= 1:
        return made
    rest = Problem(NOT_UNDERSTOOD, f"{seen}: {more} more of its inputs, outputs and values are not understood")
    return replace(made, problems=(*made.problems[:MOST_PROBLEMS], rest))
