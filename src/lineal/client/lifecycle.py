"""A metadata store whose nodes can be deleted: the client's surface with what the official one lacks.

What stays out: the rules (lineal.upkeep.deletion, lineal.upkeep.retention).
"""

from __future__ import annotations

from collections.abc import Iterable

from lineal.client.store import MetadataStore
from lineal.wire import lifecycle


class LifecycleStore(MetadataStore):
    """A metadata store, embedded or behind a server, with the calls of lineal.v1.LifecycleService."""

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
            tombstones: leave tombstones of what is needed by something that stays, instead of failing.
            dry_run: say what would happen and change nothing.

        Raises:
            NotFoundError: a node does not exist.
            FailedPreconditionError: a node is needed by something that stays.
        """
        request = lifecycle.DeleteNodesRequest(
            nodes=lifecycle.NodeIds(artifact_ids=artifact_ids, execution_ids=execution_ids, context_ids=context_ids),
            on_reference=lifecycle.TOMBSTONE if tombstones else lifecycle.PROTECT,
            dry_run=dry_run,
        )
        response: lifecycle.DeleteNodesResponse = self._send("DeleteNodes", request)
        return response

    def apply_retention(self, policy: lifecycle.ApplyRetentionRequest) -> lifecycle.ApplyRetentionResponse:
        """Delete what a policy no longer keeps, once: `more` of the answer says whether its limit left some.

        Raises:
            InvalidArgumentError: the policy names no time in the past, or a state that there is not.
            NotFoundError: it names a type or a workspace that does not exist.
        """
        response: lifecycle.ApplyRetentionResponse = self._send("ApplyRetention", policy)
        return response
