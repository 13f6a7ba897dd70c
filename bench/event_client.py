"""One client of the suite `events`: `event_client.py (grpc|http) ADDRESS NUMBER`.

It prints "ready". Then it reads seconds from each line of its input, records executions for so long, each of which
reads what the one before wrote, and prints how many, and the seconds of the slowest. Over gRPC it sends PutExecution,
over HTTP an event of OpenLineage with the same content: a run, its job, an input, an output and nine values.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

_TIME = "2026-01-31T12:00:00.000Z"
_PRODUCER = "https://example.org/bench"
_RUN_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_TRIES = 20
_PAUSE = 0.5


def calls(address: str, prefix: str) -> Callable[[int], None]:
    """Return what records the execution of a number by PutExecution."""
    import lineal
    from lineal.wire import metadata_store as pb

    store = lineal.connect(f"grpc://{address}")
    properties = {f"p{index}": pb.STRING for index in range(7)}
    model = store.put_artifact_type(pb.ArtifactType(name="Model", properties=properties))
    trainer = store.put_execution_type(pb.ExecutionType(name="Trainer"))
    job = store.put_context_type(pb.ContextType(name="Job"))
    made = [store.put_artifacts([pb.Artifact(type_id=model, name=f"{prefix}first")])[0]]

    def record(number: int) -> None:
        name = f"{prefix}{number}"
        output = pb.Artifact(type_id=model, name=name, uri=f"s3://bucket/{name}")
        for index in range(7):
            output.properties[f"p{index}"].string_value = f"value {index} of {name}"
        output.custom_properties["score"].double_value = number / 1000
        output.custom_properties["rank"].int_value = number
        execution = pb.Execution(type_id=trainer, name=name, last_known_state=pb.Execution.COMPLETE)
        used = (None, pb.Event(artifact_id=made[0], type=pb.Event.INPUT))
        wrote = (output, pb.Event(type=pb.Event.OUTPUT))
        context = pb.Context(type_id=job, name="job of the bench")
        _, ids, _ = store.put_execution(execution, [used, wrote], [context], reuse_context_if_already_exist=True)
        made[0] = ids[1]

    return record


def events(address: str, prefix: str) -> Callable[[int], None]:
    """Return what records the execution of a number by an event."""
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

    return record


def event(prefix: str, number: int) -> dict[str, Any]:
    """Return the event with the content of an execution."""
    name = f"{prefix}{number}"
    values = {f"p{index}": f"value {index} of {name}" for index in range(7)}
    facet = {"_producer": _PRODUCER, "_schemaURL": _PRODUCER, **values, "score": number / 1000, "rank": number}
    before = f"{prefix}{number - 1}" if number else f"{prefix}first"
    return {
        "eventType": "COMPLETE",
        "eventTime": _TIME,
        "producer": _PRODUCER,
        "schemaURL": _RUN_EVENT,
        "run": {"runId": name},
        "job": {"namespace": "bench", "name": "job"},
        "inputs": [{"namespace": "s3://events", "name": before}],
        "outputs": [{"namespace": "s3://events", "name": name, "facets": {"bench_model": facet}}],
    }


def main() -> None:
    """Record for as long as is asked."""
    kind, address, number = sys.argv[1:]
    record = {"grpc": calls, "http": events}[kind](address, f"{number}-{os.getpid()}-")
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
