"""A store with very many artifacts, as runs of Kubeflow Pipelines 2 leave them: inserted past the service.

Each execution has two output artifacts and reads one of the execution before; a run has 100 executions.
"""

from __future__ import annotations

from bench.bulk import Rows, insert
from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.kfp.metadata_client import CONTAINER, PIPELINE, RUN, SESSION

_IN_RUN, _OF_EXECUTION = 100, 2
_PIECE = 5_000
_START = 1_700_000_000_000


def fill(url: str, artifacts: int) -> None:
    """Fill an empty store with so many artifacts and half as many executions; ids count from 1."""
    with open_service(DatabaseSettings(url, synchronous="OFF")) as service:
        executions = artifacts // _OF_EXECUTION
        types, runs = _contexts(service, -(-executions // _IN_RUN))
        for start in range(0, executions, _PIECE):
            rows = Rows()
            for number in range(start + 1, min(start + _PIECE, executions) + 1):
                _add(rows, number, types, runs[(number - 1) // _IN_RUN])
            insert(service, rows)


def _contexts(service: MetadataService, count: int) -> tuple[tuple[int, int], list[int]]:
    """Make types and the contexts of runs; return the ids of the types of artifacts and executions, and of the runs."""
    artifact = service.call(
        "PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="system.Dataset"))
    ).type_id
    execution = service.call(
        "PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name=CONTAINER))
    ).type_id
    ids = {
        name: service.call("PutContextType", rpc.PutContextTypeRequest(context_type=pb.ContextType(name=name))).type_id
        for name in (PIPELINE, RUN)
    }
    service.call("PutContexts", rpc.PutContextsRequest(contexts=[pb.Context(type_id=ids[PIPELINE], name="many")]))
    contexts = [pb.Context(type_id=ids[RUN], name=f"run-{number}") for number in range(count)]
    put = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts))
    return (artifact, execution), list(put.context_ids)


def _add(rows: Rows, number: int, types: tuple[int, int], run: int) -> None:
    moment = _START + number
    rows.executions.append((number, types[1], pb.Execution.COMPLETE, None, None, moment, moment))
    texts = {"task_name": f"task-{number % _IN_RUN}", "pod_name": f"pod-{number}"}
    rows.execution_properties.extend(_properties(number, texts))
    rows.associations.append((run, number))
    for index in range(_OF_EXECUTION):
        artifact = (number - 1) * _OF_EXECUTION + index + 1
        uri = f"minio://artifacts/v2/many/{run}/{number}/out-{index}"
        rows.artifacts.append((artifact, types[0], uri, pb.Artifact.LIVE, None, None, moment, moment))
        own = {"display_name": f"out-{index}", "store_session_info": SESSION}
        rows.artifact_properties.extend(_properties(artifact, own))
        rows.events.append((artifact, number, pb.Event.OUTPUT, moment))
        rows.attributions.append((run, artifact))
    if number > 1:
        rows.events.append(((number - 1) * _OF_EXECUTION, number, pb.Event.INPUT, moment))


def _properties(owner: int, texts: dict[str, str]) -> list[tuple[object, ...]]:
    return [(owner, name, True, None, None, text, None, None) for name, text in texts.items()]
