"""Registered models and their versions as they are stored, and as MLflow's clients read them.

A registered model is a context, and a version of it is an artifact of the SDK's type for models in that context, whose
name is that of the registered model and whose version is its number. A deleted one is archived. What stays out: the
calls (registry.py, versions.py), and how stages follow from aliases (stages.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lineal import conventions, errors
from lineal.filter.mlflow import Family, Operator, Term
from lineal.kinds import ARTIFACT, CONTEXT
from lineal.mlflow import stages, stored_form, workspaces
from lineal.mlflow.new_models import TYPE as MODEL_TYPE
from lineal.mlflow.requests import Request
from lineal.mlflow.stages import Held
from lineal.mlflow.stored_form import DELETED
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages, whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations, whole_nodes
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]
TYPE = conventions.MLFLOW_REGISTERED_MODEL
TYPE_PROPERTIES = {"name": pb.STRING, "description": pb.STRING}
PROMPT_TYPE = "mlflow.Prompt"
SOURCE, SOURCE_RUN, SOURCE_MODEL = "__mlflow_source__", "__mlflow_source_run__", "__mlflow_model__"
RUN_LINK, PLACE = "__mlflow_run_link__", conventions.FILES_OF_VERSION
"""The custom properties of a version: what its client said of it, and where its files are."""
UPDATED = "__mlflow_updated__"
"""When MLflow's clients changed a registered model or a version, in milliseconds: tags and aliases do not count."""
LAST_NUMBER = "__mlflow_last_version__"
"""The number of the newest version that a registered model ever had: numbers are never given again."""
LATEST = "latest"
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*", re.ASCII)
_NO_TEXT = pb.Value()


@dataclass(frozen=True)
class Registered:
    """A registered model with its versions.

    Attributes:
        context: the registered model.
        versions: those of its versions that are not deleted, by number.
        last_number: the number of its newest version, a deleted one too; 0 if it never had one.
        held: the aliases of its versions in alphabetical order, those of archived versions too.
    """

    context: pb.Context
    versions: dict[int, pb.Artifact]
    last_number: int
    held: dict[str, Held]

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.context.properties["name"].string_value

    def stage_of(self, version: pb.Artifact) -> str:
        """Return the stage of a version."""
        return stages.stage_of(version, self.held)

    @cached_property
    def aliases(self) -> dict[str, int]:
        """The aliases of the versions that are not deleted, in alphabetical order, each with the id of its artifact."""
        active = {version.id for version in self.versions.values()}
        return {alias: held.artifact_id for alias, held in self.held.items() if held.artifact_id in active}


def version_external_id(workspace: str, context_id: int, number: int) -> str:
    """Return the external id of a version of a registered model."""
    return f"mlflow:{workspace}:version:{context_id}:{number}"


def number_of(version: pb.Artifact) -> int:
    """Return the number of a version."""
    return int(version.external_id.rpartition(":")[2])


def find(session: Session, types: KnownTypes, request: Request, name: str) -> pb.Context | None:
    """Return the registered model of a name, if the workspace has one that is not deleted."""
    found = workspaces.context_named(session, types, TYPE, stored_form.node_name(request.workspace, name))
    return found if found is not None and is_registered(found, request.workspace) else None


def is_registered(context: pb.Context, workspace: str) -> bool:
    """Say whether a context is a registered model of a workspace that is not deleted."""
    if not stored_form.is_own(context, TYPE, workspace) or stored_form.lifecycle_of(context) == DELETED:
        return False
    # A deleted one gives up its name, and does not have it back when it is taken out of the archive.
    return context.name == stored_form.node_name(workspace, context.properties["name"].string_value)


def read(session: Session, types: KnownTypes, request: Request, name: str) -> Registered:
    """Return a registered model with its versions.

    Raises:
        InvalidArgumentError: a registered model cannot have this name.
        NotFoundError: the workspace has none of this name.
    """
    return loaded(session, types, request, [_context(session, types, request, name)])[0]


def locked(session: Session, types: KnownTypes, request: Request, name: str) -> Registered:
    """Return a registered model; nobody else changes it, or a version of it, until the transaction ends.

    Raises:
        InvalidArgumentError: a registered model cannot have this name.
        NotFoundError: the workspace has none of this name.
    """
    node_rows.ask_to_update(session, CONTEXT, [_context(session, types, request, name).id])()
    return read(session, types, request, name)


def _context(session: Session, types: KnownTypes, request: Request, name: str) -> pb.Context:
    check_name(name)
    context = find(session, types, request, name)
    if context is None:
        raise errors.NotFoundError(f"the workspace {request.workspace!r} has no registered model {name[:100]!r}")
    return context


def all_of(session: Session, types: KnownTypes, request: Request) -> list[Registered]:
    """Return the registered models of the workspace, by id."""
    known = types.id_of(session, CONTEXT, TYPE, "")
    rows = node_rows.nodes_by_type(session, CONTEXT, known) if known is not None else []
    own = [each for each in node_messages(session, types, CONTEXT, rows) if is_registered(each, request.workspace)]
    return loaded(session, types, request, own)


def loaded(session: Session, types: KnownTypes, request: Request, contexts: Sequence[pb.Context]) -> list[Registered]:
    """Return registered models with their versions."""
    members = relations.members_of(session, ARTIFACT, [context.id for context in contexts])
    nodes = whole_nodes.whole_by_ids(session, ARTIFACT, sorted({node_id for _, node_id in members}))
    known = {node.id: node for node in whole_messages(session, types, ARTIFACT, nodes)}
    held: dict[int, list[pb.Artifact]] = {}
    for context_id, node_id in members:
        held.setdefault(context_id, []).extend([known[node_id]] if node_id in known else [])
    found = []
    for context in contexts:
        is_own = re.compile(re.escape(version_external_id(request.workspace, context.id, 0)[:-1]) + "[0-9]{1,18}")
        own = {
            number_of(each): each
            for each in held.get(context.id, ())
            if is_own.fullmatch(each.external_id) and _is_version(each, request.workspace)
        }
        found.append((context, {number: own[number] for number in sorted(own)}))
    held_aliases = _aliases(session, [version.id for _, versions in found for version in versions.values()])
    return [_registered(context, versions, held_aliases) for context, versions in found]


def _registered(
    context: pb.Context, versions: dict[int, pb.Artifact], aliases: dict[int, dict[str, Held]]
) -> Registered:
    active = {number: each for number, each in versions.items() if stored_form.lifecycle_of(each) != DELETED}
    last = context.custom_properties[LAST_NUMBER].int_value if LAST_NUMBER in context.custom_properties else 0
    own = {alias: held for each in versions.values() for alias, held in aliases.get(each.id, {}).items()}
    return Registered(context, active, max(last, *versions, 0), dict(sorted(own.items())))


def _is_version(artifact: pb.Artifact, workspace: str) -> bool:
    return any(stored_form.is_own(artifact, each, workspace) for each in (MODEL_TYPE, PROMPT_TYPE))


def _aliases(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Held]]:
    """Return the aliases of artifacts by their ids."""
    found: dict[int, dict[str, Held]] = {}
    for row in alias_rows.of_artifacts(session, ids) if ids else ():
        found.setdefault(row.artifact_id, {})[row.alias] = Held(row.artifact_id, row.time)
    return found


def check_name(name: str, place: str = "name") -> None:
    """Refuse a name that no registered model can have.

    Raises:
        InvalidArgumentError: it has a slash or a colon, is blank, `.` or `..`.
    """
    if not name.strip() or name in (".", ".."):
        raise errors.InvalidArgumentError(
            f"{name!r} cannot be the name of a registered model; give one with letters", errors.Details(parameter=place)
        )
    if "/" in name or ":" in name:
        raise errors.InvalidArgumentError(
            f"the name {name[:100]!r} of a registered model has '/' or ':'; leave them out",
            errors.Details(parameter=place),
        )


def version_of(model: Registered, number: str) -> pb.Artifact:
    """Return a version of a registered model.

    Args:
        model: the registered model.
        number: the number of the version, as a client gives it.

    Raises:
        InvalidArgumentError: it is not a number.
        NotFoundError: the model has no such version, or it is deleted.
    """
    found = model.versions.get(_read_number(number))
    if found is None:
        raise errors.NotFoundError(f"the registered model {model.name!r} has no version {number}")
    return found


def version_named(model: Registered, *, version: str, alias: str) -> pb.Artifact:
    """Return the version that is named by a number, a stage, `latest` or an alias, as in `models:/churn/Production`.

    Raises:
        InvalidArgumentError: no version has the alias.
        NotFoundError: the model has no such version, or none in the stage.
    """
    if alias:
        return holder_of(model, alias)
    if _NUMBER.fullmatch(version):
        return version_of(model, version)
    if version.lower() == LATEST:
        return newest(model)
    stage = stages.read(version)
    numbers = [number for number, each in model.versions.items() if model.stage_of(each) == stage]
    if not numbers:
        raise errors.NotFoundError(f"the registered model {model.name!r} has no version in the stage {stage}")
    return model.versions[max(numbers)]


def holder_of(model: Registered, alias: str) -> pb.Artifact:
    """Return the version that has an alias.

    Raises:
        InvalidArgumentError: none has it.
        NotFoundError: the alias is `latest`, and the model has no version.
    """
    if alias.lower() == LATEST:
        return newest(model)
    holder = model.aliases.get(alias)
    if holder is None:
        raise errors.InvalidArgumentError(
            f"no version of the registered model {model.name!r} has the alias {alias[:100]!r}",
            errors.Details(parameter="alias"),
        )
    return next(each for each in model.versions.values() if each.id == holder)


def newest(model: Registered) -> pb.Artifact:
    """Return the newest version of a registered model.

    Raises:
        NotFoundError: it has none.
    """
    if not model.versions:
        raise errors.NotFoundError(f"the registered model {model.name!r} has no version")
    return model.versions[max(model.versions)]


def require_number(number: str) -> None:
    """Refuse a text that can be no number of a version.

    Raises:
        InvalidArgumentError: it is not a whole number.
    """
    _read_number(number)


def _read_number(number: str) -> int:
    if not _NUMBER.fullmatch(number):
        raise errors.InvalidArgumentError(
            f"the version is {number[:60]!r}; give the number of a version, such as 1",
            errors.Details(parameter="version"),
        )
    return int(number)


def version_uri(name: str, number: int) -> str:
    """Return the URI by which MLflow's clients know a version."""
    return f"models:/{name}/{number}"


def place_of(version: pb.Artifact) -> str:
    """Return the URI of the files of a version."""
    return text_of(version, PLACE)


def run_id_of(version: pb.Artifact) -> str:
    """Return the id of the run that a version names, "" if it names none."""
    return text_of(version, SOURCE_RUN)


def model_id_of(version: pb.Artifact) -> str:
    """Return the id of the logged model that a version names, "" if it names none."""
    return text_of(version, SOURCE_MODEL)


def text_of(node: pb.Artifact | pb.Context, name: str) -> str:
    """Return a custom property, "" if it is not there."""
    return str(node.custom_properties.get(name, _NO_TEXT).string_value)


def write(session: Session, types: KnownTypes, context: pb.Context, *paths: str, time: int) -> None:
    """Write what has changed of a registered model, and when."""
    context.custom_properties[UPDATED].int_value = time
    write_nodes(session, types, CONTEXT, [context], UpdateOptions(mask=(*paths, _UPDATED_PATH)))


def write_version(session: Session, types: KnownTypes, version: pb.Artifact, *paths: str, time: int) -> None:
    """Write what has changed of a version, and when."""
    version.custom_properties[UPDATED].int_value = time
    write_nodes(session, types, ARTIFACT, [version], UpdateOptions(mask=(*paths, _UPDATED_PATH)))


_UPDATED_PATH = f"custom_properties.{UPDATED}"


def searched(session: Session, types: KnownTypes, request: Request, terms: Sequence[Term]) -> list[Registered]:
    """Return the registered models among which a search looks: the one of a name, if its terms say which."""
    name = next((term.value for term in terms if (term.family, term.key, term.operator) == _HAS_NAME), None)
    if name is None:
        return all_of(session, types, request)
    found = find(session, types, request, str(name))
    return loaded(session, types, request, [found]) if found is not None else []


_HAS_NAME = (Family.ATTRIBUTE, "name", Operator.EQUAL)
