"""`lineal serve` as a process for tests, on free ports, and a caller that speaks to it with plain gRPC.

Nothing here knows what is tested. The client of Lineal stays out, so that a fault of it cannot hide one of the server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from lineal.wire import service as rpc

SERVICE = rpc.DESCRIPTOR.services_by_name["MetadataStoreService"]
STOP_TIMEOUT = 60
ENGINE = os.environ.get("LINEAL_TEST_GRPC_ENGINE", "auto")
"""What carries gRPC in the servers of the tests."""
PYTHON = os.environ.get("LINEAL_TEST_SERVER_PYTHON", sys.executable)
"""The Python that serves: the environment of a framework has no packages for it (make test-frameworks)."""
grpcio_only = pytest.mark.skipif(
    ENGINE == "native", reason="the native engine does not hold this (docs/decisions/0038)"
)


@dataclass(frozen=True)
class ServerProcess:
    """A running server.

    Attributes:
        process: the process; its standard output is at the line after the addresses.
        address: host and port of gRPC.
        http: the URL of HTTP, without a slash at the end.
    """

    process: subprocess.Popen[str]
    address: str
    http: str

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_TIMEOUT)


@contextmanager
def running_server(url: str, *flags: str, under: Sequence[str] = ()) -> Iterator[ServerProcess]:
    """Serve a database on free ports, under another command if one is given; at the end, stop what still runs."""
    command = [
        *under,
        PYTHON,
        "-m",
        "lineal",
        "serve",
        "--db",
        url,
        "--grpc-port",
        "0",
        "--http-port",
        "0",
        "--grpc-engine",
        ENGINE if "--tls-cert" not in flags else "auto",
        *flags,
    ]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            addresses = [_read_line(process, log).split("//")[-1].strip() for _ in range(3)]
            yield ServerProcess(process, addresses[1], f"http://{addresses[2]}")
        finally:
            if process.poll() is None:
                process.terminate()
                _wait_or_kill(process)


def _read_line(process: subprocess.Popen[str], log: Any) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(STOP_TIMEOUT)
        log.seek(0)
        pytest.fail(f"the server ended with code {process.returncode}: {log.read()}", pytrace=False)
    return line


def _wait_or_kill(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()


class Caller:
    """Calls RPCs at an address and returns the response messages."""

    def __init__(self, address: str) -> None:
        self.channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.channel.close()

    def call(self, name: str, request: Message, *, timeout: float = 30) -> Any:
        """Call an RPC; a failure is a `grpc.RpcError`."""
        response_class = getattr(rpc, SERVICE.methods_by_name[name].output_type.name)
        return response_class.FromString(self.call_bytes(name, request.SerializeToString(), timeout=timeout))

    def call_bytes(self, name: str, request: bytes, *, timeout: float = 30) -> bytes:
        """Call an RPC with bytes as they are and return the bytes of the response."""
        response: bytes = self.channel.unary_unary(f"/{SERVICE.full_name}/{name}")(request, timeout=timeout)
        return response
