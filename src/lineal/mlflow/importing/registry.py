"""A registered model of a source in the store, with its versions, aliases and stages.

Numbers of versions stay, so clients that ask for `models:/churn/3` get the same. Stages and aliases know nothing of
each other in MLflow, and here the stage Production is the alias `production`: if a source says two things, the alias
counts. What stays out: how versions are stored (new_versions.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lineal.importing.report import Report
from lineal.kinds import ARTIFACT, CONTEXT
from lineal.mlflow import registered, registry, source_rules, sources, stages, stored_form
from lineal.mlflow.importing import counted, fitting
from lineal.mlflow.new_versions import NewVersion, store_version
from lineal.mlflow.registered import Registered
from lineal.mlflow.requests import Request
from lineal.mlflow.sources import Origin
from lineal.mlflow.stored_form import TAG
from lineal.mlflow_sources import RegisteredModel, Version
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_aliases import put_alias
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import whole_nodes
from lineal.wire import metadata_store as pb
from lineal.wire import records

Moved = Mapping[str, str]
"""The new addresses of files, by the old ones."""


def put(session: Session, types: KnownTypes, workspace: str, given: RegisteredModel, moved: Moved) -> Report:
    """Store a registered model with its versions, or give one that is there what it lacks.

    Raises:
        InvalidArgumentError: its name is none that a registered model can have.
    """
    done, request = Report(), Request(workspace)
    fitted = _fitted(given, done)
    context = registered.find(session, types, request, given.name)
    is_new = context is None
    if context is None:
        context = registry.store_model(
            session, types, request, given.name, description=fitted.description, tags=fitted.tags
        )
        done.new[counted.REGISTERED] += 1
        done.new[counted.TAGS] += len(fitted.tags)
    else:
        done.known[counted.REGISTERED] += 1
        _complete(session, types, context, fitted, done)
    _put_versions(session, types, request, context, fitted, moved, done)
    if is_new:
        created = given.created or now()
        _touch(session, types, context, created, given.updated or created)
    return done


def _fitted(given: RegisteredModel, done: Report) -> RegisteredModel:
    versions = []
    for each in given.versions:
        called = f"{given.name} {each.number}"
        done.left_out.add("states of versions that are not ready", called, count=each.status != "READY")
        done.left_out.add("users who registered versions", called, count=bool(each.user_id))
        versions.append(replace(each, tags=fitting.tags(each.tags, called, done.left_out)))
    return replace(given, tags=fitting.tags(given.tags, given.name, done.left_out), versions=versions)


def _complete(session: Session, types: KnownTypes, context: pb.Context, given: RegisteredModel, done: Report) -> None:
    """Give a registered model that is there the tags and the description that it lacks."""
    custom = context.custom_properties
    lacking = {TAG + key: value for key, value in given.tags.items() if TAG + key not in custom}
    if any(custom[TAG + key].string_value != value for key, value in given.tags.items() if TAG + key in custom):
        done.differing.add("registered models with other tags", given.name)
    paths = [f"custom_properties.{name}" for name in lacking]
    for name, value in lacking.items():
        custom[name].string_value = value
    stored = context.properties["description"].string_value if "description" in context.properties else ""
    if given.description and not stored:
        context.properties["description"].string_value = given.description
        paths.append("properties.description")
    elif given.description != stored:
        done.differing.add("registered models with other descriptions", given.name)
    done.new[counted.TAGS] += len(lacking)
    if paths:
        write_nodes(session, types, CONTEXT, [context], UpdateOptions(mask=tuple(paths)))


def _put_versions(
    session: Session,
    types: KnownTypes,
    request: Request,
    context: pb.Context,
    given: RegisteredModel,
    moved: Moved,
    done: Report,
) -> None:
    [model] = registered.loaded(session, types, request, [context])
    known = known_numbers(session, types, request, context, given)
    new: dict[int, pb.Artifact] = {}
    for version in given.versions:
        if version.number not in known:
            new[version.number] = _put_version(session, types, request, model, version, moved)
    done.new[counted.VERSIONS] += len(new)
    done.known[counted.VERSIONS] += len(known)
    if moved and known:
        _move(session, types, model, moved)
    [model] = registered.loaded(session, types, request, [context])
    if not new and given.aliases.keys() <= model.aliases.keys():
        _note_moved_aliases(model, given, done)
        return
    _put_aliases(session, types, model, given, done)
    [model] = registered.loaded(session, types, request, [context])
    _put_stages(session, types, model, given, new, done)
    for version in given.versions:
        if version.number in new:
            created = version.created or given.created or now()
            _touch_version(session, types, new[version.number].id, created, version.updated or created)


def known_numbers(
    session: Session, types: KnownTypes, request: Request, context: pb.Context, given: RegisteredModel
) -> set[int]:
    """Return the numbers of those versions that are there, deleted ones too."""
    wanted = [registered.version_external_id(request.workspace, context.id, each.number) for each in given.versions]
    found = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, wanted))
    own = (each for each in found if stored_form.workspace_of(each) == request.workspace)
    return {registered.number_of(each) for each in own}


def _put_version(
    session: Session, types: KnownTypes, request: Request, model: Registered, version: Version, moved: Moved
) -> pb.Artifact:
    created = version.created or now()
    new = NewVersion(
        number=version.number,
        description=version.description,
        run_link=version.run_link,
        tags=version.tags,
        created=created,
        archived=(version.updated or created) if version.is_deleted else None,
    )
    origin = Origin(version.source, version.run_id, version.model_id, None, None, version.source)
    if not version.is_deleted:
        origin = _origin(session, types, request, version, moved)
    if origin.artifact is None:
        return store_version(session, types, request.workspace, model, new, origin)
    [before] = node_rows.nodes_by_ids(session, ARTIFACT, [origin.artifact.id])
    stored = store_version(session, types, request.workspace, model, new, origin)
    later = max(before.updated + 1, created)  # a client's registration changes the model as well
    node_rows.set_times(session, ARTIFACT, [(before.id, before.created, later)])
    return stored


def _origin(session: Session, types: KnownTypes, request: Request, version: Version, moved: Moved) -> Origin:
    source = _moved(version.source, moved)
    model_id = version.model_id or source_rules.logged_model_of(source)
    fields = {"source": source, "run_id": version.run_id, "model_id": model_id}
    return sources.known_origin(session, types, replace(request, fields=fields))


def _moved(source: str, moved: Moved) -> str:
    """Return where the files of a source are now: inside of a folder that has moved, perhaps."""
    folder = source
    while folder:
        if folder in moved:
            return moved[folder] + source[len(folder) :]
        folder = folder.rpartition("/")[0]
    return source


def _move(session: Session, types: KnownTypes, model: Registered, moved: Moved) -> None:
    """Let the versions that are there name files where they are now."""
    for version in model.versions.values():
        place, custom, paths = registered.place_of(version), version.custom_properties, []
        new = _moved(place, moved)
        if new == place:
            continue
        for name in (registered.PLACE, registered.SOURCE):
            if registered.text_of(version, name) == place:
                custom[name].string_value = new
                paths.append(f"custom_properties.{name}")
        if version.uri == place:
            version.uri = new
            paths.append("uri")
        write_nodes(session, types, ARTIFACT, [version], UpdateOptions(mask=tuple(paths)))


def _note_moved_aliases(model: Registered, given: RegisteredModel, done: Report) -> None:
    """Note aliases that another version has here."""
    for alias, number in given.aliases.items():
        version = model.versions.get(number)
        if alias in model.aliases and (version is None or model.aliases[alias] != version.id):
            done.differing.add("aliases", f"{given.name}@{alias}")


def _put_aliases(session: Session, types: KnownTypes, model: Registered, given: RegisteredModel, done: Report) -> None:
    _note_moved_aliases(model, given, done)
    for alias, number in given.aliases.items():
        if alias in model.aliases:
            continue
        if number not in model.versions:
            done.left_out.add("aliases of versions that are not there", f"{given.name}@{alias}")
            continue
        put_alias(session, types, records.PutAliasRequest(artifact_id=model.versions[number].id, alias=alias))
        done.new[counted.ALIASES] += 1


def _put_stages(
    session: Session,
    types: KnownTypes,
    model: Registered,
    given: RegisteredModel,
    new: Mapping[int, pb.Artifact],
    done: Report,
) -> None:
    """Put new versions into their stages; a stage whose alias another version has goes to that one."""
    wanted = {number: model.stage_of(version) for number, version in model.versions.items()}
    numbers = {version.id: number for number, version in model.versions.items()}
    for version in given.versions:
        number, stage = version.number, version.stage
        if number not in new or number not in wanted or stage in (stages.NONE, wanted[number]):
            continue
        holder = numbers.get(model.aliases.get(stages.ALIASES.get(stage, ""), 0), number)
        if wanted[number] != stages.NONE or stage not in stages.STAGES or holder < number:
            done.left_out.add("stages of versions, since an alias says another thing", f"{given.name} {number}")
        else:
            wanted[number] = stage
    stages.settle(session, types, model.versions, model.held, wanted)


def _touch(session: Session, types: KnownTypes, context: pb.Context, created: int, updated: int) -> None:
    """Say when a registered model was made and changed, as the source says."""
    if updated != created:
        registered.write(session, types, context, time=updated)
    node_rows.set_times(session, CONTEXT, [(context.id, created, updated)])


def _touch_version(session: Session, types: KnownTypes, version_id: int, created: int, updated: int) -> None:
    """Say when a version was registered and changed, as the source says."""
    if updated != created:
        rows = whole_nodes.whole_by_ids(session, ARTIFACT, [version_id])
        for version in whole_messages(session, types, ARTIFACT, rows):
            registered.write_version(session, types, version, time=updated)
    node_rows.set_times(session, ARTIFACT, [(version_id, created, updated)])
