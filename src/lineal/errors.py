"""The errors that Lineal raises: one class for each gRPC status code.

    StatusError
    ├── CancelledError            1
    ├── UnknownError              2
    ├── InvalidArgumentError      3
    ├── DeadlineExceededError     4
    ├── NotFoundError             5
    ├── AlreadyExistsError        6
    ├── PermissionDeniedError     7
    ├── ResourceExhaustedError    8
    ├── FailedPreconditionError   9
    ├── AbortedError             10
    ├── OutOfRangeError          11
    ├── UnimplementedError       12
    ├── InternalError            13
    ├── UnavailableError         14
    ├── DataLossError            15
    └── UnauthenticatedError     16

The names and numbers are those of the official client's `errors` module, which is an alias of this one. A message says
what was wrong, which one, and what to do. It is for people; programs read the fields (`Details`). Translation into gRPC
or HTTP happens at the borders, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


@dataclass(frozen=True)
class Details:
    """The fields of an error for programs; "" and None for fields that the error does not have.

    Attributes:
        parameter: the field or parameter of the request that is wrong: "filter_query", "q".
        position: where in its text the wrong piece begins, in characters (Unicode code points) from 0.
        length: how long the wrong piece is, in characters.
        problem: what is wrong, without its place and the hint.
        hint: what to write or do instead.
        limit: the setting whose limit was reached: "--max-message-mib".
        page: the page of the documentation about it, as `lineal docs` takes it: "tokens".
    """

    parameter: str = ""
    position: int | None = None
    length: int | None = None
    problem: str = ""
    hint: str = ""
    limit: str = ""
    page: str = ""


NO_DETAILS = Details()


class StatusError(Exception):
    """An error with a gRPC status code.

    Attributes:
        message: what was wrong, which one, and what to do.
        error_code: the number of the gRPC status code.
        details: the same for programs; each of its fields is an attribute of the error, too.

    Example:
        >>> import lineal
        >>> try:
        ...     lineal.connect("sqlite://").get_artifacts(lineal.ListOptions(filter_query="nmae = 'x'"))
        ... except lineal.errors.InvalidArgumentError as error:
        ...     print(error.parameter, error.position, error.length)
        filter_query 0 4

    """

    def __init__(self, message: str, error_code: int, details: Details = NO_DETAILS) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code
        self.details = details
        self.parameter: str = details.parameter
        self.position: int | None = details.position
        self.length: int | None = details.length
        self.problem: str = details.problem
        self.hint: str = details.hint
        self.limit: str = details.limit
        self.page: str = details.page

    def __str__(self) -> str:
        """Return the message, and the page about it if there is one."""
        return f"{self.message}; see: lineal docs {self.page}" if self.page else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.error_code, self.details)


class _CodedError(StatusError):
    """A status error whose class fixes the code."""

    code = UNKNOWN

    def __init__(self, message: str, details: Details = NO_DETAILS) -> None:
        super().__init__(message, self.code, details)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.details)


class CancelledError(_CodedError):
    """The caller gave up the call.

    Send it again? As you like.
    """

    code = CANCELLED


class UnknownError(StatusError):
    """The server answered with a code that has no class.

    Send it again? No.
    """

    def __init__(self, message: str, error_code: int = UNKNOWN, details: Details = NO_DETAILS) -> None:
        super().__init__(message, error_code, details)


class InvalidArgumentError(_CodedError):
    """The request is wrong by itself.

    For example: a missing name, a property that the type does not have, an unknown id in an update, a bad filter.

    Send it again? No.
    """

    code = INVALID_ARGUMENT


class DeadlineExceededError(_CodedError):
    """The time allowed for the call ran out; a write may or may not have happened.

    Send it again? Reads: yes.
    """

    code = DEADLINE_EXCEEDED


class NotFoundError(_CodedError):
    """The requested type, node or file does not exist.

    Send it again? No.
    """

    code = NOT_FOUND


class AlreadyExistsError(_CodedError):
    """The name or external id is taken, or the stored type has other properties.

    Send it again? No.
    """

    code = ALREADY_EXISTS


class PermissionDeniedError(_CodedError):
    """The caller may not do this, or the directory or file may not be written.

    Send it again? No.
    """

    code = PERMISSION_DENIED


class ResourceExhaustedError(_CodedError):
    """A limit was reached.

    The message is larger than the server allows (the error names the flag), there are too many requests, or the disk is
    full.

    Send it again? No; after too many requests, later.
    """

    code = RESOURCE_EXHAUSTED


class FailedPreconditionError(_CodedError):
    """The call cannot run in the present state of the store.

    It is closed, has another schema version, or is not a database. Or somebody else has changed the artifact meanwhile.

    Send it again? No.
    """

    code = FAILED_PRECONDITION


class AbortedError(_CodedError):
    """The call conflicted with other calls at the same time; nothing was written.

    Send it again? Yes; the client does so by itself.
    """

    code = ABORTED


class OutOfRangeError(_CodedError):
    """An index or a number is outside the range that can be addressed or stored.

    Send it again? No.
    """

    code = OUT_OF_RANGE


class UnimplementedError(_CodedError):
    """The server does not have this option or call.

    Send it again? No.
    """

    code = UNIMPLEMENTED


class InternalError(_CodedError):
    """A fault of Lineal.

    Send it again? No; please report it.
    """

    code = INTERNAL


class UnavailableError(_CodedError):
    """The server, or its database, does not answer.

    Send it again? Yes; a write may have happened.
    """

    code = UNAVAILABLE


class DataLossError(_CodedError):
    """Stored data can no longer be read.

    Send it again? No.
    """

    code = DATA_LOSS


class UnauthenticatedError(_CodedError):
    """The call carries no valid credentials.

    Send it again? No.
    """

    code = UNAUTHENTICATED


_CLASS_OF_CODE: dict[int, type[_CodedError] | type[UnknownError]] = {
    **{cls.code: cls for cls in _CodedError.__subclasses__()},
    UNKNOWN: UnknownError,
}


def exception_type_from_error_code(error_code: int) -> type[StatusError]:
    """Return the class of a status code.

    Raises:
        KeyError: `error_code` is no gRPC error code.

    """
    return _CLASS_OF_CODE[error_code]


def make_exception(message: str, error_code: int, details: Details = NO_DETAILS) -> StatusError:
    """Build the error of a status code; a code that gRPC does not know gives an `UnknownError`."""
    return _CLASS_OF_CODE.get(error_code, UnknownError)(message, details=details)
