"""Requests that no well-meaning client sends, each made from a number, so that a failure can be repeated.

What stays out: what a server must make of them.
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable

from lineal.server.grpc_web import frame
from lineal.server.rpcs import RPCS
from lineal.wire import service as rpc

SERVICE = "ml_metadata.MetadataStoreService"
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_METHODS = sorted(RPCS)


def message(chance: random.Random) -> tuple[str, bytes]:
    """Return an RPC's name and bytes that are not, or hardly, a request of it."""
    name = chance.choice(_METHODS)
    return name, chance.choice(_MESSAGES)(chance)


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice([1, 7, 50, 1000, 20_000]))


def _nested(chance: random.Random) -> bytes:
    """Return a message inside a message, to a depth at which parsers stop."""
    depth = chance.choice([20, 101, 2000])
    field = chance.choice([b"\x0a", b"\x12", b"\x1a", b"\x0b"])
    body = b""
    for _ in range(depth):
        body = field + _varint(len(body)) + body
        if len(body) > 50_000:
            break
    return body


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _huge_map(chance: random.Random) -> bytes:
    request = rpc.PutArtifactsRequest()
    properties = request.artifacts.add(type_id=1).custom_properties
    for number in range(chance.choice([10, 500])):
        properties[f"{number}" * chance.choice([1, 20])].string_value = "v" * chance.choice([0, 100])
    return request.SerializeToString()


def _cut(chance: random.Random) -> bytes:
    whole = _huge_map(chance)
    return whole[: chance.randrange(len(whole))]


def _false_length(chance: random.Random) -> bytes:
    return b"\x0a" + _varint(chance.choice([1 << 31, 1 << 62, (1 << 64) - 1])) + b"x"


def _odd_texts(chance: random.Random) -> bytes:
    text = chance.choice(["\0", "'; DROP TABLE Type; --", "\ud7ff\U0010ffff", "%s%n", "a" * 5000])
    request = rpc.GetArtifactByTypeAndNameRequest(type_name=text, artifact_name=text)
    return request.SerializeToString()


def _odd_filter(chance: random.Random) -> bytes:
    text = chance.choice(["(" * 5000, "id = " + "9" * 500, "NOT " * 300 + "id", "id IN (" + "1," * 3000 + "1)", "\0"])
    request = rpc.GetArtifactsRequest()
    request.options.filter_query = text
    request.options.max_result_size = chance.choice([1, -1, 2**31 - 1])
    return request.SerializeToString()


_MESSAGES: list[Callable[[random.Random], bytes]] = [
    _noise,
    _nested,
    _huge_map,
    _cut,
    _false_length,
    _odd_texts,
    _odd_filter,
]


def http_bytes(chance: random.Random) -> bytes:
    """Return what is sent to the HTTP port: wrong lines, headers, lengths, frames and addresses."""
    return chance.choice(_REQUESTS)(chance)


def _random_line(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice([1, 100, 5000])) + b"\r\n\r\n"


def _many_headers(chance: random.Random) -> bytes:
    count = chance.choice([10, 300, 3000])
    return (
        b"GET /healthz HTTP/1.1\r\n" + b"".join(b"x-%d: %s\r\n" % (each, b"v" * 30) for each in range(count)) + b"\r\n"
    )


def _odd_address(chance: random.Random) -> bytes:
    path = chance.choice(
        [
            b"/%00",
            b"/..%2f..%2fetc/passwd",
            b"/assets/../../../etc/passwd",
            b"/" + b"a/" * 2000,
            b"/api/v1/artifacts?q=" + b"%28" * 3000,
            b"/api/v1/artifacts?cursor=%ff%fe",
            b"/api/v1/artifacts/99999999999999999999",
            b"/api/v1/lineage?focus=a1&up=-1",
            b"//healthz",
        ]
    )
    return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def _false_body(chance: random.Random) -> bytes:
    length = chance.choice([b"-1", b"99999999999999999999", b"5, 6", b"x", b"1000"])
    return b"POST /api/v1/views HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + b"\r\n\r\n{}"


def _chunks(chance: random.Random) -> bytes:
    head = b"POST /api/v1/views HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + chance.choice([b"zz\r\n", b"ffffffffffffffff\r\nx", b"1\r\nxx\r\n", b"0\r\n\r\n"])


def _web_call(chance: random.Random) -> bytes:
    name, content = message(chance)
    body = chance.choice([frame(content), content, b"\x80" + frame(content), struct.pack(">BI", 0, 1 << 31)])
    head = (
        f"POST /{SERVICE}/{name} HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/grpc-web\r\nConnection: close\r\n"
    )
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _json(chance: random.Random) -> bytes:
    body = chance.choice([b"[" * 10_000, b'{"content": "' + b"x" * 200_000 + b'"}', b"\xff\xfe", b'{"content": 1}'])
    head = b"POST /api/v1/views HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


_REQUESTS = [_random_line, _many_headers, _odd_address, _false_body, _chunks, _web_call, _web_call, _json]


def http2_bytes(chance: random.Random) -> bytes:
    """Return what is sent to the gRPC port: no preface, or one with wrong frames after it."""
    if chance.random() < 0.3:
        return chance.randbytes(chance.choice([1, 24, 500]))
    frames = b""
    for _ in range(chance.choice([1, 5, 50])):
        length, kind = chance.choice([0, 9, 100, 0xFFFFFF]), chance.randrange(12)
        head = struct.pack(">I", length)[1:] + bytes([kind, chance.randrange(256)])
        frames += head + struct.pack(">I", chance.randrange(1 << 32)) + chance.randbytes(min(length, 200))
    return _PREFACE + frames


def sent(address: str, data: bytes, *, seconds: float = 2.0) -> bytes:
    """Send bytes over a connection of their own; return the beginning of what comes back, if something does."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65_536)
        except OSError:
            return b""
