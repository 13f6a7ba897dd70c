"""Changes of records: a JSON merge patch (RFC 7396), applied to the message of a node.

The members of a patch are `labels`, `properties` and `custom_properties` (objects), `description`, `external_id` and
`state` (texts), and `archived` (true or false). null removes a value. Unlike RFC 7396, an object that is the value of a
property replaces the one before as a whole. The SDK keeps most fields of its records in the
JSON of `__ALL_META__`, and some as properties as well; a change goes wherever the value is. The labels of other writers
are custom properties. What stays out: reading and writing nodes, and who may do that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf import json_format

from lineal import conventions, errors, json_form, json_text
from lineal.kinds import Kind
from lineal.nearest import hint
from lineal.wire import metadata_store as pb

MEMBERS = ("labels", "description", "properties", "custom_properties", "external_id", "state", "archived")
LONGEST_LABEL = 255
_IDENTITY = ("name", "version", "uri", "type", "workspace", "run", "id", "create_time")
_KEPT_BY_LINEAL = (
    conventions.WORKSPACE_PROPERTY,
    conventions.RUN_PROPERTY,
    conventions.ALL_META,
    conventions.ARCHIVED,
    conventions.ALIASES,
)
_DESCRIPTION = "description"
_LARGEST = 1 << 63
Patch = Mapping[str, Any]


def read(text: str) -> Patch:
    """Return the patch of a JSON text, checked as far as it can be without a node.

    Raises:
        InvalidArgumentError: it is no object, or a member or its value is not one of a patch.
    """
    try:
        patch = json_text.loads(text)
    except ValueError as error:
        raise errors.InvalidArgumentError(f"the patch is no JSON: {error}") from None
    if not isinstance(patch, dict):
        raise errors.InvalidArgumentError(f"the patch must be a JSON object, such as {_EXAMPLE}")
    if not patch:
        raise errors.InvalidArgumentError(f"the patch changes nothing; give one of {', '.join(MEMBERS)}")
    for name, value in patch.items():
        _check_member(name, value)
    return patch


_EXAMPLE = '{"labels": {"team": "vision"}}'


def _check_member(name: str, value: Any) -> None:
    if name in _IDENTITY:
        raise _identity_error(name)
    if name not in MEMBERS:
        raise errors.InvalidArgumentError(
            f"a patch has no member {name[:LONGEST_LABEL]!r}{hint(name, MEMBERS)}; it has {', '.join(MEMBERS)}"
        )
    is_object = name in ("labels", "properties", "custom_properties")
    if is_object and not isinstance(value, dict):
        raise errors.InvalidArgumentError(f"{name} must be an object whose members are changed, got {_shown(value)}")
    if name == "archived" and not isinstance(value, bool):
        raise errors.InvalidArgumentError(f"archived must be true or false, got {_shown(value)}")
    if name in (_DESCRIPTION, "external_id", "state") and not isinstance(value, (str, type(None))):
        raise errors.InvalidArgumentError(f"{name} must be a text, or null to remove it, got {_shown(value)}")


def _identity_error(name: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        f"{name!r} says which record it is and cannot be changed; log a new version of it instead: an artifact with "
        "the same name and another version"
    )


def _shown(value: Any) -> str:
    text = json_form.text(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def applied(kind: Kind, node: Any, declared: Mapping[str, int], patch: Patch, *, time: int) -> list[str]:
    """Change a node as a patch says; return the paths of the update mask of what may be different.

    Args:
        kind: the node's kind.
        node: the message of the whole node, which is changed.
        declared: the numbers of the types of the properties that the node's type has.
        patch: as `read` returns it.
        time: now, in milliseconds since the epoch.

    Raises:
        InvalidArgumentError: a value does not fit the node, its type, or its kind.
    """
    try:
        return _applied(_Change(kind, node, declared), patch, time=time)
    except UnicodeEncodeError as error:
        raise errors.InvalidArgumentError(
            f"the patch has half of a surrogate pair, which UTF-8 cannot hold, {error.object[error.start]!r}; remove it"
        ) from None


def _applied(change: _Change, patch: Patch, *, time: int) -> list[str]:
    for name, value in patch.get("labels", {}).items():
        change.set_label(name, value)
    if _DESCRIPTION in patch:
        change.set_field(_DESCRIPTION, patch[_DESCRIPTION] or None)
    for name, value in patch.get("properties", {}).items():
        change.set_property(name, value)
    for name, value in patch.get("custom_properties", {}).items():
        change.set_custom(_open_name(name), value)
    if "archived" in patch:
        _archive(change, is_archived=patch["archived"], time=time)
    if "external_id" in patch:
        _set_external_id(change, patch["external_id"])
    if "state" in patch:
        _set_state(change, patch["state"])
    change.finish()
    return change.mask


def is_archived(node: Any) -> bool:
    """Say whether a node is archived."""
    return conventions.ARCHIVED in node.custom_properties


def _archive(change: _Change, *, is_archived: bool, time: int) -> None:
    if is_archived != (conventions.ARCHIVED in change.node.custom_properties):
        change.set_custom(conventions.ARCHIVED, time if is_archived else None)


def _set_external_id(change: _Change, external_id: str | None) -> None:
    change.mask.append("external_id")
    if external_id:
        change.node.external_id = external_id
    else:
        change.node.ClearField("external_id")


def _set_state(change: _Change, state: str | None) -> None:
    kind = change.kind
    if kind.state_field is None:
        raise errors.InvalidArgumentError(f"a {kind.name} has no state")
    change.mask.append(kind.state_field)
    states: Any = kind.node.DESCRIPTOR.enum_types_by_name["State"].values_by_name
    known = [name for name, value in states.items() if value.number]
    if state is None:
        change.node.ClearField(kind.state_field)
    elif state.upper() in known:
        setattr(change.node, kind.state_field, states[state.upper()].number)
    else:
        raise errors.InvalidArgumentError(f"{state!r} is no state of an {kind.name}; it has {', '.join(known)}")


def _open_name(name: str) -> str:
    """Return the name of a property that a patch may change."""
    if name in _KEPT_BY_LINEAL:
        raise errors.InvalidArgumentError(f"{name!r} is kept by Lineal; change labels, properties or aliases instead")
    if not name:
        raise errors.InvalidArgumentError("a property needs a name")
    return name


class _Change:
    """A change in progress.

    Attributes:
        kind: the kind of the node.
        node: the message, as it becomes.
        mask: the paths of what was set so far.
    """

    def __init__(self, kind: Kind, node: Any, declared: Mapping[str, int]) -> None:
        self.kind = kind
        self.node = node
        self.mask: list[str] = []
        self._declared = declared
        self._record = _json_object(node.properties, conventions.ALL_META)
        self._labels = _json_object(node.properties, conventions.LABELS)
        self._is_record_changed = self._are_labels_changed = False

    def set_label(self, name: str, value: Any) -> None:
        """Set or remove a label where the node has its labels."""
        text = _label_text(name, value)
        if conventions.is_known_to_mlflow(self.node.type, self.node.external_id):
            self._set_tag(name, text)
            return
        if self._record is not None:
            self._record[conventions.LABELS] = _with(self._record.get(conventions.LABELS), name, text)
            self._is_record_changed = True
        keeps_json = self._labels is not None or self._takes_json_labels
        if keeps_json and (self._record is None or self._labels is not None):
            self._labels = _with(self._labels, name, text)
            self._are_labels_changed = True
        if self._record is None and not keeps_json:
            self._set_custom_label(name, text)
        elif text is None and self._has_custom_label(name):
            self.set_custom(name, None)  # hidden by the JSON until now

    def _has_custom_label(self, name: str) -> bool:
        node = self.node
        is_label = conventions.label_of(node.type, node.external_id, name) is not None
        return is_label and name not in _KEPT_BY_LINEAL and _is_short_text(node.custom_properties.get(name))

    def _set_tag(self, name: str, text: str | None) -> None:
        """Set or remove a tag of a node that MLflow's clients know."""
        if f"{conventions.TAG_PREFIX}{name}".startswith(conventions.MLFLOW_TAGS):
            raise errors.InvalidArgumentError(f"the label {name!r} is one that MLflow's clients set; use them")
        _check_custom_label(name, text)
        self.set_custom(conventions.TAG_PREFIX + name, text)

    @property
    def _takes_json_labels(self) -> bool:
        """Whether the type has a text for labels, as the SDK's workspaces have."""
        return self._declared.get(conventions.LABELS) == pb.STRING

    def _set_custom_label(self, name: str, text: str | None) -> None:
        if name.startswith(conventions.INTERNAL_PREFIX):
            raise errors.InvalidArgumentError(f"the label {name!r} begins with {conventions.INTERNAL_PREFIX!r}")
        if conventions.is_given(name):
            prefixes = ", ".join(conventions.GIVEN_PREFIXES)
            raise errors.InvalidArgumentError(
                f"the label {name!r} begins as parameters and environments do ({prefixes}); choose another name"
            )
        if name in conventions.FAILURE_OWN:
            raise errors.InvalidArgumentError(
                f"{name!r} says why an execution failed, and is no label; change it with `properties`"
            )
        _check_custom_label(name, text)
        self.set_custom(name, text)

    def set_field(self, name: str, value: str | None) -> None:
        """Set or remove a text of the record: in its JSON, and as a property."""
        if name == _DESCRIPTION and self.node.type in conventions.MLFLOW_DESCRIBED:
            self.set_custom(conventions.MLFLOW_NOTE, value)
            return
        if self._record is not None:
            self._record[name] = value
            self._is_record_changed = True
        if name in self._declared or name in self.node.properties:
            self._set_declared(name, value)
        elif self._record is None:
            self.set_custom(name, value)

    def set_property(self, name: str, value: Any) -> None:
        """Set or remove a field of the SDK's record, a property of the type, or else a custom property."""
        if name == _DESCRIPTION or name == conventions.LABELS:
            raise errors.InvalidArgumentError(f"give {name!r} beside properties, and not in it")
        if name in _IDENTITY and (self._record is not None or name in self._declared):
            raise _identity_error(name)
        _open_name(name)
        in_record = self._record is not None and name in self._record
        if self._record is not None and in_record:
            self._record[name] = value
            self._is_record_changed = True
        if name in self._declared:
            self._set_declared(name, value)
        elif not in_record:
            self.set_custom(name, value)

    def _set_declared(self, name: str, value: Any) -> None:
        self._set("properties", self.node.properties, name, _fitting(name, value, self._declared.get(name)))

    def set_custom(self, name: str, value: Any) -> None:
        """Set or remove a custom property."""
        self._set("custom_properties", self.node.custom_properties, name, _message(name, value))

    def _set(self, prefix: str, properties: Any, name: str, value: pb.Value | None) -> None:
        self.mask.append(f"{prefix}.{name}")
        if value is None:
            properties.pop(name, None)
        else:
            properties[name].CopyFrom(value)

    def finish(self) -> None:
        """Write the JSON of the record back."""
        if self._is_record_changed:
            self._set("properties", self.node.properties, conventions.ALL_META, _json(self._record))
        if self._are_labels_changed:
            self._set("properties", self.node.properties, conventions.LABELS, _json(self._labels))


def _json_object(properties: Any, name: str) -> dict[str, Any] | None:
    """Return the JSON object in a text property; None if there is no such text."""
    if name not in properties or not properties[name].HasField("string_value"):
        return None
    try:
        found = json_text.loads(properties[name].string_value)
    except ValueError:
        return None
    return json_form.record(found) if isinstance(found, dict) else None


def _json(fields: dict[str, Any] | None) -> pb.Value:
    text = json_form.record_text(json.dumps(fields))
    if json_text.is_deeper(text):
        raise errors.InvalidArgumentError(f"the record would be nested more than {json_text.DEEPEST} levels deep")
    return pb.Value(string_value=text)


def _with(labels: Any, name: str, text: str | None) -> dict[str, Any]:
    """Return labels with one set or removed."""
    changed = dict(labels) if isinstance(labels, dict) else {}
    if text is None:
        changed.pop(name, None)
    else:
        changed[name] = text
    return changed


def _label_text(name: str, value: Any) -> str | None:
    if not name:
        raise errors.InvalidArgumentError("a label needs a name")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise errors.InvalidArgumentError(
        f"the label {name!r} must be a text or a number, or null to remove it, got {_shown(value)}"
    )


def _check_custom_label(name: str, text: str | None) -> None:
    """Refuse a text that would not be shown as a label.

    Raises:
        InvalidArgumentError: it is too long.
    """
    if text is not None and len(text) > LONGEST_LABEL:
        raise errors.InvalidArgumentError(
            f"the label {name!r} has {len(text)} characters; a label of a record that the SDK did not write has at "
            f"most {LONGEST_LABEL}"
        )


def _is_short_text(value: pb.Value | None) -> bool:
    return value is not None and value.HasField("string_value") and len(value.string_value) <= LONGEST_LABEL


_TAKEN: Mapping[int, tuple[str, Callable[[Any], bool]]] = {
    pb.STRING: ("a text", lambda value: isinstance(value, str)),
    pb.INT: ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    pb.DOUBLE: ("a number", lambda value: isinstance(value, (int, float)) and not isinstance(value, bool)),
    pb.BOOLEAN: ("true or false", lambda value: isinstance(value, bool)),
    pb.STRUCT: ("an object", lambda value: isinstance(value, dict)),
}


def _fitting(name: str, value: Any, wanted: int | None) -> pb.Value | None:
    """Return a value of the type that a declared property has; an empty text is not stored."""
    if value is None or (value == "" and wanted == pb.STRING):
        return None
    if wanted is None:
        return _message(name, value)
    if wanted not in _TAKEN:
        raise errors.InvalidArgumentError(
            f"the property {name!r} is of the type {pb.PropertyType.Name(wanted)}, which no patch can hold; use "
            "PutArtifacts, PutExecutions or PutContexts"
        )
    what, fits = _TAKEN[wanted]
    if not fits(value):
        raise errors.InvalidArgumentError(f"the property {name!r} must be {what}, got {_shown(value)}")
    return _message(name, float(value) if wanted == pb.DOUBLE else value)


def _message(name: str, value: Any) -> pb.Value | None:
    """Return the message of a JSON value, None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return pb.Value(bool_value=value)
    if isinstance(value, str):
        return pb.Value(string_value=value)
    if isinstance(value, float):
        return pb.Value(double_value=value)
    if isinstance(value, int):
        if not -_LARGEST <= value < _LARGEST:
            raise errors.InvalidArgumentError(f"the number {name!r} has more than 64 bits: {value}")
        return pb.Value(int_value=value)
    if isinstance(value, list):
        raise errors.InvalidArgumentError(
            f"the property {name!r} would be a list; a property is a text, a number, true, false or an object"
        )
    found = pb.Value()
    try:
        json_format.ParseDict(value, found.struct_value)
    except (json_format.ParseError, ValueError, RecursionError) as error:
        raise errors.InvalidArgumentError(f"the object {name!r} cannot be stored: {error}") from None
    return found
