"""The stages of versions, which follow from their aliases: one truth for MLflow's stages and Lineal's promotion.

The version that has the alias `production` is in the stage Production, however it got the alias, and so for Staging.
MLflow can have several versions in one stage. Then the newest of them has the alias, as clients that ask for a stage
get the newest. The others remember who had the alias then, and since when: if somebody promotes another version, or the
same one again, they are in the stage no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lineal import errors
from lineal.kinds import ARTIFACT
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_aliases import delete_alias, put_alias
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import aliases as alias_rows
from lineal.wire import metadata_store as pb
from lineal.wire import records

NONE, ARCHIVED = "None", "Archived"
ALIASES = {"Production": "production", "Staging": "staging"}
"""The alias of each stage that has one."""
STAGES = (NONE, *ALIASES, ARCHIVED)
_STAGE, _HOLDER = "__mlflow_stage__", "__mlflow_stage_holder__"
_NOTHING = pb.Value()
_MASK = UpdateOptions(mask=(f"custom_properties.{_STAGE}", f"custom_properties.{_HOLDER}"))


class Held(NamedTuple):
    """The holder of an alias: the id of its artifact, and since when, in milliseconds since the epoch."""

    artifact_id: int
    since: int


def read(text: str) -> str:
    """Return the stage of a name, whose case does not count.

    Raises:
        InvalidArgumentError: the stage does not exist.
    """
    found = next((stage for stage in STAGES if stage.lower() == text.lower()), None)
    if found is None:
        raise errors.InvalidArgumentError(
            f"there is no stage {text[:60]!r}; give one of {', '.join(STAGES)}", errors.Details(parameter="stage")
        )
    return found


def require_archivable(stage: str) -> None:
    """Refuse a stage from which the other versions cannot be archived.

    Raises:
        InvalidArgumentError: it is neither Production nor Staging.
    """
    if stage not in ALIASES:
        raise errors.InvalidArgumentError(
            f"archive_existing_versions is for {' and '.join(ALIASES)}, and the stage is {stage}; leave it out",
            errors.Details(parameter="archive_existing_versions"),
        )


def stage_of(version: pb.Artifact, aliases: Mapping[str, Held]) -> str:
    """Return the stage of a version.

    Args:
        version: the version.
        aliases: the aliases of the versions of its registered model, archived ones too.
    """
    own = {alias for alias, held in aliases.items() if held.artifact_id == version.id}
    stage = next((stage for stage, alias in ALIASES.items() if alias in own), None)
    if stage is not None:
        return stage
    kept, beside = _kept(version)
    is_there = kept not in ALIASES or _shown(aliases.get(ALIASES[kept])) == beside
    return kept if is_there else NONE


def _kept(version: pb.Artifact) -> tuple[str, str]:
    """Return the stage that a version keeps, and beside whom."""
    custom = version.custom_properties
    return custom[_STAGE].string_value if _STAGE in custom else NONE, custom.get(_HOLDER, _NOTHING).string_value


def _shown(held: Held | None) -> str:
    return f"{held.artifact_id} {held.since}" if held is not None else ""


def settle(
    session: Session,
    types: KnownTypes,
    versions: Mapping[int, pb.Artifact],
    aliases: Mapping[str, Held],
    wanted: Mapping[int, str],
) -> None:
    """Put the versions of a registered model into stages: write their aliases, and what is kept beside them.

    Args:
        session: the transaction, in which the registered model is locked.
        types: the known types.
        versions: the versions by number.
        aliases: their aliases, those of archived versions too.
        wanted: the stage of each version.
    """
    holders = {stage: max((n for n in wanted if wanted[n] == stage), default=None) for stage in ALIASES}
    ids = {stage: versions[number].id for stage, number in holders.items() if number is not None}
    leaving = {version.id for number, version in versions.items() if wanted[number] != stage_of(version, aliases)}
    for stage, alias in ALIASES.items():
        holder = aliases[alias].artifact_id if alias in aliases else None
        if stage in ids and holder != ids[stage]:
            put_alias(session, types, records.PutAliasRequest(artifact_id=ids[stage], alias=alias))
        elif stage not in ids and holder in leaving:  # others may have it besides the one of their stage
            delete_alias(session, types, records.DeleteAliasRequest(artifact_id=holder, alias=alias))
    rows = alias_rows.of_artifacts(session, sorted(ids.values())) if ids else []
    present = {row.alias: Held(row.artifact_id, row.time) for row in rows}
    for number, version in versions.items():
        beside = present.get(ALIASES.get(wanted[number], ""))
        _keep(session, types, version, wanted[number], _shown(beside))


def _keep(session: Session, types: KnownTypes, version: pb.Artifact, stage: str, beside: str) -> None:
    """Write the stage of a version and beside whom it is there, if that is not what is stored."""
    if _kept(version) == (stage, beside):
        return
    custom = version.custom_properties
    for name in (_STAGE, _HOLDER):
        custom.pop(name, None)
    if stage != NONE:
        custom[_STAGE].string_value = stage
    if beside:
        custom[_HOLDER].string_value = beside
    write_nodes(session, types, ARTIFACT, [version], _MASK)
