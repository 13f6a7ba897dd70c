"""The pods of pods.yaml as objects: when they start, and when they have ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

PODS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "pods.yaml").read_text())


def started(told: dict[str, Any]) -> dict[str, Any]:
    """A pod as Argo makes it."""
    annotations = {"workflows.argoproj.io/node-id": told["name"], **told.get("annotations", {})}
    for name, key in (("component_spec", "component"), ("arguments.parameters", "arguments")):
        if key in told:
            annotations[f"pipelines.kubeflow.org/{name}"] = json.dumps(told[key])
    labels = {"workflows.argoproj.io/workflow": told["run"], "pipeline/runid": f"id-of-{told['run']}"}
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": told["run"], "uid": f"uid-{told['run']}"}
    variables = [{"name": "ARGO_TEMPLATE", "value": json.dumps(told["template"])}]
    container = {"name": "main", "image": "garden:1", "command": ["grow"], "env": variables}
    metadata = {"name": told["name"], "labels": {**labels, **told.get("labels", {})}, "annotations": annotations}
    return {
        "metadata": {**metadata, "ownerReferences": [{**owner, "controller": True}]},
        "spec": {"containers": [container], "restartPolicy": "Never"},
    }


def end_of(told: dict[str, Any]) -> dict[str, Any]:
    """What Argo adds to a pod that has ended."""
    annotations = {"workflows.argoproj.io/outputs": json.dumps(told["outputs"])} if told["outputs"] else {}
    return {"metadata": {"labels": {"workflows.argoproj.io/completed": "true"}, "annotations": annotations}}


def ended(told: dict[str, Any]) -> dict[str, Any]:
    """A pod when it has ended."""
    pod, end = started(told), end_of(told)["metadata"]
    for part in ("labels", "annotations"):
        pod["metadata"][part] = {**pod["metadata"][part], **end[part]}
    return pod
