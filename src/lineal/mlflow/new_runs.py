"""Runs that are not in the store yet: an execution in a context of its own, whose parent is the experiment.

A client creates one at a time (runs.py), and an import many. What stays out: whether a run may be created.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lineal import conventions
from lineal.kinds import CONTEXT, EXECUTION
from lineal.mlflow import stored_form, workspaces
from lineal.mlflow.stored_form import PARAM, TAG
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_nodes import start_nodes
from lineal.store.engine.session import Session
from lineal.store.rows import relations
from lineal.wire import metadata_store as pb

NAME_TAG = "mlflow.runName"
"""The tag that names a run, beside its property."""


@dataclass(frozen=True)
class NewRun:
    """A run to be stored. Times are milliseconds since the epoch.

    Attributes:
        run_id: its id, which no run of the workspace has.
        experiment_id: the id of the context of its experiment.
        name: its name.
        user_id: who ran it, "" if that is not known.
        artifact_uri: where its files are.
        started: when it started.
        tags: its tags, that of the name included.
        params: its parameters.
        state: the state of the execution.
        ended: when it ended, None if it has not.
        archived: when it was deleted, None if it is active.
        shown: the name in that of its context, "" for its own: no other context of a run may have the same.
    """

    run_id: str
    experiment_id: int
    name: str
    user_id: str
    artifact_uri: str
    started: int
    tags: Mapping[str, str]
    params: Mapping[str, str] = field(default_factory=dict)
    state: pb.Execution.State = pb.Execution.RUNNING
    ended: int | None = None
    archived: int | None = None
    shown: str = ""


class StoredRun(NamedTuple):
    """A run that was stored: its execution, with its id, and the id of its context."""

    execution: pb.Execution
    context_id: int


def store_runs(session: Session, types: KnownTypes, workspace: str, runs: Sequence[NewRun]) -> list[StoredRun]:
    """Store runs of a workspace; return them index-aligned.

    Raises:
        AlreadyExistsError: one of them is there.
    """
    context_type = workspaces.type_id(session, types, CONTEXT, stored_form.RUN_TYPE, stored_form.RUN_CONTEXT_PROPERTIES)
    run_type = workspaces.type_id(session, types, EXECUTION, stored_form.RUN_TYPE, stored_form.RUN_PROPERTIES)
    executions = [_execution(run_type, workspace, run) for run in runs]
    asked = workspaces.ask_workspace_id(session, types, workspace)
    contexts = start_nodes(session, types, CONTEXT, [_context(context_type, workspace, run) for run in runs])
    started = start_nodes(session, types, EXECUTION, executions)
    context_ids, ids, workspace_id = contexts(), started(), asked()
    experiment_ids = [run.experiment_id for run in runs]
    relations.add_parents(session, list(zip(context_ids, experiment_ids, strict=True)))
    held = zip(ids, experiment_ids, context_ids, strict=True)
    members = [(holder, node_id) for node_id, *holders in held for holder in (workspace_id, *holders)]
    relations.add_members(session, EXECUTION, members)
    for execution, node_id in zip(executions, ids, strict=True):
        execution.id = node_id
    return [StoredRun(*each) for each in zip(executions, context_ids, strict=True)]


def _execution(type_id: int, workspace: str, new: NewRun) -> pb.Execution:
    run = pb.Execution(
        type_id=type_id,
        external_id=stored_form.run_external_id(workspace, new.run_id),
        last_known_state=new.state,
    )
    own = {"name": new.name, "run_id": new.run_id, "user_id": new.user_id, "artifact_uri": new.artifact_uri}
    for name, value in own.items():
        if value:
            run.properties[name].string_value = value
    run.properties["experiment_id"].int_value = new.experiment_id
    custom = run.custom_properties
    custom[conventions.WORKSPACE_PROPERTY].string_value = workspace
    times = {stored_form.STARTED: new.started, stored_form.ENDED: new.ended, conventions.ARCHIVED: new.archived}
    for name, time in times.items():
        if time is not None:
            custom[name].int_value = time
    for prefix, pairs in ((PARAM, new.params), (TAG, new.tags)):
        for key, value in pairs.items():
            custom[prefix + key].string_value = value
    return run


def _context(type_id: int, workspace: str, run: NewRun) -> pb.Context:
    context = pb.Context(
        type_id=type_id,
        name=stored_form.run_context_name(run.shown or run.name, run.run_id),
        external_id=stored_form.run_external_id(workspace, run.run_id),
    )
    context.properties["name"].string_value = run.name
    context.properties["run_id"].string_value = run.run_id
    context.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    return context
