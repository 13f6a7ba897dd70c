"""The Helm chart with values, as people give them: the twins of kustomize's overlays, and a table of the others."""

from __future__ import annotations

import functools
import json
import subprocess
from dataclasses import dataclass
from typing import Any

import yaml

from tests import services
from tests.deploy.choices import EVERY, Choice, Rendered
from tests.deploy.cluster import DEPLOY

CHART = DEPLOY / "chart"
PRESETS = CHART / "presets"
IMAGE = {"repository": "registry.example/lineal", "tag": "1"}


@dataclass(frozen=True)
class Release(Rendered):
    """A release of the chart.

    Attributes:
        name: what the test is called.
        values: the values, as JSON, so that releases can be compared.
        preset: a file of presets/ below them, or "".
        called: the name of the release.
        namespace: where it goes.
    """

    name: str
    values: str = "{}"
    preset: str = ""
    called: str = "lineal"
    namespace: str = "lineal"

    def __str__(self) -> str:
        return self.name

    def objects(self) -> list[dict[str, Any]]:
        return _objects(self)

    def given(self) -> dict[str, Any]:
        """Return all values that the release is given: the preset, and its own on top."""
        below = yaml.safe_load((PRESETS / f"{self.preset}.yaml").read_text()) if self.preset else {}
        return _merged(below, json.loads(self.values))


def release(name: str, values: dict[str, Any], **more: str) -> Release:
    return Release(name, json.dumps(values), **more)


def helm(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run Helm, whatever its exit code."""
    command = [str(services.require_helm()), *words]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def render(one: Release) -> subprocess.CompletedProcess[str]:
    preset = ["--values", str(PRESETS / f"{one.preset}.yaml")] if one.preset else []
    words = ["template", one.called, str(CHART), "--namespace", one.namespace, *preset, "--values", "-"]
    return helm(*words, text=one.values)


@functools.cache
def _objects(one: Release) -> list[dict[str, Any]]:
    ran = render(one)
    assert ran.returncode == 0, ran.stderr
    return [each for each in yaml.safe_load_all(ran.stdout) if each]


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(below[key], value) for key, value in above.items() if isinstance(below.get(key), dict)}
    return {**below, **above, **both}


_COMPONENTS: dict[str, dict[str, Any]] = {
    "backup": {"backup": {"enabled": True}},
    "backup-sqlite": {},
    "high-availability": {"disruptionBudgets": {"enabled": True}},
    "istio-ambient": {"istio": {"ambient": True}},
    "kubeflow-postgresql": {"store": {"kind": "kubeflow-postgresql"}},
    "kubeflow-services": {"kubeflow": {"services": True}},
    "migration": {"migration": {"enabled": True}},
    "monitoring": {"monitoring": {"enabled": True}},
    "monitoring-token": {"monitoring": {"tokenSecret": "lineal-metrics-token"}},
    "profile-access": {
        "access": {
            "methods": ["token", "kubeflow", "mesh"],
            "kubernetesAccess": True,
            "openGrpc": True,
            "trustedProxies": ["127.0.0.6", "127.0.0.1"],
        },
        "kubeflow": {"profileRoles": {"enabled": True}},
    },
    "retention": {"retention": {"enabled": True}},
}
"""What stands in the values for a component of kustomize."""


def twin(choice: Choice) -> Release:
    """Return the release that is the same as an overlay with components."""
    values: dict[str, Any] = {"image": IMAGE}
    for component in choice.components:
        values = _merged(values, _COMPONENTS[component])
    return release(str(choice), values, preset=choice.overlay, namespace=choice.namespace)


TWINS = [(twin(choice), choice) for choice in EVERY]

_ALL = {key: {"enabled": True} for key in ("backup", "retention", "monitoring", "migration", "disruptionBudgets")}
_DATABASE = {"host": "db.example", "name": "lineage data", "user": "lineal@corp", "passwordSecret": "db"}
_TLS = {"tls": {"secret": "lineal-tls"}}
_RULES = {"rules": {"user:*": {"role": "reader", "workspaces": []}, "user:ada@example.org": {"role": "admin"}}}
_POD: dict[str, Any] = {
    "podLabels": {"team": "ml"},
    "podAnnotations": {"example.org/note": "yes"},
    "nodeSelector": {"kubernetes.io/arch": "arm64"},
    "tolerations": [{"key": "ml", "operator": "Exists"}],
    "antiAffinity": "required",
    "priorityClassName": "high",
}
OTHERS = [
    release("defaults", {}),
    release("everything on sqlite", _ALL),
    release("mysql", {**_ALL, "store": {"kind": "mysql", "database": _DATABASE}}),
    release("postgresql", {**_ALL, "store": {"kind": "postgresql", "database": {**_DATABASE, "port": 6432}}}),
    release("a URL in another secret", {"store": {"kind": "secret", "urlSecret": "s", "urlKey": "k", "ports": [3307]}}),
    release(
        "claims that exist",
        {**_ALL, "store": {"sqlite": {"existingClaim": "a"}}, "backup": {"enabled": True, "existingClaim": "b"}},
    ),
    release(
        "storage classes",
        {"store": {"sqlite": {"storageClass": "fast"}}, "backup": {"enabled": True, "storageClass": "slow"}},
    ),
    release("no login", {"access": {"methods": []}}),
    release(
        "kubeflow users and tokens",
        {
            "access": {
                "methods": ["kubeflow", "token"],
                "trustedProxies": ["10.0.0.0/8", "fd00::/8"],
                "userHeader": "x-user",
                **_RULES,
            }
        },
    ),
    release(
        "oidc and tokens with TLS",
        {
            **_ALL,
            "access": {
                "methods": ["oidc", "token"],
                "oidc": {"issuer": "https://id.example", "audience": "lineal"},
                **_TLS,
                **_RULES,
            },
            "networkPolicy": {"serverEgressPorts": [4317]},
        },
    ),
    release(
        "certificates",
        {
            "access": {
                "methods": ["certificate"],
                "rules": {"certificate:watcher": {"role": "writer"}},
                "tls": {"secret": "lineal-tls", "clientCaKey": "ca.crt"},
            },
            "watcher": {"certificateSecret": "watcher-tls"},
        },
    ),
    release("TLS without a login", {**_ALL, "access": {"methods": [], **_TLS}}),
    release(
        "roles of Kubernetes for users of an issuer",
        {
            "access": {
                "methods": ["oidc", "token"],
                "oidc": {"issuer": "https://id.example", "audience": "lineal"},
                "kubernetesAccess": True,
                "workspaceSelector": "team=ml",
            }
        },
    ),
    release(
        "roles of profiles without a watcher",
        {
            "watcher": {"enabled": False},
            "kubeflow": {"enabled": True, "profileRoles": {"enabled": True, "writers": ["a"], "readers": ["b", "c"]}},
        },
        namespace="kubeflow",
    ),
    release(
        "oidc without a watcher",
        {
            **_ALL,
            "access": {"methods": ["oidc"], "oidc": {"issuer": "https://id.example:8443/realm", "audience": "lineal"}},
            "watcher": {"enabled": False},
            "retention": {"enabled": False},
        },
    ),
    release(
        "kinds of your own",
        {
            "watcher": {
                "kinds": [
                    {"group": "", "version": "v1", "kind": "Pod"},
                    {"group": "batch", "version": "v1", "kind": "Job"},
                    {"group": "batch", "version": "v1", "kind": "CronJob"},
                ],
                "arguments": ["--namespace=a,b"],
            },
            "networkPolicy": {"apiServerPorts": [8443]},
        },
    ),
    release("one watcher without a lease", {"watcher": {"lease": False, "replicas": 1}}),
    release("where pods run", {"server": _POD, "watcher": {**_POD, "antiAffinity": "none"}}),
    release(
        "accounts and images",
        {
            **_ALL,
            "image": {
                "repository": "r.example/lineal",
                "digest": f"sha256:{'0' * 64}",
                "pullPolicy": "Always",
                "pullSecrets": ["registry"],
            },
            "server": {"serviceAccount": {"name": "mine"}, "serviceAnnotations": {"a": "b"}},
            "watcher": {"serviceAccount": {"annotations": {"c": "d"}}},
        },
    ),
    release(
        "flags and variables",
        {
            **_ALL,
            "server": {
                "replicas": 3,
                "arguments": ["--audit", "--workers=2"],
                "environment": [{"name": "OTEL_SERVICE_NAME", "value": "lineal"}],
                "maxMessageMib": 128,
                "metadataService": False,
            },
            "store": {"kind": "secret"},
        },
    ),
    release("in a mesh with a file", {"istio": {"enabled": True}}),
    release("no network policies", {**_ALL, "networkPolicy": {"enabled": False}, "istio": {"enabled": True}}),
    release("other names", {**_ALL, "nameOverride": "lineage", "fullnameOverride": "records"}),
    release("another release", _ALL, called="second"),
    release("OpenShift", {"podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}}),
    release(
        "PostgreSQL in a mesh of its own",
        {
            **_ALL,
            "store": {"kind": "postgresql", "database": _DATABASE},
            "istio": {
                "enabled": True,
                "pathPrefix": "/ml/lineage",
                "gateways": ["infra/main"],
                "hosts": ["ml.example"],
                "trustDomain": "corp",
                "namespace": "mesh",
                "webCallers": ["ns/mesh/sa/gateway"],
            },
        },
    ),
    release(
        "Kubeflow on PostgreSQL with its services",
        {**_ALL, "store": {"kind": "secret", "ports": [5432]}, "kubeflow": {"enabled": True, "services": True}},
        namespace="kubeflow",
    ),
    release(
        "no alerts for a watcher that is not there",
        {"watcher": {"enabled": False}, "monitoring": {"enabled": True, "labels": {"release": "prometheus"}}},
    ),
]
"""Every other choice that the values offer, each at least once."""
EVERY_RELEASE = [*(one for one, _ in TWINS), *OTHERS]
