"""Runs inside other runs: a tag of MLflow names the parent, and here its context holds that of the run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from lineal import errors
from lineal.kinds import CONTEXT
from lineal.mlflow import stored_form
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_relations import put_parent_contexts
from lineal.store.engine.session import Session
from lineal.store.rows import relations, whole_nodes
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

PARENT_TAG = "mlflow.parentRunId"


def nest(session: Session, types: KnownTypes, workspace: str, parents: Mapping[str, str]) -> None:
    """Put the contexts of runs into those of their parents, and take them out of those of others.

    A parent that the workspace does not have is none, and neither is one that is itself inside the run: the tag can say
    anything.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace of the runs.
        parents: the id of the parent of each run, "" for none.
    """
    contexts = _contexts(session, types, workspace, {*parents, *filter(None, parents.values())})
    children = {contexts[run]: contexts.get(parent) for run, parent in parents.items() if run in contexts}
    present = relations.parent_ids(session, list(children))
    runs = _runs_among(session, types, workspace, {parent for _, parent in present})
    relations.remove_parents(
        session, [(child, parent) for child, parent in present if parent in runs and parent != children[child]]
    )
    for child, parent in children.items():
        if parent is not None and (child, parent) not in present:
            link = pb.ParentContext(child_id=child, parent_id=parent)
            with suppress(errors.InvalidArgumentError):  # it is inside the run
                put_parent_contexts(session, types, rpc.PutParentContextsRequest(parent_contexts=[link]))


def _contexts(session: Session, types: KnownTypes, workspace: str, run_ids: set[str]) -> dict[str, int]:
    """Return the ids of the contexts of those of some runs that the workspace has, by the ids of the runs."""
    external = [stored_form.run_external_id(workspace, each) for each in sorted(run_ids)]
    nodes = whole_messages(session, types, CONTEXT, whole_nodes.whole_by_external_ids(session, CONTEXT, external))
    own = [node for node in nodes if stored_form.is_own(node, stored_form.RUN_TYPE, workspace)]
    return {node.properties["run_id"].string_value: node.id for node in own}


def _runs_among(session: Session, types: KnownTypes, workspace: str, ids: set[int]) -> set[int]:
    nodes = whole_messages(session, types, CONTEXT, whole_nodes.whole_by_ids(session, CONTEXT, sorted(ids)))
    return {node.id for node in nodes if stored_form.is_own(node, stored_form.RUN_TYPE, workspace)}
