"""The handler of kinds that do work: a Pod, a Job or another workload becomes an execution.

Its state, times, image, command and parents come from the object; its inputs and outputs from annotations, and from
what `made` finds in the object. What differs between kinds is data (`kinds/`); `states.py` reads states, and `times.py`
times.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lineal import json_form
from lineal.watch import names
from lineal.watch.annotations import linked_artifacts
from lineal.watch.handlers import Handler, Seen
from lineal.watch.kinds import Workload
from lineal.watch.kinds.states import Status, status_of
from lineal.watch.kinds.times import STATUS, Times, times_of
from lineal.watch.kinds.workload import FINAL, Reading
from lineal.watch.made import made_of
from lineal.watch.objects import to_json
from lineal.watch.paths import first_text, mapping, texts, values
from lineal.watch.records import ContextRecord, ExecutionRecord, Records
from lineal.watch.resources import Resource


class WorkloadHandler(Handler):
    """Records each object of a kind that does work as an execution."""

    def wants(self, resource: Resource) -> bool:
        """Tell whether the kind does work."""
        return resource.workload is not None

    def on_add(self, seen: Seen) -> Records:
        """Return the execution of an object."""
        return _records(seen, _workload(seen), deleted=False)

    def on_delete(self, seen: Seen) -> Records:
        """Return the execution of a deleted object: if it was not finished, it was cancelled."""
        return _records(seen, _workload(seen), deleted=True)


def _cancelled(step: ExecutionRecord) -> ExecutionRecord:
    """Return the record of a step whose workflow was deleted; one that was not finished was cancelled."""
    return replace(step, state="CANCELED") if step.state and step.state not in FINAL else step


def _workload(seen: Seen) -> Workload:
    return seen.resource.workload or Workload()


def _records(seen: Seen, workload: Workload, *, deleted: bool) -> Records:
    inputs, wrong_inputs = linked_artifacts(seen, names.INPUTS_ANNOTATION)
    outputs, wrong_outputs = linked_artifacts(seen, names.OUTPUTS_ANNOTATION)
    reading = workload.read(seen.object)
    status = status_of(seen.object, workload, reading, deleted=deleted)
    made = made_of(seen, workload, _owner(seen))
    execution = ExecutionRecord(
        type_name=seen.resource.type_name,
        external_id=seen.external_id,
        state=status.state,
        base_type=workload.base_type,
        properties={
            **made.properties,
            **{name: text or None for name, text in _properties(seen, workload, reading).items()},
            names.STATUS_MESSAGE_PROPERTY: None if status.state == "FAILED" else status.message or None,
        },
        custom_properties={**made.custom_properties, **_custom_properties(seen, status)},
        inputs=(*inputs, *made.inputs),
        outputs=(*outputs, *made.outputs),
        also_known_as=made.also_known_as,
    )
    execution = with_times(execution, times_of(seen.object, workload, status, now=seen.time), again=workload.serves)
    contexts, parents = _contexts(seen)
    return Records(
        executions=(execution, *(_cancelled(one) if deleted else one for one in made.executions)),
        contexts=(*contexts, *made.contexts),
        parents=parents,
        problems=(*wrong_inputs, *wrong_outputs, *made.problems),
    )


def with_times(execution: ExecutionRecord, times: Times, *, again: bool) -> ExecutionRecord:
    """Return the execution with its times; what the object does not tell is written only once.

    Args:
        execution: the execution.
        times: its times.
        again: whether it may end several times, as a service does that is stopped and started. The first end of
            anything else stays, unless the object was changed or started again.

    """
    told: dict[str, str] = {"end_time_from": times.end_from} if times.end_from == STATUS else {}
    first: dict[str, str] = {"end_time": times.end}
    if times.end_from == STATUS and again:
        told, first = {**told, **first}, {}
    elif times.end_from != STATUS:
        first["end_time_from"] = times.end_from
    (first if times.start_is_creation else told)["start_time"] = times.start
    renewed_by = ("start_time", *(("generation", "end_time_from") if times.end_from == STATUS else ()))
    return replace(
        execution,
        properties={**execution.properties, **_missing({**told, **first}), **_filled(told)},
        first_properties=_filled(first),
        renewed_by={"end_time": renewed_by, "end_time_from": renewed_by},
    )


def _missing(texts_by_name: Mapping[str, str]) -> dict[str, None]:
    """Return the times that an object has not: what is stored of them is removed."""
    return {name: None for name in ("start_time", "end_time", "end_time_from") if not texts_by_name.get(name)}


def _filled(texts_by_name: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts_by_name.items() if text}


def _properties(seen: Seen, workload: Workload, reading: Reading) -> dict[str, str]:
    owner = _owner(seen)
    return {
        **{name: _text(seen.object, path) for name, path in workload.properties.items()},
        "name": seen.name,
        "namespace": seen.namespace,
        "cluster": seen.cluster,
        "uid": seen.uid,
        "generation": str(seen.metadata.get("generation", "")),
        "create_time": str(seen.metadata.get("creationTimestamp", "")),
        "phase": first_text(seen.object, [workload.phase]),
        "labels": to_json(seen.metadata.get("labels")),
        **_image_and_command(seen.object, workload),
        **reading.properties,
        **_record(reading),
        "parent": names.external_id(seen.cluster, owner["uid"]) if owner else "",
        "parent_name": f"{owner.get('kind', '')}/{owner.get('name', '')}" if owner else "",
    }


def _text(obj: Any, path: str) -> str:
    """Return what is at a path: a text or number as it is, a list or mapping as JSON; "" for nothing."""
    value = next(iter(values(obj, path)), None)
    if isinstance(value, dict | list):
        return json_form.text(value, ensure_ascii=False, sort_keys=True) if value else ""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _custom_properties(seen: Seen, status: Status) -> dict[str, str | None]:
    """Return the custom properties of an execution; one that the object does not have any more is removed."""
    failed = status.state == "FAILED"
    found = {
        names.WORKSPACE_PROPERTY: seen.workspace if seen.namespace else "",
        names.STATUS_DETAIL_PROPERTY: status.detail,
        names.FAILURE_TYPE_PROPERTY: status.reason if failed else "",
        names.FAILURE_MESSAGE_PROPERTY: status.message if failed else "",
        names.STATUS_REASON_PROPERTY: "" if failed else status.reason,
        names.EXIT_CODE_PROPERTY: "" if status.exit_code is None else str(status.exit_code),
    }
    return {name: text or None for name, text in found.items()}


def _record(reading: Reading) -> dict[str, str]:
    """Return metrics and other groups of values as the JSON in which searches look for them, as the SDK writes it.

    A number that is a property of an execution counts as a parameter and not as a metric.
    """
    filled = {name: values for name, values in {**reading.fields, "values": reading.metrics}.items() if values}
    return {names.ALL_META_PROPERTY: json_form.text(filled, ensure_ascii=False)} if filled else {}


def _image_and_command(obj: Any, workload: Workload) -> dict[str, str]:
    templates = [mapping(template) for path in workload.template for template in values(obj, path)]
    containers = [container for template in templates for container in _containers(template)]
    images = dict.fromkeys(text for container in containers for text in texts(container, "image"))
    commands = [[*texts(container, "command.*"), *texts(container, "args.*")] for container in containers]
    return {"image": ", ".join(images), "command": next((shlex.join(words) for words in commands if words), "")}


def _containers(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the containers of a pod's description; some kinds describe a single one in its place."""
    listed = [*values(template, "containers.*"), *values(template, "container"), *values(template, "model")]
    return [mapping(container) for container in listed] or [template]


def _owner(seen: Seen) -> dict[str, Any]:
    """Return the reference to the owner that controls the object, else to the first owner."""
    references = [mapping(reference) for reference in values(seen.object, "metadata.ownerReferences.*")]
    owners = sorted((one for one in references if one.get("uid")), key=lambda one: one.get("controller") is not True)
    return owners[0] if owners else {}


def _contexts(seen: Seen) -> tuple[tuple[ContextRecord, ...], tuple[tuple[int, int], ...]]:
    """Return the workspace of the namespace, the group of the owner, and the group that the object owns itself."""
    contexts = [ContextRecord(names.WORKSPACE_TYPE, seen.workspace)] if seen.namespace else []
    owner = _owner(seen)
    if owner:
        contexts.append(_group(seen, str(owner["uid"]), str(owner.get("kind", "")), str(owner.get("name", ""))))
    if seen.resource.kind != "Pod":
        contexts.append(_group(seen, seen.uid, seen.resource.kind, seen.name))
        if owner:
            return tuple(contexts), ((len(contexts) - 1, len(contexts) - 2),)
    return tuple(contexts), ()


def _group(seen: Seen, uid: str, kind: str, name: str) -> ContextRecord:
    """Return the context of an owner and of all that belongs to it."""
    properties = {"kind": kind, "name": name, "namespace": seen.namespace}
    if seen.namespace:
        properties[names.WORKSPACE_PROPERTY] = seen.workspace
    return ContextRecord(names.OWNER_TYPE, names.external_id(seen.cluster, uid), properties)
