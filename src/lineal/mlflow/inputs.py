"""The rules of what a run read and made: data sets and logged models, by events of its execution.

What stays out: how they are stored (data_sets.py, models.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal import errors
from lineal.mlflow import data_set_uses, data_sets, found_models, found_runs, run_links
from lineal.mlflow.data_set_uses import Use
from lineal.mlflow.requests import Field, Request, as_list, as_text, pairs, read
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session

Fields = dict[str, Any]
_DATA_SET = (
    Field("name", as_text, is_required=True),
    Field("digest", as_text, is_required=True),
    *[Field(name, as_text) for name in data_sets.KEPT],
)
_TAGS = Field("tags", as_list, elements=(Field("key", as_text, is_required=True), Field("value", as_text)))
_LONGEST = {"name": 500, "digest": 36, "source": 65_535, "schema": 1_048_575, "profile": 16_777_215}
_LONGEST_TAG = {"key": 255, "value": 500}


def log_inputs(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Record data sets and models that a run read; one that the run has already stays as it is, its tags too.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: the run is deleted, or a data set cannot be stored.
    """
    given = [_read(index, item) for index, item in enumerate(request.list("datasets"))]
    run = found_runs.locked(session, types, request)
    uses = [Use(run.id, data_set, tags) for data_set, tags in given]
    events = data_set_uses.events(session, types, request.workspace, uses)
    known = _models(session, types, request)
    run_links.join(session, [*events, *[run_links.model_read_event(run.id, each) for each in known.values()]])
    data_set_uses.keep(session, uses, events)
    return {}


def log_outputs(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Record models that a run made, each at a step; one that the run has already stays as it is.

    Raises:
        NotFoundError: the workspace has no such run, or no such model.
        InvalidArgumentError: the run is deleted.
    """
    run = found_runs.locked(session, types, request)
    known = _models(session, types, request)
    made = [(known[item["model_id"]], item.get("step", 0)) for item in request.list("models")]
    run_links.join(session, [run_links.model_made_event(run.id, model_id, step) for model_id, step in made])
    return {}


def _models(session: Session, types: KnownTypes, request: Request) -> dict[str, int]:
    """Return the artifacts of the models that a request names, by the id of the model.

    Raises:
        NotFoundError: the workspace has no such model.
    """
    wanted = [item["model_id"] for item in request.list("models")]
    if not wanted:
        return {}
    known = {
        model_id: model.id for model_id, model in found_models.by_ids(session, types, request.workspace, wanted).items()
    }
    missing = next((each for each in wanted if each not in known), None)
    if missing is not None:
        raise errors.NotFoundError(f"the workspace {request.workspace!r} has no logged model {missing[:100]!r}")
    return known


def _read(index: int, item: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Return a data set and the tags of its use, checked.

    Raises:
        InvalidArgumentError: a field is missing, of another kind, or too long.
    """
    place = f"datasets[{index}]"
    if not isinstance(item, dict) or not isinstance(item.get("dataset"), dict):
        raise errors.InvalidArgumentError(f"'{place}' must be an object with the object 'dataset'")
    data_set: dict[str, str] = read(_DATA_SET, item["dataset"], prefix=f"{place}.dataset.")
    tags: list[dict[str, str]] = read([_TAGS], item, prefix=f"{place}.").get("tags", [])
    _check_lengths(data_set, _LONGEST, f"{place}.dataset.")
    for number, tag in enumerate(tags):
        _check_lengths(tag, _LONGEST_TAG, f"{place}.tags[{number}].")
    return data_set, pairs(tags)


def _check_lengths(fields: Mapping[str, str], longest: Mapping[str, int], prefix: str) -> None:
    for name, most in longest.items():
        if len(fields.get(name, "")) > most:
            raise errors.InvalidArgumentError(
                f"'{prefix}{name}' has {len(fields[name])} characters; it can have {most}",
                errors.Details(parameter=f"{prefix}{name}"),
            )
