"""How an execution ended: the state that fits an exception, and the reason as it is stored.

The reason is the type and the message of the exception and the end of its traceback, each within a bound. What stays
out: when an execution ends (execution.py), and the names of the properties (stored_form.py).
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from types import TracebackType

from lineal.sdk import stored_form
from lineal.urls import redact
from lineal.wire import metadata_store as pb

LONGEST_TYPE = 250
LONGEST_MESSAGE = 2_000
LONGEST_TRACEBACK = 8_000
"""Characters; in UTF-8 each text stays below the 65,535 bytes that a text column of the official MySQL schema holds."""
FRAMES = 20
_BEFORE_REDACTION = 4
"""How many times the bound is read before passwords are taken out, so that a cut does not go through a URL."""


@dataclass(frozen=True)
class Ending:
    """How an execution ended.

    Attributes:
        state: its last state.
        reason: the custom properties that say why, by name; none for an execution that is complete.

    """

    state: pb.Execution.State
    reason: dict[str, str] = field(default_factory=dict)


RUNNING = Ending(pb.Execution.RUNNING)
COMPLETE = Ending(pb.Execution.COMPLETE)


def ending(kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> Ending:
    """Return how a block ended that an exception left, or none.

    An `Exception` is a failure. `sys.exit` ends as the exit status says. A request to stop is not a
    failure: KeyboardInterrupt, GeneratorExit and the cancelling of asyncio and trio leave it CANCELED.
    """
    if kind is None or _is_clean_exit(error):
        return COMPLETE
    failed = issubclass(kind, (Exception, SystemExit))
    reason = _reason(_type_name(kind), _message(error), _traceback(kind, error, trace))
    return Ending(pb.Execution.FAILED if failed else pb.Execution.CANCELED, reason)


def terminated() -> Ending:
    """Return the ending of an execution whose process got SIGTERM."""
    return Ending(pb.Execution.CANCELED, _reason("SIGTERM", "the signal SIGTERM ended the process", ""))


def left_open() -> Ending:
    """Return the ending of an execution that was still open when its program ended."""
    return Ending(pb.Execution.CANCELED, _reason("EndOfProgram", "the program ended before the execution", ""))


def _is_clean_exit(error: BaseException | None) -> bool:
    """Tell whether this is `sys.exit()` or `sys.exit(0)`."""
    return isinstance(error, SystemExit) and (error.code is None or (isinstance(error.code, int) and error.code == 0))


def _reason(kind: str, message: str, trace: str) -> dict[str, str]:
    texts = {
        stored_form.FAILURE_TYPE_NAME: _start(kind, LONGEST_TYPE),
        stored_form.FAILURE_MESSAGE_NAME: _start(message, LONGEST_MESSAGE),
        stored_form.FAILURE_TRACEBACK_NAME: _end(trace, LONGEST_TRACEBACK),
    }
    return {name: text for name, text in texts.items() if text}


def _type_name(kind: type[BaseException]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _message(error: BaseException | None) -> str:
    """Return the text of an exception; an error in its `__str__` must not hide the failure."""
    if error is None:
        return ""
    try:
        return str(error)
    except Exception as wrong:
        return f"(the message cannot be shown: its __str__ raised {type(wrong).__name__})"


def _traceback(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
    """Return the last calls of a traceback as Python prints them, after a line that counts those left out."""
    try:
        lines = traceback.format_exception(kind, error, trace, limit=-FRAMES)
    except Exception as wrong:
        return f"(the traceback cannot be shown: {type(wrong).__name__})"
    left_out = sum(1 for _ in traceback.walk_tb(trace)) - FRAMES
    note = f"(the first {left_out} calls are left out)\n" if left_out > 0 else ""
    return note + "".join(lines)


def _start(text: str, longest: int) -> str:
    """Return the start of a text, with a note of how much is cut."""
    clean = _storable(redact(text[: _BEFORE_REDACTION * longest]))
    left_out = max(0, len(text) - _BEFORE_REDACTION * longest) + max(0, len(clean) - longest)
    return f"{clean[:longest]}... ({left_out} characters are left out)" if left_out else clean


def _end(text: str, longest: int) -> str:
    """Return the end of a text, with a note of how much is cut."""
    clean = _storable(redact(text[-_BEFORE_REDACTION * longest :]))
    left_out = max(0, len(text) - _BEFORE_REDACTION * longest) + max(0, len(clean) - longest)
    return f"({left_out} characters are left out)...{clean[-longest:]}" if left_out else clean


def _storable(text: str) -> str:
    r"""Return the text with escapes for what no store can hold: halves of surrogate pairs, and NUL as \x00."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
