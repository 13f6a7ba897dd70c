"""Answers of MLflow's interface: JSON as its clients read it, and errors with MLflow's codes."""

from __future__ import annotations

import json
import logging
import math
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lineal import errors, pages
from lineal.files import Entry, NoSpaceError
from lineal.server.rest import problems

CODES = {
    errors.INVALID_ARGUMENT: (400, "INVALID_PARAMETER_VALUE"),
    errors.OUT_OF_RANGE: (400, "INVALID_PARAMETER_VALUE"),
    errors.NOT_FOUND: (404, "RESOURCE_DOES_NOT_EXIST"),
    errors.ALREADY_EXISTS: (400, "RESOURCE_ALREADY_EXISTS"),
    errors.FAILED_PRECONDITION: (400, "INVALID_STATE"),
    errors.PERMISSION_DENIED: (403, "PERMISSION_DENIED"),
    errors.UNAUTHENTICATED: (401, "UNAUTHENTICATED"),
    errors.RESOURCE_EXHAUSTED: (413, "REQUEST_LIMIT_EXCEEDED"),
    errors.UNIMPLEMENTED: (404, "ENDPOINT_NOT_FOUND"),
    errors.UNAVAILABLE: (503, "TEMPORARILY_UNAVAILABLE"),
    errors.DEADLINE_EXCEEDED: (504, "DEADLINE_EXCEEDED"),
    errors.CANCELLED: (499, "CANCELLED"),
    errors.ABORTED: (503, "TEMPORARILY_UNAVAILABLE"),
}
"""The HTTP status and MLflow's code for each status code. Clients repeat calls that are answered with 503."""
Endpoint = Callable[[Request], Awaitable[Response]]
FAULT = (500, "INTERNAL_ERROR")
_UNAVAILABLE = 503
_log = logging.getLogger(__name__)


def answer(content: dict[str, Any]) -> Response:
    """Return the response with some content."""
    try:
        body = json.dumps(content, allow_nan=False)
    except ValueError:
        body = json.dumps(_named(content))
    return Response(body.encode(), media_type="application/json")


def file(entry: Entry, path: str) -> dict[str, Any]:
    """Return a file or a folder of a list under a path; an empty file has no size, as MLflow's server answers it."""
    size = {"file_size": entry.file_size} if entry.file_size and not entry.is_dir else {}
    return {"path": path, "is_dir": entry.is_dir, **size}


def _named(value: Any) -> Any:
    """Return a value with the names of NaN and the infinities in their place, which JSON lacks."""
    if isinstance(value, dict):
        return {name: _named(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_named(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def refusal(error: errors.StatusError) -> Response:
    """Return the response for an error; a fault of the server is logged under an id, which is all that is said."""
    status, code = CODES.get(error.error_code, FAULT)
    if status == FAULT[0]:
        return fault(error)
    if status == _UNAVAILABLE and error.__cause__ is not None:
        _log.warning("%s", error.message, exc_info=error.__cause__)
    if isinstance(error, NoSpaceError):
        status = 507
    elif problems.status_of(error) in (503, 507):
        status = problems.status_of(error)
    return _error(status, code, error.message)


def of_http_error(error: HTTPException) -> Response:
    """Return the response for an error that has a status of HTTP, such as 408 for a body that does not come."""
    return _error(error.status_code, "BAD_REQUEST", str(error.detail))


def not_implemented(message: str) -> Response:
    """Return the response for what this server does not have; clients do without it."""
    return _error(501, "NOT_IMPLEMENTED", message)


def fault(error: Exception) -> Response:
    """Return the response for a fault of the server, which is logged under an id."""
    fault_id = uuid.uuid4().hex[:12]
    _log.error("fault %s in MLflow's interface", fault_id, exc_info=error)
    return _error(*FAULT, f"a fault of the server; its log has the details under the id {fault_id}")


def no_endpoint(what: str) -> Response:
    """Return the response for something that is not served, which clients take as a hint to go on without it."""
    return _error(
        404,
        "ENDPOINT_NOT_FOUND",
        f"{what} is not served here; {pages.MLFLOW_SERVED.address(problems.PREFIX.get())} lists what is",
    )


def wrong_method(method: str, allowed: str) -> Response:
    """Return the response for another method than a call has."""
    found = _error(405, "BAD_REQUEST", f"this call takes {allowed}, and not {method}")
    found.headers["Allow"] = allowed
    return found


def _error(status: int, code: str, message: str) -> Response:
    body = json.dumps({"error_code": code, "message": message})
    return Response(body.encode(), status_code=status, media_type="application/json")


def by_method(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    """Return an endpoint that is another one for each method, and refuses other methods."""

    async def answer_by_method(request: Request) -> Response:
        found = endpoints.get(request.method)
        return await found(request) if found else wrong_method(request.method, ", ".join(endpoints))

    return answer_by_method


def answered(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint whose errors are answered as MLflow's clients read them."""

    async def answer_always(request: Request) -> Response:
        try:
            return await endpoint(request)
        except errors.StatusError as error:
            return refusal(error)
        except HTTPException as error:
            return of_http_error(error)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:  # clients read MLflow's shape alone
            return fault(error)

    return answer_always
