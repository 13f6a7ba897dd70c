"""The manifests as people combine them: an overlay with components on top."""

from __future__ import annotations

import functools
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.cluster import DEPLOY, rendered

OVERLAYS = sorted(path.name for path in (DEPLOY / "overlays").iterdir())
COMPONENTS = sorted(path.name for path in (DEPLOY / "components").iterdir())
FOR_KUBEFLOWS_OWN = {"without-mlmd"}
"""Components that change Kubeflow's objects, not Lineal's."""
_OLD_VERSIONS = {"policy/v1": "policy/v1beta1", "batch/v1": "batch/v1beta1"}
_FOR_ALL = ("backup", "high-availability", "monitoring", "retention")
_COMMON = (*_FOR_ALL, "migration")


class Rendered:
    """Objects as a tool has rendered them, which nobody changes."""

    def objects(self) -> list[dict[str, Any]]:
        """Return all of them."""
        raise NotImplementedError

    def of_kind(self, kind: str) -> dict[str, dict[str, Any]]:
        return {one["metadata"]["name"]: one for one in self.objects() if one["kind"] == kind}

    def deployment(self, name: str) -> dict[str, Any]:
        return self.of_kind("Deployment")[name]

    def pods(self) -> dict[str, dict[str, Any]]:
        """Return the pod templates by the names of the objects that have them."""
        jobs = {name: one["spec"]["jobTemplate"]["spec"] for name, one in self.of_kind("CronJob").items()}
        specs = {name: one["spec"] for name, one in self.of_kind("Deployment").items()}
        return {name: spec["template"] for name, spec in {**specs, **jobs}.items()}


@dataclass(frozen=True)
class Choice(Rendered):
    """An overlay and components."""

    overlay: str
    components: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "+".join((self.overlay, *self.components))

    @property
    def namespace(self) -> str:
        return "kubeflow" if self.overlay.startswith("kubeflow") else "lineal"

    def objects(self) -> list[dict[str, Any]]:
        return _objects(self)


def kustomization(folder: Path, choice: Choice) -> Path:
    """Write the kustomization of a choice into a folder, as docs/operations/kubernetes.md describes it."""
    overlay = DEPLOY / "overlays" / choice.overlay
    components = [DEPLOY / "components" / name for name in choice.components]
    content = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": choice.namespace,
        "resources": [os.path.relpath(overlay, folder.resolve())],
        "components": [os.path.relpath(one, folder.resolve()) for one in components],
        "images": [{"name": "lineal", "newName": "registry.example/lineal", "newTag": "1"}],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return folder


@functools.cache
def _objects(choice: Choice) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        return rendered(kustomization(Path(folder), choice))


def as_served(one: dict[str, Any]) -> dict[str, Any]:
    """Return an object in a version that Kubernetes 1.20 serves, which has the same fields."""
    is_newer = one["kind"] in ("CronJob", "PodDisruptionBudget")
    return {**one, "apiVersion": _OLD_VERSIONS[one["apiVersion"]]} if is_newer else one


PLAIN = [Choice(overlay) for overlay in OVERLAYS]
FULL = [
    Choice("sqlite", (*_FOR_ALL, "backup-sqlite", "monitoring-token")),
    Choice("mysql", (*_COMMON, "monitoring-token")),
    Choice("postgresql", (*_COMMON, "monitoring-token")),
    Choice("kubeflow", (*_COMMON, "kubeflow-services")),
    Choice("kubeflow", ("kubeflow-postgresql", *_COMMON)),
    Choice("kubeflow-istio", (*_COMMON, "monitoring-token", "profile-access")),
    Choice("kubeflow-istio", ("istio-ambient",)),
]
EVERY = [*PLAIN, *FULL]
