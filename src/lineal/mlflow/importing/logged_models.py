"""A batch of logged models of a source in the store, and which runs made and read them.

Runs are stored first, since a model names the run that makes it; the links between both come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineal.importing.report import Report
from lineal.kinds import ARTIFACT
from lineal.mlflow import evaluations, found_models, found_runs, run_links, stored_form
from lineal.mlflow.evaluations import DataSet
from lineal.mlflow.importing import counted
from lineal.mlflow.importing.runs import Stored
from lineal.mlflow.new_models import PENDING, STATES, STATUS, NewModel, store_models
from lineal.mlflow.random_names import random_name
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import DELETED, PARAM, TAG
from lineal.mlflow_sources import Model, Run, Series
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.wire import metadata_store as pb

Measured = tuple[str, str, tuple[str, str]]
"""A logged model, the run that measured it, and the data set."""


@dataclass(frozen=True)
class PlacedModel:
    """A logged model of a source, and where its files are from the store's side."""

    model: Model
    artifact_uri: str


def put(session: Session, types: KnownTypes, workspace: str, experiment: int, batch: Sequence[PlacedModel]) -> Stored:
    """Store the logged models of a batch, without their points.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace.
        experiment: the id of the context of the experiment.
        batch: the models, which fit.
    """
    done = Report()
    found = found_models.by_ids(session, types, workspace, [each.model.model_id for each in batch])
    new = [each for each in batch if each.model.model_id not in found]
    created = store_models(session, types, workspace, [_new(each, experiment) for each in new]) if new else []
    _set_times(session, [(each.model, artifact.id) for each, artifact in zip(new, created, strict=True)], before=1)
    for each in batch:
        if each.model.model_id in found:
            _complete(session, types, found[each.model.model_id], each, done)
    done.new[counted.MODELS] += len(new)
    done.known[counted.MODELS] += len(found)
    ids = {model_id: artifact.id for model_id, artifact in found.items()}
    ids.update({each.model.model_id: artifact.id for each, artifact in zip(new, created, strict=True)})
    return Stored(ids, frozenset(artifact.id for artifact in created), done)


def _new(placed: PlacedModel, experiment: int) -> NewModel:
    model = placed.model
    return NewModel(
        model_id=model.model_id,
        experiment_id=experiment,
        name=model.name or random_name(),
        model_type=model.model_type,
        source_run_id=model.source_run_id,
        uri=placed.artifact_uri,
        params=model.params,
        tags=model.tags,
        status=model.status if model.status in STATES else PENDING,
        archived=(model.updated or now()) if model.is_deleted else None,
        created=model.created,
    )


def set_times(session: Session, batch: Sequence[PlacedModel], stored: Stored) -> None:
    """Say when new models were created and changed, after their points were added."""
    ids = [(each.model, stored.ids[each.model.model_id]) for each in batch]
    _set_times(session, [(model, node_id) for model, node_id in ids if node_id in stored.new])


def _set_times(session: Session, models: Sequence[tuple[Model, int]], *, before: int = 0) -> None:
    """Say when models were created and changed; `before` milliseconds earlier if they will be changed once more."""
    times = []
    for model, node_id in models:
        created = model.created or model.updated or now()
        times.append((node_id, created, (model.updated or created) - before))
    node_rows.set_times(session, ARTIFACT, times)


def _complete(session: Session, types: KnownTypes, found: pb.Artifact, placed: PlacedModel, done: Report) -> None:
    """Give a model that is there the parameters, the tags and the status that it lacks."""
    model, custom, paths = placed.model, found.custom_properties, []
    if found.uri == model.artifact_uri != placed.artifact_uri:
        found.uri = placed.artifact_uri  # its files have been copied since
        paths.append("uri")
    for what, prefix, pairs in ((counted.PARAMETERS, PARAM, model.params), (counted.TAGS, TAG, model.tags)):
        lacking = {prefix + key: value for key, value in pairs.items() if prefix + key not in custom}
        for name, value in lacking.items():
            custom[name].string_value = value
        paths += [f"custom_properties.{name}" for name in lacking]
        done.new[what] += len(lacking)
    if custom[STATUS].string_value == PENDING != model.status and model.status in STATES:
        custom[STATUS].string_value = model.status
        found.state = STATES[model.status]
        paths += ["state", f"custom_properties.{STATUS}"]
    for what in _differences(found, model):
        done.differing.add(f"logged models {what}", model.model_id)
    if paths:
        write_nodes(session, types, ARTIFACT, [found], UpdateOptions(mask=tuple(paths)))


def _differences(found: pb.Artifact, model: Model) -> list[str]:
    custom = found.custom_properties
    differing = {
        "with other parameters": any(custom[PARAM + key].string_value != value for key, value in model.params.items()),
        "with other tags": any(
            custom[TAG + key].string_value != value
            for key, value in model.tags.items()
            if key != found_models.VERSIONS_TAG  # it grows when a version is registered here
        ),
        "with other states": custom[STATUS].string_value != model.status,
        "that are deleted on one side alone": (stored_form.lifecycle_of(found) == DELETED) != model.is_deleted,
    }
    return [what for what, differs in differing.items() if differs]


def holders(
    session: Session, types: KnownTypes, workspace: str, piece: Sequence[Series]
) -> tuple[list[Series], dict[str, int]]:
    """Return points of logged models by what has them, and the ids of these artifacts.

    A model has those that the run which made it logs without a data set; others are of evaluations (evaluations.py).

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace.
        piece: the points.

    Returns:
        The series, whose owners are names of artifacts, and the ids of the artifacts by these names.
    """
    known = found_models.by_ids(session, types, workspace, sorted({each.owner for each in piece}))
    runs = found_runs.by_ids(session, types, workspace, sorted({each.run_id for each in piece if each.run_id}))
    evaluated: dict[Measured, int] = {}
    found = []
    for each in piece:
        model, run = known.get(each.owner), runs.get(each.run_id)
        if model is None:
            continue
        holder = model.id
        is_own = not each.data_set[0] and found_models.source_run_of(model) == each.run_id
        if run is not None and not is_own:
            measured = (each.owner, each.run_id, each.data_set)
            if measured not in evaluated:
                evaluated[measured] = evaluations.stored(
                    session, types, Request(workspace), model, run, DataSet(*each.data_set), time=min(each.times)
                )
            holder = evaluated[measured]
        found.append(each._replace(owner=str(holder)))
    return found, {each.owner: int(each.owner) for each in found}


def join(session: Session, types: KnownTypes, workspace: str, runs: Sequence[Run]) -> Report:
    """Record which logged models runs read and made; those that a source does not have are noted."""
    done = Report()
    executions = found_runs.by_ids(session, types, workspace, [run.run_id for run in runs])
    named = sorted({each for run in runs for each in (*run.models_read, *(made for made, _ in run.models_made))})
    known = found_models.by_ids(session, types, workspace, named)
    events = []
    for run in runs:
        execution = executions.get(run.run_id)
        if execution is None:
            continue  # it could not be stored, and the report says so
        told = [(each, run_links.model_read_event, ()) for each in run.models_read]
        told += [(each, run_links.model_made_event, (step,)) for each, step in run.models_made]  # type: ignore[misc]
        for model_id, event_of, more in told:
            if model_id not in known:
                done.left_out.add("inputs and outputs of runs that name an unknown logged model", run.run_id)
                continue
            event = event_of(execution.id, known[model_id].id, *more)
            event.milliseconds_since_epoch = run.started
            events.append(event)
    done.new[counted.LINKS] += run_links.join(session, events)
    return done
