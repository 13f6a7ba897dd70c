"""The rules of the versions of registered models.

A version is joined to the model that it is one of by an execution: the model is its input, and the version its output.
A version whose source leads to no model of the store is itself the record of the model, and the output of its run.
"""

from __future__ import annotations

from typing import Any

from lineal import conventions
from lineal.filter.mlflow import MODEL_VERSIONS, parse_order
from lineal.kinds import ARTIFACT
from lineal.mlflow import (
    keys,
    matching,
    page_sizes,
    page_tokens,
    registered,
    registered_answers,
    registry_tags,
    sources,
    stages,
)
from lineal.mlflow.filters import terms_of
from lineal.mlflow.new_versions import NewVersion, store_version
from lineal.mlflow.registered import Registered
from lineal.mlflow.requests import Request, pairs
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_aliases import take_aliases
from lineal.store.engine.session import Session
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
_LONGEST_PAGE = 200_000


def create_version(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Create a version of a registered model; it gets the number after its newest one, a deleted one too.

    Raises:
        NotFoundError: the workspace has no such registered model.
        InvalidArgumentError: the source is none that a version can have, or a tag cannot be stored.
    """
    registered.check_name(request.text("name"))
    for tag in request.list("tags"):
        keys.check_key(tag["key"], "key")
        keys.check_registry_value(tag.get("value", ""))
    origin = sources.origin_of(session, types, request)
    model = registered.locked(session, types, request, request.text("name"))
    new = NewVersion(
        number=model.last_number + 1,
        description=request.text("description"),
        run_link=request.text("run_link"),
        tags=pairs(request.list("tags")),
        created=now(),
    )
    version = store_version(session, types, request.workspace, model, new, origin)
    registered.write(session, types, model.context, time=now())
    return _answer(session, types, request, registered.number_of(version))


def get_version(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a version.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number.
    """
    model, version = _found(session, types, request)
    return {"model_version": registered_answers.version_fields(model, version)}


def update_version(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Change the description of a version.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number.
    """
    _, version = _locked(session, types, request)
    version.properties["description"].string_value = request.text("description")
    registered.write_version(session, types, version, "properties.description", time=now())
    return _answer(session, types, request, registered.number_of(version))


def delete_version(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Mark a version as deleted, and take its aliases and its stage.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number.
    """
    model, version = _locked(session, types, request)
    time = now()
    remove(session, types, model, [version], time=time)
    registered.write(session, types, model.context, time=time)
    return {}


def transition_stage(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Put a version into a stage; those that are in it go to Archived, if the request says so.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number, or the stage does not exist.
    """
    registered.require_number(request.text("version"))
    stage = stages.read(request.text("stage"))
    archives = bool(request.fields.get("archive_existing_versions"))
    if archives:
        stages.require_archivable(stage)
    model, version = _locked(session, types, request)
    wanted = {number: model.stage_of(each) for number, each in model.versions.items()}
    if archives:
        wanted = {number: stages.ARCHIVED if old == stage else old for number, old in wanted.items()}
    wanted[registered.number_of(version)] = stage
    changed = [number for number, each in model.versions.items() if wanted[number] != model.stage_of(each)]
    stages.settle(session, types, model.versions, model.held, wanted)
    time = now()
    for number in dict.fromkeys([*changed, registered.number_of(version)]):
        registered.write_version(session, types, model.versions[number], time=time)
    registered.write(session, types, model.context, time=time)
    return _answer(session, types, request, registered.number_of(version))


def remove(session: Session, types: KnownTypes, model: Registered, versions: list[pb.Artifact], *, time: int) -> None:
    """Mark versions of a registered model as deleted; what stays in their stages gets the aliases of these."""
    gone = {version.id for version in versions}
    left = {number: each for number, each in model.versions.items() if each.id not in gone}
    wanted = {number: model.stage_of(each) for number, each in left.items()}
    take_aliases(session, types, sorted(gone))
    kept = {alias: held for alias, held in model.held.items() if held.artifact_id not in gone}
    stages.settle(session, types, left, kept, wanted)
    for version in versions:
        version.custom_properties[conventions.ARCHIVED].int_value = time
        registered.write_version(session, types, version, f"custom_properties.{conventions.ARCHIVED}", time=time)


def download_uri(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer where the files of a version are.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number.
    """
    _, version = _found(session, types, request)
    return {"artifact_uri": registered.place_of(version)}


def set_version_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Set a tag of a version.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number, or the tag cannot be stored.
    """
    key, value = registry_tags.read(request)
    _, version = _locked(session, types, request)
    registry_tags.put(session, types, ARTIFACT, version, key, value)
    return {}


def delete_version_tag(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Remove a tag of a version; one that it does not have is none.

    Raises:
        NotFoundError: the workspace has no such registered model, or the model has no such version.
        InvalidArgumentError: the version is not a number.
    """
    key = registry_tags.read_key(request)
    _, version = _locked(session, types, request)
    registry_tags.delete(session, types, ARTIFACT, version, key)
    return {}


def search_versions(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the versions of all registered models that meet a filter.

    Raises:
        InvalidArgumentError: the filter, the order or the page is wrong.
    """
    most = page_sizes.read(request, usual=_LONGEST_PAGE, longest=_LONGEST_PAGE)
    terms = matching.with_prompts(terms_of(session, request, MODEL_VERSIONS))
    order = parse_order(request.list("order_by"), MODEL_VERSIONS)
    start = page_tokens.read(request.text("page_token"))
    known = [
        registered_answers.version_fields(model, version, shows_aliases=False)
        for model in registered.searched(session, types, request, terms)
        for version in model.versions.values()
    ]
    found = matching.versions_in_order([each for each in known if matching.version_matches(each, terms)], order)
    return page_tokens.page("model_versions", found, start=start, most=most)


def _found(session: Session, types: KnownTypes, request: Request) -> tuple[Registered, pb.Artifact]:
    registered.require_number(request.text("version"))
    model = registered.read(session, types, request, request.text("name"))
    return model, registered.version_of(model, request.text("version"))


def _locked(session: Session, types: KnownTypes, request: Request) -> tuple[Registered, pb.Artifact]:
    registered.require_number(request.text("version"))
    model = registered.locked(session, types, request, request.text("name"))
    return model, registered.version_of(model, request.text("version"))


def _answer(session: Session, types: KnownTypes, request: Request, number: int) -> Fields:
    """Answer a version as it is stored now."""
    model = registered.read(session, types, request, request.text("name"))
    return {"model_version": registered_answers.version_fields(model, model.versions[number])}
