"""What MLflow's client returns as plain JSON, with a name for every id and every time of the clock.

It reads the documented attributes alone, so any version of the client will do. This file runs in the environment of
MLflow's client, and imports nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import math
import re
from typing import Any

FIRST_CLOCK_TIME = 10**12
"""Milliseconds since the epoch from which a time is one of the clock: plans ask for smaller ones."""
LONGEST_TEXT = 200
_GENERATED_NAME = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")
_DEFAULT_LOCATION = re.compile(r"mlflow-artifacts:/[^#?]*")
_DEFAULT_URI = re.compile(r"mlflow-artifacts:/.*/(run \d+/artifacts)")


class Ids:
    """The ids that a server gave, and the names by which a transcript calls them."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._names: dict[str, dict[str, str]] = {"experiment": {}, "run": {}}

    def learn(self, what: str, name: str, given: str) -> None:
        """Remember the id of what a call has made."""
        self._ids[name] = given
        self._names[what][given] = name

    def of(self, what: str, name: str, number: int) -> str:
        """Return the id of what a call should have made; an unknown one if that call failed."""
        return self._ids.get(name, str(900_000_000 + number) if what == "experiment" else f"{number:032x}")

    def experiment(self, given: str) -> str:
        """Return the name of an experiment's id."""
        return self._names["experiment"].get(given, given)

    def text(self, text: str) -> str:
        """Return a text with names for the ids of runs; a long one as its beginning, length and digest."""
        for given, name in self._names["run"].items():
            text = text.replace(given, name)
        if len(text) <= LONGEST_TEXT:
            return text
        return f"{text[:20]}… {len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:12]}"


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
        "artifact_uri": _DEFAULT_URI.sub(r"default/\1", ids.text(info.artifact_uri)),
        "lifecycle_stage": info.lifecycle_stage,
        "metrics": {key: number(value) for key, value in sorted(found.data.metrics.items())},
        "params": _texts(found.data.params, ids),
        "tags": {key: _name(value) if key == "mlflow.runName" else value for key, value in tags.items()},
        "inputs": [_dataset(one, ids) for one in found.inputs.dataset_inputs],
    }


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
