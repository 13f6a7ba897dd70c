"""The artifacts of a workspace among some rows, such as those at a location.

What stays out: finding the rows (store/own_rows/locations.py), and which of the artifacts is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal.conventions import WORKSPACE_PROPERTY
from lineal.kinds import ARTIFACT, CONTEXT
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows.nodes import NodeRow
from lineal.wire import metadata_store as pb


def of_workspace(
    session: Session, types: KnownTypes, workspace: str, rows: Sequence[NodeRow]
) -> dict[int, pb.Artifact]:
    """Return the artifacts that name a workspace, and those that name none and that it holds, by id."""
    nodes = {node.id: node for node in node_messages(session, types, ARTIFACT, rows)}
    unnamed = [node_id for node_id, node in nodes.items() if not _named(node)]
    held: set[int] = set()
    if unnamed:
        members = relations.memberships_of(session, ARTIFACT, unnamed)
        contexts = node_rows.nodes_by_ids(session, CONTEXT, {context_id for context_id, _ in members})
        own = {row.id for row in contexts if row.name == workspace}
        held = {node_id for context_id, node_id in members if context_id in own}
    return {node_id: node for node_id, node in nodes.items() if _named(node) == workspace or node_id in held}


def _named(node: pb.Artifact) -> str:
    custom = node.custom_properties
    return custom[WORKSPACE_PROPERTY].string_value if WORKSPACE_PROPERTY in custom else ""
