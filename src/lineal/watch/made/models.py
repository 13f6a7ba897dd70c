"""The models that a service serves: at a URI, or in a storage that KServe knows by a type, a bucket and a path.

What stays out: the forms of a URI (lineal/locations.py), and finding the stored model (`writing/recorder.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lineal.locations import normal_form, other_forms
from lineal.watch import names
from lineal.watch.handlers import Seen
from lineal.watch.kinds import Workload
from lineal.watch.made.made import NOT_UNDERSTOOD, Made, storable, text_of
from lineal.watch.paths import mapping, texts, values
from lineal.watch.records import ArtifactRecord, Problem

_STORAGES = ("spec.predictor.model.storage", "spec.predictor.*.storage", "spec.model.storage")
_MORE_URIS = ("spec.predictor.storageUris.*.uri", "spec.model.lora.adapters.*.uri")
_VARIABLES = "spec.predictor.containers.*.env.*"
_OF_BUCKETS = ("s3", "gs", "gcs")


def read_models(seen: Seen, workload: Workload) -> Made:
    """Return the models that a workload serves as its inputs."""
    found: list[str] = []
    problems = []
    for path in (*workload.model_uri, *(_MORE_URIS if workload.model_uri else ())):
        found += texts(seen.object, path)
    for variable in map(mapping, values(seen.object, _VARIABLES)) if workload.model_uri else ():
        if variable.get("name") == "STORAGE_URI":
            found += texts(variable, "value")
    for storage in _storages(seen.object) if workload.model_uri else ():
        uri = _uri_of(storage)
        if uri:
            found.append(uri)
        else:
            where = f"the path {storage.get('path')!r} of the storage {storage.get('key', 'by default')!r}"
            text = f"{seen}: only a Secret tells where {where} is, so the model is no input; write a storageUri"
            problems.append(Problem(NOT_UNDERSTOOD, text))
    return Made(inputs=tuple(_model(seen, storable(uri)) for uri in dict.fromkeys(found)), problems=tuple(problems))


def _storages(obj: Any) -> Iterator[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for storage in (mapping(one) for path in _STORAGES for one in values(obj, path)):
        if storage not in told and text_of(storage.get("path")):
            told.append(storage)
            yield storage


def _uri_of(storage: dict[str, Any]) -> str:
    """Return the URI of a storage as KServe makes it, "" if its type or its bucket is only in a Secret."""
    parameters, path = mapping(storage.get("parameters")), text_of(storage.get("path")).lstrip("/")
    kind, bucket = text_of(parameters.get("type")), text_of(parameters.get("bucket"))
    if not kind or (kind in _OF_BUCKETS and not bucket):
        return ""
    return f"{kind}://{bucket}/{path}" if bucket else f"{kind}://{path}"


def _model(seen: Seen, uri: str) -> ArtifactRecord:
    workspace = {names.WORKSPACE_PROPERTY: seen.workspace} if seen.namespace else {}
    return ArtifactRecord(
        names.MODEL_TYPE,
        uri=uri,
        properties={"name": seen.name},
        custom_properties=workspace,
        any_type=True,
        other_uris=other_forms(uri),
        normal_uri=normal_form(uri),
        role="model",
    )
