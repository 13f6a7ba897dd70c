"""The restricted profile of Kubernetes' Pod Security Standards, written down as checks of a pod's template.

Each check is a line of the table in Kubernetes' documentation (concepts/security/pod-security-standards).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"),
}
_SYSCTLS = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ping_group_range"}


def violations(template: dict[str, Any]) -> list[str]:
    """Return what the restricted profile forbids and a pod's template has, as sentences."""
    spec = template["spec"]
    return [*_of_pod(spec), *_of_volumes(spec), *(found for one in _containers(spec) for found in _of_one(one, spec))]


def _of_pod(spec: dict[str, Any]) -> Iterator[str]:
    context = spec.get("securityContext", {})
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field} is on"
    if spec.get("hostUsers") is False and context.get("runAsUser") == 0:
        yield "runAsUser is 0"
    for sysctl in context.get("sysctls", []):
        if sysctl["name"] not in _SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    if context.get("windowsOptions", {}).get("hostProcess"):
        yield "hostProcess is on"


def _of_volumes(spec: dict[str, Any]) -> Iterator[str]:
    for volume in spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds or kinds - _VOLUMES:
            yield f"volume {volume['name']} is of the kind {kinds}"


def _containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = ("initContainers", "containers", "ephemeralContainers")
    return [container for kind in kinds for container in spec.get(kind, [])]


def _of_one(container: dict[str, Any], spec: dict[str, Any]) -> Iterator[str]:
    name, context, pods = container["name"], container.get("securityContext", {}), spec.get("securityContext", {})
    both = {**pods, **context}
    added = set(context.get("capabilities", {}).get("add", []))
    checks = {
        "is privileged": not context.get("privileged"),
        "can gain privileges": context.get("allowPrivilegeEscalation") is False,
        "keeps capabilities": "ALL" in context.get("capabilities", {}).get("drop", []),
        "adds capabilities": added <= {"NET_BIND_SERVICE"},
        "may run as root": both.get("runAsNonRoot") is True and both.get("runAsUser") != 0,
        "has no seccomp profile": both.get("seccompProfile", {}).get("type") in ("RuntimeDefault", "Localhost"),
        "changes /proc": context.get("procMount", "Default") == "Default",
        "uses ports of the host": not any(port.get("hostPort") for port in container.get("ports", [])),
        "sets SELinux users": not {"user", "role"} & both.get("seLinuxOptions", {}).keys(),
        "is unconfined": both.get("appArmorProfile", {}).get("type") != "Unconfined",
    }
    yield from (f"{name} {what}" for what, holds in checks.items() if not holds)
