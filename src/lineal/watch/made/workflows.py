"""What the steps of an Argo Workflow made and read, from the Workflow's status, and what the Workflow itself did.

Argo's pods tell what they made in an annotation up to version 3.3; since then only the Workflow does. A step is the
execution of its pod: the pod tells under which id the Workflow knows it. If the watcher has not seen the pod, the
execution is made from what the Workflow tells, and the pod takes it over. What stays out: the Workflow's state
(`kinds/argo.py`).
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lineal import json_text
from lineal.redaction.texts import LONGEST_PACKED
from lineal.watch import names
from lineal.watch.handlers import Seen
from lineal.watch.kinds.states import PHASES
from lineal.watch.made.argo import ArgoSource, read_inputs, read_outputs
from lineal.watch.made.made import Made, joined, storable, text_of
from lineal.watch.made.pods import (
    COMPONENT,
    V2_ANNOTATION,
    Component,
    JsonReader,
    input_name,
    is_of_kfp,
    output_name,
    records_itself,
    run_context,
    step_id,
)
from lineal.watch.paths import first_text, mapping, values
from lineal.watch.records import ExecutionRecord, Problem
from lineal.watch.redaction import Redaction

_ARGUMENTS = ("status.storedWorkflowTemplateSpec.arguments", "spec.arguments")
_TEMPLATES = ("spec.templates.*", "status.storedWorkflowTemplateSpec.templates.*")
_Types = Mapping[str, Mapping[str, str] | None]
_ENDED = ("Succeeded", "Failed", "Error")
_STEPS = {"Pod": "kubeflow.org/Pod/v1", "HTTP": "argoproj.io/HTTP", "Plugin": "argoproj.io/Plugin"}
"""The types of nodes that work, and of their executions; other nodes hand on what these made."""


def read_workflow(seen: Seen) -> Made:
    """Return what a Workflow and its steps made and read; nothing of KFP 2, whose own programs record it."""
    labels, annotations = mapping(seen.metadata.get("labels")), mapping(seen.metadata.get("annotations"))
    if V2_ANNOTATION in mapping(next(iter(values(seen.object, "spec.podMetadata.annotations")), None)):
        return Made()
    repository = mapping(next(iter(values(seen.object, "status.artifactRepositoryRef.artifactRepository")), None))
    source = ArgoSource(seen, seen.name, repository=repository)
    arguments = [mapping(one) for path in _ARGUMENTS for one in values(seen.object, path)]
    own = [read_inputs(one, source) for one in arguments]
    own += [read_outputs(one, source) for one in values(seen.object, "status.outputs")]
    nodes, wrong = _nodes(seen, source)
    reader = JsonReader(seen)
    types = _types_of_outputs(seen, reader) if nodes else {}
    steps = [
        _step(seen, node, replace(source, type_of=told))
        for node in nodes
        if (told := types.get(_template(node), {})) is not None
    ]
    context = Made(contexts=(run_context(seen.name),)) if is_of_kfp(labels, annotations) else Made()
    return joined([context, *own, *steps, Made(problems=(*wrong, *reader.problems))])


def _types_of_outputs(seen: Seen, read: JsonReader) -> _Types:
    """Return the types of the outputs of KFP's components, by the name of the template and of the output.

    None stands for a template whose pods record themselves.
    """
    found: dict[str, Mapping[str, str] | None] = {}
    for template in (mapping(one) for path in _TEMPLATES for one in values(seen.object, path)):
        name, metadata = text_of(template.get("name")), mapping(template.get("metadata"))
        labels, annotations = mapping(metadata.get("labels")), mapping(metadata.get("annotations"))
        if name not in found:
            component = (
                None if records_itself(labels, annotations) else Component(read, annotations.get(COMPONENT), name)
            )
            found[name] = component.types if component else None
    return found


def _template(node: Mapping[str, Any]) -> str:
    """Return the name of the template of a step, which another Workflow may hold."""
    return text_of(node.get("templateName")) or first_text(node, ["templateRef.template"])


def _nodes(seen: Seen, source: ArgoSource) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    """Return the nodes that work; Argo compresses them or puts them into a database if they are many."""
    status = mapping(seen.object.get("status"))
    nodes, packed = mapping(status.get("nodes")), text_of(status.get("compressedNodes"))
    if not nodes and packed:
        unpacked = _unpacked(packed)
        if unpacked is None:
            return [], (source.problem("its compressed nodes cannot be read"),)
        nodes = unpacked
    if not nodes and status.get("offloadNodeStatusVersion") and status.get("phase") in _ENDED:
        return [], (source.problem("Argo keeps its nodes in a database, so nothing tells what its steps made"),)
    return list(_working(nodes)), ()


def _working(nodes: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, node in nodes.items():
        told = mapping(node)
        if text_of(told.get("type")) in _STEPS and (told.get("inputs") or told.get("outputs")):
            yield {**told, "id": text_of(told.get("id")) or key}


def _unpacked(packed: str) -> dict[str, Any] | None:
    """Return nodes that are compressed by gzip, in base64; None if they are not, or too large."""
    try:
        unpacking = zlib.decompressobj(wbits=31)
        text = unpacking.decompress(base64.b64decode(packed), LONGEST_PACKED)
        nodes = json_text.loads(text) if unpacking.eof else None
    except (binascii.Error, zlib.error, ValueError):
        return None
    return Redaction().apply(nodes) if isinstance(nodes, dict) else None


def _step(seen: Seen, node: dict[str, Any], source: ArgoSource) -> Made:
    """Return what a step made and read, as an addition to the execution of its pod.

    A step with nothing but input parameters is left to its pod, which tells them as well: there may be thousands.
    """
    name = text_of(node.get("displayName")) or text_of(node.get("name")) or node["id"]
    inside = replace(source, step=name, name_of=output_name(_template(node)))
    read = read_inputs(node.get("inputs"), replace(inside, name_of=input_name))
    wrote = read_outputs(node.get("outputs"), inside)
    made = joined([read, wrote])
    if not (made.inputs or made.outputs or wrote.custom_properties):
        return Made(problems=made.problems)
    properties = {
        "name": name,
        "namespace": seen.namespace,
        "cluster": seen.cluster,
        "parent": seen.external_id,
        "parent_name": f"Workflow/{seen.name}",
        "phase": text_of(node.get("phase")),
        "start_time": text_of(node.get("startedAt")),
        "end_time": text_of(node.get("finishedAt")),
    }
    identity = step_id(seen, seen.uid, node["id"])
    workspace = {names.WORKSPACE_PROPERTY: seen.workspace} if seen.namespace else {}
    execution = ExecutionRecord(
        _STEPS[str(node["type"])],
        identity,
        state=_state(node),
        properties={key: storable(text) for key, text in properties.items() if text},
        custom_properties={**made.custom_properties, names.STEP_PROPERTY: identity, **workspace},
        inputs=made.inputs,
        outputs=made.outputs,
        adds=True,
        found_by=names.STEP_PROPERTY,
        left_to_its_object=tuple(read.custom_properties),
    )
    return Made(executions=(execution,), problems=made.problems)


def _state(node: Mapping[str, Any]) -> str:
    """Return the state of a step; one whose outputs were memoized had no pod."""
    if first_text(node, ["phase"]) == "Succeeded" and values(node, "memoizationStatus.hit") == [True]:
        return "CACHED"
    return PHASES.get(first_text(node, ["phase"]), "UNKNOWN").partition(" ")[0]
