"""Registered models and their versions as MLflow's clients read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineal.mlflow import registered, stages, stored_form
from lineal.mlflow.registered import Registered
from lineal.mlflow.stored_form import TAG
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]


def model_fields(model: Registered, *, by_stage: bool = False) -> Fields:
    """Return a registered model; of each stage it lists the newest version.

    Args:
        model: the registered model.
        by_stage: whether these are in the order of the names of the stages, as in searches; else the stage whose first
            version is oldest comes first.
    """
    latest = latest_of(model, stages.STAGES)
    if by_stage:
        latest.sort(key=model.stage_of)
    own = model.context
    found = {
        "name": model.name,
        "creation_timestamp": own.create_time_since_epoch,
        "last_updated_timestamp": _updated(own),
        "description": own.properties["description"].string_value if "description" in own.properties else "",
        "latest_versions": [version_fields(model, each, shows_aliases=False) for each in latest],
        "tags": stored_form.pairs_of(own, TAG),
        "aliases": [
            {"alias": alias, "version": str(number)}
            for alias, number in sorted((alias, _number_of(model, holder)) for alias, holder in model.aliases.items())
        ],
    }
    return {name: value for name, value in found.items() if value not in ("", [])}


def latest_of(model: Registered, wanted: Iterable[str]) -> list[pb.Artifact]:
    """Return the newest version of each of some stages; the stage whose first version is oldest comes first."""
    newest: dict[str, pb.Artifact] = {}
    for version in model.versions.values():
        newest[model.stage_of(version)] = version
    kept = set(wanted)
    return [version for stage, version in newest.items() if stage in kept]


def version_fields(model: Registered, version: pb.Artifact, *, shows_aliases: bool = True) -> Fields:
    """Return a version."""
    own = version.properties
    tags = stored_form.pairs_of(version, TAG)
    aliases = [alias for alias, holder in model.aliases.items() if holder == version.id] if shows_aliases else []
    return {
        "name": model.name,
        "version": str(registered.number_of(version)),
        "creation_timestamp": version.create_time_since_epoch,
        "last_updated_timestamp": _updated(version),
        "current_stage": model.stage_of(version),
        "description": own["description"].string_value if "description" in own else "",
        "source": registered.text_of(version, registered.SOURCE),
        "run_id": registered.run_id_of(version),
        "status": "READY",
        **({"tags": tags} if tags else {}),
        "run_link": registered.text_of(version, registered.RUN_LINK),
        **({"aliases": aliases} if aliases else {}),
    }


def _number_of(model: Registered, holder: int) -> int:
    return next(number for number, version in model.versions.items() if version.id == holder)


def _updated(node: pb.Artifact | pb.Context) -> int:
    """Return when a client changed a node; one that was only created has no such time."""
    custom = node.custom_properties
    return custom[registered.UPDATED].int_value if registered.UPDATED in custom else node.create_time_since_epoch
