"""The Helm chart as its page says: Helm installs it on an API server, and takes the values and commands there."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from tests.deploy.charts import CHART, helm, release
from tests.deploy.cluster import Cluster
from tests.services import REPOSITORY

pytestmark = pytest.mark.slow


def test_helm_installs_upgrades_and_removes_a_release_and_keeps_the_records(cluster: Cluster) -> None:
    """Helm itself talks to the API server of the tests; nothing waits for pods, because nothing starts them."""
    api = cluster.api
    namespace = api.new_namespace()
    where = ["--namespace", namespace, "--kubeconfig", str(api.kubeconfig)]
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/lineal-server"

    installed = helm("install", "lineal", str(CHART), *where, "--set-string", "image.tag=1")
    assert installed.returncode == 0, installed.stderr
    assert f"kubectl --namespace {namespace} create secret generic lineal-watcher-token" in installed.stdout
    assert api.call("GET", path)["spec"]["template"]["spec"]["containers"][0]["image"] == "lineal:1"

    upgraded = helm(
        "upgrade", "lineal", str(CHART), *where, "--set-string", "image.tag=2", "--set", "watcher.enabled=false"
    )
    assert upgraded.returncode == 0, upgraded.stderr
    assert api.call("GET", path)["spec"]["template"]["spec"]["containers"][0]["image"] == "lineal:2"
    assert api.call("GET", path.replace("server", "watcher"))["code"] == 404

    removed = helm("uninstall", "lineal", *where)
    assert removed.returncode == 0, removed.stderr
    assert api.call("GET", path)["code"] == 404
    assert api.call("GET", f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/lineal-metadata")["kind"] != "Status"


PAGE = (REPOSITORY / "docs" / "operations" / "helm.md").read_text()


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))
def test_the_values_on_the_page_are_taken(block: str) -> None:
    preset = "kubeflow-istio" if "kubeflow:" in block else ""

    assert release("documented", yaml.safe_load(block), preset=preset).of_kind("Deployment")


@pytest.mark.parametrize("command", re.findall(r"^\$ helm (.*)$", PAGE, flags=re.MULTILINE))
def test_the_commands_on_the_page_are_taken(command: str) -> None:
    words = shlex.split(command.replace("deploy/chart", str(CHART)))

    ran = helm(*words, "--dry-run=client")

    assert ran.returncode == 0, ran.stderr
    assert "image: registry.example/lineal:" in ran.stdout
