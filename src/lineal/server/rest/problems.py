"""Errors of the REST interface as problem details (RFC 9457), and the one table from status codes to HTTP.

What stays out: raising. A fault of the server is logged under an id; the caller sees the id alone.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from lineal import errors, pages
from lineal.filter.search import SearchError
from lineal.server.http_methods import allowed
from lineal.store.engine.dialects.base import NoConnectionError, StorageFullError
from lineal.upkeep.history import DeletedRecordError

MEDIA_TYPE = "application/problem+json"
HTTP_STATUS = {
    errors.CANCELLED: 499,
    errors.UNKNOWN: 500,
    errors.INVALID_ARGUMENT: 400,
    errors.DEADLINE_EXCEEDED: 504,
    errors.NOT_FOUND: 404,
    errors.ALREADY_EXISTS: 409,
    errors.PERMISSION_DENIED: 403,
    errors.RESOURCE_EXHAUSTED: 413,
    errors.FAILED_PRECONDITION: 409,
    errors.ABORTED: 409,
    errors.OUT_OF_RANGE: 400,
    errors.UNIMPLEMENTED: 501,
    errors.INTERNAL: 500,
    errors.UNAVAILABLE: 503,
    errors.DATA_LOSS: 500,
    errors.UNAUTHENTICATED: 401,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "description": "The kind of problem: the address of a page about it.",
        },
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What was wrong, which one, and what to do."},
        "parameter": {"type": "string", "description": "The parameter that was wrong."},
        "pointer": {"type": "string", "description": "Where in an event it was wrong (a JSON pointer, RFC 6901)."},
        "position": {"type": "integer", "description": "Where in the search or filter, in characters from 0."},
        "length": {"type": "integer", "description": "How long the wrong piece is, in characters."},
        "problem": {"type": "string", "description": "What was wrong, without its place and the hint."},
        "hint": {"type": "string", "description": "What to write instead."},
        "limit": {"type": "string", "description": "The setting whose limit was reached, such as --max-filter-bytes."},
        "page": {"type": "string", "description": "The address of the page of the documentation about it."},
        "changed": {
            "type": ["object", "null"],
            "description": "The fields that are new or have other values now, with these values; null if nobody knows.",
        },
        "deleted": {
            "type": "integer",
            "description": "When the record was deleted, in milliseconds since the epoch, for those who may know it.",
        },
        "deleted_by": {"type": "string", "description": "The caller that deleted the record."},
        "removed": {"type": "integer", "description": "How many fields are gone."},
        "tag": {"type": "string", "description": "The tag of the record as it is now."},
        "id": {"type": "string", "description": "Under which the server's log has more, for a fault of the server."},
    },
}
CONTENT: dict[str, Any] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
PAGE = "/docs/problems"
PREFIX: ContextVar[str] = ContextVar("lineal_path_prefix", default="")


class DetailedHttpError(HTTPException):
    """An HTTP error with the fields of a status error."""

    def __init__(self, status: int, detail: str, details: errors.Details) -> None:
        super().__init__(status, detail)
        self.details = details


@dataclass(frozen=True)
class ProblemKind:
    """A kind of problem: its title, what to do about it, and the page that says more."""

    title: str
    cure: str
    page: pages.Page


KINDS = {
    400: ProblemKind(
        "The request is wrong",
        "Correct what the detail names; sending the same again does not help.",
        pages.REST_ERRORS,
    ),
    401: ProblemKind(
        "Credentials are missing", "Log in, or send a valid token: Authorization: Bearer TOKEN.", pages.TOKENS
    ),
    403: ProblemKind("This is not allowed", "Ask for a role or a workspace that allows it.", pages.ROLES),
    404: ProblemKind(
        "There is no such thing", "Check the address or the id; /api/docs lists the addresses.", pages.REST_ERRORS
    ),
    405: ProblemKind(
        "This method is not offered here", "Use one of the methods in the header Allow.", pages.REST_ERRORS
    ),
    408: ProblemKind(
        "The request came too slowly", "Send it again, over a better connection or in smaller parts.", pages.LIMITS
    ),
    409: ProblemKind(
        "The store is not in the state that this needs",
        "If something exists already, use it, or another name. If another change came between, send it again. In all "
        "other cases, the detail says what to do first.",
        pages.CHANGING_RECORDS,
    ),
    412: ProblemKind(
        "The record is different now",
        "Read it again, look at what has changed, and repeat the change.",
        pages.CHANGING_RECORDS,
    ),
    413: ProblemKind(
        "This is too large", "Ask for less or send less; the detail names the limit and its flag.", pages.LIMITS
    ),
    414: ProblemKind("The URL is too long", "Ask for less at a time; the detail names the limit.", pages.LIMITS),
    415: ProblemKind(
        "This media type is not understood", "Send one of the media types that the detail lists.", pages.REST_ERRORS
    ),
    422: ProblemKind(
        "A parameter is wrong",
        "Correct the parameter that the detail names; /api/docs has the limits.",
        pages.REST_ERRORS,
    ),
    429: ProblemKind("There are too many requests", "Wait a moment and send it again.", pages.LIMITS),
    431: ProblemKind(
        "The headers are too long", "Send fewer or shorter headers, cookies and tokens first of all.", pages.LIMITS
    ),
    499: ProblemKind("The caller gave up", "The connection ended before the answer was there.", pages.LIMITS),
    500: ProblemKind(
        "The server failed", "This is a fault of the server: its log has more under the id.", pages.FAULTS
    ),
    501: ProblemKind("This is not offered", "The server does not have this call or option.", pages.TROUBLE_WITH_CALLS),
    503: ProblemKind(
        "Something that the server needs cannot be reached",
        "Send it again later; /readyz says when the database answers.",
        pages.HEALTH,
    ),
    507: ProblemKind(
        "There is no space left",
        "Make room on the disk of the database; nothing was written.",
        pages.TROUBLE_WITH_STORES,
    ),
    504: ProblemKind(
        "This took too long", "Ask for less, or allow more time; a write may have happened.", pages.LIMITS
    ),
}
_log = logging.getLogger(__name__)


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return the response that describes a problem."""
    kind = KINDS.get(status)
    title = kind.title if kind else "The server failed" if status >= 500 else "The request failed"
    page = {"page": kind.page.address(PREFIX.get())} if kind else {}
    content = {"type": _type(status), "title": title, "status": status, "detail": detail, **page, **more}
    body = json.dumps(content).encode("utf-8")
    return Response(body, status_code=status, media_type=MEDIA_TYPE)


def _type(status: int) -> str:
    """Return the address of the page about a kind of problem, under the prefix of the request."""
    return f"{PREFIX.get()}{PAGE}#{status}" if status in KINDS else "about:blank"


def install(app: FastAPI) -> None:
    """Let an application answer every error with problem details."""
    app.add_exception_handler(errors.StatusError, _on_status_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_fault)


def status_of(error: errors.StatusError) -> int:
    """Return the HTTP status of an error: that of its code, unless the store says more than the code."""
    if isinstance(error, StorageFullError):
        return 507
    return 503 if isinstance(error, NoConnectionError) else HTTP_STATUS.get(error.error_code, 500)


def of_status_error(error: errors.StatusError, *, status: int | None = None) -> Response:
    """Return the problem of a status error, with the fields that it has; its status is that of the code by default."""
    detail = f"{error.problem}; {error.hint}" if isinstance(error, SearchError) else error.message
    gone = {"deleted": error.deleted, "deleted_by": error.deleted_by} if isinstance(error, DeletedRecordError) else {}
    return problem(status or status_of(error), detail, **_fields(error.details), **gone)


def _fields(details: errors.Details) -> dict[str, Any]:
    """Return the fields that an error has, under their names."""
    found = {name: value for name, value in dataclasses.asdict(details).items() if value not in ("", None)}
    page = pages.PAGES.get(details.page, pages.LIMITS if details.limit else None)
    return {**found, "page": page.address(PREFIX.get())} if page else found


async def _on_status_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.StatusError)  # noqa: S101 it is registered for these
    if status_of(error) == 500:
        return await _on_fault(request, error)
    return of_status_error(error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 it is registered for these
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    given = repr(first.get("input"))[:60]
    return problem(422, f"{name}: {first['msg']}; it is {given}", parameter=name)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 it is registered for these
    detail = str(error.detail)
    if detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"nothing is at {request.url.path[:200]}; /api/docs lists what there is"
    fields = _fields(error.details) if isinstance(error, DetailedHttpError) else {}
    found = problem(error.status_code, detail, **fields)
    found.headers.update(error.headers or {})
    if error.status_code == 405:
        methods = allowed(request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": methods})
        found.headers["Allow"] = methods
    return found


async def _on_fault(request: Request, error: Exception) -> Response:
    fault_id = uuid.uuid4().hex[:12]
    _log.error("fault %s in %s %s", fault_id, request.method, request.url.path, exc_info=error)
    return problem(500, f"A fault of the server; its log has the details under the id {fault_id}", id=fault_id)
