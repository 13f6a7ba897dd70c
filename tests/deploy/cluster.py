"""kubectl on the API server of the tests, and the commands of docs/operations/kubernetes.md.

There are no controllers: what they would do for a command that waits is written into the status of the objects.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests import services
from tests.watch.kube import Api

DEPLOY = services.REPOSITORY / "deploy"
PAGE = services.REPOSITORY / "docs" / "operations" / "kubernetes.md"
KUBEFLOW = "kubeflow"
_API = "/api/v1/namespaces/kubeflow"
_APPS = "/apis/apps/v1/namespaces/kubeflow"
_NETWORK = "/apis/networking.k8s.io/v1/namespaces/kubeflow"
_RIGHTS = "/apis/rbac.authorization.k8s.io/v1"
_LOCAL = [
    *(f"{_API}/{kind}" for kind in ("services", "configmaps", "secrets", "serviceaccounts")),
    *(f"{_APPS}/deployments", f"{_NETWORK}/networkpolicies"),
    *(f"{_RIGHTS}/namespaces/kubeflow/{kind}" for kind in ("roles", "rolebindings")),
]
_COMMAND = re.compile(r"^\$ ((?:.*(?:\\|\|)\n)*.*)", re.MULTILINE)


class Cluster:
    """The API server with kubectl, and a namespace `kubeflow` without anything in it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._kubectl = kubectl_program()

    def empty(self) -> None:
        """Make the namespace, and delete what an earlier test left in it."""
        self.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": KUBEFLOW}})
        for path in _LOCAL:
            for one in self.api.call("GET", path)["items"]:
                self.api.delete(f"{path}/{one['metadata']['name']}")

    def kubectl(self, *words: str, text: str = "") -> str:
        """Run kubectl; a failure fails the test."""
        return self._run([str(self._kubectl), *words], text)

    def shell(self, command: str, **environment: str) -> str:
        """Run a documented command in the repository; what it waits for has happened."""
        if " rollout status " in command:
            self._finish_rollouts()
        return self.run_as_it_is(command, **environment)

    def run_as_it_is(self, command: str, **environment: str) -> str:
        """Run a documented command in the repository; what it waits for does not happen."""
        return self._run(["bash", "-eo", "pipefail", "-c", command], "", environment)

    def object(self, kind: str, name: str) -> dict[str, Any]:
        """Return the stored object."""
        folder = _APPS if kind == "deployments" else _API
        found = self.api.call("GET", f"{folder}/{kind}/{name}")
        assert found["kind"] != "Status", found
        return found

    def served_by(self, service: str) -> set[str]:
        """Return the deployments whose pods a service finds: stored selector, stored templates, and replicas."""
        selector = self.object("services", service)["spec"]["selector"].items()
        every = self.api.call("GET", f"{_APPS}/deployments")["items"]
        return {
            one["metadata"]["name"]
            for one in every
            if one["spec"]["replicas"] and selector <= one["spec"]["template"]["metadata"]["labels"].items()
        }

    def _finish_rollouts(self) -> None:
        for one in self.api.call("GET", f"{_APPS}/deployments")["items"]:
            count = one["spec"]["replicas"]
            done = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), count)
            status = {"observedGeneration": one["metadata"]["generation"], **done}
            self.api.patch(f"{_APPS}/deployments/{one['metadata']['name']}/status", {"status": status})

    def _run(self, command: list[str], text: str, more: dict[str, str] | None = None) -> str:
        path = f"{self._kubectl.parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "KUBECONFIG": str(self.api.kubeconfig), **(more or {})}
        ran = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, env=environment, cwd=services.REPOSITORY
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"
        return ran.stdout


def kubectl_program() -> Path:
    """Return kubectl: the one of scripts/get_helm if it is there, because a system's may be too old for components."""
    own = services.REPOSITORY / ".services" / "helm" / "kubectl"
    return own if own.is_file() else services.require_program("kubectl", package="kubernetes-client")


def documented(heading: str) -> list[str]:
    """Return the commands below a heading of the page, in order; a pipe or a backslash continues a line."""
    blocks = re.findall(r"```console\n(.*?)```", sections()[heading], flags=re.DOTALL)
    return [command for block in blocks for command in _COMMAND.findall(block)]


def sections() -> dict[str, str]:
    """Return the text below each heading of the page."""
    parts = re.split(r"^#+ (.*)$", PAGE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rendered(folder: Path) -> list[dict[str, Any]]:
    """Return the objects of a kustomization."""
    program = kubectl_program()
    ran = subprocess.run([program, "kustomize", folder], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [one for one in yaml.safe_load_all(ran.stdout) if one]
