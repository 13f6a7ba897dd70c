"""The registry in a folder `mlruns`: `models/NAME/`, with a folder `version-N` for each version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lineal.mlflow_sources.database_registry import DELETED_STAGE
from lineal.mlflow_sources.folder_files import Files
from lineal.mlflow_sources.records import RegisteredModel, Version

REGISTRY = "models"
_META = "meta.yaml"
_VERSION = re.compile(r"version-([0-9]{1,9})")


def registered_models(files: Files) -> Iterator[RegisteredModel]:
    """Yield the registered models and prompts with their versions."""
    registry = files.top / REGISTRY
    for place in sorted(registry.iterdir()) if registry.is_dir() else ():
        meta = files.meta(place / _META, "registered models") if (place / _META).is_file() else None
        if meta is None:
            continue
        yield RegisteredModel(
            name=str(meta.get("name") or place.name),
            description=str(meta.get("description") or ""),
            created=_time(meta, "creation_timestamp"),
            updated=_time(meta, "last_updated_timestamp"),
            tags=files.texts(place / "tags"),
            aliases=_aliases(files, place),
            versions=_versions(files, place),
        )


def _aliases(files: Files, place: Path) -> dict[str, int]:
    found = {alias: text.strip() for alias, text in files.texts(place / "aliases").items()}
    return {alias: int(text) for alias, text in found.items() if text.isdecimal()}


def _versions(files: Files, place: Path) -> list[Version]:
    versions = []
    for folder in place.iterdir():
        named = _VERSION.fullmatch(folder.name)
        meta = files.meta(folder / _META, "versions of models") if named else None
        if named is not None and meta is not None:
            versions.append(_version(int(named[1]), meta, files.texts(folder / "tags")))
    return sorted(versions, key=lambda each: each.number)


def _version(number: int, meta: Mapping[str, Any], tags: Mapping[str, str]) -> Version:
    def text(name: str) -> str:
        return str(meta.get(name) or "")

    return Version(
        number=number,
        source=text("source"),
        run_id=text("run_id"),
        model_id=text("model_id"),
        status=text("status") or "READY",
        status_message=text("status_message"),
        stage=text("current_stage") or "None",
        description=text("description"),
        run_link=text("run_link"),
        user_id=text("user_id"),
        created=_time(meta, "creation_timestamp"),
        updated=_time(meta, "last_updated_timestamp"),
        tags=tags,
        is_deleted=text("current_stage") == DELETED_STAGE,
    )


def _time(meta: Mapping[str, Any], name: str) -> int | None:
    found = meta.get(name)
    return found if isinstance(found, int) else None
