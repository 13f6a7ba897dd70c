"""The rules of registered models: contexts whose names are unique among those of a workspace that are not deleted.

What stays out: their versions (versions.py), and how both are stored (registered.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lineal import conventions, errors
from lineal.filter.mlflow import REGISTERED_MODELS, parse_order
from lineal.kinds import CONTEXT
from lineal.mlflow import (
    keys,
    matching,
    page_sizes,
    page_tokens,
    registered,
    registered_answers,
    registry_tags,
    stages,
    stored_form,
    versions,
    workspaces,
)
from lineal.mlflow.filters import terms_of
from lineal.mlflow.requests import Request, pairs
from lineal.mlflow.stored_form import TAG
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_aliases import delete_alias, put_alias, rename_aliases
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.wire import metadata_store as pb
from lineal.wire import records

Fields = dict[str, Any]
_USUAL_PAGE, _LONGEST_PAGE = 100, 1000
_ALIAS = re.compile(r"[\w-]+")
_LONGEST_ALIAS = 255
_RESERVED = re.compile(r"latest|v[0-9]+", re.IGNORECASE)
_SET_ASIDE = " (deleted {})"


def create_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Create a registered model.

    Raises:
        InvalidArgumentError: its name or a tag cannot be stored.
        AlreadyExistsError: the workspace has one of this name.
    """
    name, tags = request.text("name"), pairs(request.list("tags"))
    for key, value in tags.items():
        keys.check_key(key, "key")
        keys.check_registry_value(value)
    store_model(session, types, request, name, description=request.text("description"), tags=tags)
    return _answer(session, types, request, name)


def store_model(
    session: Session, types: KnownTypes, request: Request, name: str, *, description: str, tags: Mapping[str, str]
) -> pb.Context:
    """Store a registered model of the workspace of a request; return its context with its id.

    Raises:
        InvalidArgumentError: its name cannot be stored.
        AlreadyExistsError: the workspace has one of this name.
    """
    _check_new_name(request, name, "name")
    model = pb.Context(
        type_id=workspaces.type_id(session, types, CONTEXT, registered.TYPE, registered.TYPE_PROPERTIES),
        name=stored_form.node_name(request.workspace, name),
    )
    model.properties["name"].string_value = name
    if description:
        model.properties["description"].string_value = description
    model.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = request.workspace
    for key, value in tags.items():
        model.custom_properties[TAG + key].string_value = value
    _free(session, types, request, name)
    [model.id] = write_nodes(session, types, CONTEXT, [model])
    return model


def _check_new_name(request: Request, name: str, place: str) -> None:
    """Refuse a name that no new registered model can have.

    Raises:
        InvalidArgumentError: it has a slash or a colon, is blank, `.` or `..`, or is too long.
    """
    registered.check_name(name, place)
    if stored_form.is_too_long(request.workspace, name):
        longest = stored_form.longest_name(request.workspace)
        raise errors.InvalidArgumentError(
            f"the name has {len(name)} characters; in the workspace {request.workspace!r} it can have {longest}",
            errors.Details(parameter=place),
        )


def _free(session: Session, types: KnownTypes, request: Request, name: str, *, holder: int = 0) -> None:
    """Refuse a name that another registered model has; a deleted one is set aside for it.

    Raises:
        AlreadyExistsError: the workspace has a registered model of this name.
    """
    known = types.id_of(session, CONTEXT, registered.TYPE, "")
    stored = stored_form.node_name(request.workspace, name)
    found = workspaces.context_named(session, types, registered.TYPE, stored) if known is not None else None
    if found is None or found.id == holder:
        return
    if registered.is_registered(found, request.workspace):
        raise errors.AlreadyExistsError(
            f"the workspace {request.workspace!r} has a registered model named {name[:100]!r} already"
        )
    _set_aside(session, types, found)


def _set_aside(session: Session, types: KnownTypes, context: pb.Context) -> None:
    """Give the node of a deleted registered model another name, because names of its type are unique."""
    end = _SET_ASIDE.format(context.id)
    context.name = context.name[: stored_form.LONGEST_NODE_NAME - len(end)] + end
    write_nodes(session, types, CONTEXT, [context], UpdateOptions(mask=("name",)))


def get_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a registered model.

    Raises:
        NotFoundError: the workspace has none of this name.
    """
    return _answer(session, types, request, request.text("name"))


def update_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Change the description of a registered model; without one it is cleared.

    Raises:
        NotFoundError: the workspace has none of this name.
    """
    model = registered.locked(session, types, request, request.text("name"))
    model.context.properties["description"].string_value = request.text("description")
    registered.write(session, types, model.context, "properties.description", time=now())
    return _answer(session, types, request, model.name)


def rename_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Give a registered model another name; its versions and their aliases go along.

    Raises:
        InvalidArgumentError: the name cannot be stored.
        NotFoundError: the workspace has none of the old name.
        AlreadyExistsError: another one has the new name.
    """
    new_name = request.text("new_name")
    _check_new_name(request, new_name, "new_name")
    model = registered.locked(session, types, request, request.text("name"))
    _free(session, types, request, new_name, holder=model.context.id)
    time, old_name = now(), model.name
    model.context.name = stored_form.node_name(request.workspace, new_name)
    model.context.properties["name"].string_value = new_name
    registered.write(session, types, model.context, "name", "properties.name", time=time)
    for number, version in model.versions.items():
        changed = ["properties.name"]
        if version.uri == registered.version_uri(old_name, number):
            version.uri = registered.version_uri(new_name, number)
            changed.append("uri")
        version.properties["name"].string_value = new_name
        registered.write_version(session, types, version, *changed, time=time)
    rename_aliases(session, types, [version.id for version in model.versions.values()])
    return _answer(session, types, request, new_name)


def delete_model(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Mark a registered model and its versions as deleted; its name can be given again.

    Raises:
        NotFoundError: the workspace has none of this name.
    """
    model = registered.locked(session, types, request, request.text("name"))
    time = now()
    versions.remove(session, types, model, list(model.versions.values()), time=time)
    model.context.custom_properties[conventions.ARCHIVED].int_value = time
    registered.write(session, types, model.context, f"custom_properties.{conventions.ARCHIVED}", time=time)
    _set_aside(session, types, model.context)
    return {}


def latest_versions(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer the newest version of each stage, or of those that the request names.

    Raises:
        NotFoundError: the workspace has no such registered model.
        InvalidArgumentError: the stage does not exist.
    """
    model = registered.read(session, types, request, request.text("name"))
    wanted = [stages.read(each) for each in request.list("stages")] or list(stages.STAGES)
    found = registered_answers.latest_of(model, wanted)
    return {"model_versions": [registered_answers.version_fields(model, each) for each in found]} if found else {}


def set_model_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set a tag of a registered model.

    Raises:
        NotFoundError: the workspace has none of this name.
        InvalidArgumentError: the tag cannot be stored.
    """
    key, value = registry_tags.read(request)
    model = registered.locked(session, types, request, request.text("name"))
    registry_tags.put(session, types, CONTEXT, model.context, key, value)
    return {}


def delete_model_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Remove a tag of a registered model, if it has it.

    Raises:
        NotFoundError: the workspace has none of this name.
        InvalidArgumentError: the key cannot be one.
    """
    key = registry_tags.read_key(request)
    model = registered.locked(session, types, request, request.text("name"))
    registry_tags.delete(session, types, CONTEXT, model.context, key)
    return {}


def set_alias(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Give an alias to a version, and take it from the version that has it.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the alias cannot be one, or the version is not a number.
    """
    alias = request.text("alias")
    _check_alias(alias)
    if _RESERVED.fullmatch(alias):
        raise errors.InvalidArgumentError(
            f"{alias[:60]!r} cannot be an alias: `latest`, and `v` with a number, name versions already",
            errors.Details(parameter="alias"),
        )
    registered.require_number(request.text("version"))
    model = registered.locked(session, types, request, request.text("name"))
    version = registered.version_of(model, request.text("version"))
    others = [each.id for each in model.versions.values() if each.type_id != version.type_id]
    if model.aliases.get(alias) in others:  # an alias of a prompt would stay there beside that of a model
        delete_alias(session, types, records.DeleteAliasRequest(artifact_id=model.aliases[alias], alias=alias))
    put_alias(session, types, records.PutAliasRequest(artifact_id=version.id, alias=alias))
    return {}


def remove_alias(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Take an alias from the version that has it, if one does.

    Raises:
        NotFoundError: the workspace has no such registered model.
        InvalidArgumentError: the alias cannot be one.
    """
    alias = request.text("alias")
    model = registered.locked(session, types, request, request.text("name"))
    if alias not in model.aliases:
        _check_alias(alias)
    else:
        delete_alias(session, types, records.DeleteAliasRequest(artifact_id=model.aliases[alias], alias=alias))
    return {}


def version_by_alias(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer the version that has an alias; `latest` is the newest one.

    Raises:
        NotFoundError: the workspace has no such registered model.
        InvalidArgumentError: the alias cannot be one, or no version of the model has it.
    """
    alias = request.text("alias")
    _check_alias(alias)
    model = registered.read(session, types, request, request.text("name"))
    return {"model_version": registered_answers.version_fields(model, registered.holder_of(model, alias))}


def _check_alias(alias: str) -> None:
    if not _ALIAS.fullmatch(alias) or len(alias) > _LONGEST_ALIAS:
        raise errors.InvalidArgumentError(
            f"{alias[:60]!r} cannot be an alias; use up to {_LONGEST_ALIAS} letters, digits, underscores and dashes",
            errors.Details(parameter="alias"),
        )


def search_models(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the registered models that meet a filter; prompts are found if the filter asks for them.

    Raises:
        InvalidArgumentError: the filter, the order or the page is wrong.
    """
    most = page_sizes.read(request, usual=_USUAL_PAGE, longest=_LONGEST_PAGE)
    terms = matching.with_prompts(terms_of(session, request, REGISTERED_MODELS))
    order = parse_order(request.list("order_by"), REGISTERED_MODELS)
    start = page_tokens.read(request.text("page_token"))
    known = [
        registered_answers.model_fields(each, by_stage=True)
        for each in registered.searched(session, types, request, terms)
    ]
    found = matching.registered_in_order([each for each in known if matching.registered_matches(each, terms)], order)
    return page_tokens.page("registered_models", found, start=start, most=most)


def _answer(session: Session, types: KnownTypes, request: Request, name: str) -> Fields:
    """Answer a registered model as it is stored now."""
    model = registered.read(session, types, request, name)
    return {"registered_model": registered_answers.model_fields(model)}
