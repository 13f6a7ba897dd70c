"""The commands of docs/operations/kubernetes.md, as far as an API server without controllers lets them run.

Those of the swap are in test_swap.py.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineal.cli import build_parser
from tests.deploy.choices import Choice, as_served, kustomization
from tests.deploy.cluster import DEPLOY, KUBEFLOW, Cluster, documented, rendered, sections

pytestmark = pytest.mark.slow

SWAP = {"In place of Kubeflow's metadata server", "Going back", "Without Envoy", "Envoy again"}
HERE = {"Your kustomization", "Reach the server", "Only the image", "Behind Kubeflow's gateway"}
WITH_TOKENS = {"Access to the server", "Monitoring", "Backup and retention"}
NOT_TRIED = {
    "docker buildx build ": "there is no builder",
    "kubectl -n lineal create job --from=cronjob/": "Kubernetes 1.20 has no CronJobs of batch/v1",
    "kubectl -n lineal port-forward ": "there are no pods",
}
FIXTURE = Path(__file__).with_name("kubeflow_metadata.yaml")
MENU = {"menuLinks": [{"icon": "book", "link": "/books/", "text": "Books", "type": "item"}], "externalLinks": []}
LINK = {"icon": "timeline", "link": "/lineal/", "text": "Lineage", "type": "item"}


def tried(heading: str) -> list[str]:
    return [one for one in documented(heading) if not one.startswith(tuple(NOT_TRIED))]


def test_every_command_of_the_page_is_tried_or_listed_with_the_reason() -> None:
    with_commands = {heading for heading in sections() if documented(heading)}

    assert {heading for heading in with_commands if tried(heading)} == SWAP | HERE | WITH_TOKENS
    everything = [command for heading in with_commands for command in documented(heading)]
    assert all(any(one.startswith(start) for one in everything) for start in NOT_TRIED)


def test_the_example_of_a_kustomization_can_be_applied(cluster: Cluster, tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", sections()["Your kustomization"], flags=re.DOTALL)
    (tmp_path / "lineal").mkdir()
    (tmp_path / "deploy").symlink_to(DEPLOY)
    (tmp_path / "lineal" / "kustomization.yaml").write_text(text)
    namespace, read, secret, apply = tried("Your kustomization")
    cluster.kubectl("delete", "secrets", "--all", "-n", "lineal")

    assert "namespace/lineal" in cluster.shell(f"{namespace} --dry-run=client")
    cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "lineal"}})
    assert read == "read -rs URL"
    cluster.shell(secret, URL="mysql://user:p@ss@host:3306/data")
    assert stored_secret(cluster, "lineal-database", "url") == "mysql://user:p@ss@host:3306/data"

    assert apply == "kubectl apply -k lineal"
    made = [as_served(one) for one in rendered(tmp_path / "lineal")]
    cluster.kubectl("apply", "-f", "-", text=yaml.safe_dump_all(made))
    assert {one["kind"] for one in made} >= {"PodDisruptionBudget", "CronJob", "Deployment"}


def stored_secret(cluster: Cluster, name: str, key: str) -> str:
    text = cluster.kubectl("-n", "lineal", "get", "secret", name, "-o", "json")
    return base64.b64decode(json.loads(text)["data"][key]).decode()


def test_installations_in_two_namespaces_share_no_object_of_the_whole_cluster(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", sections()["Another namespace"], flags=re.DOTALL)
    choice = Choice("mysql", ("migration", "backup"))
    given = yaml.safe_load((kustomization(tmp_path, choice) / "kustomization.yaml").read_text())
    (tmp_path / "kustomization.yaml").write_text(
        yaml.safe_dump({**given, "namespace": "other", **yaml.safe_load(text)})
    )

    mine = {one["metadata"]["name"]: one for one in rendered(tmp_path) if one["kind"].startswith("ClusterRole")}
    theirs = {one["metadata"]["name"] for one in choice.objects() if one["kind"].startswith("ClusterRole")}

    assert {name.replace(":other", ":lineal") for name in mine} == theirs
    assert theirs & set(mine) == set()
    for name, one in mine.items():
        if one["kind"] == "ClusterRoleBinding":
            assert one["roleRef"]["name"] == name
            assert {subject["namespace"] for subject in one["subjects"]} == {"other"}


def test_the_label_of_the_page_is_the_one_that_the_network_policy_admits(cluster: Cluster) -> None:
    cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "a-client"}})

    (command,) = tried("Reach the server")
    cluster.shell(command.replace("team-a", "a-client"))  # other tests have a team-a

    labels = cluster.api.call("GET", "/api/v1/namespaces/a-client")["metadata"]["labels"]
    (rule,) = Choice("postgresql").of_kind("NetworkPolicy")["lineal-server"]["spec"]["ingress"]
    selectors = [one["namespaceSelector"]["matchLabels"] for one in rule["from"] if "namespaceSelector" in one]
    assert any(selector.items() <= labels.items() for selector in selectors)


@pytest.mark.parametrize("heading", ["Files", "Access to the server"])
@pytest.mark.parametrize("overlay", ["mysql", "postgresql"])
def test_the_patches_of_the_page_fit_the_overlays(cluster: Cluster, tmp_path: Path, heading: str, overlay: str) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", sections()[heading], flags=re.DOTALL)
    given = yaml.safe_load((kustomization(tmp_path, Choice(overlay)) / "kustomization.yaml").read_text())
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({**given, **yaml.safe_load(text)}))

    made = [as_served(one) for one in rendered(tmp_path)]
    cluster.kubectl("apply", "-f", "-", text=yaml.safe_dump_all(made))

    for pod in (one["spec"]["template"]["spec"] for one in made if one["kind"] == "Deployment"):
        (container,) = pod["containers"]
        build_parser().parse_args(container["args"])  # the flags are known
        assert {one["name"] for one in container["volumeMounts"]} <= {one["name"] for one in pod["volumes"]}


def test_kubeflows_own_manifest_can_have_lineals_image(cluster: Cluster) -> None:
    cluster.kubectl("-n", KUBEFLOW, "apply", "-f", str(FIXTURE))

    (command,) = tried("Only the image")
    cluster.shell(command)

    spec = cluster.object("deployments", "metadata-grpc-deployment")["spec"]["template"]["spec"]
    assert [one["image"] for one in spec["containers"]] == ["REGISTRY/lineal:TAG"]


def test_the_link_of_the_dashboard_is_added_once_and_taken_away(cluster: Cluster) -> None:
    data = {"links": json.dumps(MENU), "settings": '{"DASHBOARD_FORCE_IFRAME": true}'}
    made = {"metadata": {"name": "centraldashboard-config"}, "data": data}
    cluster.api.create(f"/api/v1/namespaces/{KUBEFLOW}/configmaps", made)
    add, remove = tried("Behind Kubeflow's gateway")

    for _ in range(2):
        cluster.shell(add)
        assert menu(cluster) == {**MENU, "menuLinks": [*MENU["menuLinks"], LINK]}
    cluster.shell(remove)

    assert menu(cluster) == MENU
    assert cluster.object("configmaps", "centraldashboard-config")["data"]["settings"] == data["settings"]


def menu(cluster: Cluster) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cluster.object("configmaps", "centraldashboard-config")["data"]["links"])
    return found


@pytest.mark.parametrize("heading", sorted(WITH_TOKENS))
def test_tokens_go_from_the_server_into_secrets(cluster: Cluster, heading: str, tmp_path: Path) -> None:
    cluster.api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "lineal"}})
    cluster.kubectl("delete", "secrets", "--all", "-n", "lineal")

    for command in tried(heading):
        # The same command, in a process here instead of in a pod, which cannot run.
        here = command.replace("kubectl -n lineal exec deploy/lineal-server -- lineal", f"{sys.executable} -m lineal")
        assert here != command
        cluster.shell(here, LINEAL_URL=f"sqlite:///{tmp_path / 'metadata.db'}")

    names = re.findall(r"lineal-[a-z]+-token", " ".join(tried(heading)))
    text = cluster.kubectl("-n", "lineal", "get", "secrets", "-o", "name")
    assert names
    assert set(text.split()) >= {f"secret/{name}" for name in names}
    for name in names:
        # Prometheus sends a line break too, and then the server refuses the request.
        assert ("\n" in stored_secret(cluster, name, "token")) is (name != "lineal-metrics-token")
