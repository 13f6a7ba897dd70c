"""The handler of every kind: an object becomes an artifact in the form of the original Kubeflow watcher.

The form: type `kubeflow.org/<Kind>[.<group>]/<version>`, properties name, version (the uid), create_time and object,
uri = the path of the object, custom property `__kf_workspace__` = `resource_watcher`. Further properties are for
filters. What stays out: what an object does (`workloads.py`).
"""

from __future__ import annotations

from typing import Any

from lineal import json_form
from lineal.watch import names
from lineal.watch.handlers import Handler, Seen
from lineal.watch.paths import first_text, mapping, values
from lineal.watch.records import ArtifactRecord, Records

OBJECT_PROPERTY = "object"


class ObjectHandler(Handler):
    """Records each object as an artifact: LIVE while it is there, DELETED afterwards."""

    def __init__(self, *, whole: bool = True) -> None:
        """Make a handler.

        Args:
            whole: whether the object itself is stored, in the property `object`.

        """
        self._left_out = () if whole else (OBJECT_PROPERTY,)

    def on_add(self, seen: Seen) -> Records:
        """Return the artifact of an object."""
        return Records(artifacts=(_artifact(seen, state="LIVE", left_out=self._left_out),))

    def on_delete(self, seen: Seen) -> Records:
        """Return the artifact of an object that is gone."""
        return Records(artifacts=(_artifact(seen, state="DELETED", left_out=self._left_out),))


def _artifact(seen: Seen, *, state: str, left_out: tuple[str, ...]) -> ArtifactRecord:
    return ArtifactRecord(
        type_name=seen.resource.type_name,
        external_id=seen.external_id,
        uri=seen.path,
        state=state,
        properties={name: text if text and name not in left_out else None for name, text in _properties(seen).items()},
        custom_properties={names.WORKSPACE_PROPERTY: names.ORIGINAL_WORKSPACE, f"{OBJECT_PROPERTY}_left_out": None},
    )


def _properties(seen: Seen) -> dict[str, str]:
    return {
        "name": seen.name,
        "version": seen.uid,
        "create_time": str(seen.metadata.get("creationTimestamp", "")),
        OBJECT_PROPERTY: json_form.text(seen.object, ensure_ascii=False, separators=(",", ":")),
        "namespace": seen.namespace,
        "cluster": seen.cluster,
        "labels": to_json(seen.metadata.get("labels")),
        "phase": first_text(seen.object, ["status.phase"]),
        "conditions": to_json(true_or_false(seen.object)),
        "resource_version": str(seen.metadata.get("resourceVersion", "")),
        "last_update": seen.time,
    }


def true_or_false(obj: Any) -> dict[str, str]:
    """Return the conditions of an object's status by type: "True", "False" or "Unknown"."""
    conditions = [mapping(condition) for condition in values(obj, "status.conditions.*")]
    return {str(one["type"]): str(one.get("status", "")) for one in conditions if "type" in one}


def to_json(fields: Any) -> str:
    """Return a mapping as JSON, "" for an empty one."""
    return json_form.text(fields, ensure_ascii=False, sort_keys=True) if mapping(fields) else ""
