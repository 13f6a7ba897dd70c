"""Say what is wrong with an event: by rules written here, and by the published schemas where a path names them.

LINEAL_TEST_OPENLINEAGE_SPEC is the folder `spec` of OpenLineage, with `OpenLineage.json` and `facets`.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.services import REPOSITORY

SPEC_VARIABLE = "LINEAL_TEST_OPENLINEAGE_SPEC"
OWN = REPOSITORY / "docs" / "schemas" / "openlineage"
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
_TEXT = {"type": "string", "minLength": 1}
_URI = {"type": "string", "pattern": r"^[a-z][a-z0-9+.-]*:\S+$"}
_FACET = {
    "type": "object",
    "properties": {"_producer": _URI, "_schemaURL": _URI},
    "required": ["_producer", "_schemaURL"],
}
_FACETS = {"type": "object", "additionalProperties": _FACET}
_UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}


def _thing(**more: Any) -> dict[str, Any]:
    named = {"namespace": _TEXT, "name": _TEXT, "facets": _FACETS, **more}
    return {"type": "object", "properties": named, "required": ["namespace", "name"]}


_INPUTS = {"type": "array", "items": _thing(inputFacets=_FACETS)}
_OUTPUTS = {"type": "array", "items": _thing(outputFacets=_FACETS)}
_RUN = {"type": "object", "properties": {"runId": _UUID, "facets": _FACETS}, "required": ["runId"]}
_PARTS = {
    "RunEvent": {"run": _RUN, "job": _thing(), "inputs": _INPUTS, "outputs": _OUTPUTS},
    "JobEvent": {"job": _thing(), "inputs": _INPUTS, "outputs": _OUTPUTS},
    "DatasetEvent": {"dataset": _thing()},
}
_REQUIRED = {"RunEvent": ["run", "job", "eventType"], "JobEvent": ["job"], "DatasetEvent": ["dataset"]}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_TYPE = {"enum": ["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER"]}
_ENVELOPE = {"eventTime": _TIME, "producer": _URI, "schemaURL": _URI, "eventType": _TYPE}


def faults(event: dict[str, Any]) -> list[str]:
    """Return what is wrong with an event, nothing if it is valid."""
    kind = event.get("schemaURL", "").rpartition("/")[2]
    rules = {
        "type": "object",
        "properties": {**_ENVELOPE, **_PARTS[kind]},
        "required": ["eventTime", "producer", "schemaURL", *_REQUIRED[kind]],
        "additionalProperties": False,
    }
    found = [error.message[:200] for error in Draft202012Validator(rules).iter_errors(event)]
    found += [fault for each in _facets_in(event) for name, facet in each.items() for fault in _of_facet(name, facet)]
    if SPEC_VARIABLE in os.environ:
        published = Draft202012Validator({"$ref": f"{CORE}#/$defs/{kind}"}, registry=_registry())
        found += [error.message[:200] for error in published.iter_errors(event)]
    return found


def _facets_in(event: dict[str, Any]) -> list[dict[str, Any]]:
    things = [event.get(name) for name in ("run", "job", "dataset")]
    things += [*event.get("inputs", ()), *event.get("outputs", ())]
    names = ("facets", "inputFacets", "outputFacets")
    return [thing[name] for thing in things if thing for name in names if name in thing]


def _of_facet(name: str, facet: dict[str, Any]) -> list[str]:
    """Check a facet by our own schema of that name, or by the published one that it names."""
    if (OWN / f"{name}.json").exists():
        address = f"https://lineal.dev/openlineage/1-0-0/{name}.json"
        assert facet["_schemaURL"] == address
    elif SPEC_VARIABLE in os.environ:
        address = facet["_schemaURL"]
    else:
        return []
    checker = Draft202012Validator({"$ref": address}, registry=_registry())
    return [f"{name}: {error.message[:200]}" for error in checker.iter_errors(facet)]


@cache
def _registry() -> Registry[Any]:
    spec = os.environ.get(SPEC_VARIABLE)
    files = [
        *OWN.glob("*.json"),
        *([Path(spec) / "OpenLineage.json", *Path(spec).glob("facets/*.json")] if spec else []),
    ]
    found = [Resource.from_contents(json.loads(file.read_text())) for file in files]
    if not spec:
        base = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": CORE, "$defs": {"BaseFacet": _FACET}}
        found.append(Resource.from_contents(base))
    registry: Registry[Any] = Registry().with_resources([(each.id() or "", each) for each in found])
    return registry
