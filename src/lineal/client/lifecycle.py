"""A metadata store that can delete: the client's methods, and those that the official client does not have.

What stays out: the rules (lineal.upkeep.deletion, lineal.upkeep.retention).
"""

from __future__ import annotations

from collections.abc import Iterable

from lineal.client.record_calls import RecordCalls
from lineal.client.search_calls import SearchCalls
from lineal.client.store import MetadataStore
from lineal.wire import lifecycle


class LifecycleStore(RecordCalls, SearchCalls, MetadataStore):
    """A metadata store, embedded or behind a server, with the calls of LifecycleService and SearchService.

    Example:
        >>> from lineal.client.lifecycle import LifecycleStore
        >>> from lineal.client.search_calls import Asked
        >>> from lineal.kinds import ARTIFACT
        >>> store = LifecycleStore.from_url("sqlite:///metadata.db")
        >>> store.found_ids(Asked(ARTIFACT, "type:model metric.auc>0.9")).ids
        []
    """

    def delete_nodes(
        self,
        *,
        artifact_ids: Iterable[int] = (),
        execution_ids: Iterable[int] = (),
        context_ids: Iterable[int] = (),
        tombstones: bool = False,
        dry_run: bool = False,
    ) -> lifecycle.DeleteNodesResponse:
        """Delete nodes, all of them or none.

        Args:
            artifact_ids: the ids of artifacts.
            execution_ids: the ids of executions.
            context_ids: the ids of contexts.
            tombstones: turn nodes that a remaining node needs into tombstones, instead of failing.
            dry_run: say what would happen and change nothing.

        Raises:
            NotFoundError: a node does not exist.
            FailedPreconditionError: a remaining node needs one of them.
        """
        request = lifecycle.DeleteNodesRequest(
            nodes=lifecycle.NodeIds(artifact_ids=artifact_ids, execution_ids=execution_ids, context_ids=context_ids),
            on_reference=lifecycle.TOMBSTONE if tombstones else lifecycle.PROTECT,
            dry_run=dry_run,
        )
        response: lifecycle.DeleteNodesResponse = self._send("DeleteNodes", request)
        return response

    def apply_retention(self, policy: lifecycle.ApplyRetentionRequest) -> lifecycle.ApplyRetentionResponse:
        """Delete the nodes that a policy no longer keeps, once; `more` in the answer says whether the limit left some.

        Raises:
            InvalidArgumentError: the policy names no time in the past, or an unknown state.
            NotFoundError: it names a type or a workspace that does not exist.
        """
        response: lifecycle.ApplyRetentionResponse = self._send("ApplyRetention", policy)
        return response
