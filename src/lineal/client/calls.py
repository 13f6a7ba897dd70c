"""The path of every call of the client: build the request, send it, retry a lost race, page through a list.

What stays out: the calls themselves (type_calls.py, node_calls.py, lineage_calls.py).
"""

from __future__ import annotations

import functools
import logging
import math
import random
import time
from collections.abc import Sequence
from typing import Any, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from lineal import errors
from lineal.client.options import ListOptions
from lineal.client.transport import Transport
from lineal.wire import service as rpc

PAGE_SIZE = 100
DEFAULT_MAX_NUM_RETRIES = 5
MEAN_PAUSE = 2.0

_LOG = logging.getLogger(__name__)
_M = TypeVar("_M", bound=Message)


class Calls:
    """A transport, and the path over it that all calls use."""

    _transport: Transport
    _max_num_retries: int

    def _call(self, method: str, /, **fields: Any) -> Any:
        """Send a request made of `fields` and return the response.

        Raises:
            TypeError: a field is None, or of a type that it cannot hold.
            StatusError: the call failed.

        """
        for name, value in fields.items():
            if value is None:
                raise TypeError(f"{name} must not be None")
        return self._send(method, _request(method, **fields))

    def _send(self, method: str, request: Message) -> Any:
        """Send a request; a call that lost a race is sent again after a pause, `max_num_retries` times in all."""
        for _ in range(self._max_num_retries - 1):
            try:
                return self._transport.call(method, request)
            except errors.AbortedError as error:
                pause = random.expovariate(1 / MEAN_PAUSE)
                _LOG.info("%s was aborted (%s); next attempt in %.1f s", method, error, pause)
                time.sleep(pause)
        return self._transport.call(method, request)

    def _list(self, message: type[_M], method: str, /, **fields: Any) -> list[_M]:
        """Return the messages of one class in the response."""
        return list(getattr(self._call(method, **fields), _field_of(method, message.__name__)))

    def _only(self, message: type[_M], method: str, /, **fields: Any) -> _M:
        """Return the message of one class in the response."""
        found: _M = getattr(self._call(method, **fields), _field_of(method, message.__name__))
        return found

    def _found(self, message: type[_M], method: str, /, **fields: Any) -> _M | None:
        """Return the message of one class in the response, None where it is unset."""
        response = self._call(method, **fields)
        name = _field_of(method, message.__name__)
        found: _M | None = getattr(response, name) if response.HasField(name) else None
        return found

    def _pages(self, message: type[_M], method: str, list_options: ListOptions | None, /, **fields: Any) -> list[_M]:
        """Return a list: with options page by page, up to their limit; without options in one response."""
        if list_options is None:
            return self._list(message, method, **fields)
        request = _request(method, **fields)
        _set_options(request, list_options)
        found: list[_M] = []
        while True:
            if list_options.limit:
                request.options.max_result_size = min(PAGE_SIZE, list_options.limit - len(found))
            response = self._send(method, request)
            found += getattr(response, _field_of(method, message.__name__))
            if not response.next_page_token or len(found) >= (list_options.limit or math.inf):
                return found
            request.options.next_page_token = response.next_page_token


def _request(method: str, **fields: Any) -> Any:
    return _request_class(method)(**fields)


@functools.cache
def _request_class(method: str) -> Any:
    return getattr(rpc, f"{method}Request")


def _set_options(request: Any, list_options: ListOptions) -> None:
    if list_options.limit is not None and list_options.limit < 0:
        raise errors.InvalidArgumentError(f"limit is {list_options.limit}; give 1 or more, or None for all")
    request.options.max_result_size = PAGE_SIZE
    request.options.order_by_field.is_asc = list_options.is_asc
    if list_options.order_by:
        request.options.order_by_field.field = list_options.order_by.value
    if list_options.filter_query:
        request.options.filter_query = list_options.filter_query


@functools.cache
def _field_of(method: str, message_name: str) -> str:
    """Return the name of the response's field that holds messages of one class."""
    fields = rpc.DESCRIPTOR.message_types_by_name[f"{method}Response"].fields
    return next(field.name for field in fields if field.message_type and field.message_type.name == message_name)


def versioned(type_version: str | None) -> dict[str, str]:
    """Return the field of a type's version; None and "" are the type without version."""
    return {"type_version": type_version} if type_version else {}


def masked(field_mask_paths: Sequence[str] | None) -> dict[str, FieldMask]:
    """Return the field of an update mask; no paths are no mask."""
    return {"update_mask": FieldMask(paths=field_mask_paths)} if field_mask_paths else {}
