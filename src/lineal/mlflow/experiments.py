"""The rules of experiments: contexts whose names are unique within a workspace, deleted ones included.

What stays out: searching for them (searching.py), and their runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lineal import conventions, errors
from lineal.files import parts_of
from lineal.kinds import CONTEXT
from lineal.mlflow import members, stored_form, workspaces
from lineal.mlflow.keys import check_key
from lineal.mlflow.requests import Request, pairs
from lineal.mlflow.stored_form import ACTIVE, DELETED, TAG
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.held_nodes import message_of
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import held_nodes, whole_nodes
from lineal.store.rows.held_nodes import HeldNode
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_KEPT_HERE = "mlflow-artifacts"
LONGEST_PLACE = 2048
_LARGEST_ID = 1 << 63


def create_experiment(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Create an experiment.

    Raises:
        InvalidArgumentError: it has no name, or a name or tag that cannot be stored.
        AlreadyExistsError: an experiment of the workspace has the name, a deleted one perhaps.
    """
    name = _checked_name(request, request.text("name"))
    place, tags = _checked_place(request), pairs(request.list("tags"))
    for key in tags:
        check_key(key, "key")
    _refuse_taken(session, types, request, name)
    experiment = new_experiment(session, types, request.workspace, name, place=place, tags=tags)
    [experiment_id] = write_nodes(session, types, CONTEXT, [experiment])
    return {"experiment_id": str(experiment_id)}


def new_experiment(
    session: Session, types: KnownTypes, workspace: str, name: str, *, place: str, tags: Mapping[str, str]
) -> pb.Context:
    """Return an experiment that is not stored yet.

    Args:
        session: the transaction.
        types: the known types.
        workspace: the workspace that it will be in.
        name: its name, which no other experiment there has.
        place: where the files of its runs are to be; "" for a place of its own below those of the workspace.
        tags: its tags.
    """
    known = workspaces.type_id(session, types, CONTEXT, stored_form.EXPERIMENT_TYPE, stored_form.EXPERIMENT_PROPERTIES)
    experiment = pb.Context(type_id=known, name=stored_form.node_name(workspace, name))
    experiment.properties["name"].string_value = name
    if place:
        experiment.properties["artifact_location"].string_value = place
    experiment.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    for key, value in tags.items():
        experiment.custom_properties[TAG + key].string_value = value
    return experiment


def get_experiment(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer an experiment by its id.

    Raises:
        NotFoundError: the workspace has none with this id.
    """
    return _answer(request, by_id(session, types, request, request.text("experiment_id")))


def get_experiment_by_name(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer an experiment by its name, a deleted one too.

    Raises:
        NotFoundError: the workspace has none with this name.
    """
    name = request.text("experiment_name")
    found = workspaces.experiment_named(session, types, request.workspace, name)
    if found is None:
        raise errors.NotFoundError(f"the workspace {request.workspace!r} has no experiment named {name[:100]!r}")
    return _answer(request, found)


def update_experiment(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Give an active experiment another name.

    Raises:
        InvalidArgumentError: the name cannot be stored.
        NotFoundError: the workspace has none with this id.
        FailedPreconditionError: it is deleted.
        AlreadyExistsError: another one has the name.
    """
    name = _checked_name(request, request.text("new_name"))
    experiment = locked(session, types, request)
    if stored_form.lifecycle_of(experiment) == DELETED:
        raise errors.FailedPreconditionError(
            f"the experiment {stored_form.experiment_id_of(experiment)} is deleted, and only an active one can be "
            "renamed; restore it first"
        )
    _refuse_taken(session, types, request, name, holder=experiment.id)
    experiment.name = stored_form.node_name(request.workspace, name)
    experiment.properties["name"].string_value = name
    _write(session, types, experiment, ["name", "properties.name"])
    return {}


def delete_experiment(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Mark an experiment as deleted, and its runs with it.

    Raises:
        NotFoundError: the workspace has no active one with this id.
    """
    experiment = locked(session, types, request)
    if stored_form.lifecycle_of(experiment) == DELETED:
        raise _no_experiment(request, request.text("experiment_id"), stage=ACTIVE)
    time = now()
    experiment.custom_properties[conventions.ARCHIVED].int_value = time
    _write(session, types, experiment, [f"custom_properties.{conventions.ARCHIVED}"])
    members.archive(session, types, experiment.id, time=time)
    return {}


def restore_experiment(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Make a deleted experiment active again, and all of its runs.

    Raises:
        NotFoundError: the workspace has no deleted one with this id.
    """
    experiment = locked(session, types, request)
    if stored_form.lifecycle_of(experiment) == ACTIVE:
        raise _no_experiment(request, request.text("experiment_id"), stage=DELETED)
    del experiment.custom_properties[conventions.ARCHIVED]
    _write(session, types, experiment, [f"custom_properties.{conventions.ARCHIVED}"])
    members.archive(session, types, experiment.id, time=None)
    return {}


def set_experiment_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set a tag of an active experiment.

    Raises:
        NotFoundError: the workspace has none with this id.
        FailedPreconditionError: it is deleted.
        InvalidArgumentError: the tag cannot be stored.
    """
    key = request.text("key")
    check_key(key, "key")
    experiment = locked(session, types, request)
    require_active(experiment)
    experiment.custom_properties[TAG + key].string_value = request.text("value")
    _write(session, types, experiment, [f"custom_properties.{TAG}{key}"])
    return {}


def delete_experiment_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Remove a tag of an active experiment.

    Raises:
        NotFoundError: the workspace has no such experiment, or the experiment has no such tag.
        FailedPreconditionError: it is deleted.
    """
    key = request.text("key")
    experiment = locked(session, types, request)
    require_active(experiment)
    if TAG + key not in experiment.custom_properties:
        raise errors.NotFoundError(f"the experiment {request.text('experiment_id')} has no tag {key[:100]!r}")
    del experiment.custom_properties[TAG + key]
    _write(session, types, experiment, [f"custom_properties.{TAG}{key}"])
    return {}


def by_id(session: Session, types: KnownTypes, request: Request, experiment_id: str) -> pb.Context:
    """Return an experiment of the workspace of a request.

    Raises:
        InvalidArgumentError: the id is not a number.
        NotFoundError: the workspace has none with this id.
    """
    require_number(experiment_id)
    found = by_ids(session, types, request, [experiment_id])
    if not found:
        raise _no_experiment(request, experiment_id)
    return found[0]


def locked(session: Session, types: KnownTypes, request: Request) -> pb.Context:
    """Return the experiment that a request names; nobody else changes it, or makes a run of it, until the end.

    Raises:
        InvalidArgumentError: the id is not a number.
        NotFoundError: the workspace has none with this id.
    """
    experiment_id = request.text("experiment_id")
    require_number(experiment_id)
    number, workspace = int(experiment_id), request.workspace
    if number == 0:
        stored = _held_default(session, types, request)
    else:
        stored = held_nodes.ask_by_id(session, CONTEXT, number)() if 0 < number < _LARGEST_ID else None
    context: pb.Context | None = message_of(session, types, CONTEXT, stored) if stored is not None else None
    is_own = stored_form.is_own if number == 0 else _is_other
    if context is None or not is_own(context, stored_form.EXPERIMENT_TYPE, workspace):
        raise _no_experiment(request, experiment_id)
    return context


def _held_default(session: Session, types: KnownTypes, request: Request) -> HeldNode | None:
    """Return the experiment with the id 0, which is stored again if somebody has deleted it from the store."""
    external_id = stored_form.default_external_id(request.workspace)
    stored = held_nodes.ask_by_external_id(session, CONTEXT, external_id)()
    if stored is None and workspaces.prepare(session, types, request):
        return held_nodes.ask_by_external_id(session, CONTEXT, external_id)()
    return stored


def require_number(experiment_id: str) -> None:
    """Refuse a text that cannot be the id of an experiment.

    Raises:
        InvalidArgumentError: it is not a number.
    """
    if not _NUMBER.fullmatch(experiment_id):
        raise errors.InvalidArgumentError(f"the id of an experiment is a number, and {experiment_id[:60]!r} is not")


def by_ids(session: Session, types: KnownTypes, request: Request, ids: Sequence[str]) -> list[pb.Context]:
    """Return the experiments of the workspace of a request with one of the ids; what is not a number is skipped."""
    numbers = {int(each) for each in ids if _NUMBER.fullmatch(each)}
    found = [workspaces.default_experiment(session, types, request.workspace)] if 0 in numbers else []
    others = sorted(each for each in numbers if 0 < each < _LARGEST_ID)
    nodes = (
        whole_messages(session, types, CONTEXT, whole_nodes.whole_by_ids(session, CONTEXT, others)) if others else []
    )
    own = [each for each in nodes if _is_other(each, stored_form.EXPERIMENT_TYPE, request.workspace)]
    return [*found, *own]


_NUMBER = re.compile(r"\s*-?[0-9]{1,30}\s*")


def _is_other(context: pb.Context, type_name: str, workspace: str) -> bool:
    """Say whether a context is an experiment of a workspace whose id is that of its node."""
    return (
        stored_form.is_own(context, type_name, workspace)
        and stored_form.experiment_id_of(context) != stored_form.DEFAULT_ID
    )


def _no_experiment(request: Request, experiment_id: str, *, stage: str = "") -> errors.NotFoundError:
    which = f"{stage} experiment" if stage else "experiment"
    return errors.NotFoundError(
        f"the workspace {request.workspace!r} has no {which} with the id {experiment_id.strip()[:60]}"
    )


def require_active(experiment: pb.Context) -> None:
    """Refuse an experiment that is deleted.

    Raises:
        InvalidArgumentError: it is.
    """
    if stored_form.lifecycle_of(experiment) == DELETED:
        raise errors.InvalidArgumentError(
            f"the experiment {stored_form.experiment_id_of(experiment)} is deleted, and this needs an active one; "
            "restore it first"
        )


def _checked_name(request: Request, name: str) -> str:
    if stored_form.is_too_long(request.workspace, name):
        longest = stored_form.longest_name(request.workspace)
        raise errors.InvalidArgumentError(
            f"the name of the experiment has {len(name)} characters; it can have {longest} in the workspace "
            f"{request.workspace!r}"
        )
    return name


def _checked_place(request: Request) -> str:
    """Return where the files of an experiment are to be; "" for a place of its own below those of the workspace.

    Raises:
        InvalidArgumentError: it is not a place, or is among the files of another workspace.
    """
    place = request.text("artifact_location")
    scheme, _, path = place.strip().partition(":")
    if scheme.lower() == _KEPT_HERE and not _is_inside(place, path, request.root):
        raise errors.InvalidArgumentError(
            f"artifact_location {place[:100]!r} is not among the files of this workspace; give one that begins with "
            f"{request.root}/, or leave it out"
        )
    if "#" in place:
        raise errors.InvalidArgumentError(
            f"artifact_location {place[:100]!r} has a fragment; leave out # and what follows"
        )
    if len(place) > LONGEST_PLACE:
        raise errors.InvalidArgumentError(f"artifact_location has {len(place)} characters; it can have {LONGEST_PLACE}")
    return place


def _is_inside(place: str, path: str, root: str) -> bool:
    """Say whether a place is a folder among the files of a workspace, whichever way its path is read."""
    try:
        parts_of(path.lstrip("/"))
    except errors.StatusError:
        return False
    return place.startswith(f"{root}/")


def _refuse_taken(session: Session, types: KnownTypes, request: Request, name: str, *, holder: int = 0) -> None:
    """Refuse a name that another experiment of the workspace has; the database would say the name of a node."""
    taken = workspaces.experiment_named(session, types, request.workspace, name)
    if taken is None or taken.id == holder:
        return
    is_deleted = stored_form.lifecycle_of(taken) == DELETED
    what = "is deleted: restore it, or choose another name" if is_deleted else "is active: choose another name"
    raise errors.AlreadyExistsError(
        f"an experiment named {name[:100]!r} exists, with the id {stored_form.experiment_id_of(taken)}; it {what}"
    )


def _write(session: Session, types: KnownTypes, experiment: pb.Context, paths: list[str]) -> None:
    """Write fields of an experiment that was read in this transaction."""
    write_nodes(session, types, CONTEXT, [experiment], UpdateOptions(mask=tuple(paths)))


def _answer(request: Request, experiment: pb.Context) -> Fields:
    return {"experiment": stored_form.experiment_fields(experiment, root=request.root)}
