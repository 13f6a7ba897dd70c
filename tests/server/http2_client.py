"""A gRPC client by hand, which can send a call in part: raw HTTP/2 frames, with headers as plain literals.

Source: RFC 9113 (frames), RFC 7541 (literal header fields), gRPC over HTTP/2. What stays out: reading answers in full.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from types import TracebackType

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS = 0, 1, 4
_END_HEADERS, _END_STREAM = 4, 1


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return a frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(path: str, **more: str) -> bytes:
    """Return the header block of a call of a method."""
    fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost"}
    fields |= {"content-type": "application/grpc", "te": "trailers", **more}
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields.items())


def _text(text: str) -> bytes:
    data = text.encode()
    assert len(data) < 127
    return bytes([len(data)]) + data


class HalfSent:
    """A connection whose calls have headers and one byte of a longer message."""

    def __init__(self, address: str, *, timeout: float = 10) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._socket.sendall(_PREFACE + frame(_SETTINGS, 0, 0, b""))
        self._stream = 1

    def begin(self, path: str, *, size: int = 1000, **more: str) -> None:
        """Send the headers of a call and the first byte of its message."""
        started = struct.pack(">BI", 0, size) + b"\n"
        block = frame(_HEADERS, _END_HEADERS, self._stream, headers(path, **more))
        self._socket.sendall(block + frame(_DATA, 0, self._stream, started))
        self._stream += 2

    def is_ended(self, seconds: float) -> bool:
        """Say whether the server ends the connection within some seconds."""
        self._socket.settimeout(seconds)
        with contextlib.suppress(OSError):
            while self._socket.recv(65536):
                pass
            return True
        return False

    def is_told(self, text: bytes, *, within: float = 20.0) -> bool:
        """Wait until the server has sent a text; say whether it did so within some seconds."""
        found, end = b"", time.monotonic() + within
        with contextlib.suppress(OSError):
            while text not in found and (left := end - time.monotonic()) > 0:
                self._socket.settimeout(left)
                data = self._socket.recv(65536)
                if not data:
                    break
                found += data
        return text in found

    def received(self, seconds: float) -> bytes:
        """Return the bytes that come within some seconds."""
        self._socket.settimeout(seconds)
        found = b""
        with contextlib.suppress(OSError):
            while data := self._socket.recv(65536):
                found += data
        return found

    def __enter__(self) -> HalfSent:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()
