"""Inputs and outputs that an object names in its annotations, read into artifacts.

`lineal.dev/inputs` and `lineal.dev/outputs` hold JSON: a list of objects with type, name, uri, version and labels. What
stays out: finding artifacts that are stored already (`writing/recorder.py`).
"""

from __future__ import annotations

import re
from typing import Any

from lineal import json_form, json_text
from lineal.watch import names
from lineal.watch.handlers import Seen
from lineal.watch.paths import mapping
from lineal.watch.records import ArtifactRecord, Plain, Problem

MALFORMED = "malformed_annotation"
_SHORT_TYPES = {"data_set": names.DATA_SET_TYPE, "dataset": names.DATA_SET_TYPE, "model": names.MODEL_TYPE,
                "metrics": names.METRICS_TYPE}  # fmt: skip
_DEFAULT_TYPES = {names.INPUTS_ANNOTATION: names.DATA_SET_TYPE, names.OUTPUTS_ANNOTATION: names.MODEL_TYPE}
_ODD = re.compile("[\0\ud800-\udfff]")
_TEXTS = ("type", "name", "uri", "version")


def linked_artifacts(seen: Seen, annotation: str) -> tuple[tuple[ArtifactRecord, ...], tuple[Problem, ...]]:
    """Return the artifacts that an annotation names, and what is wrong with it."""
    text = mapping(seen.metadata.get("annotations")).get(annotation)
    if text is None:
        return (), ()
    try:
        entries = json_text.loads(text)
    except (AttributeError, TypeError, ValueError) as error:
        return (), (_problem(seen, annotation, f"it is not JSON ({error})"),)
    if json_text.is_deeper(text):
        return (), (_problem(seen, annotation, f"it is nested more than {json_text.DEEPEST} levels deep"),)
    artifacts, problems = [], []
    for entry in entries if isinstance(entries, list) else [entries]:
        wrong = _what_is_wrong(entry)
        if wrong:
            problems.append(_problem(seen, annotation, wrong))
        else:
            artifacts.append(_artifact(seen, entry, _DEFAULT_TYPES[annotation]))
    return tuple(artifacts), tuple(problems)


def _problem(seen: Seen, annotation: str, wrong: str) -> Problem:
    return Problem(
        MALFORMED,
        f"{seen}: the annotation {annotation} is left out: {wrong}; "
        'write [{"type": "data_set", "name": "...", "uri": "...", "version": "...", "labels": {}}]',
    )


def _what_is_wrong(entry: Any) -> str:
    if not isinstance(entry, dict):
        return f"an entry is a {type(entry).__name__} and not an object"
    unknown = sorted(entry.keys() - {*_TEXTS, "labels"})
    if unknown:
        return f"the key {unknown[0]!r} is unknown"
    if not all(isinstance(entry.get(key, ""), str) for key in _TEXTS) or not isinstance(entry.get("labels", {}), dict):
        return "a type, name, uri or version is not a string, or labels are not an object"
    for key in _TEXTS:
        if odd := _ODD.search(entry.get(key, "")):
            return f"the {key} holds {odd[0]!a}, which not every store can hold"
    return "" if entry.get("uri") or entry.get("name") else "an entry has neither uri nor name"


def _artifact(seen: Seen, entry: dict[str, Any], default_type: str) -> ArtifactRecord:
    type_name = _SHORT_TYPES.get(entry.get("type", ""), entry.get("type") or default_type)
    properties: dict[str, Plain] = {key: entry[key] for key in ("name", "version") if entry.get(key)}
    if entry.get("labels"):
        properties |= _labels(type_name, entry["labels"])
    workspace = {names.WORKSPACE_PROPERTY: seen.workspace} if seen.namespace else {}
    return ArtifactRecord(type_name, uri=entry.get("uri", ""), properties=properties, custom_properties=workspace)


def _labels(type_name: str, labels: dict[str, Any]) -> dict[str, Plain]:
    """Return the property that holds labels: where the SDK looks for them, for the types that it knows."""
    if type_name in names.SDK_TYPES:
        return {names.ALL_META_PROPERTY: json_form.text({"labels": labels})}
    return {"labels": json_form.text(labels)}
