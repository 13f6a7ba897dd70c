"""The facets of the events that are sent: those that came, standard ones for what they have words for, and our own.

Facets that came are sent as they are, and go before those that are made. What stays out: the names and schemas of our
own (own_facets.py, schemas.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lineal import conventions, json_form, json_text
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage import own_facets
from lineal.openlineage.own_facets import PRODUCER
from lineal.openlineage.sending.names import text_of
from lineal.openlineage.sending.reading import Facets, Read
from lineal.store.rows.events import EventRow, plain_steps
from lineal.wire import metadata_store as pb

_SPEC = "https://openlineage.io/spec/facets"
_PLAIN_KINDS = ("string_value", "int_value", "double_value", "bool_value")
_FAILED = (pb.Execution.FAILED, pb.Execution.CANCELED)


def run_facets(read: Read, execution: Any) -> Facets:
    """Return the facets of the run that an execution is."""
    made = {**_own(read, EXECUTION, execution), **_tags("TagsRunFacet", execution)}
    if execution.last_known_state in _FAILED and (message := text_of(execution, *conventions.FAILURE_MESSAGES)):
        trace = text_of(execution, *conventions.FAILURE_TRACEBACKS)
        more = {"stackTrace": trace} if trace else {}
        made["errorMessage"] = _standard(
            "1-0-1", "ErrorMessageRunFacet", message=message, programmingLanguage="PYTHON", **more
        )
    return {**made, **read.facets.get((EXECUTION, execution.id), {})}


def contexts_facet(read: Read, contexts: Sequence[Any]) -> Facets:
    """Return the facet of the contexts of a run that are no jobs, if there are any."""
    found = [_record(read, CONTEXT, context) for context in contexts]
    return {own_facets.CONTEXTS: own_facets.facet(own_facets.CONTEXTS, contexts=found)} if found else {}


def job_facets(read: Read, context: Any | None) -> Facets:
    """Return the facets of a job, given the context that it is, if it is one."""
    kind = {"processingType": "BATCH", "integration": "LINEAL", "jobType": context.type if context else "JOB"}
    made = {"jobType": _standard("2-0-4", "JobTypeJobFacet", **kind)}
    if context is None:
        return made
    if description := text_of(context, "description", conventions.MLFLOW_NOTE):
        made["documentation"] = _standard("1-1-0", "DocumentationJobFacet", description=description)
    made |= {**_own(read, CONTEXT, context), **_tags("TagsJobFacet", context)}
    return {**made, **read.facets.get((CONTEXT, context.id), {})}


def data_set_facets(read: Read, artifact: Any) -> Facets:
    """Return the facets of the data set that an artifact is."""
    made = {**_own(read, ARTIFACT, artifact), **_tags("TagsDatasetFacet", artifact)}
    if version := text_of(artifact, "version"):
        made["version"] = _standard("1-0-1", "DatasetVersionDatasetFacet", datasetVersion=version)
    if description := text_of(artifact, "description", conventions.MLFLOW_NOTE):
        made["documentation"] = _standard("1-1-0", "DocumentationDatasetFacet", description=description)
    return {**made, **read.facets.get((ARTIFACT, artifact.id), {})}


def use_facets(read: Read, events: Sequence[EventRow]) -> Facets:
    """Return the facets of an input or an output, given the events between the execution and the artifact."""
    came: Facets = {}
    for event in events:
        came |= read.event_facets.get(event.id, {})
    return {own_facets.EVENTS: own_facets.facet(own_facets.EVENTS, events=list(_uses(read, events))), **came}


def _uses(read: Read, events: Sequence[EventRow]) -> Iterator[dict[str, Any]]:
    for event in events:
        path = plain_steps(read.steps.get(event.id, []))
        yield {
            "type": pb.Event.Type.Name(event.type) if event.type in pb.Event.Type.values() else "UNKNOWN",
            **({} if event.time is None else {"time": event.time}),
            **({"path": path} if path else {}),
        }


def via_facet(stores: Sequence[str]) -> dict[str, Any]:
    """Return the facet that says through which stores an event has been."""
    return own_facets.facet(own_facets.VIA, stores=list(stores))


def _standard(version: str, name: str, /, **content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/{version}/{name}.json#/$defs/{name}", **content}


def _own(read: Read, kind: Kind, node: Any) -> Facets:
    """Return our own facets of a node."""
    found = {own_facets.RECORD: own_facets.facet(own_facets.RECORD, **_record(read, kind, node))}
    if rows := read.metrics.get((kind, node.id)):
        points = [
            {
                "name": row.name,
                "value": json_form.finite_or_name(row.latest.meant),
                "step": row.latest.step,
                "time": row.latest.time,
            }
            for row in sorted(rows, key=lambda row: row.name)
        ]
        found[own_facets.METRICS] = own_facets.facet(own_facets.METRICS, metrics=points)
    if parameters := [{"name": name, "value": value} for name, value in sorted(_parameters(node).items())]:
        found[own_facets.PARAMETERS] = own_facets.facet(own_facets.PARAMETERS, parameters=parameters)
    if aliases := [each for each in text_of(node, conventions.ALIASES).split(",") if each]:
        found[own_facets.ALIASES] = own_facets.facet(own_facets.ALIASES, aliases=aliases)
    return found


def _record(read: Read, kind: Kind, node: Any) -> dict[str, Any]:
    """Return what `lineal_record` says; what is empty is left out."""
    texts = {
        "name": node.name,
        "externalId": node.external_id,
        "uri": node.uri if kind.has_uri else "",
        "workspace": read.workspace_of(kind, node),
    }
    values = {"properties": node.properties, "customProperties": node.custom_properties}
    contexts = [{"type": each.type, "name": each.name} for each in read.contexts_of(kind, node.id)]
    return {
        "store": read.store_id,
        "kind": kind.name,
        "id": node.id,
        "type": node.type,
        **{name: text for name, text in texts.items() if text},
        **({"state": state} if (state := _state(kind, node)) else {}),
        "createTime": node.create_time_since_epoch,
        "updateTime": node.last_update_time_since_epoch,
        "asOf": read.as_of,
        **{name: _written(properties) for name, properties in values.items() if properties},
        **({"contexts": contexts} if contexts else {}),
    }


def _state(kind: Kind, node: Any) -> str:
    if kind.state_field is None or not node.HasField(kind.state_field):
        return ""
    return str(own_facets.STATES[kind.name].Name(getattr(node, kind.state_field)))


def _written(properties: Mapping[str, pb.Value]) -> dict[str, Any]:
    return {name: own_facets.written_value(properties[name]) for name in sorted(properties)}


def _parameters(node: Any) -> dict[str, Any]:
    """Return the hyperparameters of a record: MLflow's or a step's parameters, or those in the JSON of the SDK."""
    custom = node.custom_properties
    found: dict[str, Any] = {
        name.removeprefix(conventions.PARAM_PREFIX): json_form.plain(getattr(custom[name], kind))
        for name in custom
        if name.startswith(conventions.PARAM_PREFIX) and (kind := custom[name].WhichOneof("value")) in _PLAIN_KINDS
    }
    stated = _object(text_of(node, conventions.ALL_META)).get("hyperparameters")
    return {**found, **(json_form.plain(stated) if isinstance(stated, dict) else {})}


def _tags(name: str, node: Any) -> Facets:
    """Return the facet of labels, if there are any: those of the SDK, and the tags of MLflow."""
    custom = node.custom_properties
    labels = {
        name.removeprefix(conventions.TAG_PREFIX): custom[name].string_value
        for name in custom
        if name.startswith(conventions.TAG_PREFIX) and not name.startswith(conventions.MLFLOW_TAGS)
    }
    for key, value in _object(text_of(node, conventions.LABELS)).items():
        labels[key] = value if isinstance(value, str) else json.dumps(json_form.plain(value))
    tags = [{"key": key, "value": labels[key], "source": "LINEAL"} for key in sorted(labels)]
    return {"tags": _standard("1-0-0", name, tags=tags)} if tags else {}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json_text.loads(text) if text else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
