"""What the manifests say: names that fit together, arguments that the commands take, and no more rights than needed."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineal.cli import build_parser, main
from lineal.client.connection import ChannelSettings, settings_of_url
from lineal.watch import parse_resources
from lineal.watch.metrics import COUNTERS, GAUGES, PREFIX
from scripts import write_alert_rules
from tests.deploy.charts import EVERY_RELEASE
from tests.deploy.choices import EVERY, Choice, Rendered
from tests.deploy.cluster import DEPLOY
from tests.docs.pages import page_of

pytestmark = pytest.mark.slow

WATCHER = DEPLOY / "base" / "watcher"
every_choice = pytest.mark.parametrize("choice", EVERY, ids=str)


def parsed(choice: Choice, name: str, container: str = "") -> argparse.Namespace:
    """The arguments of a container, by default the first one, as the command reads them."""
    spec = choice.pods()[name]["spec"]
    every = {one["name"]: one for one in [*spec["containers"], *spec.get("initContainers", [])]}
    return build_parser().parse_args(every[container or spec["containers"][0]["name"]]["args"])


@every_choice
def test_every_container_is_read_only_and_limited_and_those_that_stay_are_probed(choice: Choice) -> None:
    for name, template in choice.pods().items():
        spec = template["spec"]
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
            assert container["image"] == "registry.example/lineal:1"
        if name in choice.of_kind("Deployment"):
            assert {"livenessProbe", "readinessProbe"} <= spec["containers"][0].keys()


@pytest.mark.parametrize("made", [*EVERY, *EVERY_RELEASE], ids=str)
def test_a_server_that_ends_still_takes_connections_until_services_know_and_has_time_to_answer(made: Rendered) -> None:
    for template in made.pods().values():
        container = template["spec"]["containers"][0]
        if container["name"] == "server":
            program, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
            assert (program, int(seconds) >= 5) == ("sleep", True)
            grace = build_parser().parse_args([str(word) for word in container["args"]]).stop_grace
            assert int(seconds) + grace < template["spec"]["terminationGracePeriodSeconds"]


@every_choice
def test_every_service_finds_the_server_and_the_watcher_calls_one_of_them(choice: Choice) -> None:
    labels = choice.pods()["lineal-server"]["metadata"]["labels"]
    services = choice.of_kind("Service")

    assert all(one["spec"]["selector"].items() <= labels.items() for one in services.values())
    assert parsed(choice, "lineal-watcher").to.startswith("grpc://lineal-server:8080")
    assert 8080 in [port["port"] for port in services["lineal-server"]["spec"]["ports"]]


@every_choice
def test_pods_of_one_kind_prefer_other_nodes_and_every_pod_has_a_network_policy(choice: Choice) -> None:
    policies = [one["spec"] for one in choice.of_kind("NetworkPolicy").values()]
    for name, template in choice.pods().items():
        labels = template["metadata"]["labels"]
        own = [one for one in policies if one["podSelector"]["matchLabels"].items() <= labels.items()]
        assert {kind for one in own for kind in one["policyTypes"]} == {"Ingress", "Egress"}
        if name in choice.of_kind("Deployment"):
            rules = template["spec"]["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
            assert rules[0]["podAffinityTerm"]["labelSelector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("made", [*EVERY, *EVERY_RELEASE], ids=str)
def test_every_pod_that_calls_something_reaches_the_dns_of_every_usual_cluster(made: Rendered) -> None:
    policies = [one["spec"] for one in made.of_kind("NetworkPolicy").values()]
    for name, template in made.pods().items() if policies else ():
        labels = template["metadata"]["labels"].items()
        rules = [
            rule
            for one in policies
            if one["podSelector"]["matchLabels"].items() <= labels
            for rule in one.get("egress", [])
            if not is_to_the_api_server_alone(one)
        ]
        to_dns = [rule for rule in rules if {"port": 53, "protocol": "UDP"} in rule["ports"]]
        assert len(to_dns) == bool(rules), name
        for rule in to_dns:
            assert {(one["port"], one["protocol"]) for one in rule["ports"]} == {
                (port, protocol) for port in (53, 5353) for protocol in ("UDP", "TCP")
            }
            assert {"namespaceSelector": {}} in rule["to"]
            assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in rule["to"]


def is_to_the_api_server_alone(policy: dict[str, Any]) -> bool:
    """Whether a policy only adds the API server, which pods know by its address."""
    return policy["policyTypes"] == ["Egress"]


@every_choice
def test_the_roles_are_bound_to_the_watcher_and_no_secret_can_be_read(choice: Choice) -> None:
    subject = {"kind": "ServiceAccount", "name": "lineal-watcher", "namespace": choice.namespace}
    cluster, own = choice.of_kind("ClusterRoleBinding"), choice.of_kind("RoleBinding")
    for binding in (cluster[f"lineal-watcher:{choice.namespace}"], own["lineal-watcher-lease"]):
        assert binding["subjects"] == [subject]
    role = choice.of_kind("ClusterRole")[f"lineal-watcher:{choice.namespace}"]
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert not {"secrets", "*"} & {resource for rule in role["rules"] for resource in rule["resources"]}


def test_overlays_in_two_namespaces_share_no_object_of_the_whole_cluster() -> None:
    mine, theirs = (
        {(one["kind"], one["metadata"]["name"]) for one in choice.objects() if "namespace" not in one["metadata"]}
        for choice in (Choice("mysql"), Choice("kubeflow"))
    )

    assert mine & theirs == set()
    for choice in EVERY:
        roles = choice.of_kind("ClusterRole")
        assert all(name.endswith(f":{choice.namespace}") for name in roles)
        for name, binding in choice.of_kind("ClusterRoleBinding").items():
            assert binding["roleRef"]["name"] == name
            assert name in roles
            assert {one["namespace"] for one in binding["subjects"]} == {choice.namespace}


def test_the_cluster_role_allows_exactly_the_kinds_that_are_watched() -> None:
    watched = {(one.group, f"{one.kind.lower()}s") for one in parse_resources(str(WATCHER / "resources.yaml"))}
    roles = list(yaml.safe_load_all(Path(WATCHER / "roles.yaml").read_text()))
    rules = [rule for rule in roles[0]["rules"] if "watch" in rule["verbs"]]

    assert {(rule["apiGroups"][0], resource) for rule in rules for resource in rule["resources"]} == watched


@every_choice
def test_the_server_starts_with_its_arguments_and_asks_for_tokens_except_in_place_of_kubeflows(choice: Choice) -> None:
    server = parsed(choice, "lineal-server")

    assert (server.host, server.insecure) == ("0.0.0.0", True)
    by_users = ("token", "kubeflow", "mesh") if "profile-access" in choice.components else ()
    assert server.auth == (by_users if choice.namespace == "kubeflow" else ("token",))
    assert server.kubernetes_access == server.open_grpc == bool(by_users)
    assert server.path_prefix == ("/lineal" if choice.overlay == "kubeflow-istio" else "")


@pytest.mark.parametrize(
    ("components", "scheme", "port", "source"),
    [
        ((), "mysql", 3306, "pipeline-install-config"),
        (("kubeflow-postgresql",), "postgresql", 5432, "metadata-postgres-db-parameters"),
    ],
)
def test_the_server_in_place_of_kubeflows_opens_the_database_that_kubeflow_is_installed_with(
    components: tuple[str, ...], scheme: str, port: int, source: str
) -> None:
    choice = Choice("kubeflow", components)
    given = {one["name"]: one for one in choice.pods()["lineal-server"]["spec"]["containers"][0]["env"]}
    url = given.pop("LINEAL_URL")["value"]
    rules = choice.of_kind("NetworkPolicy")["lineal-server"]["spec"]["egress"]

    assert url == f"{scheme}://$(DATABASE_USER)@$(DATABASE_HOST):$(DATABASE_PORT)/$(DATABASE_NAME)"
    assert given["DATABASE_NAME"]["valueFrom"]["configMapKeyRef"]["name"] == source
    assert set(given) == {*re.findall(r"\$\((\w+)\)", url), "LINEAL_DB_PASSWORD"}
    assert all(len({"value", "valueFrom"} & one.keys()) == 1 for one in given.values())
    assert port in [one["port"] for rule in rules for one in rule["ports"]]


def test_the_server_in_place_of_kubeflows_takes_the_messages_of_its_launcher() -> None:
    assert parsed(Choice("kubeflow"), "lineal-server").max_message_mib == 100


@every_choice
def test_the_watcher_shows_the_token_of_its_secret_where_the_server_asks(choice: Choice) -> None:
    spec = choice.pods()["lineal-watcher"]["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
    settings = settings_of_url(parsed(choice, "lineal-watcher").to)
    assert isinstance(settings, ChannelSettings)

    if choice.namespace == "kubeflow":
        assert (settings.token_file, secrets) == ("", {})
    else:
        assert settings.token_file == f"{mounts['token']}/token"
        assert secrets == {"token": "lineal-watcher-token"}


WITH_JOBS = [choice for choice in EVERY if "backup" in choice.components]


@pytest.mark.parametrize("choice", WITH_JOBS, ids=str)
def test_backup_and_migration_open_the_database_of_the_server(choice: Choice) -> None:
    pods = choice.pods()
    server, backup = (pods[name]["spec"]["containers"][0] for name in ("lineal-server", "lineal-backup"))

    assert "LINEAL_URL" in {one["name"] for one in server["env"]}
    assert server["env"] == backup["env"]
    for migrate in pods["lineal-server"]["spec"].get("initContainers", []):
        assert (server["env"], server["volumeMounts"]) == (migrate["env"], migrate["volumeMounts"])
        assert parsed(choice, "lineal-server", "migrate").wait == 300
    missing = {one["mountPath"] for one in server["volumeMounts"]} - {
        one["mountPath"] for one in backup["volumeMounts"]
    }
    assert missing == set()


@pytest.mark.parametrize("choice", WITH_JOBS, ids=str)
def test_the_cron_jobs_run_commands_that_exist(choice: Choice) -> None:
    retention = parsed(choice, "lineal-retention")
    script = choice.pods()["lineal-backup"]["spec"]["containers"][0]["args"][0]
    commands = [line.split()[1:] for line in script.splitlines() if line.startswith("lineal ")]

    assert (retention.server, retention.state) == ("grpc://lineal-server:8080", ["FAILED", "CANCELED"])
    modules = [build_parser().parse_args(words).run.__module__ for words in commands]
    assert modules == ["lineal.cli.backup", "lineal.cli.restore"]


def test_the_backup_leaves_a_checked_archive_and_removes_those_of_a_month_ago(tmp_path: Path) -> None:
    (script,) = Choice("mysql", ("backup",)).pods()["lineal-backup"]["spec"]["containers"][0]["args"]
    (old := tmp_path / "old.zip").touch()
    os.utime(old, times=(0, 0))
    url = f"sqlite:///{tmp_path / 'metadata.db'}"
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LINEAL_URL": url}
    (tmp_path / "metadata.db").touch()
    assert main(["migrate", "--db", url]) == 0

    shell = ["/bin/sh", "-ec", script.replace("/backups", str(tmp_path))]
    ran = subprocess.run(shell, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert [re.sub(r"\d", "0", path.name) for path in tmp_path.glob("*.zip")] == ["0000-00-00T0000.zip"]


@pytest.mark.parametrize("choice", WITH_JOBS, ids=str)
def test_prometheus_reaches_the_ports_that_the_monitors_name(choice: Choice) -> None:
    (server,) = choice.of_kind("ServiceMonitor")["lineal-server"]["spec"]["endpoints"]
    (watcher,) = choice.of_kind("PodMonitor")["lineal-watcher"]["spec"]["podMetricsEndpoints"]
    ports = {
        port["name"]: port for one in choice.pods().values() for port in one["spec"]["containers"][0].get("ports", [])
    }
    (rule,) = choice.of_kind("NetworkPolicy")["lineal-monitoring"]["spec"]["ingress"]
    target = {one["name"]: one["targetPort"] for one in choice.of_kind("Service")["lineal-server"]["spec"]["ports"]}

    open_ports = {one["port"] for one in rule["ports"]}
    assert open_ports == {ports[target[server["port"]]]["containerPort"], ports[watcher["port"]]["containerPort"]}
    assert ("authorization" in server) == bool(parsed(choice, "lineal-server").auth)


def test_only_a_server_that_asks_kubernetes_has_a_token_for_it_and_reaches_the_api_server() -> None:
    for choice in EVERY:
        asks = "profile-access" in choice.components
        spec = choice.pods()["lineal-server"]["spec"]
        assert spec["automountServiceAccountToken"] is asks
        assert ("lineal-server-api" in choice.of_kind("NetworkPolicy")) is asks
        assert (f"lineal-server:{choice.namespace}" in choice.of_kind("ClusterRole")) is asks


def test_every_policy_of_istio_selects_pods_of_lineal_and_names_ports_that_they_have() -> None:
    choice = Choice("kubeflow-istio")
    for name, policy in choice.of_kind("AuthorizationPolicy").items():
        wanted = policy["spec"]["selector"]["matchLabels"].items()
        chosen = [one for one in choice.pods().values() if wanted <= one["metadata"]["labels"].items()]
        assert len(chosen) == (0 if name == "lineal-database" else 1)
        ports = {str(port["containerPort"]) for one in chosen for port in one["spec"]["containers"][0]["ports"]}
        assert set(re.findall(r"'(\d{4})'", str(policy["spec"]))) <= ports


def test_in_ambient_mode_no_policy_that_refuses_looks_at_headers_which_only_sidecars_see() -> None:
    """Istio leaves such conditions out there, so that the policy refuses more: here every call over gRPC."""
    policies = Choice("kubeflow-istio", ("istio-ambient",)).of_kind("AuthorizationPolicy").values()
    refusing = [rule for one in policies if one["spec"]["action"] == "DENY" for rule in one["spec"]["rules"]]

    assert refusing
    assert not any("when" in rule for rule in refusing)
    assert all(to["operation"]["ports"] == ["8081"] for rule in refusing for to in rule["to"])


def test_kubeflows_gateway_leads_to_ports_of_the_service() -> None:
    choice = Choice("kubeflow-istio")
    ports: dict[str, Any] = {one["port"]: one for one in choice.of_kind("Service")["lineal-server"]["spec"]["ports"]}
    routes = choice.of_kind("VirtualService")["lineal"]["spec"]["http"]
    to = [(one["match"][0]["uri"], one["route"][0]["destination"]) for one in routes if "route" in one]

    assert [match for match, _ in to] == [{"prefix": "/lineal/"}, {"prefix": "/ml_metadata"}]
    assert {(place["host"], ports[place["port"]["number"]]["targetPort"]) for _, place in to} == {
        ("lineal-server", "http")
    }


def test_alerts_and_dashboard_use_metrics_that_server_and_watcher_have() -> None:
    known = set(re.findall(r"`(lineal_[a-z_]+)", page_of("operations/observability.md")))
    watched = {PREFIX + name for name in (*COUNTERS, *GAUGES)}
    rules = Choice("mysql", ("monitoring",)).of_kind("PrometheusRule")["lineal"]
    alerts = set(re.findall(r"lineal_[a-z_]+", str([rule["expr"] for rule in every_rule(rules)])))
    shown = set(re.findall(r"lineal_watch_[a-z_]+", (DEPLOY / "grafana-dashboard.json").read_text()))

    assert alerts <= known | watched
    assert shown <= watched
    assert {PREFIX + name for name in ("leader", "queue_changes", "store_away", "problems_total")} <= shown & alerts


def every_rule(rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule for group in rules["spec"]["groups"] for rule in group["rules"]]


def test_the_alerts_outside_kubernetes_are_those_of_the_manifests() -> None:
    assert write_alert_rules.RULES.read_text() == write_alert_rules.rules_of(write_alert_rules.SOURCE.read_text())
    [group] = yaml.safe_load(write_alert_rules.RULES.read_text())["groups"]
    of_manifests = every_rule(Choice("mysql", ("monitoring",)).of_kind("PrometheusRule")["lineal"])
    alerts = {rule["alert"] for rule in group["rules"]}

    assert alerts - {rule["alert"] for rule in of_manifests} == {"LinealServerIsDown"}
    assert "LinealServerNotReady" in alerts
    assert not re.search("namespace|pod", str(group))


def test_an_alert_says_how_bad_it_is_and_what_is_wrong() -> None:
    rules = every_rule(Choice("mysql", ("monitoring",)).of_kind("PrometheusRule")["lineal"])

    assert {rule["labels"]["severity"] for rule in rules} == {"critical", "warning"}
    assert all(rule["annotations"]["summary"].endswith((".", "}}")) for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)
