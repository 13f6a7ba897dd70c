"""The Helm chart: Helm renders it, the tools that check kustomize's manifests accept it, and both say the same."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from lineal.cli import build_parser
from lineal.config import DatabaseSettings
from lineal.watch import parse_resources
from tests.deploy import checks
from tests.deploy.charts import CHART, EVERY_RELEASE, OTHERS, PRESETS, TWINS, Release, helm, release, render
from tests.deploy.checks import Record
from tests.deploy.choices import OVERLAYS, Choice
from tests.deploy.cluster import Cluster

pytestmark = pytest.mark.slow

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
every_release = pytest.mark.parametrize("one", EVERY_RELEASE, ids=str)


@pytest.fixture(scope="module")
def custom_kinds(request: pytest.FixtureRequest) -> None:
    """The kinds of Istio and of the Prometheus operator."""
    checks.install_custom_kinds(request.getfixturevalue("kube"))


@every_release
def test_helms_linter_finds_nothing(one: Release, record_property: Record) -> None:
    preset = ["--values", str(PRESETS / f"{one.preset}.yaml")] if one.preset else []

    ran = helm("lint", "--strict", str(CHART), "--namespace", one.namespace, *preset, "--values", "-", text=one.values)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not re.search(r"\[(WARNING|ERROR)\]", ran.stdout)
    record_property("checked", ("Helm chart", f"helm lint --strict ({helm_version()})", str(one)))


def helm_version() -> str:
    return helm("version", "--short").stdout.strip().partition("+")[0]


@every_release
@pytest.mark.usefixtures("custom_kinds")
def test_a_real_api_server_accepts_every_object_and_drops_no_field(
    cluster: Cluster, one: Release, record_property: Record
) -> None:
    checks.api_server_takes(cluster, one, record_property)


@every_release
def test_every_object_has_the_form_that_the_newest_kubernetes_describes(
    one: Release, tmp_path: Path, record_property: Record
) -> None:
    checks.schemas_describe(one, tmp_path, record_property)


@every_release
def test_every_pod_keeps_the_restricted_profile_of_pod_security(one: Release, record_property: Record) -> None:
    checks.pods_are_restricted(one, record_property)


@pytest.mark.parametrize(("one", "choice"), TWINS, ids=str)
def test_a_preset_gives_what_the_overlay_of_its_name_gives(
    one: Release, choice: Choice, record_property: Record
) -> None:
    ours, theirs = plain(one.objects()), plain(choice.objects())

    assert sorted(ours) == sorted(theirs)
    for name in theirs:
        assert ours[name] == theirs[name], name
        record_property("checked", (name[0], "the same from Helm and kustomize", name[1]))


def plain(objects: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """Return objects by kind and name, without what only one of the tools writes and no one means.

    That is: the namespace itself, which `helm --create-namespace` makes; labels that name the tool and the release; the
    hash in the name of kustomize's config map, in place of which the chart has an annotation; comments in it; the
    order of the server's flags.
    """
    found = {}
    for one in objects:
        if one["kind"] == "Namespace":
            continue
        text = re.sub(r"lineal-watcher-resources-[a-z0-9]{10}", "lineal-watcher-resources", json.dumps(one))
        made = ordered(json.loads(text))
        if one["kind"] == "ConfigMap":
            made["data"] = {name: yaml.safe_load(content) for name, content in made["data"].items()}
        if made["metadata"]["name"] == "lineal-server" and one["kind"] == "Deployment":
            container = made["spec"]["template"]["spec"]["containers"][0]
            container["args"] = vars(build_parser().parse_args(container["args"]))
            del container["args"]["usage_error"], container["args"]["all_commands"]
        if one["kind"] == "ClusterRole":
            made["rules"] = rights(made["rules"])
        found[one["kind"], made["metadata"]["name"]] = made
    return found


OF_HELM = {
    *("app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by"),
    *("helm.sh/chart", "helm.sh/resource-policy", "checksum/resources"),
}


def ordered(value: Any) -> Any:
    """Drop Helm's labels and annotations, and empty maps; sort volumes, whose order means nothing."""
    if isinstance(value, list):
        return [ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: ordered(one) for key, one in value.items() if key not in OF_HELM}
    for name in ("volumes", "volumeMounts"):
        if name in kept:
            kept[name] = sorted(kept[name], key=lambda one: str(one["name"]))
    return {key: one for key, one in kept.items() if one is not None and not (key == "annotations" and one == {})}


def rights(rules: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    """Return the single rights of a role."""
    return {
        (group, resource, verb, *rule.get("resourceNames", []))
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_there_is_a_preset_for_every_overlay() -> None:
    assert {path.stem for path in PRESETS.iterdir()} == set(OVERLAYS)


def documented(schema: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    """Return the values of a schema by their paths."""
    found = {}
    for name, below in schema.get("properties", {}).items():
        found[f"{path}{name}"] = below
        found |= documented(below, f"{path}{name}.")
    return found


def defaults(values: dict[str, Any], schema: dict[str, Any], path: str = "") -> set[str]:
    """Return the paths of the default values, as deep as the schema names them."""
    found = set()
    for name, value in values.items():
        found.add(f"{path}{name}")
        below = schema["properties"].get(name, {})
        if isinstance(value, dict) and "properties" in below:
            found |= defaults(value, below, f"{path}{name}.")
    return found


def test_every_value_has_a_default_a_description_and_a_type_and_no_other_is_taken() -> None:
    described = documented(SCHEMA)
    optional = {path for path in described if path == "global" or path.endswith("resources.claims")}

    assert set(described) - optional == defaults(VALUES, SCHEMA)
    assert all(one["description"].endswith(".") and "type" in one for one in described.values())
    assert all(one["additionalProperties"] is False for one in [SCHEMA, *described.values()] if "properties" in one)


def test_the_table_of_releases_changes_every_value() -> None:
    changed: set[str] = set()
    for one in EVERY_RELEASE:
        changed |= defaults(one.given(), SCHEMA)
    dull = re.compile(r"(global|.*\.?[rR]esources(\..*)?|.*\.(tmpSize|size|schedule|interval|wait))$")

    never = {path for path in documented(SCHEMA) if not dull.match(path)} - changed
    assert never == {
        *("backup.keepDays", "disruptionBudgets.maxUnavailable", "monitoring.alerts", "monitoring.prometheus"),
        *("networkPolicy.clients", "retention.arguments", "retention.olderThan", "retention.states"),
        *("retention.tokenSecret", "server.serviceAccount.annotations", "store.database.passwordKey"),
        *("watcher.serviceAccount.name", "watcher.tokenSecret"),
    }


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"server": {"replica": 2}}, "additional properties 'replica' not allowed"),
        ({"server": {"replicas": "2"}}, "got string, want integer"),
        ({"store": {"kind": "oracle"}}, "value must be one of"),
        ({"store": {"kind": "mysql"}}, "/store/database/host"),
        ({"access": {"methods": ["oidc"]}}, "/access/oidc/issuer"),
        ({"access": {"methods": ["kubeflow"]}}, "/access/trustedProxies"),
        ({"access": {"methods": ["certificate"]}}, "/access/tls/secret"),
        ({"access": {"rules": {"user:*": {"role": "owner"}}}}, "/access/rules"),
        ({"access": {"methods": ["token"], "kubernetesAccess": True}}, "/access/methods"),
        ({"backup": {"schedule": "daily"}}, "/backup/schedule"),
        ({"watcher": {"kinds": [{"group": "", "version": "v1", "kind": "pods"}]}}, "/watcher/kinds/0/kind"),
        (
            {"access": {"methods": ["kubeflow"], "trustedProxies": ["10.0.0.0/8"]}},
            "the watcher needs a login: add token to access.methods",
        ),
        (
            {
                "access": {"methods": ["oidc"], "oidc": {"issuer": "https://id.example", "audience": "a"}},
                "watcher": {"enabled": False},
                "retention": {"enabled": True},
            },
            "the retention shows a token: add token to access.methods",
        ),
        ({"watcher": {"lease": False}}, "/watcher/replicas"),
        (
            {"access": {"tls": {"secret": "s", "clientCaKey": "ca.crt"}}},
            "name watcher.certificateSecret, or set watcher.enabled to false",
        ),
        (
            {
                "access": {"tls": {"secret": "s", "clientCaKey": "ca.crt"}},
                "watcher": {"certificateSecret": "c"},
                "retention": {"enabled": True},
            },
            "the retention shows no certificate",
        ),
        ({"kubeflow": {"services": True}}, "kubeflow.services needs kubeflow.enabled"),
        (
            {
                "istio": {"enabled": True, "ambient": True},
                "access": {"methods": ["mesh", "token"], "trustedProxies": ["::1"]},
            },
            "kubeflow and mesh in access.methods need sidecars",
        ),
        ({"istio": {"enabled": True}, "access": {"tls": {"secret": "s"}}}, "leave access.tls.secret empty"),
    ],
)
def test_values_that_cannot_work_are_refused_with_a_reason(values: dict[str, Any], said: str) -> None:
    ran = render(release("refused", values))

    assert ran.returncode != 0
    assert said in ran.stderr


def words_of(one: Release, component: str, container: str = "") -> list[str]:
    """Return the arguments of a container of a component, by default the first one."""
    spec = pod_of(one, component)["spec"]
    every = [*spec["containers"], *spec.get("initContainers", [])]
    chosen = next(each for each in every if each["name"] == (container or spec["containers"][0]["name"]))
    return [str(word) for word in chosen["args"]]


def pod_of(one: Release, component: str) -> dict[str, Any]:
    return next(
        each for each in one.pods().values() if each["metadata"]["labels"]["app.kubernetes.io/component"] == component
    )


def parsed(one: Release, component: str, container: str = "") -> argparse.Namespace:
    return build_parser().parse_args(words_of(one, component, container))


def mounts(one: Release, component: str) -> list[str]:
    """Return where volumes are mounted; each volume of the pod is, and each mount has a volume."""
    spec = pod_of(one, component)["spec"]
    for container in [*spec["containers"], *spec.get("initContainers", [])]:
        assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in spec["volumes"]}
    return [each["mountPath"] for each in spec["containers"][0]["volumeMounts"]]


@every_release
def test_the_server_takes_its_arguments_and_finds_every_file_that_they_name(one: Release) -> None:
    server, given = parsed(one, "server"), one.given()
    access = {**VALUES["access"], **given.get("access", {})}
    files = [server.tls_cert, server.tls_key, server.tls_client_ca, server.access_file]

    assert server.auth == tuple(access["methods"])
    assert server.insecure is not (bool(server.auth) and bool(server.tls_cert))
    assert {str(Path(file).parent) for file in files if file} <= set(mounts(one, "server"))
    if "migrate" in str(pod_of(one, "server")):
        assert parsed(one, "server", "migrate").wait == 300


@every_release
def test_the_watcher_reaches_the_server_with_what_the_server_asks_for(one: Release) -> None:
    if not one.given().get("watcher", {}).get("enabled", True):
        assert "watcher" not in str(one.objects())
        return
    server, watcher = parsed(one, "server"), parsed(one, "watcher")
    target = urlsplit(watcher.to)
    files = dict(parse_qsl(target.query))

    services = {name for name, each in one.of_kind("Service").items() if each["spec"]["ports"][0]["port"] == 8080}
    assert (target.hostname in services, target.port) == (True, 8080)
    assert ("ca_file" in files) == bool(server.tls_cert) == (target.scheme == "grpcs")
    shows_a_login = "token_file" in files or {"cert_file", "key_file"} <= set(files)
    assert shows_a_login == (bool(server.auth) and not server.open_grpc)
    assert {str(Path(file).parent) for file in files.values()} <= set(mounts(one, "watcher"))
    leases = [name for role in one.of_kind("Role").values() for name in role["rules"][1]["resourceNames"]]
    assert leases == ([watcher.lease.rpartition("/")[2]] if watcher.lease else [])


@every_release
def test_the_cluster_role_allows_exactly_the_kinds_of_the_config_map(one: Release, tmp_path: Path) -> None:
    for role in (each for name, each in one.of_kind("ClusterRole").items() if "-watcher:" in name):
        (kinds,) = (each for name, each in one.of_kind("ConfigMap").items() if name.endswith("-resources"))
        (tmp_path / "resources.yaml").write_text(kinds["data"]["resources.yaml"])
        watched = {(each.group, f"{each.kind.lower()}s") for each in parse_resources(str(tmp_path / "resources.yaml"))}

        assert {right[:2] for right in rights(role["rules"]) if right[2] == "watch"} == watched


@every_release
def test_selectors_find_the_pods_of_this_release_and_of_no_other(one: Release) -> None:
    other = Release("other", one.values, one.preset, "other", one.namespace)
    mine, theirs = one.pods(), other.pods()
    selecting = [each for kind in ("Service", "PodDisruptionBudget") for each in one.of_kind(kind).values()]
    for each in selecting:
        selector = each["spec"]["selector"]
        wanted = selector.get("matchLabels", selector).items()
        assert any(wanted <= pod["metadata"]["labels"].items() for pod in mine.values())
        if "component" not in selector:  # Kubeflow's own services
            assert not any(wanted <= pod["metadata"]["labels"].items() for pod in theirs.values())
    names = {(each["kind"], each["metadata"]["name"]) for each in one.objects()}
    shared = names & {(each["kind"], each["metadata"]["name"]) for each in other.objects()}
    fixed = {("Service", "metadata-grpc-service"), ("Service", "metadata-envoy-service")}
    assert shared <= fixed or "fullnameOverride" in one.given()


@every_release
def test_everything_that_opens_the_database_opens_the_same(one: Release) -> None:
    pods = {
        name: pod_of(one, name)["spec"] for name in ("server", "backup") if f'"{name}"' in json.dumps(one.objects())
    }
    server = pods["server"]["containers"][0]["env"]
    others = [*pods["server"].get("initContainers", []), *pods.get("backup", {}).get("containers", [])]

    assert "LINEAL_URL" in {each["name"] for each in server}
    assert all(each["env"] == server for each in others)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("mysql", "mysql://lineal%40corp@db.example:3306/lineage%20data"),
        ("postgresql", "postgresql://lineal%40corp@db.example:6432/lineage%20data"),
    ],
)
def test_the_parts_of_a_database_become_its_url(name: str, url: str) -> None:
    one = next(each for each in OTHERS if each.name == name)
    environment = {each["name"]: each for each in pod_of(one, "server")["spec"]["containers"][0]["env"]}

    assert environment["LINEAL_URL"]["value"] == url
    assert DatabaseSettings(url).url == url
    assert environment["LINEAL_DB_PASSWORD"]["valueFrom"]["secretKeyRef"] == {"name": "db", "key": "password"}
    ports = {
        port["port"]
        for rule in one.of_kind("NetworkPolicy")["lineal-server"]["spec"]["egress"]
        for port in rule["ports"]
    }
    assert DatabaseSettings(url).url.split(":")[-1].split("/")[0] in map(str, ports)


@pytest.mark.parametrize(
    ("name", "port"), [("oidc and tokens with TLS", 443), ("oidc without a watcher", 8443), ("defaults", None)]
)
def test_the_network_policy_opens_the_port_of_the_issuer_of_tokens(name: str, port: int | None) -> None:
    one = next(each for each in OTHERS if each.name == name)
    rules = one.of_kind("NetworkPolicy")["lineal-server"]["spec"]["egress"]
    ports = {each["port"] for rule in rules for each in rule["ports"]} - {53, 5353, 4317}

    assert ports == ({port} if port else set())
