"""The rules of runs: an execution in a context of its own, whose parent is the experiment.

A call that changes a run locks its execution first, so that of two calls the second one sees what the first one wrote.
What stays out: metrics (metrics.py), and searching for runs (searching.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from lineal import conventions, errors
from lineal.kinds import CONTEXT, EXECUTION
from lineal.mlflow import (
    experiments,
    found_runs,
    keys,
    metrics,
    model_metrics,
    run_links,
    run_parents,
    stored_form,
    workspaces,
)
from lineal.mlflow.found_runs import HeldRun
from lineal.mlflow.new_runs import NAME_TAG, NewRun, store_runs
from lineal.mlflow.places import run_place
from lineal.mlflow.random_names import random_name
from lineal.mlflow.requests import Request, pairs
from lineal.mlflow.run_parents import PARENT_TAG
from lineal.mlflow.stored_form import ACTIVE, DELETED, PARAM, TAG, number, text
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.held_nodes import write_held
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_SHOWN = 5


def create_run(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Create a run of an active experiment; a run without a name gets one.

    Raises:
        NotFoundError: the workspace has no such experiment.
        InvalidArgumentError: the experiment is deleted, or the tag of the name and `run_name` differ.
    """
    experiment = experiments.locked(session, types, request)
    experiments.require_active(experiment)
    tags = pairs(request.list("tags"))
    name, run_id = _name_of(request, tags), uuid.uuid4().hex
    place = stored_form.experiment_fields(experiment, root=request.root)["artifact_location"]
    new = NewRun(
        run_id=run_id,
        experiment_id=experiment.id,
        name=name,
        user_id=request.text("user_id"),
        artifact_uri=run_place(place, run_id),
        started=request.number("start_time") or 0,
        tags={**tags, NAME_TAG: name},
    )
    [stored] = store_runs(session, types, request.workspace, [new])
    if parent := tags.get(PARENT_TAG):
        run_parents.nest(session, types, request.workspace, {run_id: parent})
    return {"run": _whole(stored.execution, stored_form.experiment_id_of(experiment), [], {})}


def _name_of(request: Request, tags: dict[str, str]) -> str:
    given, tagged = request.text("run_name"), tags.get(NAME_TAG, "")
    if given and tagged and given != tagged:
        raise errors.InvalidArgumentError(
            f"run_name says {given[:100]!r}, and the tag {NAME_TAG} says {tagged[:100]!r}; give the same, or one alone"
        )
    return given or tagged or random_name()


def get_run(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a run with its parameters, tags and the latest value of each metric.

    Raises:
        NotFoundError: the workspace has no such run.
    """
    run = found_runs.by_id(session, types, request)
    return {"run": whole_runs(session, types, request, [run])[0]}


def whole_runs(session: Session, types: KnownTypes, request: Request, runs: Sequence[pb.Execution]) -> list[Fields]:
    """Return runs as MLflow's clients read them, with their latest metrics and what they read."""
    ids = [run.id for run in runs]
    latest = metrics.latest_of(session, ids)
    links = run_links.links_of(session, types, ids)
    known = experiment_ids(session, types, request, runs)
    return [
        _whole(run, known[run.properties["experiment_id"].int_value], latest.get(run.id, []), links.get(run.id, {}))
        for run in runs
    ]


def experiment_ids(
    session: Session, types: KnownTypes, request: Request, runs: Sequence[pb.Execution]
) -> dict[int, str]:
    """Return the ids of experiments as MLflow knows them, by the ids of their contexts."""
    ids = {run.properties["experiment_id"].int_value for run in runs}
    default = workspaces.default_experiment(session, types, request.workspace)
    return {each: stored_form.DEFAULT_ID if each == default.id else str(each) for each in ids}


def _whole(run: pb.Execution, experiment_id: str, latest: list[Fields], links: Fields) -> Fields:
    return {
        "info": stored_form.run_info(run, experiment_id=experiment_id),
        "data": stored_form.run_data(run, latest),
        "inputs": {},
        "outputs": {},
        **links,
    }


def update_run(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Change the status, the end or the name of a run; answer its info.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: it is deleted.
    """
    default_id = workspaces.ask_default_id(session, request.workspace)
    held = found_runs.held(session, types, request)
    run, paths = held.run, list[str]()
    status = request.text("status")
    state = stored_form.STATES.get(stored_form.STATUS_NUMBERS.get(status, status))
    if state is not None:
        run.last_known_state = state
        paths.append("last_known_state")
    end = request.number("end_time")
    if end is not None:
        paths += _set(run, stored_form.ENDED, number(end))
    if request.text("run_name"):
        paths += _rename(run, request.text("run_name"))
    if paths:
        _write(session, types, held, paths)
    own = run.properties["experiment_id"].int_value
    experiment_id = stored_form.DEFAULT_ID if own == default_id() else str(own)
    return {"run_info": stored_form.run_info(run, experiment_id=experiment_id)}


def _rename(run: pb.Execution, name: str) -> list[str]:
    run.properties["name"].string_value = name
    return ["properties.name", *_set(run, TAG + NAME_TAG, text(name))]


def delete_run(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Mark a run as deleted; one that is stays so.

    Raises:
        NotFoundError: the workspace has no such run.
    """
    held = found_runs.held(session, types, request, stage=None)
    if stored_form.lifecycle_of(held.run) == ACTIVE:
        _write(session, types, held, _set(held.run, conventions.ARCHIVED, number(now())))
    return {}


def restore_run(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Make a deleted run active again; one that is stays so.

    Raises:
        NotFoundError: the workspace has no such run.
    """
    held = found_runs.held(session, types, request, stage=None)
    if stored_form.lifecycle_of(held.run) == DELETED:
        _write(session, types, held, _removed(held.run, conventions.ARCHIVED))
    return {}


def log_parameter(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Log a parameter of a run.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: the run has the parameter with another value, or is deleted, or the key cannot be one.
    """
    return _log(session, types, request, params=[request.fields])


def log_metric(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Log a point of a metric of a run.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: the run is deleted, or the point cannot be stored.
    """
    return _log(session, types, request, points=[request.fields])


def set_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set a tag of a run.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: the run is deleted, or the key cannot be one.
    """
    return _log(session, types, request, tags=[request.fields])


def delete_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Remove a tag of a run.

    Raises:
        NotFoundError: the workspace has no such run, or the run has no such tag.
    """
    key = request.text("key")
    held = found_runs.held(session, types, request)
    if TAG + key not in held.run.custom_properties:
        raise errors.NotFoundError(f"the run {found_runs.run_id_of(request)} has no tag {key[:100]!r}")
    _write(session, types, held, _removed(held.run, TAG + key))
    return {}


def log_batch(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Log metrics, parameters and tags of a run, all or none.

    Raises:
        NotFoundError: the workspace has no such run.
        InvalidArgumentError: there are too many, or one cannot be stored.
    """
    metrics.check_batch(request)
    given = {name: request.list(name) for name in ("metrics", "params", "tags")}
    return _log(
        session, types, request, points=given["metrics"], params=given["params"], tags=given["tags"], is_batch=True
    )


def _log(
    session: Session,
    types: KnownTypes,
    request: Request,
    *,
    points: Sequence[Any] = (),
    params: Sequence[Any] = (),
    tags: Sequence[Any] = (),
    is_batch: bool = False,
) -> Fields:
    place = "metrics[{}]." if is_batch else ""
    series = metrics.series_of(points, place=place)
    model_metrics.require_whole(points, place)
    _check_keys(params, "params" if is_batch else "", longest=keys.LONGEST_PARAM_KEY)
    _check_keys(tags, "tags" if is_batch else "", longest=keys.LONGEST_KEY)
    held = found_runs.held(session, types, request)
    run, paths = held.run, list[str]()
    for key, value in _new_params(run, params).items():
        paths += _set(run, PARAM + key, text(value))
    for key, value in pairs(tags).items():
        paths += _tagged(run, key, value[: keys.LONGEST_TAG])
    if paths:
        _write(session, types, held, paths)
    if series:
        metrics.log_of_run(session, types, held.stored, series)
        model_metrics.log(session, types, request, run, points)
    return {}


def _check_keys(items: Sequence[Any], name: str, *, longest: int) -> None:
    for index, item in enumerate(items):
        keys.check_key(item["key"], f"{name}[{index}].key" if name else "key", longest=longest)


def _tagged(run: pb.Execution, key: str, value: str) -> list[str]:
    """Set a tag; that of the name names the run, and cannot be empty."""
    if key != NAME_TAG:
        return _set(run, TAG + key, text(value))
    return _rename(run, value) if value else []


def _new_params(run: pb.Execution, params: Sequence[Any]) -> dict[str, str]:
    """Return the parameters that a run does not have yet.

    Raises:
        InvalidArgumentError: one is there with another value, or is given twice.
    """
    given: dict[str, str] = {}
    for param in params:
        key = param["key"]
        if key in given:
            raise errors.InvalidArgumentError(f"the parameter {key!r} is given twice in one call; give it once")
        given[key] = param.get("value", "")[: keys.LONGEST_PARAM]
    stored = {key: run.custom_properties[PARAM + key].string_value for key in given if _has_param(run, key)}
    changed = [key for key, value in stored.items() if value != given[key]]
    if changed:
        shown = ", ".join(f"{key!r} from {stored[key][:60]!r} to {given[key][:60]!r}" for key in changed[:_SHOWN])
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        raise errors.InvalidArgumentError(
            f"a parameter that is logged cannot change, and this changes {shown}{more}, of the run "
            f"{run.properties['run_id'].string_value}; log it under another name, or in another run"
        )
    return {key: value for key, value in given.items() if key not in stored}


def _has_param(run: pb.Execution, key: str) -> bool:
    return PARAM + key in run.custom_properties


def _set(run: pb.Execution, name: str, value: pb.Value) -> list[str]:
    """Set a custom property; return the paths of the mask that say so."""
    run.custom_properties[name].CopyFrom(value)
    return [f"custom_properties.{name}"]


def _removed(run: pb.Execution, name: str) -> list[str]:
    """Remove a custom property; return the paths of the mask that say so."""
    del run.custom_properties[name]
    return [f"custom_properties.{name}"]


def _write(session: Session, types: KnownTypes, held: HeldRun, paths: Sequence[str]) -> None:
    run = held.run
    write_held(session, types, EXECUTION, held.stored, run, [*dict.fromkeys(paths)])
    if "properties.name" in paths:
        _rename_context(session, types, run)
    if f"custom_properties.{TAG}{PARENT_TAG}" in paths:
        tag = run.custom_properties.get(TAG + PARENT_TAG)
        parent = {run.properties["run_id"].string_value: tag.string_value if tag is not None else ""}
        run_parents.nest(session, types, stored_form.workspace_of(run), parent)


def _rename_context(session: Session, types: KnownTypes, run: pb.Execution) -> None:
    """Give the context of a run the name that the run has."""
    found = whole_nodes.whole_by_external_ids(session, CONTEXT, [run.external_id])
    for context in whole_messages(session, types, CONTEXT, found):
        name = run.properties["name"].string_value
        context.name = stored_form.run_context_name(name, run.properties["run_id"].string_value)
        context.properties["name"].string_value = name
        write_nodes(session, types, CONTEXT, [context], UpdateOptions(mask=("name", "properties.name")))
