"""Errors and problems as Markdown, from the classes of errors and the tables that translate them at each border."""

from __future__ import annotations

import inspect
import re

import grpc

from lineal import errors
from lineal.server.mlflow.answers import CODES, FAULT
from lineal.server.rest import problems
from lineal.server.status import GRPC_STATUS
from lineal.store.engine.dialects.base import NoConnectionError, StorageFullError

from .markdown import code, prose, table

_AGAIN = re.compile(r"\s*Send it again\? (.*)$", re.DOTALL)


def classes() -> list[type[errors.StatusError]]:
    """Return the classes of errors, one for each status code of gRPC."""
    numbers = [status.value[0] for status in grpc.StatusCode if status is not grpc.StatusCode.OK]
    return [errors.exception_type_from_error_code(number) for number in sorted(numbers)]


def table_of_errors() -> str:
    """Return a table of the classes of errors: their codes, what they mean, and whether to try again."""
    return table(("Class", "Code", "Meaning", "Send it again?"), map(_error, classes()))


def _error(of: type[errors.StatusError]) -> tuple[str, ...]:
    text = inspect.getdoc(of) or ""
    again = _AGAIN.search(text)
    meaning = prose(" ".join(_AGAIN.sub("", text).split()))
    return code(of.__name__), str(_made(of).error_code), meaning, prose(again[1]) if again else ""


def table_of_statuses() -> str:
    """Return a table of what each error is at the ways in: a status of gRPC and of HTTP, and a code of MLflow."""
    return table(("Code", "gRPC", "REST", "MLflow"), map(_statuses, classes()))


def _statuses(of: type[errors.StatusError]) -> tuple[str, ...]:
    error = _made(of)
    narrower = (problems.status_of(each("")) for each in _NARROWER if issubclass(each, of))
    statuses = sorted({problems.status_of(error), *narrower, *_ALSO.get(error.error_code, ())})
    return (
        str(error.error_code),
        code(GRPC_STATUS[error.error_code].name),
        ", ".join(map(str, statuses)),
        code(CODES.get(error.error_code, FAULT)[1]),
    )


def _made(of: type[errors.StatusError]) -> errors.StatusError:
    return errors.make_exception("", next(number for number in GRPC_STATUS if _class(number) is of))


# What one place answers instead: too many requests (http_limits.py), and a record that If-Match does not fit
# (change_routes.py).
_ALSO = {errors.RESOURCE_EXHAUSTED: (429,), errors.FAILED_PRECONDITION: (412,)}
_NARROWER: tuple[type[errors.StatusError], ...] = (StorageFullError, NoConnectionError)


def _class(number: int) -> type[errors.StatusError] | None:
    return errors.exception_type_from_error_code(number) if number else None


def table_of_problems() -> str:
    """Return a table of the statuses of problems: their titles, and what to do."""
    rows = [(str(status), kind.title, prose(kind.cure)) for status, kind in sorted(problems.KINDS.items())]
    return table(("Status", "Title", "What to do"), rows)


def fields_of_problems() -> str:
    """Return a table of the fields that a problem document can have."""
    schema = problems.SCHEMA
    rows = [
        (code(name), "always" if name in schema["required"] else "", _type(field["type"]), prose(field["description"]))
        for name, field in schema["properties"].items()
    ]
    return table(("Field", "", "Type", "Meaning"), rows)


def _type(of: str | list[str]) -> str:
    return of if isinstance(of, str) else " or ".join(of)
