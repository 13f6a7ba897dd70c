"""The registry of an MLflow server: registered models with their versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lineal.mlflow_sources.http_client import HttpClient
from lineal.mlflow_sources.records import DEFAULT_WORKSPACE, RegisteredModel, Version
from lineal.mlflow_sources.server_records import number, pairs

_MOST_MODELS, _MOST_VERSIONS = 1000, 10_000
_IS_PROMPT = "tags.`mlflow.prompt.is_prompt` = 'true'"
_MODELS, _VERSIONS = "registered-models/search", "model-versions/search"


def registered_models(client: HttpClient, workspace: str) -> Iterator[RegisteredModel]:
    """Yield the registered models and prompts of a workspace with their versions."""
    for more in ("", _IS_PROMPT):  # a search finds either models or prompts
        asked = {"max_results": _MOST_MODELS, **({"filter": more} if more else {})}
        found = client.pages("2.0", _MODELS, asked, "registered_models", workspace=workspace, missing={}, by_get=True)
        for told in found:
            yield RegisteredModel(
                name=told["name"],
                workspace=workspace or DEFAULT_WORKSPACE,
                description=told.get("description", ""),
                created=number(told, "creation_timestamp"),
                updated=number(told, "last_updated_timestamp"),
                tags=pairs(told.get("tags")),
                aliases={each["alias"]: int(each["version"]) for each in told.get("aliases", ())},
                versions=_versions(client, workspace, told["name"], more),
            )


def _versions(client: HttpClient, workspace: str, name: str, more: str) -> list[Version]:
    quote = '"' if "'" in name else "'"
    wanted = f"name={quote}{name}{quote}" + (f" AND {more}" if more else "")
    asked = {"filter": wanted, "max_results": _MOST_VERSIONS}
    told = client.pages("2.0", _VERSIONS, asked, "model_versions", workspace=workspace, by_get=True)
    return sorted((_version(each) for each in told), key=lambda each: each.number)


def _version(told: dict[str, Any]) -> Version:
    return Version(
        number=int(told["version"]),
        source=told.get("source", ""),
        run_id=told.get("run_id", ""),
        model_id=told.get("model_id", ""),
        status=told.get("status", "READY"),
        status_message=told.get("status_message", ""),
        stage=told.get("current_stage", "None"),
        description=told.get("description", ""),
        run_link=told.get("run_link", ""),
        user_id=told.get("user_id", ""),
        created=number(told, "creation_timestamp"),
        updated=number(told, "last_updated_timestamp"),
        tags=pairs(told.get("tags")),
    )
