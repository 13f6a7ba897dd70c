"""A store that a test fills through the RPCs, as any client would, and reads through REST."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

# What is only in statements with which the index finds out whether it has to follow.
_OF_THE_INDEX = ("lineal_progress", "lineal_index_mark", "sum(")


@dataclass
class Shelf:
    """The store behind a running HTTP application."""

    service: MetadataService
    client: httpx.Client

    def get(self, path: str, **parameters: Any) -> Any:
        """Read a path under /api/v1 that must answer."""
        response = self.client.get(f"/api/v1{path}", params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def statements(self, path: str, **parameters: Any) -> Counter[str]:
        """Count the statements that a read takes each time, without those of the index, which follows beside it."""
        taken: list[Counter[str]] = []
        for _ in range(4):
            texts: list[str] = []
            self.service.database.observe = texts.append
            self.get(path, **parameters)
            self.service.database.observe = None
            taken.append(Counter(text for text in texts if not any(word in text for word in _OF_THE_INDEX)))
        return taken[1] & taken[2] & taken[3]

    def problem(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Read a path that must answer with a problem."""
        response = self.client.get(f"/api/v1{path}", params=parameters)
        assert response.headers["content-type"] == "application/problem+json", response.text
        found: dict[str, Any] = response.json()
        assert found["status"] == response.status_code
        return found

    def ids(self, q: str = "", **parameters: Any) -> list[int]:
        """The ids of the artifacts that a search finds, in ascending order."""
        parameters = {"order_by": "id", "limit": 1000, **parameters}
        return [int(row["id"]) for row in self.get("/artifacts", q=q, **parameters)["items"]]

    def put_type(self, name: str, properties: dict[str, int]) -> int:
        put = rpc.PutArtifactTypeRequest(
            artifact_type=pb.ArtifactType(name=name, properties=properties), can_add_fields=True, can_omit_fields=True
        )
        return int(self.service.call("PutArtifactType", put).type_id)  # type: ignore[attr-defined]

    def put(self, type_name: str = "thing", custom: dict[str, Any] | None = None, **fields: Any) -> int:
        """Put an artifact; values of `properties` and `custom` are plain ones."""
        own = {name: value(each) for name, each in fields.pop("properties", {}).items()}
        types = {name: KINDS[each.WhichOneof("value")] for name, each in own.items()}
        artifact = pb.Artifact(type_id=self.put_type(type_name, types), properties=own, **fields)
        for name, each in (custom or {}).items():
            artifact.custom_properties[name].CopyFrom(value(each))
        put = rpc.PutArtifactsRequest(artifacts=[artifact])
        return int(self.service.call("PutArtifacts", put).artifact_ids[0])  # type: ignore[attr-defined]

    def run(self, inputs: list[int], outputs: list[int], *, time: int = 0, **fields: Any) -> int:
        """Put an execution with its events."""
        step = pb.ExecutionType(name="step")
        type_id = self.service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=step)).type_id  # type: ignore[attr-defined]
        events = [(artifact_id, pb.Event.INPUT) for artifact_id in inputs]
        events += [(artifact_id, pb.Event.OUTPUT) for artifact_id in outputs]
        pairs = [
            rpc.PutExecutionRequest.ArtifactAndEvent(
                event=pb.Event(artifact_id=artifact_id, type=kind, milliseconds_since_epoch=time or None)
            )
            for artifact_id, kind in events
        ]
        put = rpc.PutExecutionRequest(execution=pb.Execution(type_id=type_id, **fields), artifact_event_pairs=pairs)
        return int(self.service.call("PutExecution", put).execution_id)  # type: ignore[attr-defined]


def put_workspaces(shelf: Shelf, *names: str) -> list[int]:
    """Put workspaces of the SDK with these names; give their ids."""
    put = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="kubeflow.org/alpha/workspace"))
    type_id = shelf.service.call("PutContextType", put).type_id  # type: ignore[attr-defined]
    contexts = [pb.Context(type_id=type_id, name=name) for name in names]
    return list(shelf.service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts)).context_ids)  # type: ignore[attr-defined]


def put_into(shelf: Shelf, context_id: int, *, artifacts: list[int], executions: list[int]) -> None:
    """Put nodes into a context."""
    links = rpc.PutAttributionsAndAssociationsRequest(
        attributions=[pb.Attribution(artifact_id=each, context_id=context_id) for each in artifacts],
        associations=[pb.Association(execution_id=each, context_id=context_id) for each in executions],
    )
    shelf.service.call("PutAttributionsAndAssociations", links)


KINDS = {"int_value": pb.INT, "double_value": pb.DOUBLE, "string_value": pb.STRING, "bool_value": pb.BOOLEAN}


def value(plain: Any) -> pb.Value:
    """A property's value for a plain one."""
    if isinstance(plain, bool):
        return pb.Value(bool_value=plain)
    if isinstance(plain, int):
        return pb.Value(int_value=plain)
    return pb.Value(double_value=plain) if isinstance(plain, float) else pb.Value(string_value=plain)
