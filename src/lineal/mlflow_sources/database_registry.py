"""The registry in a database of MLflow: registered models with their versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lineal.importing.reading import Reading
from lineal.mlflow_sources.records import DEFAULT_WORKSPACE, RegisteredModel, Version

DELETED_STAGE = "Deleted_Internal"
"""The stage of deleted versions."""
_EMPTIED = "REDACTED-"
"""With what a text of a deleted version begins that MLflow has emptied."""
_VERSION = ("version", "source", "run_id", "status", "status_message", "current_stage", "description", "run_link")
_MODEL = ("name", "workspace", "description", "creation_time", "last_updated_time")
Key = tuple[str, str]


def registered_models(reading: Reading) -> Iterator[RegisteredModel]:
    """Yield the registered models and prompts with their versions."""
    rows = reading.rows("registered_models", _MODEL)
    tags = _pairs(reading, "registered_model_tags", ("key", "value"))
    aliases = _pairs(reading, "registered_model_aliases", ("alias", "version"))
    for name, workspace, description, created, updated in sorted(rows, key=lambda row: row[0]):
        key = (workspace or DEFAULT_WORKSPACE, name)
        yield RegisteredModel(
            name=name,
            workspace=key[0],
            description=description or "",
            created=created,
            updated=updated,
            tags={tag: text or "" for tag, text in tags.get(key, {}).items()},
            aliases={alias: int(number) for alias, number in aliases.get(key, {}).items()},
            versions=_versions(reading, key),
        )


def _pairs(reading: Reading, table: str, columns: tuple[str, str]) -> dict[Key, dict[str, Any]]:
    found: dict[Key, dict[str, Any]] = {}
    for name, workspace, key, value in reading.rows(table, ("name", "workspace", *columns)):
        found.setdefault((workspace or DEFAULT_WORKSPACE, name), {})[key] = value
    return found


def _versions(reading: Reading, key: Key) -> list[Version]:
    workspace, name = key
    columns = ("workspace", *_VERSION, "user_id", "creation_time", "last_updated_time")
    rows = reading.rows("model_versions", columns, where="name", among=[name])
    tags: dict[int, dict[str, str]] = {}
    for of_workspace, number, tag, text in reading.rows(
        "model_version_tags", ("workspace", "version", "key", "value"), where="name", among=[name]
    ):
        if (of_workspace or DEFAULT_WORKSPACE) == workspace:
            tags.setdefault(number, {})[tag] = text or ""
    own = [row[1:] for row in rows if (row[0] or DEFAULT_WORKSPACE) == workspace]
    return [_version(row, tags.get(row[0], {})) for row in sorted(own, key=lambda row: int(row[0]))]


def _version(row: tuple[Any, ...], tags: dict[str, str]) -> Version:
    texts = ["" if each is None or str(each).startswith(_EMPTIED) else str(each) for each in row[1:9]]
    source, run_id, status, message, stage, description, link, user = texts
    return Version(
        number=int(row[0]),
        source=source,
        run_id=run_id,
        status=status or "READY",
        status_message=message,
        stage=stage or "None",
        description=description,
        run_link=link,
        user_id=user,
        created=row[9],
        updated=row[10],
        tags=tags,
        is_deleted=stage == DELETED_STAGE,
    )
