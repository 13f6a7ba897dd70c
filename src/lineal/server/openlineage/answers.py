"""Answers to events: statuses after which OpenLineage's clients do what helps.

They repeat a request that is answered with 503 or 500, and give up at any other status, at 409 and 429 too. So whatever
may be over in a moment is 503 here. What stays out: the form of problems (rest/problems.py).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lineal import errors
from lineal.openlineage.pointers import EventError, shortened
from lineal.server.request_kinds import RETRY_AFTER
from lineal.server.rest import problems

Endpoint = Callable[[Request], Awaitable[Response]]
_STATUS = {
    errors.INVALID_ARGUMENT: 400,
    errors.OUT_OF_RANGE: 400,
    errors.UNAUTHENTICATED: 401,
    errors.PERMISSION_DENIED: 403,
    errors.FAILED_PRECONDITION: 422,
    errors.RESOURCE_EXHAUSTED: 413,
    errors.CANCELLED: 499,
    errors.UNKNOWN: 500,
    errors.INTERNAL: 500,
    errors.DATA_LOSS: 500,
}
"""The statuses of what stays wrong; anything else is 503."""
_log = logging.getLogger(__name__)


def status_of(error: errors.StatusError) -> int:
    """Return the status for an error."""
    return 503 if problems.status_of(error) in (503, 507) else _STATUS.get(error.error_code, 503)


def may_pass(status: int) -> bool:
    """Say whether the same request may succeed later."""
    return status >= 500


def refusal(error: errors.StatusError) -> Response:
    """Return the response for an error; a fault of the server is logged under an id, which is all that is said."""
    status = status_of(error)
    if status == 500:
        return refused(500, reason_of_fault(error))
    if status == 503 and error.__cause__ is not None:
        _log.warning("%s", error.message, exc_info=error.__cause__)
    if isinstance(error, EventError):
        return refused(status, error.message, pointer=shortened(error.pointer, 1000))
    return refused(status, error.message, limit=error.limit) if error.limit else refused(status, error.message)


def reason_of_fault(error: Exception) -> str:
    """Log a fault of the server, and return what its caller learns."""
    fault_id = uuid.uuid4().hex[:12]
    _log.error("fault %s while an event was received", fault_id, exc_info=error)
    return f"a fault of the server; its log has the details under the id {fault_id}"


def answered(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint whose errors are answered."""

    async def answer_always(request: Request) -> Response:
        try:
            return await endpoint(request)
        except errors.StatusError as error:
            return refusal(error)
        except HTTPException as error:  # the body did not come in time, or is too long when it is inflated
            return refused(error.status_code, str(error.detail))
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            return refused(500, reason_of_fault(error))

    return answer_always


def refused(status: int, detail: str, **more: str) -> Response:
    """Return the problem of a request, with what makes a client repeat it if that may help."""
    found = problems.problem(status, detail, **more)
    if status == 503:
        found.headers.update(RETRY_AFTER)
    return found
