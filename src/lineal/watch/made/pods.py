"""What a pod of Argo made and read, in the form in which KFP's metadata writer records it.

The outputs are in an annotation, the inputs in the template that the pod gets in a variable. The rules (names, types,
URIs, properties, the context `KfpRun`) are those of backend/metadata_writer of Kubeflow Pipelines. Pods of TFX and of
KFP 2 record what they make themselves, and are left alone, as there. What stays out: steps that a Workflow tells of
(`workflows.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lineal import json_text
from lineal.watch import names
from lineal.watch.handlers import Seen
from lineal.watch.made.argo import ArgoSource, read_inputs, read_outputs
from lineal.watch.made.made import Made, joined, text_of
from lineal.watch.paths import mapping, values
from lineal.watch.records import ContextRecord, Problem

WORKFLOW_LABEL = "workflows.argoproj.io/workflow"
NODE_ANNOTATION = "workflows.argoproj.io/node-id"
_OUTPUTS = "workflows.argoproj.io/outputs"
_TEMPLATE, _TEMPLATE_VARIABLE = "workflows.argoproj.io/template", "ARGO_TEMPLATE"
COMPONENT = "pipelines.kubeflow.org/component_spec"
_ARGUMENTS = "pipelines.kubeflow.org/arguments.parameters"
_SDK_TYPE = "pipelines.kubeflow.org/pipeline-sdk-type"
V2_ANNOTATION = "pipelines.kubeflow.org/v2_component"
_TFX_PROGRAM = "tfx/orchestration/kubeflow/container_entrypoint.py"
_KFP, _KFP_RUN = "pipelines.kubeflow.org/", "pipeline/runid"
_SEPARATORS = re.compile("[^-_0-9A-Za-z]+")


def read_pod(seen: Seen) -> Made:
    """Return what a pod of a Workflow made and read; nothing for any other pod."""
    labels, annotations = mapping(seen.metadata.get("labels")), mapping(seen.metadata.get("annotations"))
    run = labels.get(WORKFLOW_LABEL)
    if not isinstance(run, str) or not run:
        return Made()
    identity = _step_id(seen, annotations)
    step_property = {names.STEP_PROPERTY: identity} if identity else {}
    if records_itself(labels, annotations) or _is_of_tfx(seen):
        return Made(custom_properties=step_property, also_known_as=identity)
    read = JsonReader(seen)
    template = mapping(read.json_of(f"the variable {_TEMPLATE_VARIABLE}", _template_text(seen, annotations)))
    step = text_of(template.get("name"))
    component = Component(read, annotations.get(COMPONENT), step)
    source = ArgoSource(seen, run, repository=mapping(template.get("archiveLocation")))
    arguments = read.json_of(f"the annotation {_ARGUMENTS}", annotations.get(_ARGUMENTS))
    inputs = read_inputs(_inputs(template, arguments), replace(source, name_of=input_name))
    outputs = read_outputs(
        read.json_of(f"the annotation {_OUTPUTS}", annotations.get(_OUTPUTS)),
        replace(source, name_of=output_name(step), type_of=component.types),
    )
    told = _of_kfp(seen, component.version) if is_of_kfp(labels, annotations) else {}
    own = Made(
        properties={"pipeline_name": run, "run_id": run, "component_id": component.name},
        custom_properties={**told, **step_property},
        contexts=(run_context(run),) if is_of_kfp(labels, annotations) else (),
        also_known_as=identity,
        problems=tuple(read.problems),
    )
    return joined([own, inputs, outputs])


def step_id(seen: Seen, workflow_uid: str, node: str) -> str:
    """Return the external id of a step of a Workflow, under which the Workflow tells of the execution of its pod."""
    return names.external_id(seen.cluster, f"{workflow_uid}/{node}")


def records_itself(labels: Mapping[str, Any], annotations: Mapping[str, Any]) -> bool:
    """Tell whether a pod says that it belongs to TFX or to KFP 2, whose own programs record what it makes."""
    return annotations.get(V2_ANNOTATION) == "true" or "tfx" in str(labels.get(_SDK_TYPE, ""))


def is_of_kfp(labels: Mapping[str, Any], annotations: Mapping[str, Any]) -> bool:
    """Tell whether Kubeflow Pipelines made an object, and not a user of Argo."""
    return _KFP_RUN in labels or any(str(name).startswith(_KFP) for name in (*labels, *annotations))


def run_context(run: str) -> ContextRecord:
    """Return the context of a run of Kubeflow Pipelines."""
    return ContextRecord("KfpRun", run, {"pipeline_name": run, "run_id": run})


class JsonReader:
    """Reads JSON in an object, and remembers what is none."""

    def __init__(self, seen: Seen) -> None:
        self._source = ArgoSource(seen, "")
        self.problems: list[Problem] = []

    def json_of(self, place: str, text: Any) -> Any:
        """Return what JSON holds; None if there is no text, or if it is no JSON."""
        if text is None:
            return None
        try:
            return json_text.loads(text, escape=True)
        except (AttributeError, TypeError, ValueError):
            where = " (Argo keeps a large template in a ConfigMap)" if text == "offloaded" else ""
            self.problems.append(self._source.problem(f"{place} is not JSON{where}"))
            return None


def _is_of_tfx(seen: Seen) -> bool:
    commands = [mapping(one).get("command") for one in values(seen.object, "spec.containers.*")]
    return any(isinstance(words, list) and words and str(words[-1]).endswith(_TFX_PROGRAM) for words in commands)


def _template_text(seen: Seen, annotations: Mapping[str, Any]) -> Any:
    """Return the template of the step as JSON, None if the pod has none."""
    for path in ("spec.containers.*.env.*", "spec.initContainers.*.env.*"):
        for variable in map(mapping, values(seen.object, path)):
            if variable.get("name") == _TEMPLATE_VARIABLE:
                return variable.get("value")
    return annotations.get(_TEMPLATE)


def _inputs(template: Mapping[str, Any], arguments: Any) -> dict[str, Any]:
    """Return the inputs of a template; KFP tells their parameters under the names of the component in an annotation."""
    given = mapping(template.get("inputs"))
    if not isinstance(arguments, dict):
        return given
    return {**given, "parameters": [{"name": name, "value": value} for name, value in arguments.items()]}


def input_name(told: Mapping[str, Any]) -> str:
    """Return the name of an input: for an artifact the path under which it is put, without what KFP puts around it."""
    path = told.get("path")
    if not isinstance(path, str) or not path:
        return text_of(told.get("name"))
    return path.removeprefix("/tmp/inputs/").removesuffix("/data")  # noqa: S108 (a path in a container)


def output_name(template: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what names the outputs of a template: KFP puts the template's name in front of them."""
    return lambda told: text_of(told.get("name")).removeprefix(f"{template}-")


def _of_kfp(seen: Seen, component: str) -> dict[str, str]:
    return {"kfp_pod_name": seen.name, "component": f"components.{component}"}


def _step_id(seen: Seen, annotations: Mapping[str, Any]) -> str:
    """Return the external id of the step that the pod is, "" if no Workflow owns it; its id was the pod's name once."""
    owners = [mapping(one) for one in values(seen.object, "metadata.ownerReferences.*")]
    uids = [text_of(one.get("uid")) for one in owners if one.get("kind") == "Workflow"]
    return step_id(seen, uids[0], text_of(annotations.get(NODE_ANNOTATION)) or seen.name) if uids and uids[0] else ""


class Component:
    """What a component of KFP says of itself: its name and version, and the types of its outputs."""

    def __init__(self, read: JsonReader, text: Any, step: str) -> None:
        spec = mapping(read.json_of(f"the annotation {COMPONENT}", text))
        self.name = text_of(spec.get("name")) or step
        self.version = f"{self.name}@sha256={hashlib.sha256(text.encode()).hexdigest()}" if spec else step
        outputs = [mapping(one) for one in values(spec, "outputs.*")]
        typed = {str(one.get("name", "")): _type_name(one.get("type")) for one in outputs}
        self.types = {_argo_name(name): type_name for name, type_name in typed.items() if type_name}


def _type_name(told: Any) -> str:
    """Return the name of a type, which may have attributes: `GCSPath` or `{"GCSPath": {...}}`."""
    if isinstance(told, dict) and len(told) == 1:
        return str(next(iter(told)))
    return told if isinstance(told, str) else ""


def _argo_name(name: str) -> str:
    return re.sub("-+", "-", _SEPARATORS.sub("-", name)).strip("-")
