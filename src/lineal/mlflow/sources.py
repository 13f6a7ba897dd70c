"""What the source of a version leads to: a run, a logged model, the folder of a run, or another version."""

from __future__ import annotations

import re
from typing import NamedTuple

from lineal import errors
from lineal.conventions import MLFLOW_IDS
from lineal.locations import normal_form
from lineal.mlflow import (
    evaluations,
    found_models,
    found_runs,
    new_models,
    older_models,
    registered,
    source_rules,
    stored_form,
)
from lineal.mlflow.requests import Request
from lineal.service import located
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows.locations import artifacts_at
from lineal.wire import metadata_store as pb

_OF_MLFLOW = ("models:", "runs:", "mlflow-artifacts:")
_MODEL_PLACE = re.compile(r".*/models/(m-[^/]+)/artifacts/?", re.DOTALL)


class Origin(NamedTuple):
    """What a version is made from.

    Attributes:
        source: the source that it gets; a stage or an alias in it has become the number of a version.
        run_id: the run that it names, "" if none.
        model_id: the logged model that it names, "" if none.
        run: the run, if the workspace has it.
        artifact: the model that the version is one of, if the store knows it: a logged model, the folder of a run,
            the version that it is a copy of, or what another program recorded at the location of the source.
        place: the URI of the files.
    """

    source: str
    run_id: str
    model_id: str
    run: pb.Execution | None
    artifact: pb.Artifact | None
    place: str


def origin_of(session: Session, types: KnownTypes, request: Request) -> Origin:
    """Return what the source, the run and the model that a request names lead to.

    Raises:
        InvalidArgumentError: a version cannot have the source, or it is not of the run or model that it must be of.
        NotFoundError: the workspace lacks the model or the version that the request names.
    """
    run_id, model_id = request.text("run_id"), request.text("model_id")
    run = _run(session, types, request, run_id)
    logged = found_models.by_ids(session, types, request.workspace, [model_id]).get(model_id) if model_id else None
    source_rules.check(
        request,
        run_place=stored_form.artifact_uri_of(run) if run is not None else "",
        model_place=logged.uri if logged is not None else "",
    )
    return _resolved(session, types, request, run, logged)


def known_origin(session: Session, types: KnownTypes, request: Request) -> Origin:
    """Return what the source, the run and the model of a version lead to that MLflow's server has taken already.

    What the workspace lacks is only named.
    """
    source, run_id, model_id = (request.text(name) for name in ("source", "run_id", "model_id"))
    run = _run(session, types, request, run_id)
    logged = found_models.by_ids(session, types, request.workspace, [model_id]).get(model_id) if model_id else None
    try:
        return _resolved(session, types, request, run, logged)
    except (errors.NotFoundError, errors.InvalidArgumentError):
        return Origin(source, run_id, model_id, run, None, source)


def _resolved(
    session: Session, types: KnownTypes, request: Request, run: pb.Execution | None, logged: pb.Artifact | None
) -> Origin:
    source, run_id, model_id = (request.text(name) for name in ("source", "run_id", "model_id"))
    if source_rules.version_of(source):
        return _copied(session, types, request, run)
    if model_id and (logged is None or stored_form.lifecycle_of(logged) == stored_form.DELETED):
        raise errors.NotFoundError(f"the workspace {request.workspace!r} has no logged model {model_id[:100]!r}")
    if logged is not None:
        source_run = found_models.source_run_of(logged)
        found_run = run if run_id else _run(session, types, request, source_run)
        place = logged.uri if source_rules.logged_model_of(source) else source
        return Origin(source, run_id or source_run, model_id, found_run, logged, place)
    found = _at_place(session, types, request, source) or _folder(session, types, request, source, run)
    if found is None and run is None:
        found = _of_another_program(session, types, request.workspace, source)
    return Origin(source, run_id, model_id, run, found, source)


def _run(session: Session, types: KnownTypes, request: Request, run_id: str) -> pb.Execution | None:
    return found_runs.by_ids(session, types, request.workspace, [run_id]).get(run_id) if run_id else None


def _copied(session: Session, types: KnownTypes, request: Request, run: pb.Execution | None) -> Origin:
    """Return the version that a source such as `models:/churn/3` names.

    Raises:
        InvalidArgumentError: the request names another run or logged model than that of the version.
        NotFoundError: the version does not exist.
    """
    named = source_rules.version_of(request.text("source"))
    assert named is not None  # noqa: S101 for the type checker; the caller has looked
    model = registered.read(session, types, request, named["name"])
    artifact = registered.version_named(model, version=named["version"] or "", alias=named["alias"] or "")
    source = registered.version_uri(model.name, registered.number_of(artifact))
    run_id, model_id = registered.run_id_of(artifact), registered.model_id_of(artifact)
    for name, own in (("run_id", run_id), ("model_id", model_id)):
        if request.text(name) not in ("", own):
            raise errors.InvalidArgumentError(
                f"the {name} of {source} is {own or 'not set'}; leave out {name!r}, or give the same",
                errors.Details(parameter=name),
            )
    found = run if request.text("run_id") else _run(session, types, request, run_id)
    return Origin(source, run_id, model_id, found, artifact, registered.place_of(artifact))


def _at_place(session: Session, types: KnownTypes, request: Request, source: str) -> pb.Artifact | None:
    """Return the logged model whose files are at a source."""
    named = _MODEL_PLACE.fullmatch(source)
    found = found_models.by_ids(session, types, request.workspace, [named[1]]).get(named[1]) if named else None
    return found if found is not None and found.uri == source.rstrip("/") else None


def _of_another_program(session: Session, types: KnownTypes, workspace: str, source: str) -> pb.Artifact | None:
    """Return what another program recorded at the location of a source: a model, else whatever lies there."""
    if ":" not in normal_form(source) or source.startswith(_OF_MLFLOW):
        return None
    rows = artifacts_at(session, [source])[source]
    nodes = located.of_workspace(session, types, workspace, rows).values() if rows else ()
    found = [node for node in nodes if not node.external_id.startswith(MLFLOW_IDS) and node.type != evaluations.TYPE]
    return max(found, key=lambda node: (node.type == new_models.TYPE, node.id), default=None)


def _folder(
    session: Session, types: KnownTypes, request: Request, source: str, run: pb.Execution | None
) -> pb.Artifact | None:
    """Return the model of an older client whose folder, among the files of a run, is the source."""
    if run is None:
        return None
    run_id = run.properties["run_id"].string_value
    places = (f"{stored_form.artifact_uri_of(run)}/", f"runs:/{run_id}/")
    path = next((source.removeprefix(each) for each in places if source.startswith(each)), "").strip("/")
    return older_models.by_folder(session, types, request.workspace, run_id, path) if path else None
