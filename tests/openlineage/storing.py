"""Stores events as the door does, as far as reading them back needs it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.locations import joined
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows.events import events_of
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import put_artifact_type, put_context_type, put_execution_type

_STATES = {"COMPLETE": pb.Execution.COMPLETE, "FAIL": pb.Execution.FAILED}


class Storing:
    def __init__(self, service: MetadataService, workspace: str) -> None:
        self.service, self.workspace = service, workspace
        self.data_sets: dict[str, int] = {}
        self.jobs: dict[str, int] = {}
        self.runs: dict[str, int] = {}
        self._types = [
            put_artifact_type(service, "kubeflow.org/alpha/data_set"),
            put_execution_type(service, "openlineage.Run"),
            put_context_type(service, "openlineage.Job"),
        ]

    def _own(self, node: Any) -> Any:
        node.custom_properties["__kf_workspace__"].string_value = self.workspace
        return node

    def _artifact(self, given: dict[str, Any]) -> int:
        uri = joined(given["namespace"], given["name"])
        if uri not in self.data_sets:
            node = self._own(pb.Artifact(type_id=self._types[0], uri=uri, name=f"{self.workspace} {given['name']}"))
            [self.data_sets[uri]] = self.service.call(
                "PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node])
            ).artifact_ids  # type: ignore[attr-defined]
        return self.data_sets[uri]

    def _context(self, name: str) -> int:
        if name not in self.jobs:
            node = self._own(pb.Context(type_id=self._types[2], name=f"{self.workspace}/shop/{name}"))
            [self.jobs[name]] = self.service.call("PutContexts", rpc.PutContextsRequest(contexts=[node])).context_ids  # type: ignore[attr-defined]
        return self.jobs[name]

    def store(self, event: dict[str, Any]) -> None:
        run = event["run"]["runId"]
        node = self._own(
            pb.Execution(
                type_id=self._types[1],
                name=f"{self.workspace} {run}",
                external_id=f"openlineage:{self.workspace}:run:{run}",
                last_known_state=_STATES[event["eventType"]],
            )
        )
        pairs = [(each, pb.Event.INPUT) for each in event["inputs"]] + [
            (each, pb.Event.OUTPUT) for each in event["outputs"]
        ]
        put = rpc.PutExecutionRequest(execution=node)
        for given, kind in pairs:
            put.artifact_event_pairs.add(event=pb.Event(artifact_id=self._artifact(given), type=kind))
        self.runs[run] = self.service.call("PutExecution", put).execution_id  # type: ignore[attr-defined]
        link = pb.Association(execution_id=self.runs[run], context_id=self._context(event["job"]["name"]))
        self.service.call(
            "PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(associations=[link])
        )
        self.service.write(lambda session, _: self._facets(session, event))

    def _facets(self, session: Session, event: dict[str, Any]) -> None:
        time = int(datetime.fromisoformat(event["eventTime"].replace("Z", "+00:00")).timestamp() * 1_000_000)
        run_id = self.runs[event["run"]["runId"]]

        def made(owner: int, given: dict[str, Any]) -> list[Facet]:
            return [Facet(owner, name, time, json.dumps(each)) for name, each in given.items()]

        rows.merge_into_nodes(session, EXECUTION, made(run_id, event["run"]["facets"]))
        rows.merge_into_nodes(session, CONTEXT, made(self.jobs[event["job"]["name"]], event["job"]["facets"]))
        for stored in events_of(session, EXECUTION, [run_id]):
            name = "inputs" if stored.type == pb.Event.INPUT else "outputs"
            for given in event[name]:
                if self._artifact(given) == stored.artifact_id:
                    own = {name: each for name, each in given["facets"].items() if name != "columnLineage"}
                    used = given.get("inputFacets", {}) | given.get("outputFacets", {})
                    used |= {name: each for name, each in given["facets"].items() if name not in own}
                    rows.merge_into_nodes(session, ARTIFACT, made(stored.artifact_id, own))
                    rows.merge_into_events(session, made(stored.id, used))
