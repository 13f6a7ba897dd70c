"""The client's calls for what connects nodes: events, attributions, associations, parents, whole executions, lineage.

The signatures are those of the official client. `extra_options` is accepted everywhere and has no effect. What stays
out: types (type_calls.py) and plain nodes (node_calls.py).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from lineal import errors, lineage_cuts
from lineal.client import answered_graph
from lineal.client.node_calls import NodeCalls
from lineal.client.options import ExtraOptions, ListOptions, OrderByField
from lineal.client.type_calls import TypeCalls
from lineal.config import LIMITS_OF_MESSAGES
from lineal.kinds import ARTIFACT, EXECUTION, KINDS, Kind
from lineal.lineage_cuts import Cut
from lineal.wire import lineage
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_LOG = logging.getLogger(__name__)
_LINEAGE_FIELDS = tuple(field.name for field in pb.LineageGraph.DESCRIPTOR.fields)
# The settings that an error about an answer's size names, and no other error of its code does.
_WHOLE_FIELDS = ("events", "associations", "attributions")


class LineageCalls(TypeCalls, NodeCalls):
    """Calls for the relations between nodes, and for the graph that they make."""

    _lacks_lineage = False
    _lacking: frozenset[str] = frozenset()

    def put_events(self, events: Sequence[pb.Event], extra_options: ExtraOptions | None = None) -> None:
        """Store events; all of them, or none.

        Raises:
            InvalidArgumentError: an event lacks its type, its artifact or its execution, or one of the two is unknown.
            AlreadyExistsError: an event of the same artifact, execution and type exists.

        """
        self._call("PutEvents", events=events)

    def put_execution(
        self,
        execution: pb.Execution,
        artifact_and_events: Sequence[tuple[pb.Artifact, pb.Event | None]],
        contexts: Sequence[pb.Context] | None,
        reuse_context_if_already_exist: bool = False,
        reuse_artifact_if_already_exist_by_external_id: bool = False,
        force_reuse_context: bool = False,
        force_update_time: bool = False,
        extra_options: ExtraOptions | None = None,
    ) -> tuple[int, list[int], list[int]]:
        """Store an execution with its artifacts, events and contexts in one transaction.

        Args:
            execution: created, or changed if it has an id.
            artifact_and_events: pairs of an artifact (created, or changed) and the event that connects it.
            contexts: every one is connected with the execution and with every artifact.
            reuse_context_if_already_exist: a new context of a taken name stands for the stored one.
            reuse_artifact_if_already_exist_by_external_id: an artifact with a stored external id is that artifact.
            force_reuse_context: contexts with an id are connected, and not changed.
            force_update_time: the execution's update time moves, also if nothing changed.
            extra_options: without effect.

        Returns:
            The execution's id, and the ids of the artifacts and of the contexts in the order given.

        """
        options = rpc.PutExecutionRequest.Options(
            reuse_context_if_already_exist=reuse_context_if_already_exist,
            reuse_artifact_if_already_exist_by_external_id=reuse_artifact_if_already_exist_by_external_id,
            force_reuse_context=force_reuse_context,
            force_update_time=force_update_time,
        )
        pairs = [_pair(*pair) for pair in artifact_and_events if pair]
        response = self._call(
            "PutExecution", execution=execution, artifact_event_pairs=pairs, contexts=contexts or (), options=options
        )
        return response.execution_id, list(response.artifact_ids), list(response.context_ids)

    def put_lineage_subgraph(
        self,
        executions: Sequence[pb.Execution],
        artifacts: Sequence[pb.Artifact],
        contexts: Sequence[pb.Context],
        event_edges: Sequence[tuple[int | None, int | None, pb.Event]],
        reuse_context_if_already_exist: bool = False,
        reuse_artifact_if_already_exist_by_external_id: bool = False,
        extra_options: ExtraOptions | None = None,
    ) -> tuple[list[int], list[int], list[int]]:
        """Store executions, artifacts and contexts, and the events between them, in one transaction.

        Args:
            executions: created, or changed if they have an id.
            artifacts: created, or changed if they have an id.
            contexts: every one is connected with every execution and artifact given.
            event_edges: (index into executions, index into artifacts, event); an index is None where the event itself
                has the id.
            reuse_context_if_already_exist: a new context of a taken name stands for the stored one.
            reuse_artifact_if_already_exist_by_external_id: an artifact with a stored external id is that artifact.
            extra_options: without effect.

        Returns:
            The ids of the executions, of the artifacts and of the contexts, each in the order given.

        """
        options = rpc.PutLineageSubgraphRequest.Options(
            reuse_context_if_already_exist=reuse_context_if_already_exist,
            reuse_artifact_if_already_exist_by_external_id=reuse_artifact_if_already_exist_by_external_id,
        )
        nodes = {"executions": executions, "artifacts": artifacts, "contexts": contexts}
        edges = [_edge(*edge) for edge in event_edges]
        response = self._call("PutLineageSubgraph", **nodes, event_edges=edges, options=options)
        return list(response.execution_ids), list(response.artifact_ids), list(response.context_ids)

    def put_attributions_and_associations(
        self,
        attributions: Sequence[pb.Attribution],
        associations: Sequence[pb.Association],
        extra_options: ExtraOptions | None = None,
    ) -> None:
        """Connect contexts with artifacts and with executions; what is connected already stays so."""
        self._call("PutAttributionsAndAssociations", attributions=attributions, associations=associations)

    def put_parent_contexts(
        self, parent_contexts: Sequence[pb.ParentContext], extra_options: ExtraOptions | None = None
    ) -> None:
        """Make contexts the parents of others.

        Raises:
            InvalidArgumentError: a context is unknown, or would become its own ancestor.
            AlreadyExistsError: the two are parent and child already.

        """
        self._call("PutParentContexts", parent_contexts=parent_contexts)

    def get_contexts_by_artifact(self, artifact_id: int, extra_options: ExtraOptions | None = None) -> list[pb.Context]:
        """Return the contexts of an artifact; NotFoundError if it has none."""
        return self._list(pb.Context, "GetContextsByArtifact", artifact_id=artifact_id)

    def get_contexts_by_execution(
        self, execution_id: int, extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return the contexts of an execution; NotFoundError if it has none."""
        return self._list(pb.Context, "GetContextsByExecution", execution_id=execution_id)

    def get_artifacts_by_context(
        self, context_id: int, list_options: ListOptions | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Artifact]:
        """Return the artifacts of a context that the options ask for; all of them without options."""
        return self._pages(pb.Artifact, "GetArtifactsByContext", list_options, context_id=context_id)

    def get_executions_by_context(
        self, context_id: int, list_options: ListOptions | None = None, extra_options: ExtraOptions | None = None
    ) -> list[pb.Execution]:
        """Return the executions of a context that the options ask for; without options all, the newest first."""
        newest_first = ListOptions(order_by=OrderByField.CREATE_TIME, is_asc=False)
        options = newest_first if list_options is None else list_options
        return self._pages(pb.Execution, "GetExecutionsByContext", options, context_id=context_id)

    def get_parent_contexts_by_context(
        self, context_id: int, extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return the parents of a context."""
        return self._list(pb.Context, "GetParentContextsByContext", context_id=context_id)

    def get_children_contexts_by_context(
        self, context_id: int, extra_options: ExtraOptions | None = None
    ) -> list[pb.Context]:
        """Return the children of a context."""
        return self._list(pb.Context, "GetChildrenContextsByContext", context_id=context_id)

    def get_events_by_execution_ids(
        self, execution_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.Event]:
        """Return the events of some executions; unknown ids are skipped."""
        return self._list(pb.Event, "GetEventsByExecutionIDs", execution_ids=execution_ids)

    def get_events_by_artifact_ids(
        self, artifact_ids: Iterable[int], extra_options: ExtraOptions | None = None
    ) -> list[pb.Event]:
        """Return the events of some artifacts; unknown ids are skipped."""
        return self._list(pb.Event, "GetEventsByArtifactIDs", artifact_ids=artifact_ids)

    def get_lineage_subgraph(
        self,
        query_options: pb.LineageSubgraphQueryOptions,
        field_mask_paths: Sequence[str] | None = None,
        extra_options: ExtraOptions | None = None,
    ) -> pb.LineageGraph:
        """Return the graph around the starting nodes, with whole nodes and their types.

        A walk that stops before its end, for example after 100 steps, is reported to `lineal.lineage_cuts.collected`,
        or logged as a warning. The official server does not say so; if its walk went as far as it may, the report says
        that more may lie beyond.

        Args:
            query_options: where to start, which way to go, how far, and where to end.
            field_mask_paths: the lists of the LineageGraph to fill; nothing for all of them.
            extra_options: without effect.

        Raises:
            InvalidArgumentError: there is no starting query, or it is wrong.
            NotFoundError: no node matches the starting query.

        """
        if query_options is None:
            raise TypeError("query_options must not be None")
        with lineage_cuts.collected() as cuts:
            graph = None if self._lacks_lineage else self._ask_for_whole(query_options, field_mask_paths or ())
            if graph is None:
                graph = self._put_together(query_options, field_mask_paths or _LINEAGE_FIELDS)
        if lineage_cuts.are_collected():
            lineage_cuts.report(cuts)
        else:
            _warn(cuts, query_options)
        return graph

    def _ask_for_whole(
        self, query_options: pb.LineageSubgraphQueryOptions, paths: Collection[str]
    ) -> pb.LineageGraph | None:
        """Return the graph as one answer, or None if the server cannot give one."""
        request = rpc.GetLineageSubgraphRequest(
            lineage_subgraph_query_options=query_options, read_mask=FieldMask(paths=paths)
        )
        try:
            graph: pb.LineageGraph = self._send("GetLineage", request).lineage_subgraph
        except errors.UnimplementedError:  # it is the official server, or an older one
            self._lacks_lineage = True
            return None
        except errors.PermissionDeniedError:  # a proxy in between may know the official service alone
            return None
        except errors.ResourceExhaustedError as error:
            if error.limit not in LIMITS_OF_MESSAGES:
                raise
            return None  # too large for one answer, but perhaps not for several
        return graph

    def _log_artifact(self, request: lineage.LogArtifactRequest) -> lineage.LogArtifactResponse | None:
        """Log an artifact as one record, or return None if the server has no call for it."""
        answer: lineage.LogArtifactResponse | None = self._send_if_known("LogArtifact", request)
        return answer

    def _log_execution(self, request: lineage.LogExecutionRequest) -> lineage.LogExecutionResponse | None:
        """Log an execution with its artifacts, or return None if the server has no call for it."""
        answer: lineage.LogExecutionResponse | None = self._send_if_known("LogExecution", request)
        return answer

    def _send_if_known(self, name: str, request: Message) -> Any:
        """Make a call that the official service does not have; None if the server does not have it either."""
        if name in self._lacking:
            return None
        try:
            return self._send(name, request)
        except errors.UnimplementedError:  # it is the official server, or an older one
            self._lacking |= {name}
            return None
        except errors.PermissionDeniedError:  # a proxy in between may know the official service alone
            return None

    def _put_together(self, query_options: pb.LineageSubgraphQueryOptions, wanted: Collection[str]) -> pb.LineageGraph:
        """Return the graph from a server that has no call for it: its skeleton, then the nodes and types."""
        paths = {path for path in wanted if not path.endswith("_types")}
        if paths and self._lacks_lineage:  # its events say how far it walked; without paths it answers everything
            paths.add("events")
        skeleton = self._skeleton(query_options, sorted(paths))
        if self._lacks_lineage:  # a server that does not say either where a walk stops
            lineage_cuts.report(self._unsaid_cuts(query_options, skeleton))
        graph = pb.LineageGraph(**{name: getattr(skeleton, name) for name in _WHOLE_FIELDS if name in wanted})
        self._fill_nodes(graph, skeleton, wanted)
        return graph

    def _skeleton(self, query_options: pb.LineageSubgraphQueryOptions, paths: Sequence[str]) -> pb.LineageGraph:
        mask = FieldMask(paths=paths)
        response = self._call("GetLineageSubgraph", lineage_subgraph_query_options=query_options, read_mask=mask)
        found: pb.LineageGraph = response.lineage_subgraph
        return found

    def _unsaid_cuts(self, query_options: pb.LineageSubgraphQueryOptions, skeleton: pb.LineageGraph) -> list[Cut]:
        """Return where a walk may have stopped; only one with as many events as hops can have gone so far."""
        if len(skeleton.events) < answered_graph.most_hops(query_options):
            return []
        no_hops = pb.LineageSubgraphQueryOptions()
        no_hops.CopyFrom(query_options)
        no_hops.max_num_hops = 0
        start = self._skeleton(no_hops, ["artifacts", "executions"])
        keys = [(kind.name, node.id) for kind in (ARTIFACT, EXECUTION) for node in getattr(start, kind.plural)]
        return answered_graph.unsaid_cuts(skeleton, keys, query_options)

    def _fill_nodes(self, graph: pb.LineageGraph, skeleton: pb.LineageGraph, wanted: Collection[str]) -> None:
        """Read the nodes whose ids the skeleton has, and their types, as far as they are wanted."""
        for kind in KINDS:
            types_field = f"{kind.name}_types"
            ids = [node.id for node in getattr(skeleton, kind.plural)]
            if not ids or (kind.plural not in wanted and types_field not in wanted):
                continue
            nodes, types = self._nodes_and_types(kind, ids, with_types=types_field in wanted)
            if kind.plural in wanted:
                getattr(graph, kind.plural).extend(nodes)
            if types_field in wanted:
                getattr(graph, types_field).extend(types)

    def _nodes_and_types(self, kind: Kind, ids: list[int], *, with_types: bool) -> tuple[list[Any], list[Any]]:
        """Read nodes and their types; for artifacts one call answers both."""
        if kind is ARTIFACT:
            return self.get_artifacts_and_types_by_artifact_ids(ids)
        nodes = getattr(self, f"get_{kind.plural}_by_id")(ids)
        type_ids = {node.type_id for node in nodes}
        return nodes, getattr(self, f"get_{kind.name}_types_by_id")(type_ids) if with_types else []


def _warn(cuts: Sequence[Cut], query_options: pb.LineageSubgraphQueryOptions) -> None:
    """Log where a walk stopped, if that was not after as many steps as were asked for."""
    asked = query_options.max_num_hops if query_options.HasField("max_num_hops") else None
    for cut in cuts:
        if (cut.limit, cut.hops) != (lineage_cuts.HOPS, asked):
            _LOG.warning("the lineage graph is not complete: the walk %s", cut)


def _pair(artifact: pb.Artifact, event: pb.Event | None = None, *_: object) -> rpc.PutExecutionRequest.ArtifactAndEvent:
    return rpc.PutExecutionRequest.ArtifactAndEvent(artifact=artifact, event=event)


def _edge(
    execution_index: int | None, artifact_index: int | None, event: pb.Event
) -> rpc.PutLineageSubgraphRequest.EventEdge:
    return rpc.PutLineageSubgraphRequest.EventEdge(
        execution_index=execution_index, artifact_index=artifact_index, event=event
    )
