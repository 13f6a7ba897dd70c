"""What MLflow's client returns as plain JSON, with a name for every id and every time of the clock.

It reads the documented attributes alone, so any version of the client will do. This file runs in the environment of
MLflow's client, and imports nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from typing import Any

FIRST_CLOCK_TIME = 10**12
"""Milliseconds since the epoch from which a time is one of the clock: plans ask for smaller ones."""
LONGEST_TEXT = 200
_LINKED = "_mlflow_experiment_ids"
"""A tag of prompts that the client sets whenever it comes to it, in a thread of its own."""
STAGE_ALIASES = ("production", "staging")
UNKNOWN = {"experiment": "{}", "run": "{:032x}", "model": "m-{:032x}", "files": "s3://bucket/{}"}
"""The forms of ids of what was never made."""
_GENERATED_NAME = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")
_DEFAULT_LOCATION = re.compile(r"mlflow-artifacts:/[^#?]*")
_DEFAULT_URI = re.compile(r"mlflow-artifacts:/.*/((?:run|model) \d+/artifacts)")


class Ids:
    """The ids that a server gave, and the names by which a transcript calls them."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._names: dict[str, dict[str, str]] = {"experiment": {}, "run": {}, "model": {}, "files": {}}

    def learn(self, what: str, name: str, given: str) -> None:
        """Remember the id of what a call has made."""
        self._ids[name] = given
        self._names[what][given] = name

    def of(self, what: str, name: str, number: int) -> str:
        """Return the id of what a call should have made; an unknown one if that call failed."""
        return self._ids.get(name, UNKNOWN[what].format(900_000_000 + number))

    def experiment(self, given: str) -> str:
        """Return the name of an experiment's id."""
        return self._names["experiment"].get(given, given)

    def text(self, text: str) -> str:
        """Return a text with names for ids of runs and models; a long one as its beginning, length and digest."""
        for given, name in [*self._names["run"].items(), *self._names["model"].items()]:
            text = text.replace(given, name)
        if len(text) <= LONGEST_TEXT:
            return text
        return f"{text[:20]}… {len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:12]}"


def place(text: str, ids: Ids) -> str:
    """Return a text in which the place that a server gives to files of a run or a logged model has a name, too."""
    return _DEFAULT_URI.sub(r"default/\1", ids.text(text))


def experiment(found: Any, ids: Ids) -> dict[str, Any]:
    """Return an experiment."""
    location = found.artifact_location
    return {
        "experiment_id": ids.experiment(found.experiment_id),
        "name": ids.text(found.name),
        "artifact_location": "default" if _DEFAULT_LOCATION.fullmatch(location) else location,
        "lifecycle_stage": found.lifecycle_stage,
        "creation_time": _time(found.creation_time),
        "last_update_time": _time(found.last_update_time),
        "tags": _texts(found.tags, ids),
    }


def run(found: Any, ids: Ids) -> dict[str, Any]:
    """Return a run, with the latest value of each of its metrics."""
    info, tags = found.info, _texts(found.data.tags, ids)
    return {
        "run_id": ids.text(info.run_id),
        "experiment_id": ids.experiment(info.experiment_id),
        "run_name": ids.text(_name(info.run_name)),
        "user_id": info.user_id,
        "status": info.status,
        "start_time": _time(info.start_time),
        "end_time": _time(info.end_time),
        "artifact_uri": place(info.artifact_uri, ids),
        "lifecycle_stage": info.lifecycle_stage,
        "metrics": {key: number(value) for key, value in sorted(found.data.metrics.items())},
        "params": _texts(found.data.params, ids),
        "tags": {key: _name(value) if key == "mlflow.runName" else value for key, value in tags.items()},
        "inputs": [_dataset(one, ids) for one in found.inputs.dataset_inputs],
        "models": sorted(ids.text(one.model_id) for one in getattr(found.inputs, "model_inputs", None) or ()),
        "outputs": sorted([ids.text(one.model_id), one.step] for one in _outputs(found)),
    }


def _outputs(found: Any) -> Any:
    outputs = getattr(found, "outputs", None)  # of clients before MLflow 3, runs have none
    return outputs.model_outputs if outputs else ()


def logged_model(found: Any, ids: Ids) -> dict[str, Any]:
    """Return a logged model, with the latest value of each of its metrics."""
    return {
        "model_id": ids.text(found.model_id),
        "experiment_id": ids.experiment(found.experiment_id),
        "name": ids.text(_name(found.name)),
        "artifact_location": place(found.artifact_location, ids),
        "status": str(found.status),
        "status_message": found.status_message,
        "model_type": found.model_type,
        "source_run_id": ids.text(found.source_run_id or ""),
        "creation_timestamp": _time(found.creation_timestamp),
        "last_updated_timestamp": _time(found.last_updated_timestamp),
        "tags": _texts(found.tags, ids),
        "params": _texts(found.params, ids),
        "metrics": sorted([*metric(one), ids.text(one.run_id or ""), _data_set_of(one)] for one in found.metrics or ()),
    }


def _data_set_of(point: Any) -> str:
    return f"{point.dataset_name or ''} {point.dataset_digest or ''}".strip()


def registered_model(found: Any, ids: Ids) -> dict[str, Any]:
    """Return a registered model, with the latest version of each stage."""
    return {
        "name": found.name,
        "description": ids.text(found.description or ""),
        "creation_timestamp": _time(found.creation_timestamp),
        "is_changed": found.last_updated_timestamp != found.creation_timestamp,
        "latest_versions": [version(one, ids) for one in found.latest_versions],
        "tags": _texts(found.tags, ids),
        "aliases": {alias: str(found.aliases[alias]) for alias in _own(found.aliases)},
    }


def version(found: Any, ids: Ids) -> dict[str, Any]:
    """Return a version of a registered model."""
    fields = ("name", "current_stage", "user_id", "run_link", "status", "status_message")
    return {
        **{field: getattr(found, field) for field in fields},
        "version": str(found.version),
        "description": ids.text(found.description or ""),
        "source": place(found.source, ids),
        "run_id": ids.text(found.run_id or ""),
        "model_id": ids.text(getattr(found, "model_id", None) or ""),
        "creation_timestamp": _time(found.creation_timestamp),
        "is_changed": found.last_updated_timestamp != found.creation_timestamp,
        "tags": _texts(found.tags, ids),
        "aliases": _own(found.aliases),
    }


def prompt(found: Any, ids: Ids) -> dict[str, Any]:
    """Return a prompt; clients before MLflow 3 have no other name for a version of one."""
    if hasattr(found, "template"):
        return prompt_version(found, ids)
    return {
        "name": found.name,
        "description": ids.text(found.description or ""),
        "creation_timestamp": _time(found.creation_timestamp),
        "tags": _texts({key: found.tags[key] for key in found.tags if key != _LINKED}, ids),
    }


def prompt_version(found: Any, ids: Ids) -> dict[str, Any]:
    """Return a version of a prompt."""
    return {
        "name": found.name,
        "version": str(found.version),
        "template": ids.text(str(found.template)),
        "commit_message": found.commit_message,
        "creation_timestamp": _time(found.creation_timestamp),
        "tags": _texts(found.tags or {}, ids),
        "aliases": _own(found.aliases or ()),
    }


def _own(aliases: Iterable[str]) -> list[str]:
    """Return aliases in their order without those that Lineal gives for a stage (docs/mlflow.md)."""
    return [alias for alias in aliases if alias not in STAGE_ALIASES]


def metric(found: Any) -> list[Any]:
    """Return a point of a metric: key, value, timestamp, step."""
    return [found.key, number(found.value), _time(found.timestamp), found.step]


def number(value: float) -> float | str:
    """Return a number, as a text if JSON has no number for it."""
    return value if math.isfinite(value) else str(value).replace("nan", "NaN")


def _dataset(found: Any, ids: Ids) -> dict[str, Any]:
    fields = ("name", "digest", "source_type", "source", "schema", "profile")
    values = {field: getattr(found.dataset, field) for field in fields}
    values["name"] = ids.text(values["name"])
    return values | {"tags": {tag.key: tag.value for tag in found.tags}}


def _texts(texts: dict[str, str], ids: Ids) -> dict[str, str]:
    return {ids.text(key): ids.text(value) for key, value in sorted(texts.items())}


def _name(name: str) -> str:
    return "generated" if _GENERATED_NAME.fullmatch(name) else name


def _time(given: int | None) -> int | str | None:
    return given if given is None or given < FIRST_CLOCK_TIME else "now"
