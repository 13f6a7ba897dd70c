"""The rules of what a run read: data sets, which become inputs of its execution.

What stays out: how a data set is stored (data_sets.py), and models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import data_sets, runs
from lineal.mlflow.requests import Field, Request, as_list, as_text, pairs, read
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_events import write_events
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import relations
from lineal.wire import metadata_store as pb

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
    """Record data sets that a run read; one that the run has already stays as it is, its tags too.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: the run is deleted, or a data set cannot be stored.
        UnimplementedError: a model is an input.
    """
    if request.list("models"):
        raise errors.UnimplementedError("models as inputs of a run are not served yet")
    given = [_read(index, item) for index, item in enumerate(request.list("datasets"))]
    run = runs.locked(session, types, request)
    contexts = [context_id for context_id, _ in relations.memberships_of(session, EXECUTION, [run.id])]
    for data_set, tags in given:
        artifact_id = data_sets.stored(session, types, request, data_set)
        if event_rows.is_there(session, artifact_id, run.id, pb.Event.INPUT):
            continue
        event = pb.Event(artifact_id=artifact_id, execution_id=run.id, type=pb.Event.INPUT)
        for each in (text for pair in sorted(tags.items()) for text in pair):
            event.path.steps.add(key=each)
        write_events(session, [event])
        relations.add_members(session, ARTIFACT, [(context_id, artifact_id) for context_id in contexts])
    return {}


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
