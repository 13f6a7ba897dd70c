"""Attackers of a server, as a process of their own: what they do is bounded in time and goes to loopback alone.

Run as `python -m tests.server.attackers GRPC_ADDRESS HTTP_URL SECONDS KIND`.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import grpc
import httpx

from lineal.wire import service as rpc
from tests.server.http2_client import HalfSent

METHOD = "/ml_metadata.MetadataStoreService/{}".format
_CALL_SECONDS = 5


def half_sent(address: str, url: str, until: float) -> None:
    """Hold calls open that have one byte of their messages."""
    methods = (METHOD("PutArtifacts"), METHOD("GetArtifacts"), "/grpc.health.v1.Health/Check")
    while time.monotonic() < until:
        with ExitStack() as stack:
            for _ in range(10):
                with contextlib.suppress(OSError):
                    client = stack.enter_context(HalfSent(address))
                    for number in range(40):
                        client.begin(methods[number % 3])
            time.sleep(2)


def swelling(address: str, url: str, until: float) -> None:
    """Send messages that are a thousand times as large when they are inflated."""
    bomb = b" " * (150 << 20)
    with grpc.insecure_channel(address) as channel:
        put = channel.unary_unary(METHOD("PutArtifacts"))
        while time.monotonic() < until:
            calls = [put.future(bomb, timeout=_CALL_SECONDS, compression=grpc.Compression.Gzip) for _ in range(4)]
            for call in calls:
                with contextlib.suppress(grpc.RpcError):
                    call.result()


def idle(address: str, url: str, until: float) -> None:
    """Hold more connections open than the server may have."""
    while time.monotonic() < until:
        with ExitStack() as stack:
            for _ in range(600):
                if time.monotonic() < until:
                    with contextlib.suppress(OSError):
                        stack.enter_context(HalfSent(address, timeout=1))
            time.sleep(3)


def filters(address: str, url: str, until: float) -> None:
    """Send long filters, each another."""
    with grpc.insecure_channel(address) as channel:
        get = channel.unary_unary(METHOD("GetArtifacts"))
        for number in itertools.takewhile(lambda _: time.monotonic() < until, itertools.count()):
            terms = " OR ".join(f"uri = 'x{number}-{term}'" for term in range(6000))
            request = rpc.GetArtifactsRequest()
            request.options.filter_query = terms
            with contextlib.suppress(grpc.RpcError):
                get(request.SerializeToString(), timeout=_CALL_SECONDS)


def views(address: str, url: str, until: float) -> None:
    """Store views that are as long as they may be, each another."""
    with httpx.Client(base_url=url, timeout=_CALL_SECONDS) as http:
        for number in itertools.takewhile(lambda _: time.monotonic() < until, itertools.count()):
            with contextlib.suppress(httpx.HTTPError):
                http.post("/api/v1/views", json={"content": f"{number} ".ljust(90_000, "x")})


KINDS: dict[str, Callable[[str, str, float], None]] = {
    attack.__name__: attack for attack in (half_sent, swelling, idle, filters, views)
}

if __name__ == "__main__":
    KINDS[sys.argv[4]](sys.argv[1], sys.argv[2], time.monotonic() + float(sys.argv[3]))
