"""Ways into a server for the replays: gRPC, gRPC-Web in both forms, and attempts as Kubeflow's clients make them."""

from __future__ import annotations

import base64
import struct
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import unquote

import grpc
import httpx
from google.protobuf.message import Message

from lineal import errors
from tests.compat.official import RESPONSES, SERVICE

LARGEST = 100 << 20
"""The largest message that Kubeflow's launcher sends and takes, in bytes."""
BINARY, TEXT = "application/grpc-web+proto", "application/grpc-web-text"
_TRAILERS = 0x80


class Door(Protocol):
    """A way into a server."""

    def call(self, method: str, request: Message) -> Message:
        """Return the answer to a call, or raise a `StatusError`."""

    def close(self) -> None:
        """Let go of the connection."""


class GrpcDoor:
    """Plain gRPC with the limits of Kubeflow's launcher."""

    def __init__(self, address: str) -> None:
        limits = [("grpc.max_send_message_length", LARGEST), ("grpc.max_receive_message_length", LARGEST)]
        # A server that was away is asked again within the second.
        soon = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)]
        self._channel = grpc.insecure_channel(address, options=[*limits, *soon])

    def call(self, method: str, request: Message) -> Message:
        """Call, and turn the status into an error."""
        send = self._channel.unary_unary(f"/{SERVICE.full_name}/{method}")
        try:
            answer: bytes = send(request.SerializeToString(), timeout=60)
        except grpc.RpcError as error:
            raise errors.make_exception(error.details() or "", error.code().value[0]) from None
        response: Message = RESPONSES[method].FromString(answer)
        return response

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class WebDoor:
    """gRPC-Web: binary as the UI server sends it, or text as the pages do."""

    def __init__(self, url: str, media_type: str) -> None:
        self._media_type = media_type
        headers = {"content-type": media_type, "accept": media_type, "x-grpc-web": "1"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=120)

    def call(self, method: str, request: Message) -> Message:
        """Post a frame, and read the frames of the answer."""
        message = request.SerializeToString()
        body = struct.pack(">BI", 0, len(message)) + message
        is_text = self._media_type == TEXT
        content = base64.b64encode(body) if is_text else body
        answer = self._client.post(f"/{SERVICE.full_name}/{method}", content=content)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith(self._media_type)
        found, trailers = _frames(base64.b64decode(answer.content) if is_text else answer.content)
        if status := int(trailers["grpc-status"]):
            raise errors.make_exception(unquote(trailers.get("grpc-message", "")), status)
        assert found is not None, "an answer without a message"
        response: Message = RESPONSES[method].FromString(found)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _frames(content: bytes) -> tuple[bytes | None, Mapping[str, str]]:
    message, trailers = None, {}
    while content:
        flags, length = struct.unpack_from(">BI", content)
        piece, content = content[5 : 5 + length], content[5 + length :]
        if flags == _TRAILERS:
            trailers = {
                key.strip().lower(): value.strip()
                for key, _, value in (line.partition(":") for line in piece.decode("ascii").split("\r\n") if line)
            }
        else:
            message = piece
    return message, trailers


class Doors:
    """Several doors of one server, of which one is used at a time.

    Attributes:
        by: the name of the one in use.
        names: the names of RPCs that were called through each door.
    """

    def __init__(self, address: str, url: str) -> None:
        self._doors: dict[str, Door] = {
            "grpc": GrpcDoor(address),
            "web": WebDoor(url, BINARY),
            "web text": WebDoor(url, TEXT),
        }
        self.by = "grpc"
        self.names: dict[str, set[str]] = {name: set() for name in self._doors}

    def call(self, method: str, request: Message) -> Message:
        """Call through the door in use."""
        self.names[self.by].add(method)
        return self._doors[self.by].call(method, request)

    def close(self) -> None:
        """Close all of them."""
        for door in self._doors.values():
            door.close()


class Patient:
    """A door that is tried again after ABORTED and UNAVAILABLE, as Kubeflow's driver and launcher do.

    Attributes:
        again: the codes after which a call was sent again, in order.
    """

    def __init__(self, door: Door, *, attempts: int = 60, pause: float = 0.1) -> None:
        self._door, self._attempts, self._pause = door, attempts, pause
        self.again: list[int] = []

    def call(self, method: str, request: Message) -> Message:
        """Call until there is another answer."""
        for _ in range(self._attempts):
            try:
                return self._door.call(method, request)
            except (errors.AbortedError, errors.UnavailableError) as error:
                self.again.append(error.error_code)
                time.sleep(self._pause)
        return self._door.call(method, request)

    def close(self) -> None:
        """Close the door."""
        self._door.close()

    def __enter__(self) -> Patient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> Any:
        self.close()
