"""Workflows of half a megabyte, in a kind that is defined as Argo defines it."""

from __future__ import annotations

from typing import Any

import yaml

from tests.services import REPOSITORY
from tests.watch.kube import Api, custom_kind
from tests.watch.watching import eventually

KIND = "Workflow.argoproj.io/v1alpha1"
PATH = "/apis/argoproj.io/v1alpha1/namespaces/default/workflows"
SHIPPED = REPOSITORY / "deploy/base/watcher/resources.yaml"
NODES = 500


def define(api: Api) -> None:
    """Define the kind, and wait until it is served."""
    api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition())
    eventually(lambda: "items" in api.call("GET", PATH))


def define_all(api: Api) -> None:
    """Define every custom kind of the shipped list, and wait until large ones can be made."""
    for entry in yaml.safe_load(SHIPPED.read_text()):
        if "." in entry["Group"] and entry["Kind"] != "Workflow":
            made = custom_kind(entry["Group"], entry["Kind"], version=entry["Version"])
            api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", made)
    define(api)


def definition() -> dict[str, Any]:
    """The kind with a status that is one value for the API server, as Argo defines it, which notes no fields of it."""
    made = custom_kind("argoproj.io", "Workflow", version="v1alpha1")
    whole = {"type": "object", "x-kubernetes-map-type": "atomic", "x-kubernetes-preserve-unknown-fields": True}
    schema = made["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"] = {"spec": whole, "status": whole}
    return made


def workflow(name: str, *, pods: int = 0) -> dict[str, Any]:
    """A workflow with as many nodes behind it as make about a kilobyte each; so many of them are pods."""
    nodes = {f"{name}-{number}": node(name, number, "Pod" if number < pods else "StepGroup") for number in range(NODES)}
    status = {"phase": "Running", "nodes": nodes}
    metadata = {"name": name, "labels": {"turn": "first"}}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "status": status}


def node(name: str, number: int, kind: str) -> dict[str, Any]:
    parameters = [{"name": f"parameter-{index}", "value": f"{index * 0.1:.3f}"} for index in range(8)]
    place = {"endpoint": "store.example.org:9000", "bucket": "steps", "key": f"{name}/{number}.csv"}
    return {
        "id": f"{name}-{number}",
        "name": f"{name}[{number}]",
        "displayName": f"step-{number}",
        "type": kind,
        "phase": "Succeeded",
        "startedAt": "2026-01-02T03:04:05Z",
        "finishedAt": "2026-01-02T03:05:05Z",
        "message": "the text of a step " * 15,
        "inputs": {"parameters": parameters},
        "outputs": {"artifacts": [{"name": "table", "s3": place}]},
        "resourcesDuration": {"cpu": number, "memory": number * 2},
    }
