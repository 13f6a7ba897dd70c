"""The documented swap of Kubeflow's metadata server for Lineal and back, on a real API server.

LINEAL_KUBEFLOW_MANIFESTS can name a folder that kustomize builds, such as manifests/kustomize/base/metadata/base of
kubeflow/pipelines, to swap in what it installs instead of our own fixture.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.deploy.cluster import DEPLOY, KUBEFLOW, Cluster, documented, rendered

pytestmark = pytest.mark.slow

FIXTURE = Path(__file__).with_name("kubeflow_metadata.yaml")
MANIFESTS_VARIABLE = "LINEAL_KUBEFLOW_MANIFESTS"
GRPC, ENVOY = "metadata-grpc-service", "metadata-envoy-service"
OFFICIAL, LINEAL = "metadata-grpc-deployment", "lineal-server"
WAYS = {"server-side": ("apply", "--server-side", "--force-conflicts"), "client-side": ("apply",)}
SWAP, BACK = documented("In place of Kubeflow's metadata server"), documented("Going back")
WITHOUT_ENVOY, WITH_ENVOY = documented("Without Envoy"), documented("Envoy again")


@pytest.fixture(params=[{}, {"application-crd-id": "kubeflow-pipelines"}], ids=["base", "platform"])
def kubeflow(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A kustomization of Kubeflow's metadata part: by itself, or as a platform labels it, in selectors too."""
    folder = tmp_path / "kubeflow"
    (folder / "base").mkdir(parents=True)
    (folder / "base" / "all.yaml").write_text(kubeflow_text())
    write(folder / "base", {"namespace": KUBEFLOW, "resources": ["all.yaml"]})
    labels = [{"pairs": request.param, "includeSelectors": True, "includeTemplates": True}] if request.param else []
    write(folder, {"namespace": KUBEFLOW, "resources": ["base"], "labels": labels})
    return folder


def kubeflow_text() -> str:
    named = os.environ.get(MANIFESTS_VARIABLE)
    known = ("Deployment", "Service", "ConfigMap", "Secret", "ServiceAccount")
    own = list(yaml.safe_load_all(FIXTURE.read_text()))
    if not named:
        return FIXTURE.read_text()
    real = [one for one in rendered(Path(named)) if one["kind"] in known]
    # The database's settings are installed by another part of Kubeflow.
    names = {(one["kind"], one["metadata"]["name"]) for one in real}
    return yaml.safe_dump_all([*real, *(one for one in own[:2] if (one["kind"], one["metadata"]["name"]) not in names)])


def write(folder: Path, content: dict[str, object]) -> None:
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))


@pytest.mark.parametrize("way", WAYS)
def test_the_service_finds_a_server_at_every_step_of_the_swap_and_lineal_at_its_end(
    cluster: Cluster, kubeflow: Path, way: str
) -> None:
    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))
    before = cluster.object("services", GRPC)["spec"]
    served = [cluster.served_by(GRPC)]

    for command in SWAP:
        cluster.shell(command)
        served.append(cluster.served_by(GRPC))

    assert served[0] == {OFFICIAL}
    assert served[-1] == {LINEAL}
    assert all(served)
    assert cluster.object("services", GRPC)["spec"] == before


def test_nothing_is_stopped_or_deleted_before_what_takes_its_place_is_ready(cluster: Cluster, kubeflow: Path) -> None:
    cluster.kubectl("apply", "-k", str(kubeflow))
    cluster.shell(SWAP[0])
    for command in (SWAP[1], BACK[1], WITH_ENVOY[1]):
        first, _, then = command.partition(" && ")
        assert " rollout status " in first
        assert re.search(r"\b(scale|delete|patch)\b", then)
        # There are no controllers, so nothing ever becomes ready.
        with pytest.raises(AssertionError, match=r"timed out|not found"):
            cluster.run_as_it_is(command.replace("--timeout=5m", "--timeout=1s"))

    assert cluster.served_by(GRPC) == {OFFICIAL, LINEAL}


@pytest.mark.parametrize("way", WAYS)
def test_undo_leads_back_and_the_service_finds_a_server_at_every_step(
    cluster: Cluster, kubeflow: Path, way: str
) -> None:
    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))
    before = cluster.object("services", GRPC)["spec"]
    served = []

    for command in [*SWAP, *BACK]:
        cluster.shell(command)
        served.append(cluster.served_by(GRPC))

    assert served[-1] == {OFFICIAL}
    assert all(served)
    assert cluster.object("services", GRPC)["spec"] == before
    assert "lineal" not in cluster.kubectl("-n", KUBEFLOW, "get", "all,configmaps,networkpolicies,roles", "-o", "name")


@pytest.mark.parametrize("way", WAYS)
def test_the_service_of_envoy_leads_to_lineals_http_port_and_back(cluster: Cluster, kubeflow: Path, way: str) -> None:
    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))
    before = cluster.object("services", ENVOY)["spec"]
    for command in [*SWAP, *WITHOUT_ENVOY]:
        cluster.shell(command)

    assert cluster.served_by(ENVOY) == {LINEAL}
    assert ports_behind(cluster, ENVOY) == {9090: "http"}

    for command in WITH_ENVOY:
        cluster.shell(command)
    assert cluster.served_by(ENVOY) == {"metadata-envoy-deployment"}
    assert cluster.object("services", ENVOY)["spec"] == before


@pytest.mark.parametrize("way", WAYS)
def test_an_update_of_kubeflow_with_the_component_leaves_lineal_in_its_place(
    cluster: Cluster, kubeflow: Path, way: str
) -> None:
    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))
    for command in [*SWAP, *WITHOUT_ENVOY]:
        cluster.shell(command)
    kustomization = yaml.safe_load((kubeflow / "kustomization.yaml").read_text())
    component = os.path.relpath(DEPLOY / "components" / "without-mlmd", kubeflow)
    write(kubeflow, {**kustomization, "components": [component]})

    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))

    assert cluster.served_by(GRPC) == cluster.served_by(ENVOY) == {LINEAL}
    assert ports_behind(cluster, ENVOY) == {9090: "http"}


@pytest.mark.parametrize("way", WAYS)
def test_the_services_for_a_kubeflow_without_them_fit_before_and_after_kubeflows_own(
    cluster: Cluster, kubeflow: Path, way: str, tmp_path: Path
) -> None:
    (services := tmp_path / "services").mkdir()
    overlay, component = DEPLOY / "overlays" / "kubeflow", DEPLOY / "components" / "kubeflow-services"
    names = [os.path.relpath(one, services) for one in (overlay, component)]
    write(services, {"namespace": KUBEFLOW, "resources": names[:1], "components": names[1:]})

    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))
    cluster.kubectl("apply", "-k", str(services))
    assert cluster.served_by(GRPC) == {OFFICIAL, LINEAL}
    assert cluster.served_by(ENVOY) >= {LINEAL}
    assert ports_behind(cluster, ENVOY) == {9090: "http"}

    cluster.kubectl(*WAYS[way], "-k", str(kubeflow))
    assert cluster.served_by(ENVOY) == {"metadata-envoy-deployment"}


def ports_behind(cluster: Cluster, service: str) -> dict[int, str]:
    """The ports of a service and the names of the ports of Lineal's container that they lead to."""
    containers = cluster.object("deployments", LINEAL)["spec"]["template"]["spec"]["containers"]
    names = {port["containerPort"]: port["name"] for port in containers[0]["ports"]}
    ports = cluster.object("services", service)["spec"]["ports"]
    return {port["port"]: names.get(port["targetPort"], port["targetPort"]) for port in ports}
