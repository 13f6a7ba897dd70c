"""Versions of registered models that are not in the store yet: an artifact, and the step that made it of a model.

A client creates one at a time (versions.py), and an import many. What stays out: which source a version can have
(source_rules.py), and what it leads to (sources.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.mlflow import found_models, model_metrics, new_models, registered, source_rules, stored_form, workspaces
from lineal.mlflow.registered import Registered
from lineal.mlflow.sources import Origin
from lineal.mlflow.stored_form import TAG
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_events import write_events
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.wire import metadata_store as pb

_REGISTRATION_PROPERTIES = {"name": pb.STRING}


@dataclass(frozen=True)
class NewVersion:
    """A version to be stored.

    Attributes:
        number: its number, which no version of the model has, a deleted one neither.
        description: its description, "" for none.
        run_link: the address of its run, "" for none.
        tags: its tags.
        created: when it was registered, in milliseconds since the epoch.
        archived: when it was deleted, None if it is active.
    """

    number: int
    description: str
    run_link: str
    tags: Mapping[str, str]
    created: int
    archived: int | None = None


def store_version(
    session: Session, types: KnownTypes, workspace: str, model: Registered, new: NewVersion, origin: Origin
) -> pb.Artifact:
    """Store a version of a registered model, which is locked; return its artifact with its id."""
    version = _new(session, types, workspace, model, new, origin)
    [version.id] = write_nodes(session, types, ARTIFACT, [version])
    holders = [workspaces.workspace_id(session, types, workspace), model.context.id]
    if origin.run is not None:
        holders += [each for each, _ in relations.memberships_of(session, EXECUTION, [origin.run.id])]
    if origin.artifact is not None:
        _register(session, types, workspace, model, version, origin.artifact, holders[:2], new.created)
    elif origin.run is not None:
        event = pb.Event(artifact_id=version.id, execution_id=origin.run.id, type=pb.Event.OUTPUT)
        event.milliseconds_since_epoch = new.created
        write_events(session, [event])
    relations.add_members(session, ARTIFACT, [(holder, version.id) for holder in dict.fromkeys(holders)])
    _note_number(session, types, model, new.number)
    return version


def _note_number(session: Session, types: KnownTypes, model: Registered, number: int) -> None:
    """Keep the number of the newest version with the registered model: the version itself may be deleted for good."""
    if number > model.last_number:
        model.context.custom_properties[registered.LAST_NUMBER].int_value = number
        mask = UpdateOptions(mask=(f"custom_properties.{registered.LAST_NUMBER}",))
        write_nodes(session, types, CONTEXT, [model.context], mask)


def _new(
    session: Session, types: KnownTypes, workspace: str, model: Registered, new: NewVersion, origin: Origin
) -> pb.Artifact:
    type_name = registered.PROMPT_TYPE if source_rules.is_prompt(new.tags) else new_models.TYPE
    version = pb.Artifact(
        type_id=workspaces.type_id(session, types, ARTIFACT, type_name, new_models.TYPE_PROPERTIES),
        external_id=registered.version_external_id(workspace, model.context.id, new.number),
        uri=origin.place if origin.artifact is None else registered.version_uri(model.name, new.number),
        state=pb.Artifact.LIVE,
    )
    own = {"name": model.name, "version": str(new.number), "description": new.description}
    for key, value in own.items():
        if value:
            version.properties[key].string_value = value
    said = {
        registered.SOURCE: origin.source,
        registered.SOURCE_RUN: origin.run_id,
        registered.SOURCE_MODEL: origin.model_id,
        registered.RUN_LINK: new.run_link,
        registered.PLACE: origin.place,
    }
    tags = {TAG + key: value for key, value in new.tags.items()}
    for key, value in {**said, **tags, conventions.WORKSPACE_PROPERTY: workspace}.items():
        if value or key.startswith(TAG):
            version.custom_properties[key].string_value = value
    if new.archived is not None:
        version.custom_properties[conventions.ARCHIVED].int_value = new.archived
    return version


def _register(
    session: Session,
    types: KnownTypes,
    workspace: str,
    model: Registered,
    version: pb.Artifact,
    origin: pb.Artifact,
    holders: Sequence[int],
    time: int,
) -> None:
    """Record the step that made a version of a model, in the workspace and the registered model."""
    number = registered.number_of(version)
    execution = pb.Execution(
        type_id=workspaces.type_id(session, types, EXECUTION, stored_form.REGISTRATION_TYPE, _REGISTRATION_PROPERTIES),
        external_id=f"{registered.version_external_id(workspace, model.context.id, number)}:registration",
        last_known_state=pb.Execution.COMPLETE,
    )
    execution.properties["name"].string_value = f"register {model.name} {number}"
    execution.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    for each in (conventions.START_TIMES[0], conventions.END_TIMES[0]):
        execution.custom_properties[each].int_value = time
    [execution_id] = write_nodes(session, types, EXECUTION, [execution])
    relations.add_members(session, EXECUTION, [(holder, execution_id) for holder in holders])
    events = [
        pb.Event(artifact_id=origin.id, execution_id=execution_id, type=pb.Event.INPUT),
        pb.Event(artifact_id=version.id, execution_id=execution_id, type=pb.Event.OUTPUT),
    ]
    for event in events:
        event.milliseconds_since_epoch = time
    write_events(session, events)
    # Whoever logs a metric of the model at this moment waits, and then finds the version.
    node_rows.ask_to_update(session, ARTIFACT, [origin.id])()
    model_metrics.copy_latest(session, types, origin, version.id)
    model_metrics.note_version(session, types, origin, version.id)
    if found_models.is_model(origin):
        found_models.note_version(session, types, origin, model.name, number)
