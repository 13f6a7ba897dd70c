"""Measure what workers gain: `python -m bench.workers [--workers N ...] [--clients N] [--seconds S]`.

Clients are processes with one connection each, which make one call after the other. The servers take turns, so that a
change of the machine's speed meets all. The machine must have cores for the servers and the clients: on two cores the
clients, which are Python too, take half of what there is.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.serving import Caller, running_server

CLIENT = """
import sys, time
import grpc
channel = grpc.insecure_channel(sys.argv[1])
call = channel.unary_unary("/ml_metadata.MetadataStoreService/" + sys.argv[2])
request, count = bytes.fromhex(sys.argv[3]), 0
call(request, wait_for_ready=True)
print("ready", flush=True)
end = time.monotonic() + float(sys.stdin.readline())
while time.monotonic() < end:
    call(request)
    count += 1
print(count)
"""
ARTIFACTS = 200


def main() -> None:
    """Measure and print calls a second for each number of workers."""
    arguments = _arguments()
    found: dict[int, list[float]] = {count: [] for count in arguments.workers}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            for count in arguments.workers:
                found[count].append(_round(Path(folder), count, arguments))
                print(f"{count} workers: {found[count][-1]:.0f} calls a second", flush=True)
    first = statistics.median(found[arguments.workers[0]])
    for count, rates in found.items():
        rate = statistics.median(rates)
        print(f"median of {count} workers: {rate:.0f} calls a second, {rate / first:.2f} of the first")


def _round(folder: Path, workers: int, arguments: argparse.Namespace) -> float:
    with running_server(f"sqlite:///{folder / 'store.db'}", "--workers", str(workers)) as server:
        request = _prepare(server.address)
        clients = [_client(server.address, request) for _ in range(arguments.clients)]
        for client in clients:
            assert client.stdout is not None  # noqa: S101 it is a pipe
            client.stdout.readline()
        started = time.monotonic()
        outputs = [client.communicate(f"{arguments.seconds}\n")[0] for client in clients]
        return sum(map(int, outputs)) / (time.monotonic() - started)


def _prepare(address: str) -> bytes:
    """Fill the store, once; return a request that reads all of it, which is work for the server and little else."""
    with Caller(address) as caller:
        put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="T"))
        type_id = caller.call("PutArtifactType", put).type_id
        if not caller.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts:
            nodes = [pb.Artifact(type_id=type_id, name=str(number)) for number in range(ARTIFACTS)]
            for node in nodes:
                node.custom_properties["p"].string_value = "v"
            caller.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=nodes))
    request: bytes = rpc.GetArtifactsByIDRequest(artifact_ids=range(1, ARTIFACTS + 1)).SerializeToString()
    return request


def _client(address: str, request: bytes) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CLIENT, address, "GetArtifactsByID", request.hex()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
