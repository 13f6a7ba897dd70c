"""Inputs and outputs as Argo writes them: lists of artifacts and parameters.

They are in an annotation of a pod, in its template, in the steps of a Workflow and in the Workflow itself, always in
the same form. What stays out: where they are in an object (`pods.py`, `workflows.py`), and places (`locations.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineal import json_form
from lineal.locations import other_schemes
from lineal.watch import names
from lineal.watch.handlers import Seen
from lineal.watch.made.locations import has_location, uri_of
from lineal.watch.made.made import NOT_UNDERSTOOD, Made, plain_value, storable, text_of
from lineal.watch.paths import mapping, values
from lineal.watch.records import ArtifactRecord, Plain, Problem

NO_TYPE = "NoType"
"""The type of an artifact whose component does not tell one, as KFP's metadata writer names it."""
LONGEST_NAME, LONGEST_VALUE = 240, 16 << 10
"""How many characters of a parameter are stored: a property's name has room for 255."""
INPUT, OUTPUT = "input:", "output:"
"""What is put before the name of a parameter, as KFP's metadata writer does."""


@dataclass(frozen=True)
class ArgoSource:
    """The object that tells of inputs and outputs, and how it names them.

    Attributes:
        seen: the object that tells of them.
        run: the name of the Workflow.
        step: the name of the step, for problems; "" for the object itself.
        repository: where artifacts are that only have a key.
        name_of: returns the name of an artifact or a parameter.
        type_of: the types of outputs by name.

    """

    seen: Seen
    run: str
    step: str = ""
    repository: Mapping[str, Any] = field(default_factory=dict)
    name_of: Callable[[Mapping[str, Any]], str] = lambda told: text_of(told.get("name"))
    type_of: Mapping[str, str] = field(default_factory=dict)

    def problem(self, what: str) -> Problem:
        """Return the problem of something that is not understood."""
        step = f" of the step {self.step}" if self.step else ""
        return Problem(NOT_UNDERSTOOD, f"{self.seen}: {what}{step}, so it is left out")


def read_inputs(told: Any, source: ArgoSource) -> Made:
    """Return what the inputs of Argo, `{"artifacts": [...], "parameters": [...]}`, say."""
    records, problems = _artifacts(told, source, "input")
    texts, more = _parameters(told, source, INPUT)
    return Made(inputs=records, custom_properties=texts, problems=(*problems, *more))


def read_outputs(told: Any, source: ArgoSource) -> Made:
    """Return what the outputs of Argo, of the same form, say."""
    records, problems = _artifacts(told, source, "output")
    texts, more = _parameters(told, source, OUTPUT)
    return Made(outputs=records, custom_properties=texts, problems=(*problems, *more))


def _artifacts(told: Any, source: ArgoSource, what: str) -> tuple[tuple[ArtifactRecord, ...], tuple[Problem, ...]]:
    records, problems = [], []
    for artifact in map(mapping, values(told, "artifacts.*")):
        name = storable(source.name_of(artifact))
        if _is_elsewhere(artifact):
            continue
        uri = storable(uri_of(artifact, source.repository))
        if uri:
            records.append(_record(artifact, name, uri, source))
        else:
            problems.append(source.problem(f"it is not understood where the {what} artifact {name!r} is"))
    return tuple(records), tuple(problems)


def _is_elsewhere(artifact: Mapping[str, Any]) -> bool:
    """Tell whether an artifact has no place of its own, which is no fault: its content is given, or it is missing."""
    if "raw" in artifact:
        return True
    return not has_location(artifact) and bool(
        artifact.get("optional") or artifact.get("from") or artifact.get("fromExpression")
    )


def _record(artifact: Mapping[str, Any], name: str, uri: str, source: ArgoSource) -> ArtifactRecord:
    texts = {
        "name": name,
        "pipeline_name": source.run,
        "run_id": source.run,
        "argo_artifact": json_form.text(artifact, sort_keys=True),
        names.WORKSPACE_PROPERTY: source.seen.workspace if source.seen.namespace else "",
    }
    return ArtifactRecord(
        source.type_of.get(name, NO_TYPE),
        uri=uri,
        state="DELETED" if artifact.get("deleted") is True else "LIVE",
        custom_properties={key: text for key, text in texts.items() if text},
        any_type=True,
        other_uris=other_schemes(uri),
        role=name,
    )


def _parameters(told: Any, source: ArgoSource, before: str) -> tuple[dict[str, Plain], tuple[Problem, ...]]:
    found: dict[str, Plain] = {}
    problems = []
    for parameter in [*map(mapping, values(told, "parameters.*")), *_raw(told), *_result(told)]:
        name = storable(source.name_of(parameter))
        value = plain_value(parameter.get("value", parameter.get("default")))
        if value is None:
            continue
        wrong = _what_is_wrong(name, value)
        if wrong:
            problems.append(source.problem(f"the parameter {before}{name} {wrong}"))
        else:
            found[f"{before}{name}"] = value
    return found, tuple(problems)


def _what_is_wrong(name: str, value: Plain) -> str:
    if not name or len(name) > LONGEST_NAME:
        return "has no name, or a very long one"
    length = len(value) if isinstance(value, str) else 0
    return f"has {length:,} characters" if length > LONGEST_VALUE else ""


def _raw(told: Any) -> list[dict[str, Any]]:
    """Return the artifacts whose content is in the object, as parameters."""
    given = [mapping(artifact) for artifact in values(told, "artifacts.*") if "raw" in mapping(artifact)]
    return [{"name": each.get("name"), "value": mapping(each["raw"]).get("data")} for each in given]


def _result(told: Any) -> list[dict[str, Any]]:
    """Return what a script printed, as a parameter."""
    result = mapping(told).get("result")
    return [] if result is None else [{"name": "result", "value": result}]
