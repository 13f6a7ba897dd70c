"""What checks rendered manifests: a real API server, published schemas, and the restricted Pod Security profile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from tests.deploy.choices import Rendered, as_served
from tests.deploy.cluster import Cluster
from tests.deploy.pod_security import violations
from tests.watch.kube import Api

Record: TypeAlias = Callable[[str, object], None]
"""The fixture record_property: the pairs that conftest.py counts."""

CUSTOM = list(yaml.safe_load_all(Path(__file__).with_name("custom_kinds.yaml").read_text()))
CUSTOM_KINDS = {(one["spec"]["group"], one["spec"]["names"]["kind"]) for one in CUSTOM}


def install_custom_kinds(api: Api) -> None:
    """Let an API server know the kinds of Istio and of the Prometheus operator, and make the namespaces."""
    for one in CUSTOM:
        api.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", one)
    for name in ("lineal", "kubeflow"):
        api.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    Cluster(api).kubectl("wait", "--for=condition=Established", "customresourcedefinitions", "--all", "--timeout=60s")


def api_server_takes(cluster: Cluster, made: Rendered, record: Record) -> None:
    """Send every object to a real API server as a dry run: it accepts them all and drops no field."""
    sent = [as_served(one) for one in made.objects()]

    text = cluster.kubectl("apply", "--dry-run=server", "-o", "json", "-f", "-", text=yaml.safe_dump_all(sent))

    returned = json.loads(text)["items"]
    assert len(returned) == len(sent)
    for one, answer in zip(sent, returned, strict=True):
        assert lost(without_null(one), answer) == [], one["metadata"]["name"]
        way = "custom kind of the tests" if is_custom(one) else one["apiVersion"]
        record("checked", (one["kind"], f"API server ({way})", one["metadata"]["name"]))


def schemas_describe(made: Rendered, folder: Path, record: Record) -> None:
    """Compare every object with the schemas of the newest Kubernetes, which know no other field."""
    known = [one for one in made.objects() if not is_custom(one)]
    (folder / "all.yaml").write_text(yaml.safe_dump_all(known))
    program = Path(sys.executable).with_name("kubernetes-validate")

    ran = subprocess.run([program, "--strict", folder / "all.yaml"], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout.count(" passed ")) == (0, len(known)), ran.stdout + ran.stderr
    for one in known:
        record("checked", (one["kind"], "kubernetes-validate --strict", one["metadata"]["name"]))


def pods_are_restricted(made: Rendered, record: Record) -> None:
    """Check every pod against the restricted profile."""
    for name, template in made.pods().items():
        assert violations(template) == []
        kind = "Deployment" if name in made.of_kind("Deployment") else "CronJob"
        record("checked", (kind, "restricted Pod Security profile", name))


def is_custom(one: dict[str, Any]) -> bool:
    return (one["apiVersion"].partition("/")[0], one["kind"]) in CUSTOM_KINDS


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(one) for key, one in value.items() if one is not None}
    return [without_null(one) for one in value] if isinstance(value, list) else value


def lost(sent: Any, answer: Any, path: str = "") -> list[str]:
    """The paths of what was sent and is not in the answer; numbers and quantities may have another form."""
    if isinstance(sent, dict):
        wrong = [] if isinstance(answer, dict) else [path]
        return wrong or [one for key in sent for one in lost(sent[key], answer.get(key), f"{path}.{key}")]
    if isinstance(sent, list) and sent:
        if not isinstance(answer, list) or len(answer) != len(sent):
            return [path]
        return [one for n, pair in enumerate(zip(sent, answer, strict=True)) for one in lost(*pair, f"{path}[{n}]")]
    return [path] if answer is None and sent not in ({}, []) else []
