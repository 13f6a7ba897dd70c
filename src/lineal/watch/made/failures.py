"""Which container of a pod failed, and its last message; the owner of the pod gets the same.

A container writes its last message into a file (`terminationMessagePath`), or its last lines are taken. A Job only says
that its pods failed too often, so the message of a pod is added to its execution. What stays out: state, reason and
exit code of the object itself (`kinds/states.py`).
"""

from __future__ import annotations

from typing import Any

from lineal.watch import names
from lineal.watch.handlers import Seen
from lineal.watch.kinds.states import failed_containers
from lineal.watch.made.made import Made, storable, text_of
from lineal.watch.paths import mapping, values
from lineal.watch.records import ExecutionRecord, Given

LONGEST_MESSAGE = 4 << 10
"""How many characters of a message are stored, its last ones: Kubernetes keeps as many bytes."""
FAILED_AT = "failed_container_time"
_CONTAINERS = ("status.initContainerStatuses.*", "status.containerStatuses.*")


def read_failure(seen: Seen, owner: dict[str, Any]) -> Made:
    """Return which container of a pod failed, if one did, for its execution and for that of its owner.

    Args:
        seen: the pod.
        owner: the reference to its owner, empty for none.

    """
    failed = failed_containers(seen.object) or _crashed(seen.object)
    if not failed:
        return Made()
    found = _told(failed[0])
    return Made(custom_properties=found, executions=_of_owner(seen, owner, {**found, "failed_pod": seen.name}))


def _told(ended: dict[str, Any]) -> dict[str, Given]:
    """Return how a container ended; None for what its status lacks, which another failure may have left."""
    code = ended.get("exitCode")
    message = text_of(ended.get("message")).strip()
    found = {
        "failed_container": text_of(ended.get("name")),
        "failed_container_reason": text_of(ended.get("reason")),
        "failed_container_message": message[-LONGEST_MESSAGE:],
        "failed_container_exit_code": str(code) if isinstance(code, int) else "",
        FAILED_AT: text_of(ended.get("finishedAt")),
    }
    return {name: storable(text) or None for name, text in found.items()}


def _crashed(obj: Any) -> list[dict[str, Any]]:
    """Return how containers ended that failed and were started again."""
    containers = [mapping(one) for path in _CONTAINERS for one in values(obj, path)]
    ended = [(one.get("name"), mapping(mapping(one.get("lastState")).get("terminated"))) for one in containers]
    return [{"name": name, **last} for name, last in ended if last.get("exitCode") not in (0, None)]


def _of_owner(seen: Seen, owner: dict[str, Any], found: dict[str, Given]) -> tuple[ExecutionRecord, ...]:
    """Return the addition to the owner's execution; its type is that of the one that is stored."""
    uid = text_of(owner.get("uid"))
    told = ExecutionRecord(
        "",
        names.external_id(seen.cluster, uid),
        custom_properties=found,
        adds=True,
        if_stored=True,
        newest_by=FAILED_AT,
    )
    return (told,) if uid else ()
