"""A gRPC server around the official core, on the same grpcio as Lineal's: `official_server.py URL`; prints its port.

The official C++ server is not in the package; this is the nearest thing that can be started anywhere. Each call hands
the request's bytes to the core and the answer's bytes back, so that no message is built on the way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from ml_metadata.metadata_store.pywrap.metadata_store_extension import metadata_store as core
from ml_metadata.proto import metadata_store_pb2 as pb
from ml_metadata.proto import metadata_store_service_pb2 as rpc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.urls import official_config

THREADS = 16
SERVICE = rpc.DESCRIPTOR.services_by_name["MetadataStoreService"]
UNBOUNDED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def handler(store: Any, name: str) -> grpc.RpcMethodHandler:
    """Return the handler of one call, from bytes to bytes."""
    method: Callable[[Any, bytes], tuple[bytes, bytes, int]] = getattr(core, name)

    def serve(request: bytes, context: grpc.ServicerContext) -> bytes:
        response, message, code = method(store, request)
        if code:
            status = next(status for status in grpc.StatusCode if status.value[0] == code)
            context.abort(status, message.decode("utf-8", "replace")[:1000])
        return response

    return grpc.unary_unary_rpc_method_handler(serve)


def main() -> None:
    """Serve until the standard input ends."""
    store = core.CreateMetadataStore(
        official_config(sys.argv[1], pb).SerializeToString(), pb.MigrationOptions().SerializeToString()
    )
    handlers = {method.name: handler(store, method.name) for method in SERVICE.methods if hasattr(core, method.name)}
    server = grpc.server(futures.ThreadPoolExecutor(THREADS), options=UNBOUNDED)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE.full_name, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main()
