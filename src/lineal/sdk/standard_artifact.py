"""The base of DataSet, Model and Metrics, and what their arguments must be.

What stays out: the base of all artifact types, custom ones too (base_artifact.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from lineal.sdk import kept, plain, stored_form
from lineal.sdk.base_artifact import Artifact
from lineal.urls import redact
from lineal.wire import metadata_store as pb

# The attributes that a stored record may lack, and what they are then.
_OWN_FIELDS: Mapping[str, Any] = {
    **dict.fromkeys(("workspace", "description", "owner", "version", "query", "labels", "values")),
    **dict.fromkeys(("model_type", "training_framework", "hyperparameters", "data_set_id", "model_id", "metrics_type")),
    "kwargs": {},
}


class StandardArtifact(Artifact):
    """The base of the SDK's artifacts, whose attributes are their record."""

    _TEXT_PROPERTIES: ClassVar[tuple[str, ...]] = ()
    uri: str
    name: str
    workspace: str | None
    description: str | None
    owner: str | None
    labels: Mapping[str, str] | None
    create_time: str
    kwargs: dict[str, Any]

    def serialization(self) -> pb.Artifact:
        """Return the record: each text attribute as a property, and all attributes as JSON in `__ALL_META__`."""
        texts = {name: plain.field_text(name, getattr(self, name)) for name in self._TEXT_PROPERTIES}
        uri = required_uri(self.uri)
        properties = stored_form.text_properties(texts)
        all_meta = stored_form.to_json({**vars(self), **texts, "uri": uri})
        properties[stored_form.ALL_META_PROPERTY_NAME] = pb.Value(string_value=all_meta)
        return pb.Artifact(uri=uri, properties=properties)

    def show(self, given: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
        """Take the values of the stored record in place of those given.

        Args:
            given: the fields of this artifact's own record.
            stored: those of the stored one; a field of the SDK's that it lacks, as another writer leaves it, is empty.

        """
        for name in [name for name in vars(self) if name in given and name != "id"]:
            if not kept.agree(name, given[name], stored.get(name)) and (name in stored or name in _OWN_FIELDS):
                setattr(self, name, stored.get(name, _OWN_FIELDS.get(name)))

    def _change(self, patch: Mapping[str, Any], *, what: str) -> pb.Artifact:
        """Change the stored record, and this object with it."""
        stored = super()._change(patch, what=what)
        self.show(vars(self), stored_form.recorded_fields(stored))
        return stored

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return redact(f"{type(self).__module__}.{type(self).__qualname__}({fields})")


class NamedContext(Protocol):
    """A Workspace, which this module cannot import."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def context_id(self) -> int:
        """Its id in the store."""


def name_of(workspace: str | NamedContext | None) -> str | None:
    """Return the name of a workspace that is given as an object or by its name."""
    is_workspace = hasattr(workspace, "context_id")
    return plain.field_text("workspace", getattr(workspace, "name", "") if is_workspace else workspace)


def required_uri(uri: Any) -> str:
    """Return the uri of an artifact; a path becomes an absolute file: URI.

    Raises:
        ValueError: it is missing, neither a text nor a path, or no text that a store can hold.

    """
    return required_text("uri", plain.uri_of(uri))


def required_text(argument: str, value: str | None) -> str:
    """Return the text of a required argument.

    Raises:
        ValueError: it is missing, no string, or no text that a store can hold.

    """
    if not isinstance(value, str):
        raise ValueError(f"'{argument}' must be set and in string type, got {value!r}")
    return stored_form.storable(argument, str.__str__(value))  # a member of an enumeration of texts is its value
