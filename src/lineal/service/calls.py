"""The calls of MetadataStoreService and of most own services: each by its name, with the rule that serves it.

A rule takes the transaction, the known types and the request, and returns the response. Where calls differ only by the
kind of node, one rule serves them and takes the kind as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from google.protobuf.message import Message

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.access import Caller, Role
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.get_lineage import get_lineage, get_lineage_subgraph
from lineal.service.lineage.get_lineage_graph import get_lineage_graph
from lineal.service.reads.get_aliases import get_aliases
from lineal.service.reads.get_metrics import get_metric_history, get_metrics
from lineal.service.reads.get_nodes import (
    get_artifacts_by_uri,
    get_node_by_type_and_name,
    get_nodes,
    get_nodes_by_context,
    get_nodes_by_external_ids,
    get_nodes_by_ids,
    get_nodes_by_type,
)
from lineal.service.reads.get_relations import (
    get_children,
    get_children_of_many,
    get_contexts_of_node,
    get_events,
    get_parents,
    get_parents_of_many,
)
from lineal.service.reads.get_types import get_type, get_types, get_types_by_external_ids, get_types_by_ids
from lineal.service.writes.change_nodes import change_nodes
from lineal.service.writes.log_artifact import log_artifact
from lineal.service.writes.log_execution import log_execution
from lineal.service.writes.log_metrics import log_metrics
from lineal.service.writes.put_aliases import delete_alias, put_alias
from lineal.service.writes.put_events import put_events
from lineal.service.writes.put_execution import put_execution
from lineal.service.writes.put_nodes import put_nodes
from lineal.service.writes.put_relations import put_attributions_and_associations, put_parent_contexts
from lineal.service.writes.put_subgraph import put_lineage_subgraph
from lineal.service.writes.put_types import put_type, put_types
from lineal.service.writes.undo_change import undo_change
from lineal.store.engine.session import Session

Handler = Callable[[Session, KnownTypes, Any], Any]


class Call(NamedTuple):
    """How one RPC is served.

    Attributes:
        rule: the function that serves it.
        kind: the kind of node that the rule also takes, if it serves several.
        writes: whether it needs a transaction and a caller that may write.
        role: the role that it needs, if it is a different one.
        is_audited: whether it is always written to the audit log.
        whole: what serves it in place of the rule, with transactions of its own. It takes the service, the request and
            the caller.
        needs_own_tables: whether it writes to Lineal's own tables.
    """

    rule: Callable[..., Any]
    kind: Kind | None = None
    writes: bool = False
    role: Role | None = None
    is_audited: bool = False
    whole: Callable[[Any, Message, Caller], Message] | None = None
    needs_own_tables: bool = False

    @property
    def needed_role(self) -> Role:
        """The least role that may call it."""
        return self.role or (Role.WRITER if self.writes else Role.READER)

    def handler(self, session: Session, types: KnownTypes, request: Any) -> Any:
        """Serve a request within a transaction; return the response."""
        if self.kind is None:
            return self.rule(session, types, request)
        return self.rule(session, types, request, self.kind)


CALLS: dict[str, Call] = {
    # types
    "PutArtifactType": Call(put_type, ARTIFACT, writes=True),
    "PutExecutionType": Call(put_type, EXECUTION, writes=True),
    "PutContextType": Call(put_type, CONTEXT, writes=True),
    "PutTypes": Call(put_types, writes=True),
    "GetArtifactType": Call(get_type, ARTIFACT),
    "GetExecutionType": Call(get_type, EXECUTION),
    "GetContextType": Call(get_type, CONTEXT),
    "GetArtifactTypes": Call(get_types, ARTIFACT),
    "GetExecutionTypes": Call(get_types, EXECUTION),
    "GetContextTypes": Call(get_types, CONTEXT),
    "GetArtifactTypesByID": Call(get_types_by_ids, ARTIFACT),
    "GetExecutionTypesByID": Call(get_types_by_ids, EXECUTION),
    "GetContextTypesByID": Call(get_types_by_ids, CONTEXT),
    "GetArtifactTypesByExternalIds": Call(get_types_by_external_ids, ARTIFACT),
    "GetExecutionTypesByExternalIds": Call(get_types_by_external_ids, EXECUTION),
    "GetContextTypesByExternalIds": Call(get_types_by_external_ids, CONTEXT),
    # nodes
    "PutArtifacts": Call(put_nodes, ARTIFACT, writes=True),
    "PutExecutions": Call(put_nodes, EXECUTION, writes=True),
    "PutContexts": Call(put_nodes, CONTEXT, writes=True),
    "GetArtifacts": Call(get_nodes, ARTIFACT),
    "GetExecutions": Call(get_nodes, EXECUTION),
    "GetContexts": Call(get_nodes, CONTEXT),
    "GetArtifactsByID": Call(get_nodes_by_ids, ARTIFACT),
    "GetExecutionsByID": Call(get_nodes_by_ids, EXECUTION),
    "GetContextsByID": Call(get_nodes_by_ids, CONTEXT),
    "GetArtifactsByType": Call(get_nodes_by_type, ARTIFACT),
    "GetExecutionsByType": Call(get_nodes_by_type, EXECUTION),
    "GetContextsByType": Call(get_nodes_by_type, CONTEXT),
    "GetArtifactByTypeAndName": Call(get_node_by_type_and_name, ARTIFACT),
    "GetExecutionByTypeAndName": Call(get_node_by_type_and_name, EXECUTION),
    "GetContextByTypeAndName": Call(get_node_by_type_and_name, CONTEXT),
    "GetArtifactsByExternalIds": Call(get_nodes_by_external_ids, ARTIFACT),
    "GetExecutionsByExternalIds": Call(get_nodes_by_external_ids, EXECUTION),
    "GetContextsByExternalIds": Call(get_nodes_by_external_ids, CONTEXT),
    "GetArtifactsByURI": Call(get_artifacts_by_uri),
    # what joins nodes
    "PutExecution": Call(put_execution, writes=True),
    "PutEvents": Call(put_events, writes=True),
    "PutAttributionsAndAssociations": Call(put_attributions_and_associations, writes=True),
    "PutParentContexts": Call(put_parent_contexts, writes=True),
    "PutLineageSubgraph": Call(put_lineage_subgraph, writes=True),
    "GetArtifactsByContext": Call(get_nodes_by_context, ARTIFACT),
    "GetExecutionsByContext": Call(get_nodes_by_context, EXECUTION),
    "GetContextsByArtifact": Call(get_contexts_of_node, ARTIFACT),
    "GetContextsByExecution": Call(get_contexts_of_node, EXECUTION),
    "GetEventsByArtifactIDs": Call(get_events, ARTIFACT),
    "GetEventsByExecutionIDs": Call(get_events, EXECUTION),
    "GetParentContextsByContext": Call(get_parents),
    "GetParentContextsByContexts": Call(get_parents_of_many),
    "GetChildrenContextsByContext": Call(get_children),
    "GetChildrenContextsByContexts": Call(get_children_of_many),
    # lineage
    "GetLineageGraph": Call(get_lineage_graph),
    "GetLineageSubgraph": Call(get_lineage_subgraph),
}
"""The 52 calls of MetadataStoreService."""

LINEAGE_CALLS: dict[str, Call] = {
    "GetLineage": Call(get_lineage),
    "LogArtifact": Call(log_artifact, writes=True),
    "LogExecution": Call(log_execution, writes=True),
}
"""The calls of lineal.v1.LineageService."""

RECORD_CALLS: dict[str, Call] = {
    "ChangeNodes": Call(change_nodes, writes=True, is_audited=True),
    "UndoChange": Call(undo_change, writes=True, is_audited=True),
    "PutAlias": Call(put_alias, writes=True, is_audited=True),
    "DeleteAlias": Call(delete_alias, writes=True, is_audited=True),
    "GetAliases": Call(get_aliases),
}
"""The calls of lineal.v1.RecordsService. Those that change something are always written to the audit log."""

METRIC_CALLS: dict[str, Call] = {
    "LogMetrics": Call(log_metrics, writes=True, needs_own_tables=True),
    "GetMetrics": Call(get_metrics),
    "GetMetricHistory": Call(get_metric_history),
}
"""The calls of lineal.v1.MetricService."""

METADATA_CALLS = CALLS | LINEAGE_CALLS | RECORD_CALLS | METRIC_CALLS
"""The calls of these services: writers may call them, and they delete nothing."""
