"""One client of the suite `events`: `event_client.py (grpc|http) ADDRESS NUMBER`.

It prints "ready". Then it reads seconds from each line of its input, records executions for so long, each of which
reads what the one before wrote, and prints how many, and the seconds of the slowest. Over gRPC it sends PutExecution,
over HTTP an event of OpenLineage with the same content. Both write the same nodes, properties, edges and memberships: a
run in its job and its workspace, an input, and an output with nine values. Two things differ. The nine values are
properties over gRPC and one facet over HTTP. An event also keeps what was said of the run when, as one more property; a
call also puts the output into the context of the job, since PutExecution puts all artifacts into all contexts.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

_TIME, _MILLISECONDS = "2026-01-31T12:00:00.000Z", 1_769_860_800_000
_WORKSPACE, _JOBS, _JOB, _BUCKET = "default", "bench", "job", "s3://events"
_PRODUCER = "https://example.org/bench"
_RUN_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_TRIES = 20
_PAUSE = 0.5


@contextmanager
def calls(address: str, prefix: str) -> Iterator[Callable[[int], None]]:
    """Give what records the execution of a number by PutExecution."""
    import lineal
    from lineal.wire import metadata_store as pb

    store = lineal.connect(f"grpc://{address}")
    types = _types(store, pb)
    contexts = [_job(pb, types["job"]), pb.Context(type_id=types["workspace"], name=_WORKSPACE)]

    def data_set(name: str, values: Mapping[str, str]) -> Any:
        node = pb.Artifact(type_id=types["data set"], uri=f"{_BUCKET}/{name}", external_id=f"dataset:{name}")
        _set(node.properties, {"name": name, **values})
        _set(node.custom_properties, {"namespace": _BUCKET, "__kf_workspace__": _WORKSPACE})
        return node

    made = [store.put_artifacts([data_set(f"{prefix}first", {})])[0]]

    def record(number: int) -> None:
        name = f"{prefix}{number}"
        output = data_set(name, _values(name))
        output.custom_properties["score"].double_value = number / 1000
        output.custom_properties["rank"].int_value = number
        execution = pb.Execution(
            type_id=types["run"], external_id=f"run:{name}", last_known_state=pb.Execution.COMPLETE
        )
        _set(execution.properties, {"run_id": name, "name": _JOB, "job_namespace": _JOBS})
        _set(execution.custom_properties, {"__kf_workspace__": _WORKSPACE, "__kf_run__": f"{_JOB} {name}"})
        execution.custom_properties["__ended__"].int_value = _MILLISECONDS
        used = (None, pb.Event(artifact_id=made[0], type=pb.Event.INPUT, milliseconds_since_epoch=_MILLISECONDS))
        wrote = (output, pb.Event(type=pb.Event.OUTPUT, milliseconds_since_epoch=_MILLISECONDS))
        _, ids, _ = store.put_execution(execution, [used, wrote], contexts, reuse_context_if_already_exist=True)
        made[0] = ids[1]

    with closing(store):
        yield record


def _types(store: Any, pb: Any) -> dict[str, int]:
    """Put the types of nodes; return their ids."""
    texts = {"name": pb.STRING, **dict.fromkeys(_values(""), pb.STRING)}
    of_runs = dict.fromkeys(("run_id", "name", "job_namespace"), pb.STRING)
    of_jobs = dict.fromkeys(("name", "namespace"), pb.STRING)
    return {
        "data set": store.put_artifact_type(pb.ArtifactType(name="Table", properties=texts)),
        "run": store.put_execution_type(pb.ExecutionType(name="Run", properties=of_runs)),
        "job": store.put_context_type(pb.ContextType(name="Job", properties=of_jobs)),
        "workspace": store.put_context_type(pb.ContextType(name="Workspace")),
    }


def _job(pb: Any, type_id: int) -> Any:
    job = pb.Context(type_id=type_id, name=f"{_WORKSPACE}/{_JOBS}/{_JOB}", external_id=f"job:{_JOB}")
    _set(job.properties, {"name": _JOB, "namespace": _JOBS})
    _set(job.custom_properties, {"__kf_workspace__": _WORKSPACE})
    return job


def _set(properties: Any, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        properties[name].string_value = text


@contextmanager
def events(address: str, prefix: str) -> Iterator[Callable[[int], None]]:
    """Give what records the execution of a number by an event."""
    connection = http.client.HTTPConnection(address, timeout=30)

    def record(number: int) -> None:
        body = json.dumps(event(prefix, number)).encode()
        for _ in range(_TRIES):
            connection.request("POST", "/api/v1/lineage", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 503:
                break
            time.sleep(_PAUSE)
        if answer.status != 201:
            raise SystemExit(f"an event was answered {answer.status}: {text[:500]!r}")

    with closing(connection):
        yield record


def event(prefix: str, number: int) -> dict[str, Any]:
    """Return the event with the content of an execution."""
    name = f"{prefix}{number}"
    facet = {"_producer": _PRODUCER, "_schemaURL": _PRODUCER, **_values(name), "score": number / 1000, "rank": number}
    before = f"{prefix}{number - 1}" if number else f"{prefix}first"
    return {
        "eventType": "COMPLETE",
        "eventTime": _TIME,
        "producer": _PRODUCER,
        "schemaURL": _RUN_EVENT,
        "run": {"runId": name},
        "job": {"namespace": _JOBS, "name": _JOB},
        "inputs": [{"namespace": _BUCKET, "name": before}],
        "outputs": [{"namespace": _BUCKET, "name": name, "facets": {"bench_model": facet}}],
    }


def _values(name: str) -> dict[str, str]:
    return {f"p{index}": f"value {index} of {name}" for index in range(7)}


def main() -> None:
    """Record for as long as is asked."""
    kind, address, number = sys.argv[1:]
    with {"grpc": calls, "http": events}[kind](address, f"{number}-{os.getpid()}-") as record:
        print("ready", flush=True)
        numbers = itertools.count()
        for line in sys.stdin:
            done, slowest, end = 0, 0.0, time.perf_counter() + float(line)
            while (before := time.perf_counter()) < end:
                record(next(numbers))
                done, slowest = done + 1, max(slowest, time.perf_counter() - before)
            print(done, slowest, flush=True)


if __name__ == "__main__":
    main()
