"""The names that a query may use, for each kind of node, and the types of what they name; as data.

What stays out: properties, whose names are the user's, and how names become tables and joins (builder.py).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.wire import metadata_store as pb


class Type(enum.Enum):
    """The type of a value; its value says it in messages."""

    INTEGER = "an integer"
    DECIMAL = "a decimal number"
    TEXT = "a string"
    TRUTH = "a boolean"
    ARTIFACT_STATE = "the state of an artifact"
    EXECUTION_STATE = "the state of an execution"
    EVENT_TYPE = "the type of an event"
    NULL = "NULL"


ENUMS: Mapping[Type, Mapping[str, int]] = {
    Type.ARTIFACT_STATE: dict(pb.Artifact.State.items()),
    Type.EXECUTION_STATE: dict(pb.Execution.State.items()),
    Type.EVENT_TYPE: dict(pb.Event.Type.items()),
}

PROPERTY_FAMILIES = ("properties", "custom_properties")
PROPERTY_VALUES = {
    "int_value": Type.INTEGER,
    "double_value": Type.DECIMAL,
    "string_value": Type.TEXT,
    "bool_value": Type.TRUTH,
}

_TIMES = {"create_time_since_epoch": Type.INTEGER, "last_update_time_since_epoch": Type.INTEGER}
_STATES = {ARTIFACT: {"state": Type.ARTIFACT_STATE}, EXECUTION: {"last_known_state": Type.EXECUTION_STATE}, CONTEXT: {}}
_NAMED = {"id": Type.INTEGER, "name": Type.TEXT, "type": Type.TEXT}


def _columns(kind: Kind) -> dict[str, Type]:
    """Return the names of a kind's own fields, `type_id` excepted."""
    uri = {"uri": Type.TEXT} if kind.has_uri else {}
    return {**_NAMED, "external_id": Type.TEXT, **uri, **_STATES[kind], **_TIMES}


OWN = {kind: {**_columns(kind), "type_id": Type.INTEGER} for kind in KINDS}


@dataclass(frozen=True)
class Neighbour:
    """What a family of neighbours is stored in, and the names of a neighbour's fields.

    Attributes:
        link: the table of pairs; that of events is the neighbour itself.
        here: its column with the node that the filter is about.
        there: its column with the neighbour.
        table: the neighbour's table.
        fields: the names of the neighbour's fields, with their types.

    """

    link: str
    here: str
    there: str
    table: str
    fields: Mapping[str, Type]

    @property
    def is_pair(self) -> bool:
        """Whether the neighbour is the pair itself, as an event is."""
        return self.link == self.table

    @property
    def joins(self) -> int:
        """How many tables a mention joins, that of the neighbour's type aside."""
        return 1 if self.is_pair else 2


def _event(here: str, there: str) -> Neighbour:
    fields = {"type": Type.EVENT_TYPE, "milliseconds_since_epoch": Type.INTEGER, there: Type.INTEGER}
    return Neighbour(link="Event", here=here, there=there, table="Event", fields=fields)


def _contexts_of(kind: Kind, link: str) -> Neighbour:
    return Neighbour(link=link, here=kind.id_column, there="context_id", table="Context", fields={**_NAMED, **_TIMES})


def _members(kind: Kind, link: str) -> Neighbour:
    return Neighbour(link=link, here="context_id", there=kind.id_column, table=kind.table, fields=_columns(kind))


def _relatives(here: str, there: str) -> Neighbour:
    return Neighbour(link="ParentContext", here=here, there=there, table="Context", fields={**_NAMED, **_TIMES})


NEIGHBOURS: Mapping[Kind, Mapping[str, Neighbour]] = {
    ARTIFACT: {
        "contexts": _contexts_of(ARTIFACT, "Attribution"),
        "events": _event("artifact_id", "execution_id"),
    },
    EXECUTION: {
        "contexts": _contexts_of(EXECUTION, "Association"),
        "events": _event("execution_id", "artifact_id"),
    },
    CONTEXT: {
        "artifacts": _members(ARTIFACT, "Attribution"),
        "executions": _members(EXECUTION, "Association"),
        "parent_contexts": _relatives("context_id", "parent_context_id"),
        "child_contexts": _relatives("parent_context_id", "context_id"),
    },
}
