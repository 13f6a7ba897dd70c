"""Finding the artifacts of one workspace, by type, name and labels.

The database does the filtering; each artifact that it returns is checked again in its plain form, so that the answer is
exact for any text. What stays out: how a condition is written (filters.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsIndex

from lineal import errors, json_text, record_patch
from lineal.client import ListOptions, MetadataStore, OrderByField
from lineal.sdk import filters, stored_form, typos
from lineal.sdk import labels as label_texts
from lineal.sdk.retry import retrying
from lineal.sdk.standard_artifact import required_text
from lineal.wire import metadata_store as pb


@dataclass(frozen=True)
class Wanted:
    """Which artifacts of a workspace are asked for.

    Attributes:
        workspace: the name of the workspace.
        type_name: the name of the artifact type.
        labels: labels that an artifact must have, as JSON gives them back.
        name: the name it must have; None for any.
        limit: the largest number of artifacts, those with the lowest ids; None for all.
        archived: whether they must be archived; None if it does not matter.

    """

    workspace: str
    type_name: str
    labels: Mapping[str, Any]
    name: str | None
    limit: int | None
    archived: bool | None = None

    def accepts(self, artifact: pb.Artifact) -> bool:
        """Tell whether an artifact that the database found is what was asked for."""
        workspace = artifact.custom_properties.get(stored_form.WORKSPACE_PROPERTY_NAME, pb.Value()).string_value
        if workspace != self.workspace or self.archived not in (None, record_patch.is_archived(artifact)):
            return False
        return self._describes(stored_form.plain_artifact(artifact))

    def _describes(self, fields: Mapping[str, Any]) -> bool:
        return (self.name is None or fields.get("name") == self.name) and all(
            filters.label_matches(fields.get("labels"), key, value) for key, value in self.labels.items()
        )


def wanted(
    workspace: str,
    type_name: str,
    *,
    labels: Mapping[Any, Any] | None,
    name: str | None,
    limit: SupportsIndex | None,
    archived: bool | None = None,
) -> Wanted:
    """Check the arguments of a listing.

    Raises:
        ValueError: `limit` is no number of artifacts, `labels` is no mapping, or a name is no text of a store.
        TypeError: `labels` hold something that JSON cannot express.

    """
    if limit is not None:
        limit = checked_limit(limit)
    if labels is not None and not isinstance(labels, Mapping):
        raise ValueError(f"'labels' must be a mapping of names to values, got {labels!r}")
    if not isinstance(type_name, str):
        own_name = getattr(type_name, "ARTIFACT_TYPE_NAME", None)
        advice = f"; pass {own_name!r}" if isinstance(own_name, str) else ""
        raise ValueError(f"'artifact_type_name' must be a string, got {type_name!r}{advice}")
    if name is not None:
        required_text("name", name)
    if archived not in (None, True, False):
        raise ValueError(f"'archived' must be True, False or None, got {archived!r}")
    return Wanted(workspace, type_name, _plain_labels(labels or {}), name, limit, archived)


def checked_limit(limit: SupportsIndex) -> int:
    """Return a limit as a number of Python.

    Raises:
        ValueError: it is no number, or less than 0.

    """
    number = operator.index(limit) if hasattr(limit, "__index__") else -1
    if number < 0:
        raise ValueError(f"'limit' must be a number of artifacts or None, got {limit!r}")
    return number


def _plain_labels(labels: Mapping[Any, Any]) -> dict[str, Any]:
    """Return labels as JSON gives them back, their names as texts.

    Raises:
        ValueError: a name has no text.

    """
    names = {name: label_texts.as_text(name) for name in labels}
    if None in names.values():
        raise ValueError(f"'labels' must have texts as names, got {dict(labels)!r}")
    plain: dict[str, Any] = json_text.loads(
        stored_form.field_json("labels", {str(names[name]): _sought(value) for name, value in labels.items()})
    )
    return plain


def _sought(value: Any) -> Any:
    """Return a label's value as it is compared: numbers of Python as numbers, other values as the texts they became."""
    text = None if type(value) in (str, int, float, bool) else label_texts.as_text(value)
    return value if text is None else text


def find(client: MetadataStore, query: Wanted) -> list[dict[str, Any]]:
    """Return the requested artifacts as dicts, ordered by id; an unknown type has none and gives a warning."""
    artifact_type = _artifact_type(client, query.type_name) if query.limit != 0 else None
    if artifact_type is None and query.limit != 0 and query.type_name not in stored_form.ARTIFACT_PROPERTIES:
        registered = [known.name for known in retrying(client.get_artifact_types)]
        typos.unknown_type(query.type_name, [*registered, *stored_form.ARTIFACT_PROPERTIES])
    if artifact_type is None:
        return []
    conditions = [f"type_id = {artifact_type.id}", filters.in_workspace(query.workspace)]
    if query.name is not None:
        conditions.append(filters.property_equals("name", query.name))
    if query.labels:
        artifacts = _find_labelled(client, query, conditions, artifact_type)
    else:
        artifacts = _read(client, conditions, query.accepts, query.limit)
    return [stored_form.plain_artifact(artifact) for artifact in artifacts]


def _artifact_type(client: MetadataStore, name: str) -> pb.ArtifactType | None:
    try:
        return retrying(lambda: client.get_artifact_type(name))
    except errors.NotFoundError:
        return None


def _find_labelled(
    client: MetadataStore, query: Wanted, conditions: list[str], artifact_type: pb.ArtifactType
) -> list[pb.Artifact]:
    """Find by labels, wherever the type keeps them: in `__ALL_META__`, or as JSON in a property of their own."""
    homes = (stored_form.ALL_META_PROPERTY_NAME, stored_form.LABELS_PROPERTY_NAME)
    found: dict[int, pb.Artifact] = {}
    for home in homes:
        if home in artifact_type.properties:
            found |= {artifact.id: artifact for artifact in _find_labels_in(home, client, query, conditions)}
    return [found[key] for key in sorted(found)][: query.limit]


def _find_labels_in(home: str, client: MetadataStore, query: Wanted, conditions: list[str]) -> list[pb.Artifact]:
    """Find by labels in one property.

    The official server spells property names in filters in small letters and so never finds `__ALL_META__`: where
    nothing is found and the property cannot be seen at all, the labels are compared here.
    """
    mentions = [filters.mentions_label(home, key, value) for key, value in query.labels.items()]
    found = _read(client, [*conditions, *mentions], query.accepts, query.limit)
    if found or home.islower() or _read(client, [*conditions, filters.has_property(home)], _anything, 1):
        return found
    return _read(client, conditions, query.accepts, query.limit)


def _anything(_: pb.Artifact) -> bool:
    return True


def _read(
    client: MetadataStore, conditions: list[str], accepts: Callable[[pb.Artifact], bool], limit: int | None
) -> list[pb.Artifact]:
    """Read the artifacts that meet all conditions and are accepted, ordered by id, until there are enough."""
    found: list[pb.Artifact] = []
    size, last_id = limit, 0
    while True:
        page = _page(client, [*conditions, f"id > {last_id}"], size)
        found += filter(accepts, page)
        if size is None or limit is None or len(found) >= limit or len(page) < size:
            return found[:limit]
        size, last_id = size * 2, page[-1].id


def _page(client: MetadataStore, conditions: list[str], size: int | None) -> list[pb.Artifact]:
    options = ListOptions(limit=size, order_by=OrderByField.ID, filter_query=" AND ".join(conditions))
    return list(retrying(lambda: client.get_artifacts(options)))
