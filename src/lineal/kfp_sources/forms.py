"""Forms that Kubeflow Pipelines 3 has in its database and in its API: names of numbers, JSON, specifications.

The facts are those of its interface (backend/api/v2beta1/run.proto and artifact.proto): a database holds the numbers of
states and types, the API says their names. Fields of JSON are spelled `parameterKey` in the database and
`parameter_key` in the API; both are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

Fields = Mapping[str, Any]
TASK_STATES = ("", "RUNNING", "SUCCEEDED", "SKIPPED", "FAILED", "CACHED")
TASK_TYPES = (*("", "ROOT", "RUNTIME", "CONDITION_BRANCH", "CONDITION", "LOOP", "EXIT_HANDLER", "IMPORTER", "DAG"),)
ARTIFACT_TYPES = (
    *("", "Artifact", "Model", "Dataset", "HTML", "Markdown"),
    *("Metric", "ClassificationMetric", "SlicedClassificationMetric"),
)
LINK_TYPES = (
    *("", "COMPONENT_DEFAULT_INPUT", "TASK_OUTPUT_INPUT", "COMPONENT_INPUT", "RUNTIME_VALUE_INPUT"),
    *("COLLECTED_INPUTS", "ITERATOR_INPUT", "ITERATOR_INPUT_RAW"),
    *("ITERATOR_OUTPUT", "OUTPUT", "ONE_OF_OUTPUT", "TASK_FINAL_STATUS_OUTPUT"),
)
POD_TYPES = ("UNSPECIFIED", "DRIVER", "EXECUTOR")
_UNSET = ("RUNTIME_STATE_UNSPECIFIED", "TASK_TYPE_UNSPECIFIED", "TYPE_UNSPECIFIED", "UNSPECIFIED")
_NAME_IN_YAML = re.compile(r"^pipelineInfo:[ ]*\n(?:[ ]+.*\n)*?[ ]+name:[ ]*(?P<name>.+?)[ ]*$", re.MULTILINE)


def named(value: Any, names: Sequence[str]) -> str:
    """Return the name of a state or type: of its number, or as it is; "" for none, and the number if it is unknown."""
    if value is None or value in _UNSET:
        return ""
    text = str(value)
    if text.isascii() and text.isdigit():
        number = int(text)
        return names[number] if number < len(names) else text
    return text


def parsed(value: Any) -> Any:
    """Return what JSON of a column means: a driver gives a text, bytes, or the value itself. None if it is no JSON."""
    if not isinstance(value, str | bytes):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        return None


def objects(value: Any) -> list[Fields]:
    """Return the objects of a list in JSON; what is none is left out."""
    found = parsed(value)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def an_object(value: Any) -> Fields:
    """Return an object in JSON, an empty one for anything else."""
    found = parsed(value)
    return found if isinstance(found, dict) else {}


def field_of(fields: Fields, name: str) -> Any:
    """Return a field by its name with underscores, spelled so or as protobuf spells it in JSON."""
    if name in fields:
        return fields[name]
    first, *rest = name.split("_")
    return fields.get(first + "".join(each.capitalize() for each in rest))


def whole(value: Any) -> int | None:
    """Return a whole number; JSON of protobuf has those of 64 bits as texts."""
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        return None


def parameters(value: Any) -> dict[str, Any]:
    """Return parameters of a task by their names."""
    found = [(field_of(each, "parameter_key"), each.get("value")) for each in objects(value)]
    return {str(key): value for key, value in found if key}


def pods(value: Any) -> list[tuple[str, str, str]]:
    """Return the name, the uid and the type of each pod."""
    return [
        (str(each.get("name") or ""), str(each.get("uid") or ""), named(each.get("type"), POD_TYPES))
        for each in objects(value)
    ]


def seconds(value: Any) -> int | None:
    """Return a time of the database, which has seconds, in milliseconds; None for 0, which means none."""
    found = whole(value)
    return found * 1000 if found and found > 0 else None


def moment(value: Any) -> int | None:
    """Return a time of the API, an RFC 3339 text, in milliseconds; None for none, and for the epoch, which means so."""
    if not isinstance(value, str) or not value:
        return None
    try:
        # Python 3.10 reads neither Z nor more than six digits of a second.
        text = re.sub(r"(\.\d{6})\d+", r"\1", value.replace("Z", "+00:00"))
        text = re.sub(r"\.(\d{1,5})(?=[+-])", lambda found: "." + found[1].ljust(6, "0"), text)
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
    milliseconds = round(aware.timestamp() * 1000)
    return milliseconds if milliseconds > 0 else None


def pipeline_name(spec: Any) -> str:
    """Return the name of a pipeline from its specification, as an object, JSON or YAML; "" if it says none."""
    found = parsed(spec) if isinstance(spec, str) and spec.lstrip().startswith("{") else spec
    if isinstance(found, str):
        match = _NAME_IN_YAML.search(found)
        return match["name"].strip("'\"") if match else ""
    if not isinstance(found, dict):
        return ""
    inner = field_of(found, "pipeline_spec") or found
    info = field_of(inner, "pipeline_info") if isinstance(inner, dict) else None
    if isinstance(info, dict):
        return str(info.get("name") or "")
    return _name_of_workflow(found)


def _name_of_workflow(spec: Fields) -> str:
    """Return the name of a pipeline of version 1, whose specification is a Workflow of Argo."""
    annotations = (spec.get("metadata") or {}).get("annotations") or {}
    told = an_object(annotations.get("pipelines.kubeflow.org/pipeline_spec"))
    return str(told.get("name") or "")
