"""A batch of runs of a source in the store: new ones are stored, and those that are there get what they lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lineal.importing.report import Report
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.mlflow import data_set_uses, found_runs, older_models, run_links, stored_form
from lineal.mlflow.data_set_uses import Use
from lineal.mlflow.importing import counted
from lineal.mlflow.new_runs import NewRun, StoredRun, store_runs
from lineal.mlflow.stored_form import DELETED, ENDED, PARAM, STARTED, TAG
from lineal.mlflow_sources import Run
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.wire import metadata_store as pb

_OPEN = (pb.Execution.RUNNING, pb.Execution.NEW)


@dataclass(frozen=True)
class Placed:
    """A run of a source, and where its files are from the store's side."""

    run: Run
    artifact_uri: str


@dataclass(frozen=True)
class Stored:
    """The runs of a batch in the store.

    Attributes:
        ids: the ids of their executions, by the ids of the runs.
        new: the ids of those executions that were created.
        report: what was done.
    """

    ids: Mapping[str, int]
    new: frozenset[int]
    report: Report


def put(session: Session, types: KnownTypes, workspace: str, experiment: int, batch: Sequence[Placed]) -> Stored:
    """Store the runs of a batch, without their points.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace.
        experiment: the id of the context of the experiment.
        batch: the runs, which fit.
    """
    done = Report()
    found = found_runs.by_ids(session, types, workspace, [each.run.run_id for each in batch])
    new = [each for each in batch if each.run.run_id not in found]
    laid_out = _with_own_names(session, types, workspace, [_new(each, experiment) for each in new])
    created = store_runs(session, types, workspace, laid_out) if new else []
    _set_times(session, new, created)
    for each in batch:
        if each.run.run_id in found:
            _complete(session, types, found[each.run.run_id], each, done)
    done.new.update({counted.RUNS: len(new), counted.PARAMETERS: sum(len(each.run.params) for each in new)})
    done.new[counted.TAGS] += sum(len(each.run.tags) for each in new)
    done.known[counted.RUNS] += len(found)
    executions = {**found, **{each.run.run_id: stored.execution for each, stored in zip(new, created, strict=True)}}
    done.new[counted.INPUTS] += _join_data_sets(session, types, workspace, executions, batch)
    for each in batch:
        _record_older_models(session, types, workspace, executions[each.run.run_id], each)
    ids = {run_id: execution.id for run_id, execution in executions.items()}
    return Stored(ids, frozenset(stored.execution.id for stored in created), done)


def _new(placed: Placed, experiment: int) -> NewRun:
    run = placed.run
    return NewRun(
        run_id=run.run_id,
        experiment_id=experiment,
        name=run.name,
        user_id=run.user_id,
        artifact_uri=placed.artifact_uri,
        started=run.started,
        tags=run.tags,
        params=run.params,
        state=stored_form.STATES.get(run.status, pb.Execution.RUNNING),
        ended=run.ended,
        archived=(run.deleted or now()) if run.is_deleted else None,
    )


def _with_own_names(session: Session, types: KnownTypes, workspace: str, new: Sequence[NewRun]) -> list[NewRun]:
    """Return runs that say the workspace in their contexts' names, if these are taken: another workspace has them."""
    known = types.id_of(session, CONTEXT, stored_form.RUN_TYPE, "")
    if known is None or not new:
        return [*new]
    names = {stored_form.run_context_name(each.name, each.run_id): each for each in new}
    taken = {name for _, name in node_rows.ids_by_types_and_names(session, CONTEXT, [known], names)}
    return [replace(each, shown=f"{workspace}: {each.name}") if name in taken else each for name, each in names.items()]


def _set_times(session: Session, runs: Sequence[Placed], created: Sequence[StoredRun]) -> None:
    """Say that runs were recorded when they ran."""
    times = [_times(each.run) for each in runs]
    executions = [(stored.execution.id, *time) for stored, time in zip(created, times, strict=True)]
    contexts = [(stored.context_id, *time) for stored, time in zip(created, times, strict=True)]
    node_rows.set_times(session, EXECUTION, executions)
    node_rows.set_times(session, CONTEXT, contexts)


def _times(run: Run) -> tuple[int, int]:
    """Return when a run was recorded and last changed, as far as its times say."""
    known = [time for time in (run.started, run.ended, run.deleted) if time]
    return (run.started or min(known, default=now()), max(known, default=now()))


def _complete(session: Session, types: KnownTypes, found: pb.Execution, placed: Placed, done: Report) -> None:
    """Give a run that is there the parameters, the tags and the end that it lacks."""
    run, custom = placed.run, found.custom_properties
    paths = []
    for what, prefix, pairs in ((counted.PARAMETERS, PARAM, run.params), (counted.TAGS, TAG, run.tags)):
        lacking = {prefix + key: value for key, value in pairs.items() if prefix + key not in custom}
        for name, value in lacking.items():
            custom[name].string_value = value
        paths += [f"custom_properties.{name}" for name in lacking]
        done.new[what] += len(lacking)
    state = stored_form.STATES.get(run.status, pb.Execution.RUNNING)
    if found.last_known_state in _OPEN and state not in _OPEN:
        found.last_known_state = state
        paths.append("last_known_state")
        done.new[counted.ENDS] += 1
    if run.ended is not None and ENDED not in custom:
        custom[ENDED].int_value = run.ended
        paths.append(f"custom_properties.{ENDED}")
    if placed.artifact_uri != run.artifact_uri and stored_form.artifact_uri_of(found) == run.artifact_uri:
        found.properties["artifact_uri"].string_value = placed.artifact_uri  # its files have been copied since
        paths.append("properties.artifact_uri")
    for what in _differences(found, run):
        done.differing.add(f"runs {what}", run.run_id)
    if paths:
        write_nodes(session, types, EXECUTION, [found], UpdateOptions(mask=tuple(paths)))


def _differences(found: pb.Execution, run: Run) -> list[str]:
    custom = found.custom_properties
    pairs = [(PARAM + key, value) for key, value in run.params.items()]
    tags = [(TAG + key, value) for key, value in run.tags.items()]
    differing = {
        "with other parameters": any(custom[name].string_value != value for name, value in pairs),
        "with other tags": any(custom[name].string_value != value for name, value in tags),
        "with other names": found.properties["name"].string_value != run.name,
        "with other states": found.last_known_state != stored_form.STATES.get(run.status, pb.Execution.RUNNING),
        "with other times": custom[STARTED].int_value != run.started
        or (run.ended or 0) not in (0, custom[ENDED].int_value),
        "that are deleted on one side alone": (stored_form.lifecycle_of(found) == DELETED) != run.is_deleted,
    }
    return [what for what, differs in differing.items() if differs]


def _join_data_sets(
    session: Session,
    types: KnownTypes,
    workspace: str,
    executions: Mapping[str, pb.Execution],
    batch: Sequence[Placed],
) -> int:
    """Record the data sets that runs read; return how many uses were new."""
    uses = [
        Use(executions[each.run.run_id].id, use.data_set, use.tags, each.run.started)
        for each in batch
        for use in each.run.inputs
    ]
    if not uses:
        return 0
    events = data_set_uses.events(session, types, workspace, uses)
    count = run_links.join(session, events)
    data_set_uses.keep(session, uses, events)
    return count


def _record_older_models(
    session: Session, types: KnownTypes, workspace: str, execution: pb.Execution, placed: Placed
) -> None:
    """Record the models that a client before MLflow 3 logged, which are a tag of the run."""
    run = placed.run
    for told in older_models.told_in(run.tags.get(older_models.HISTORY, "")):
        older_models.record(session, types, workspace, execution, told, time=run.started)
        if placed.artifact_uri == run.artifact_uri:
            continue
        path = str(told["artifact_path"])
        model = older_models.by_folder(session, types, workspace, run.run_id, path)
        if model is not None and model.uri == f"{run.artifact_uri}/{path}":
            model.uri = f"{placed.artifact_uri}/{path}"  # its files have been copied since
            write_nodes(session, types, ARTIFACT, [model], UpdateOptions(mask=("uri",)))
