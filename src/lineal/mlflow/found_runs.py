"""Runs by their ids: only those of the workspace of a request, whatever external ids other records have.

What stays out: searches (searching.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lineal import errors
from lineal.kinds import EXECUTION
from lineal.mlflow import stored_form
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import ACTIVE
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.held_nodes import message_of
from lineal.store.engine.session import Session
from lineal.store.rows import held_nodes, whole_nodes
from lineal.store.rows.held_nodes import HeldNode
from lineal.wire import metadata_store as pb


def by_ids(session: Session, types: KnownTypes, workspace: str, ids: Sequence[str]) -> dict[str, pb.Execution]:
    """Return those of some runs that a workspace has, by their ids, in the order of the ids."""
    external = [stored_form.run_external_id(workspace, each) for each in ids]
    nodes = whole_messages(session, types, EXECUTION, whole_nodes.whole_by_external_ids(session, EXECUTION, external))
    found = {node.properties["run_id"].string_value: node for node in nodes if _is_own(node, workspace)}
    return {run_id: found[run_id] for run_id in ids if run_id in found}


def by_id(session: Session, types: KnownTypes, request: Request) -> pb.Execution:
    """Return the run that a request names.

    Raises:
        InvalidArgumentError: it names none.
        NotFoundError: the workspace has no such run.
    """
    run_id = run_id_of(request)
    found = by_ids(session, types, request.workspace, [run_id])
    if not found:
        raise _no_run(request, run_id)
    return found[run_id]


class HeldRun(NamedTuple):
    """A run that nobody else changes until the transaction ends, and how it is stored."""

    run: pb.Execution
    stored: HeldNode


def locked(session: Session, types: KnownTypes, request: Request, *, stage: str | None = ACTIVE) -> pb.Execution:
    """Return the run that `held` returns."""
    return held(session, types, request, stage=stage).run


def held(session: Session, types: KnownTypes, request: Request, *, stage: str | None = ACTIVE) -> HeldRun:
    """Return the run that a request names; nobody else changes it until the transaction ends.

    Raises:
        InvalidArgumentError: the request names none, or the run is not in the stage that is asked for.
        NotFoundError: the workspace has no such run.
    """
    run_id = run_id_of(request)
    external_id = stored_form.run_external_id(request.workspace, run_id)
    stored = held_nodes.ask_by_external_id(session, EXECUTION, external_id)()
    if stored is None:
        raise _no_run(request, run_id)
    run: pb.Execution = message_of(session, types, EXECUTION, stored)
    if not _is_own(run, request.workspace):
        raise _no_run(request, run_id)
    if stage is not None and stored_form.lifecycle_of(run) != stage:
        raise errors.InvalidArgumentError(
            f"the run {run_id} is {stored_form.lifecycle_of(run)}, and this needs one that is {stage}; restore it first"
        )
    return HeldRun(run, stored)


def run_id_of(request: Request) -> str:
    """Return the id of the run that a request names; older clients call it `run_uuid`.

    Raises:
        InvalidArgumentError: it names none.
    """
    found = request.text("run_id") or request.text("run_uuid")
    if not found:
        raise errors.InvalidArgumentError("the field 'run_id' is missing or empty; give a value")
    return found


def _is_own(node: pb.Execution, workspace: str) -> bool:
    return stored_form.is_own(node, stored_form.RUN_TYPE, workspace)


def _no_run(request: Request, run_id: str) -> errors.NotFoundError:
    return errors.NotFoundError(f"the workspace {request.workspace!r} has no run with the id {run_id[:100]!r}")
