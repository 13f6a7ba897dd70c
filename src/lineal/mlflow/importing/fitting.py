"""Which texts, keys and names of a source a store takes; what does not fit is noted.

MLflow's databases hold what Lineal refuses from its clients: keys of parameters of 250 characters, the character NUL,
names of experiments that do not fit beside the name of their workspace.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

from lineal.importing.findings import Findings
from lineal.importing.texts import ODD_TEXTS, cleaned, is_storable
from lineal.mlflow import keys, stored_form
from lineal.mlflow.stored_form import LONGEST_NODE_NAME, PARAM, TAG
from lineal.mlflow_sources import DataSetUse, Model, Run, Series

_Record = TypeVar("_Record", Run, Model)


def params(given: Mapping[str, str], owner: str, left_out: Findings) -> dict[str, str]:
    """Return the parameters of a run or model that can be stored."""
    return _fitting(given, LONGEST_NODE_NAME - len(PARAM), "parameters", owner, left_out)


def tags(given: Mapping[str, str], owner: str, left_out: Findings) -> dict[str, str]:
    """Return the tags of something that can be stored."""
    return _fitting(given, LONGEST_NODE_NAME - len(TAG), "tags", owner, left_out)


def _fitting(given: Mapping[str, str], longest: int, what: str, owner: str, left_out: Findings) -> dict[str, str]:
    found = {}
    for key, value in given.items():
        if len(key) > longest:
            left_out.add(f"{what} whose keys have more than {longest} characters", f"{owner}: {key[:60]}...")
        elif not is_storable(key) or not is_storable(value):
            left_out.add(f"{what} that are {ODD_TEXTS}", f"{owner}: {key[:60]!r}")
        else:
            found[key] = value
    return found


def run(given: Run, left_out: Findings) -> Run:
    """Return a run with what of it can be stored."""
    kept = [use for each in given.inputs if (use := _use(each, given.run_id, left_out)) is not None]
    name = cleaned(given.name, given.run_id, left_out)
    return dataclasses.replace(_record(given, given.run_id, left_out), name=name, inputs=kept)


def model(given: Model, left_out: Findings) -> Model:
    """Return a logged model with what of it can be stored."""
    return _record(given, given.model_id, left_out)


def _record(given: _Record, owner: str, left_out: Findings) -> _Record:
    return dataclasses.replace(
        given, params=params(given.params, owner, left_out), tags=tags(given.tags, owner, left_out)
    )


def _use(given: DataSetUse, owner: str, left_out: Findings) -> DataSetUse | None:
    data_set = {name: value for name, value in given.data_set.items() if is_storable(value)}
    if not data_set.get("name") or not data_set.get("digest"):
        left_out.add("inputs of runs whose data set has no name or no digest", owner)
        return None
    left_out.add(f"parts of data sets that are {ODD_TEXTS}", owner, count=len(given.data_set) - len(data_set))
    used = {key: str(value) for key, value in given.tags.items() if is_storable(key) and is_storable(str(value))}
    left_out.add(f"tags of inputs that are {ODD_TEXTS}", owner, count=len(given.tags) - len(used))
    return DataSetUse(data_set, used)


def is_series(given: Series, left_out: Findings) -> bool:
    """Say whether points can be stored: the name of their metric decides."""
    if 0 < len(given.key) <= keys.LONGEST_KEY and is_storable(given.key):
        return True
    what = f"metric points whose names are empty, odd or have more than {keys.LONGEST_KEY} characters"
    left_out.add(what, f"{given.owner}: {given.key[:60]!r}", count=len(given.steps))
    return False


def experiment_name(workspace: str, name: str, source_id: str, left_out: Findings) -> str:
    """Return the name of an experiment, shortened and with its old id if it does not fit."""
    found = cleaned(name, f"experiment {source_id}", left_out)
    longest = stored_form.longest_name(workspace)
    if len(found) <= longest:
        return found
    end = f" ({source_id})"
    left_out.add(f"ends of names of experiments with more than {longest} characters", f"{source_id}: {name[:60]}...")
    return found[: longest - len(end)] + end
