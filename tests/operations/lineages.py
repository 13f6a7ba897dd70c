"""Lineages by name, for tests of what may be deleted: nodes are put, found and counted by their names."""

from __future__ import annotations

from typing import Any

from lineal.kinds import CONTEXT, KINDS, Kind
from lineal.service import MetadataService
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import put_artifact_type, put_context_type, put_execution_type

LONG_AGO = 1_000


class Lineage:
    """A store whose nodes are spoken of by name."""

    def __init__(self, service: MetadataService) -> None:
        self.service = service
        self.types = {
            kind.name: put(service)
            for kind, put in zip(KINDS, (put_artifact_type, put_execution_type, put_context_type), strict=True)
        }

    def run(self, name: str, *, reads: str = "", writes: str = "", inside: str = "", state: str = "COMPLETE") -> None:
        """Put an execution that reads and writes artifacts (names with blanks between them), in contexts."""
        request = rpc.PutExecutionRequest(options={"reuse_context_if_already_exist": True})
        number = pb.Execution.State.Value(state)
        request.execution.CopyFrom(pb.Execution(type_id=self.types["execution"], name=name, last_known_state=number))
        for names, event_type in ((reads, pb.Event.INPUT), (writes, pb.Event.OUTPUT)):
            for each in names.split():
                pair = request.artifact_event_pairs.add(event=pb.Event(type=event_type))
                self._fill(pair, each)
        for each in inside.split():
            request.contexts.add(type_id=self.types["context"], name=each)
        self.service.call("PutExecution", request)

    def evaluate(self, name: str, *, model: str, reads: str) -> None:
        """Put an execution that writes metrics, which name a model by their property."""
        type_id = put_artifact_type(self.service, name="Metrics", model_id=pb.STRING)
        metrics = pb.Artifact(type_id=type_id, name=f"{name}-metrics")
        metrics.properties["model_id"].string_value = str(self.names(KINDS[0])[model])
        self.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[metrics]))
        self.run(name, reads=reads, writes=metrics.name)

    def _fill(self, pair: Any, name: str) -> None:
        known = self.names(KINDS[0])
        if name in known:
            pair.event.artifact_id = known[name]
        else:
            pair.artifact.CopyFrom(pb.Artifact(type_id=self.types["artifact"], name=name, uri=f"file:///{name}"))

    def names(self, kind: Kind) -> dict[str, int]:
        """Return the ids of a kind's nodes by name."""
        request = getattr(rpc, f"Get{kind.table}sRequest")()
        found = getattr(self.service.call(f"Get{kind.table}s", request), kind.plural)
        return {node.name: node.id for node in found}

    def all_names(self) -> set[str]:
        """Return the names of all nodes."""
        return {name for kind in KINDS for name in self.names(kind)}

    def ids(self, names: str) -> lifecycle.NodeIds:
        """Return the ids of nodes of any kind by names with blanks between them."""
        wanted = names.split()
        known = {f"{kind.name}_ids": self.names(kind) for kind in KINDS}
        return lifecycle.NodeIds(
            **{field: [ids[name] for name in wanted if name in ids] for field, ids in known.items()}
        )

    def delete(self, names: str, **options: Any) -> lifecycle.DeleteNodesResponse:
        """Delete nodes by name."""
        request = lifecycle.DeleteNodesRequest(nodes=self.ids(names), **options)
        response = self.service.call("DeleteNodes", request)
        assert isinstance(response, lifecycle.DeleteNodesResponse)
        return response

    def age(self, names: str) -> None:
        """Let nodes look as if they had not been updated for long."""
        for field, ids in self.ids(names).ListFields():
            table = field.name.removesuffix("_ids").capitalize()
            listed = ", ".join(map(str, ids))
            sql = f"UPDATE {{}} SET last_update_time_since_epoch = {LONG_AGO} WHERE id IN ({listed})"
            self.service.write(lambda session, _, sql=sql, table=table: session.script(sql.format(table)))  # type: ignore[misc]

    def retain(self, **policy: Any) -> lifecycle.ApplyRetentionResponse:
        """Apply a policy to what is old."""
        request = lifecycle.ApplyRetentionRequest(updated_before=LONG_AGO + 1, **policy)
        response = self.service.call("ApplyRetention", request)
        assert isinstance(response, lifecycle.ApplyRetentionResponse)
        return response


def counted(nodes: lifecycle.NodeIds) -> int:
    """Return how many nodes a message names."""
    return sum(len(ids) for _, ids in nodes.ListFields())


__all__ = ["CONTEXT", "LONG_AGO", "Lineage", "counted"]
