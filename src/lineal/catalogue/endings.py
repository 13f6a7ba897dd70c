"""Why an execution did not complete, and when it started and ended, as its properties say.

What stays out: the names of the properties (lineal.conventions), and searching for reasons (filter/search).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from lineal import conventions, json_text
from lineal.catalogue.iso_times import read_time
from lineal.catalogue.shapes import Failure, Times
from lineal.service.clock import now
from lineal.wire import metadata_store as pb

LONGEST_MESSAGE = 300
"""How many characters of a message a card shows."""
_WITHOUT_REASON = frozenset({pb.Execution.COMPLETE, pb.Execution.CACHED})
_ENDED = frozenset({pb.Execution.COMPLETE, pb.Execution.FAILED, pb.Execution.CANCELED, pb.Execution.CACHED})
# Greater numbers are milliseconds since the epoch, lesser ones seconds; the limit is the year 5138 in seconds.
_MOST_SECONDS = 100_000_000_000
_MOST_MILLISECONDS = 1 << 53


def failure_of(node: Any) -> Failure | None:
    """Return why an execution did not complete, the whole of it; None for one that did, or that keeps no reason."""
    if node.last_known_state in _WITHOUT_REASON:
        return None
    kind = _first_text(node, conventions.FAILURE_TYPES)
    message = _first_text(node, conventions.FAILURE_MESSAGES)
    trace = _first_text(node, conventions.FAILURE_TRACEBACKS)
    if not (kind or message or trace):
        return None
    return Failure(kind or None, message or ("" if kind else _last_line(trace)), traceback=trace or None)


def in_short(failure: Failure | None) -> Failure | None:
    """Return a failure as cards show it: the start of the message, and no traceback."""
    if failure is None:
        return None
    is_cut = len(failure.message) > LONGEST_MESSAGE
    return Failure(failure.type, failure.message[:LONGEST_MESSAGE], is_cut=is_cut)


def times_of(node: Any) -> Times:
    """Return when an execution started and ended.

    What no property says is taken from the store: it was created when it started, and an ended one was changed last
    when it ended. A recorded end before the creation is believed, as in `ran_at`: the execution started no later. An
    end before a recorded start is not believed.
    """
    has_ended = node.last_known_state in _ENDED
    start = _first_time(node, conventions.START_TIMES)
    end = _believed_end(node, start)
    started = start
    if started is None:
        started = node.create_time_since_epoch if end is None else min(node.create_time_since_epoch, end)
    last_change = max(node.last_update_time_since_epoch, started) if has_ended else None
    return Times(
        started,
        last_change if end is None else end,
        start_is_recorded=start is not None,
        end_is_recorded=end is not None,
        duration=_duration(node, start, end),
    )


def _duration(node: Any, start: int | None, end: int | None) -> int | None:
    """Return how long an execution took, or has been running; None if its properties do not say it."""
    until = now() if node.last_known_state == pb.Execution.RUNNING else end
    return None if start is None or until is None else max(0, until - start)


def ran_at(node: Any) -> int:
    """Return when an execution ran last: its recorded end, else its recorded start, else when it was created.

    The time of its last change is none of these: a change of its labels is no run. An end before a recorded start is
    not believed; one before the creation is, since an execution may be recorded long after it ran.
    """
    start = _first_time(node, conventions.START_TIMES)
    end = _believed_end(node, start)
    if end is not None:
        return end
    return int(node.create_time_since_epoch) if start is None else start


def _believed_end(node: Any, start: int | None) -> int | None:
    """Return the recorded end of an execution that ended, unless it is before the recorded start."""
    end = _first_time(node, conventions.END_TIMES) if node.last_known_state in _ENDED else None
    return None if end is not None and start is not None and end < start else end


def _properties(node: Any) -> Sequence[Mapping[str, pb.Value]]:
    return node.custom_properties, node.properties


def _first_text(node: Any, names: Sequence[str]) -> str:
    """Return the first text of some names that a node has, "" if it has none."""
    for name in names:
        for properties in _properties(node):
            text = properties[name].string_value if name in properties else ""
            text = _message_of_result(text) if name == conventions.FAILURE_RESULT else text
            if text.strip():
                return text
    return ""


def _message_of_result(text: str) -> str:
    """Return the message in the JSON in which TFX keeps a result; other text is a message itself."""
    try:
        found = json_text.loads(text, escape=True) if text else None
    except ValueError:
        return text
    message = found.get("resultMessage") if isinstance(found, dict) else None
    return message if isinstance(message, str) else ""


def _last_line(trace: str) -> str:
    lines = [line for line in trace.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _first_time(node: Any, names: Sequence[str]) -> int | None:
    """Return the first time of some names that a node has, in milliseconds since the epoch."""
    for name in names:
        for properties in _properties(node):
            found = _time(properties[name]) if name in properties else None
            if found is not None:
                return found
    return None


def _time(value: pb.Value) -> int | None:
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return read_time(value.string_value)
    return _of_number(getattr(value, kind)) if kind in ("int_value", "double_value") else None


def _of_number(number: float) -> int | None:
    if not math.isfinite(number) or number <= 0:
        return None
    milliseconds = number * 1000 if number < _MOST_SECONDS else number
    return int(milliseconds) if milliseconds < _MOST_MILLISECONDS else None
