"""Experiments of a source in the store: where each one is, or a new one.

An experiment gets a new id, that of its node. It is found again by an external id with the old id and the time when it
was created; the old id alone is a property, for people. What stays out: runs (runs.py).
"""

from __future__ import annotations

import dataclasses

from lineal import conventions
from lineal.importing.report import Report
from lineal.kinds import CONTEXT
from lineal.mlflow import stored_form, workspaces
from lineal.mlflow.experiments import new_experiment
from lineal.mlflow.importing import counted, fitting
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import DELETED, TAG
from lineal.mlflow_sources import DEFAULT_EXPERIMENT, Experiment
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb

SOURCE_ID = "__mlflow_source_id__"
"""The property with the id that an experiment had where it was imported from."""


def external_id_of(workspace: str, experiment: Experiment) -> str:
    """Return the external id of an imported experiment."""
    return f"mlflow:{workspace}:imported:{experiment.id}:{experiment.created or 0}"


def find(session: Session, types: KnownTypes, workspace: str, experiment: Experiment) -> pb.Context | None:
    """Return where an experiment is in a workspace: imported before, or recorded here under its name."""
    if experiment.id == DEFAULT_EXPERIMENT:
        found = workspaces.default_experiment(session, types, workspace)
        return found if found.id else None
    external_id = external_id_of(workspace, experiment)
    rows = whole_nodes.whole_by_external_ids(session, CONTEXT, [external_id])
    for each in whole_messages(session, types, CONTEXT, rows):
        if stored_form.is_own(each, stored_form.EXPERIMENT_TYPE, workspace):
            context: pb.Context = each
            return context
    return workspaces.experiment_named(session, types, workspace, experiment.name)


def put(
    session: Session, types: KnownTypes, workspace: str, given: Experiment, place: str
) -> tuple[pb.Context, Report]:
    """Return the context of an experiment, which is created if it is not there; it gets the tags that it lacks.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace in the store.
        given: the experiment.
        place: where the files of its runs are to be; "" for a place of its own below those of the workspace.
    """
    done = Report()
    tags = fitting.tags(given.tags, f"experiment {given.id}", done.left_out)
    is_first = workspaces.prepare(session, types, Request(workspace))
    found = find(session, types, workspace, given)
    name = fitting.experiment_name(workspace, given.name, given.id, done.left_out)
    if found is not None and not (is_first and given.id == DEFAULT_EXPERIMENT):
        _complete(session, types, found, dataclasses.replace(given, name=name, tags=tags), done)
        return found, done
    context = new_experiment(session, types, workspace, name, place=place, tags=tags)
    if found is not None:
        context.id, context.external_id = found.id, found.external_id
    else:
        context.external_id = external_id_of(workspace, given)
        context.custom_properties[SOURCE_ID].string_value = given.id
    if given.is_deleted:
        context.custom_properties[conventions.ARCHIVED].int_value = given.updated or now()
    [context.id] = write_nodes(session, types, CONTEXT, [context])
    created = given.created or given.updated or now()
    node_rows.set_times(session, CONTEXT, [(context.id, created, given.updated or created)])
    done.new[counted.EXPERIMENTS] += 1
    return context, done


def _complete(session: Session, types: KnownTypes, found: pb.Context, given: Experiment, done: Report) -> None:
    """Give an experiment that is there the tags that it lacks."""
    done.known[counted.EXPERIMENTS] += 1
    for what in _differences(found, given):
        done.differing.add(f"experiments {what}", f"{given.id}: {given.name[:60]}")
    lacking = {TAG + key: value for key, value in given.tags.items() if TAG + key not in found.custom_properties}
    for name, value in lacking.items():
        found.custom_properties[name].string_value = value
    if lacking:
        mask = UpdateOptions(mask=tuple(f"custom_properties.{name}" for name in lacking))
        write_nodes(session, types, CONTEXT, [found], mask)
        done.new[counted.TAGS] += len(lacking)


def _differences(found: pb.Context, given: Experiment) -> list[str]:
    custom = found.custom_properties
    stored = [(custom[TAG + key].string_value, value) for key, value in given.tags.items() if TAG + key in custom]
    differing = {
        "with other tags": any(here != there for here, there in stored),
        "that are deleted on one side alone": (stored_form.lifecycle_of(found) == DELETED) != given.is_deleted,
        "with other names": found.properties["name"].string_value != given.name,
    }
    return [what for what, differs in differing.items() if differs]
