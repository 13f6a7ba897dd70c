"""Changes of a stored record by the objects of the SDK.

The service makes a change in one call, and writes it to the audit log. With a server that does not have the call, the
record is read and written by the official calls, and written only if nobody has changed it in between. What stays out:
what a change means (lineal/record_patch.py), and aliases of other programs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from lineal import conventions, errors, record_patch
from lineal.client import MetadataStore
from lineal.kinds import ARTIFACT
from lineal.sdk import artifact_lineage, ids, plain
from lineal.sdk import labels as label_texts
from lineal.sdk.retry import retrying
from lineal.wire import metadata_store as pb
from lineal.wire import records
from lineal.wire import service as rpc

MOST_ROUNDS = 20
"""How often a record is read again that others keep on changing."""
IDENTITY = ("name", "version", "uri", "type", "workspace", "run", "id", "create_time")


def stored_in(artifact: object, *, what: str) -> tuple[MetadataStore, int]:
    """Return the store of a logged artifact, and its id.

    Raises:
        ValueError: it was not logged, or by another process.

    """
    artifact_id, client = ids.number(getattr(artifact, "id", None)), artifact_lineage.home_of(artifact)
    if artifact_id is None:
        raise ValueError(
            f"the {type(artifact).__name__} was not logged yet, so there is nothing to {what}; log it first"
        )
    if client is None:
        raise ValueError(
            f"the {type(artifact).__name__} {artifact_id} was not logged by this process, so its store is not known "
            "here; log it as an input or output first"
        )
    return client, artifact_id


def patch_of(
    labels: Mapping[Any, Any] | None,
    properties: Mapping[str, Any] | None,
    others: Mapping[str, Any],
    unknown: Mapping[str, Any],
    *,
    texts: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the patch of the arguments of `update`; in labels and properties, None removes.

    Args:
        labels: labels by name.
        properties: properties by name; those in `texts` are texts, so that a number becomes one.
        others: description and state.
        unknown: what `update` has no argument for.
        texts: the names of properties.

    Raises:
        ValueError: nothing is given, something that says which record it is, or an artifact that was not logged.
        TypeError: a value has no form that can be stored.

    """
    _check_names(properties, unknown)
    patch: dict[str, Any] = {
        name: plain.field_text(name, value) for name, value in others.items() if value is not UNCHANGED
    }
    if labels is not None:
        patch["labels"] = _plain_labels(plain.keyed("labels", labels))
    if properties is not None:
        named = plain.keyed("properties", properties)
        patch["properties"] = {name: _plain_property(name, value, texts) for name, value in named.items()}
    if not patch:
        raise ValueError("nothing to update: pass labels, description, properties or state")
    return patch


def _check_names(properties: Mapping[str, Any] | None, unknown: Mapping[str, Any]) -> None:
    for name in (*unknown, *(properties or ())):
        if name in IDENTITY:
            raise ValueError(
                f"'{name}' says which record it is, so it cannot be changed; log a new object with another "
                f"{'version' if name != 'uri' else 'uri or version'} to make a new version"
            )
    if unknown:
        raise TypeError(f"update() has no argument '{next(iter(unknown))}'; pass it in properties={{...}}")


def _plain_labels(labels: Mapping[str, Any]) -> dict[str, str | None]:
    given = label_texts.checked({name: value for name, value in labels.items() if value is not None}) or {}
    return {name: given.get(name) for name in labels}


def _plain_property(name: str, value: Any, texts: Sequence[str]) -> Any:
    if name in ids.ARGUMENTS and name in texts:
        return ids.reference(name, value)
    return plain.field_text(name, value) if name in texts else plain.field(name, value)


class _Unchanged:
    """The default of an argument whose None means that a value is removed."""

    def __repr__(self) -> str:
        return "unchanged"


UNCHANGED: Any = _Unchanged()


def change(client: MetadataStore, artifact_id: int, patch: Mapping[str, Any]) -> pb.Artifact:
    """Change a stored artifact; return it as it is then.

    Raises:
        ValueError: a value of the patch is refused.
        NotFoundError: the artifact does not exist.

    """
    request = records.ChangeNodesRequest(kind=records.ARTIFACT, ids=[artifact_id], patch=json.dumps(patch))
    try:
        response = ask(client, "ChangeNodes", request)
        return response.artifacts[0] if response is not None else _by_official_calls(client, artifact_id, patch)
    except errors.InvalidArgumentError as error:
        raise ValueError(error.message) from error


def ask(client: MetadataStore, method: str, request: Any) -> Any:
    """Return a server's answer, or None if it does not have the call."""
    send = getattr(client, "_send", None)
    if send is None:
        return None
    try:
        return retrying(lambda: send(method, request))
    except errors.UnimplementedError:
        return None


def _by_official_calls(client: MetadataStore, artifact_id: int, patch: Mapping[str, Any]) -> pb.Artifact:
    """Read, change and write an artifact, again if somebody else has changed it in between."""
    read = record_patch.read(json.dumps(patch))
    for _ in range(MOST_ROUNDS):
        found = retrying(lambda: client.get_artifacts_by_id([artifact_id]))
        if not found:
            raise errors.NotFoundError(f"no artifact has the id {artifact_id}; nothing was changed")
        [artifact] = found
        [known] = retrying(lambda: client.get_artifact_types_by_id([artifact.type_id]))  # noqa: B023 called at once
        mask = record_patch.applied(ARTIFACT, artifact, known.properties, read, time=int(time.time() * 1000))
        try:
            _put(client, artifact, mask)
        except errors.FailedPreconditionError:
            continue
        return retrying(lambda: client.get_artifacts_by_id([artifact_id]))[0]
    raise errors.AbortedError(f"other programs keep on changing artifact {artifact_id}; change it again")


def _put(client: MetadataStore, artifact: pb.Artifact, mask: Sequence[str]) -> None:
    """Write an artifact if nobody has changed it since it was read; an official client writes it in any case."""
    send = getattr(client, "_send", None)
    if send is None:
        client.put_artifacts([artifact], field_mask_paths=mask)
        return
    request = rpc.PutArtifactsRequest(artifacts=[artifact])
    request.update_mask.paths.extend(mask)
    request.options.abort_if_latest_updated_time_changed = True
    send("PutArtifacts", request)


def promote(client: MetadataStore, artifact_id: int, alias: str) -> int | None:
    """Give an alias to an artifact; return the id of the version that had it, None if none had.

    Raises:
        ValueError: the alias is refused.
        UnimplementedError: the server does not have aliases.

    """
    try:
        response = ask(client, "PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias=_alias(alias)))
    except errors.InvalidArgumentError as error:
        raise ValueError(error.message) from error
    if response is None:
        raise _no_aliases()
    return response.previous_artifact_id if response.HasField("previous_artifact_id") else None


def remove_alias(client: MetadataStore, artifact_id: int, alias: str) -> None:
    """Take an alias from an artifact.

    Raises:
        NotFoundError: it does not have the alias.
        UnimplementedError: the server does not have aliases.

    """
    request = records.DeleteAliasRequest(artifact_id=artifact_id, alias=_alias(alias))
    if ask(client, "DeleteAlias", request) is None:
        raise _no_aliases()


def holder(client: MetadataStore, workspace: str, type_name: str, name: str, alias: str) -> int | None:
    """Return the id of the version of a name that has an alias, None if none has.

    Raises:
        UnimplementedError: the server does not have aliases.

    """
    request = records.GetAliasesRequest(workspace=workspace, type_name=type_name, name=name, alias=alias)
    response = ask(client, "GetAliases", request)
    if response is None:
        raise _no_aliases()
    return response.aliases[0].artifact_id if response.aliases else None


def held_by(client: MetadataStore, artifact_id: int) -> list[str]:
    """Return the aliases that an artifact has now, in alphabetical order.

    The server's table counts. The property that repeats it is asked where the server does not have the call; a client
    that replaces an artifact may have removed or written it.

    Raises:
        NotFoundError: the artifact does not exist.

    """
    artifact = stored(client, artifact_id)
    response = ask(client, "GetAliases", records.GetAliasesRequest(artifact_ids=[artifact_id]))
    return aliases_of(artifact) if response is None else [each.alias for each in response.aliases]


def _alias(alias: Any) -> str:
    text = plain.text_of(alias)
    return str(alias) if text is None else text


def _no_aliases() -> errors.UnimplementedError:
    return errors.UnimplementedError("this server does not have aliases; use a Lineal server, or label the versions")


def stored(client: MetadataStore, artifact_id: int) -> pb.Artifact:
    """Return an artifact as it is stored.

    Raises:
        NotFoundError: it does not exist.

    """
    found = retrying(lambda: client.get_artifacts_by_id([artifact_id]))
    if not found:
        raise errors.NotFoundError(f"the store has no artifact with the id {artifact_id} any more")
    return found[0]


def aliases_of(artifact: pb.Artifact) -> list[str]:
    """Return the aliases in the property of a stored artifact, in alphabetical order."""
    value = artifact.custom_properties.get(conventions.ALIASES)
    return value.string_value.split(",") if value is not None and value.string_value else []
