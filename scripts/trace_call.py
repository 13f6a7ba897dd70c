"""Count the files and functions of Lineal that one warm call passes through: `python scripts/trace_call.py [CALL ...]`.

CALL is PutExecution (over gRPC, the server's side), list (a page of artifacts over REST) or log_output (the SDK on an
embedded store); all three without an argument. `--show` prints the files in the order in which the call enters them,
each with its functions. What counts is a file of the package with a function that the call runs; generated messages
and what servers do beside their calls do not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import grpc
import httpx

import lineal
from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings, ServerSettings
from lineal.server.auth.guard import guard_of
from lineal.server.grpc_door import GrpcDoor
from lineal.server.http_app import create_app
from lineal.server.http_door import HttpDoor
from lineal.server.readiness import Readiness
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

ROOT = str(Path(lineal.__file__).parent)
ROUNDS = 5
_INLINE = ("comp>", "genexpr>")  # which newer Pythons run within their function
Call = Callable[[], object]


class Trace:
    """The code that threads run while it is on, in the order in which they first enter it."""

    def __init__(self) -> None:
        self.is_on = False
        self.entered: dict[CodeType, None] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Note the code of a frame that is entered; for sys.setprofile."""
        if self.is_on and event == "call" and frame.f_code.co_filename.startswith(ROOT):
            self.entered[frame.f_code] = None

    def of(self, call: Call) -> dict[str, list[str]]:
        """Return the functions that every one of several warm calls enters, by file."""
        for _ in range(ROUNDS):
            call()
        rounds = Counter[CodeType]()
        for _ in range(ROUNDS):
            self.entered, self.is_on = {}, True
            call()
            self.is_on = False
            rounds.update(list(self.entered))
        found: dict[str, list[str]] = {}
        for code in self.entered:
            if rounds[code] == ROUNDS and "_pb2" not in code.co_filename and not code.co_name.endswith(_INLINE):
                found.setdefault(code.co_filename.removeprefix(ROOT + "/"), []).append(_name(code))
        return found


def _name(code: CodeType) -> str:
    """Return the name of a function with that of its class, which Python 3.10 does not know."""
    return getattr(code, "co_qualname", code.co_name)


@contextmanager
def put_execution(folder: Path) -> Iterator[Call]:
    """Yield a call of PutExecution with an artifact, an event and a context that exists, over gRPC."""
    settings = ServerSettings(DatabaseSettings(f"sqlite:///{folder / 'grpc.db'}"), grpc_port=0)
    with ExitStack() as closing:
        service = closing.enter_context(open_service(settings.database))
        door = GrpcDoor(service, settings, guard_of(service, settings.access))
        closing.callback(door.stop, 1.0)
        door.start()
        channel = closing.enter_context(grpc.insecure_channel(door.address))
        send = channel.unary_unary("/ml_metadata.MetadataStoreService/PutExecution")
        yield partial(send, _execution_request(service))


def _execution_request(service: Any) -> bytes:
    types = rpc.PutTypesRequest(
        artifact_types=[pb.ArtifactType(name="Model", properties={"accuracy": pb.DOUBLE})],
        execution_types=[pb.ExecutionType(name="Train", properties={"epochs": pb.INT})],
        context_types=[pb.ContextType(name="Run")],
    )
    ids = service.call("PutTypes", types)
    request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=ids.execution_type_ids[0]))
    request.execution.properties["epochs"].int_value = 3
    pair = request.artifact_event_pairs.add()
    pair.artifact.type_id, pair.artifact.uri = ids.artifact_type_ids[0], "s3://models/1"
    pair.artifact.properties["accuracy"].double_value = 0.9
    pair.event.type = pb.Event.OUTPUT
    request.contexts.add(type_id=ids.context_type_ids[0], name="run")
    request.options.reuse_context_if_already_exist = True
    return request.SerializeToString()


@contextmanager
def rest_list(folder: Path) -> Iterator[Call]:
    """Yield a call for a page of artifacts, over HTTP."""
    settings = ServerSettings(DatabaseSettings(f"sqlite:///{folder / 'rest.db'}"), http_port=0)
    with ExitStack() as closing:
        service = closing.enter_context(open_service(settings.database))
        service.call("PutExecution", rpc.PutExecutionRequest.FromString(_execution_request(service)))
        guard = guard_of(service, settings.access)
        app = create_app(Readiness(service), service, Catalogue(service, caller=guard.caller), settings, guard)
        door = HttpDoor(app, host=settings.host, port=0)
        closing.callback(door.stop)
        door.start()
        client = closing.enter_context(httpx.Client(base_url=f"http://{door.address}"))
        yield lambda: client.get("/api/v1/artifacts?limit=10").raise_for_status()


@contextmanager
def log_output(folder: Path) -> Iterator[Call]:
    """Yield a call that logs a new model as an output, with the SDK on an embedded store."""
    from kubeflow.metadata import metadata

    store = metadata.Store(url=f"sqlite:///{folder / 'sdk.db'}")
    workspace = metadata.Workspace(store=store, name="workspace")
    execution = metadata.Execution(name="execution", workspace=workspace)
    versions = iter(range(1000))

    def call() -> object:
        return execution.log_output(metadata.Model(name="model", uri="s3://models/1", version=f"v{next(versions)}"))

    yield call


CALLS = {"PutExecution": put_execution, "list": rest_list, "log_output": log_output}


def traced(name: str) -> dict[str, list[str]]:
    """Return the functions that a call enters, by file."""
    trace = Trace()
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        with tempfile.TemporaryDirectory() as folder, CALLS[name](Path(folder)) as call:
            return trace.of(call)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", nargs="*", metavar="CALL", choices=[*CALLS, []], help=", ".join(CALLS))
    parser.add_argument("--show", action="store_true", help="print the files and functions")
    parser.add_argument("--json", action="store_true", help="print the files and functions of each call as JSON")
    args = parser.parse_args()
    if args.json:
        print(json.dumps({name: traced(name) for name in args.calls or CALLS}))
        return
    for name in args.calls or CALLS:
        found = traced(name)
        print(f"{name}: {len(found)} files, {sum(map(len, found.values()))} functions")
        for path, functions in found.items() if args.show else ():
            print(f"  {path}: {', '.join(functions)}")


if __name__ == "__main__":
    main()
