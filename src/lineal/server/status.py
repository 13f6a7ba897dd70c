"""The translation of errors into gRPC statuses: one table, texts that fit the wire, and the fields of an error.

What stays out: raising. Messages of `StatusError` are written for callers and are sent unchanged. Every other exception
is a fault of the server: the caller gets an id, and the log has the rest.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace

import grpc

from lineal import errors, pages
from lineal.error_details import TRAILER, encoded

GRPC_STATUS: dict[int, grpc.StatusCode] = {status.value[0]: status for status in grpc.StatusCode}
MAX_TEXT_BYTES = 4096  # clients refuse more than 8 KiB of metadata, in which a status text travels
MAX_TEXT_BYTES_WITH_DETAILS = 2000  # the details hold the text once more, in base64

_log = logging.getLogger(__name__)


def translate(error: Exception, *, rpc_name: str) -> tuple[grpc.StatusCode, str]:
    """Return the status and the text that a caller sees for an error; log what the caller must not see."""
    if not isinstance(error, errors.StatusError):
        return grpc.StatusCode.INTERNAL, _report_fault(error, rpc_name=rpc_name)
    has_details = error.details != errors.NO_DETAILS or error.error_code == errors.UNAVAILABLE
    max_bytes = MAX_TEXT_BYTES_WITH_DETAILS if has_details else MAX_TEXT_BYTES
    return code_of(error), shorten(error.message, max_bytes=max_bytes)


def details_of(error: Exception, status: grpc.StatusCode, text: str) -> bytes:
    """Return the status details of an error, for the trailer `grpc-status-details-bin`; nothing if it has none.

    UNAVAILABLE always has some: they tell clients that the server has answered, and what is behind it has not.
    """
    details = error.details if isinstance(error, errors.StatusError) else errors.NO_DETAILS
    if status is grpc.StatusCode.UNAVAILABLE and not details.page:
        details = replace(details, page=pages.SERVER.name)
    return encoded(details, code=status.value[0], text=text)


def abort(context: grpc.ServicerContext, error: Exception, *, rpc_name: str) -> None:
    """End a call with the status of an error, its text and its details; this raises."""
    status, text = translate(error, rpc_name=rpc_name)
    details = details_of(error, status, text)
    if details:
        context.set_trailing_metadata(((TRAILER, details),))
    context.abort(status, text)


def code_of(error: Exception) -> grpc.StatusCode:
    """Return the status of an error."""
    if not isinstance(error, errors.StatusError):
        return grpc.StatusCode.INTERNAL
    return GRPC_STATUS.get(error.error_code, grpc.StatusCode.UNKNOWN)


def shorten(text: str, *, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """Cut the text to `max_bytes` on the wire, where all but printable ASCII takes three bytes for one."""
    text = text.encode("utf-8", "replace").decode()  # a path of odd bytes has characters that cannot be encoded
    size = 0
    for index, character in enumerate(text):
        size += _wire_size(character)
        if size > max_bytes:
            return _cut(text, index)
    return text


def _cut(text: str, index: int) -> str:
    return f"{text[: max(0, index - 20)]} ... (cut)"


def _wire_size(character: str) -> int:
    if " " <= character <= "~" and character != "%":
        return 1
    return 3 * len(character.encode())


def _report_fault(error: Exception, *, rpc_name: str) -> str:
    fault_id = uuid.uuid4().hex[:12]
    _log.error("fault %s in %s", fault_id, rpc_name, exc_info=error)
    return f"A fault of the server in {rpc_name}; its log has the details under the id {fault_id}"
