"""The differences between artifacts, executions and contexts, as data.

Every rule, statement and call serves the three kinds through these records, so nothing is written three times.
No behaviour lives here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

from lineal.wire import metadata_store as pb

Node = Union[pb.Artifact, pb.Execution, pb.Context]
NodeType = Union[pb.ArtifactType, pb.ExecutionType, pb.ContextType]


@dataclass(frozen=True, eq=False)
class Kind:
    """One of the three kinds of nodes.

    Attributes:
        name: the noun, as in field names and messages ("artifact").
        plural: its plural.
        type_kind: the number in the column `Type.type_kind`.
        node: the message class of a node.
        node_type: the message class of its type.
        state_field: the field (and column) of the state, if the kind has one.
        has_uri: whether a node has a uri.
        name_required: whether a node must have a name that is not empty, and may change it.
        system_types: the names of the types that every store holds, in the order of their creation.
        table: the name of the node table ("Artifact").
        id_column: the name of the column that refers to a node of this kind ("artifact_id").

    """

    name: str
    plural: str
    type_kind: int
    node: type[pb.Artifact] | type[pb.Execution] | type[pb.Context]
    node_type: type[pb.ArtifactType] | type[pb.ExecutionType] | type[pb.ContextType]
    state_field: str | None
    has_uri: bool
    name_required: bool
    system_types: tuple[str, ...]
    table: str
    id_column: str


def _system_names(message: type[pb.ArtifactType] | type[pb.ExecutionType]) -> tuple[str, ...]:
    """Read the names of the system types from the enum options of the proto."""
    values = message.DESCRIPTOR.enum_types_by_name["SystemDefinedBaseType"].values
    extension: Any = pb.system_type_extension  # the generated stub gives the descriptor's class, not its type argument
    return tuple(value.GetOptions().Extensions[extension].type_name for value in values[1:])


ARTIFACT = Kind(
    name="artifact",
    plural="artifacts",
    type_kind=1,
    node=pb.Artifact,
    node_type=pb.ArtifactType,
    state_field="state",
    has_uri=True,
    name_required=False,
    system_types=_system_names(pb.ArtifactType),
    table="Artifact",
    id_column="artifact_id",
)
EXECUTION = Kind(
    name="execution",
    plural="executions",
    type_kind=0,
    node=pb.Execution,
    node_type=pb.ExecutionType,
    state_field="last_known_state",
    has_uri=False,
    name_required=False,
    system_types=_system_names(pb.ExecutionType),
    table="Execution",
    id_column="execution_id",
)
CONTEXT = Kind(
    name="context",
    plural="contexts",
    type_kind=2,
    node=pb.Context,
    node_type=pb.ContextType,
    state_field=None,
    has_uri=False,
    name_required=True,
    system_types=(),
    table="Context",
    id_column="context_id",
)
KINDS = (ARTIFACT, EXECUTION, CONTEXT)
LOCK_ORDER = (EXECUTION, CONTEXT, ARTIFACT)
"""The order in which a transaction locks nodes of several kinds, so that two of them never wait for each other."""
