"""Answers without what may differ: clock times, page tokens, undefined order; and requests that speak of them.

A clock time becomes the number of the call that it was taken in: `TIME_BASE + k` for call k. Two calls never share a
millisecond (the clock waits), so the numbers say everything that can be said: what a call touched and what it left. A
page token becomes the number of the call that gave it. In a request, the same spellings mean each side's own value:

    last_update_time_since_epoch: TIME_BASE + 3     the time this side gave for this node, or the start of call 3
    filter_query: "create_time_since_epoch < @t3"   the start of call 3, in milliseconds; ask < and >= alone, because
                                                    what call 3 wrote may bear that time or a later one
    next_page_token: "@page:5"                      the token that this side returned in call 5

What stays out: deliberate differences (differences.py). Nothing here may hide more than its words say.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

TIME_BASE = 10**15
TOKEN = "@page:"
_TIME_IN_FILTER = re.compile(r"@t(\d+)")
_NODE_LISTS = ("artifacts", "executions", "contexts")
_TYPE_LISTS = ("artifact_types", "execution_types", "context_types")


class Clock:
    """The spans of wall time in which the calls of a comparison ran, in milliseconds since the epoch."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self._ends: list[int] = []

    def begin(self) -> int:
        """Wait until the last call's millisecond is over, then open a span; return the number of the call."""
        now = _now()
        while self._ends and now <= self._ends[-1]:
            time.sleep(0.0002)
            now = _now()
        self.starts.append(now)
        return len(self.starts) - 1

    def end(self) -> None:
        """Close the span, a millisecond later: the second update of a node within one is put into the next."""
        self._ends.append(_now() + 1)

    def canonical(self, milliseconds: int) -> int:
        """Return `TIME_BASE + k` for a time inside call k, any other time as it is."""
        k = bisect_right(self.starts, milliseconds) - 1
        return TIME_BASE + k if k >= 0 and milliseconds <= self._ends[k] else milliseconds


def _now() -> int:
    return time.time_ns() // 1_000_000


class View:
    """One side's times and tokens, learned from its answers and put into its requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: dict[tuple[str, int, int], int] = {}
        self._tokens: dict[str, str] = {}

    def localize(self, request: Message) -> Message:
        """Return the request with this side's own times and tokens; the given one stays as it is."""
        if not _speaks_of_answers(request):
            return request
        own = type(request)()
        own.CopyFrom(request)
        for node in _nodes(own):
            self._localize_node(node)
        for options, field in _filters(own):
            setattr(options, field, _TIME_IN_FILTER.sub(self._start_of, getattr(options, field)))
        token = own.options.next_page_token if _has_list_options(own) else ""
        if token.startswith(TOKEN):
            own.options.next_page_token = self._tokens.get(token, "")
        return own

    def forget_tokens(self) -> None:
        """Take every token given so far for none: another side would not know them."""
        self._tokens.clear()

    def _localize_node(self, node: Any) -> None:
        for field in ("create_time_since_epoch", "last_update_time_since_epoch"):
            given = getattr(node, field)
            if given >= TIME_BASE:
                known = self._times.get((type(node).__name__, node.id, given))
                setattr(node, field, known if known is not None else self._start(given - TIME_BASE))

    def _start_of(self, match: re.Match[str]) -> str:
        return str(self._start(int(match[1])))

    def _start(self, number: int) -> int:
        """Return when a call started; a number that does not fit (in a shortened sequence) means the last call."""
        return self._clock.starts[min(number, len(self._clock.starts) - 1)]

    def canonicalize(self, request: Message, response: Any, number: int) -> None:
        """Take out of a response, in place, what may differ; `number` is that of the call."""
        for node in _nodes(response):
            self._canonical_times(node)
        for event in _events(response):
            event.milliseconds_since_epoch = self._clock.canonical(event.milliseconds_since_epoch)
        self._canonical_token(response, number)
        sort_undefined(request, response)

    def _canonical_times(self, node: Any) -> None:
        for field in ("create_time_since_epoch", "last_update_time_since_epoch"):
            if node.HasField(field):
                real = getattr(node, field)
                setattr(node, field, self._clock.canonical(real))
                self._times[type(node).__name__, node.id, getattr(node, field)] = real

    def _canonical_token(self, response: Any, number: int) -> None:
        if "next_page_token" in response.DESCRIPTOR.fields_by_name and response.next_page_token:
            spelling = f"{TOKEN}{number}"
            self._tokens[spelling] = response.next_page_token
            response.next_page_token = spelling


def sort_undefined(request: Any, response: Any) -> None:
    """Sort the lists whose order nobody promises; a list with options is in a promised order, up to equal times."""
    if _has_list_options(request) and request.HasField("options"):
        if request.options.order_by_field.field == request.options.order_by_field.LAST_UPDATE_TIME:
            _sort_equal_times(response, ascending=request.options.order_by_field.is_asc)
        return
    ordered = _IN_ORDER_OF_REQUEST.get(type(request).__name__, ())
    for message in _lists_inside(response):
        for field, value in message.ListFields():
            if field.name in _KEYS and field.name not in ordered and not _is_map(field):
                _sort(value, _KEYS[field.name])


def _sort_equal_times(response: Any, *, ascending: bool) -> None:
    sign = 1 if ascending else -1
    for field, value in response.ListFields():
        if field.name in _NODE_LISTS:
            _sort(value, lambda node: (sign * node.last_update_time_since_epoch, sign * node.id))


def _sort(rows: Any, key: Callable[[Any], Any]) -> None:
    if len(rows) > 1:
        rows.sort(key=key)


def _by_id(node: Any) -> Any:
    return node.id


_KEYS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*_NODE_LISTS, *_TYPE_LISTS, "parent_contexts", "children_contexts"), _by_id),
    "events": lambda event: (event.artifact_id, event.execution_id, event.type),
    "attributions": lambda row: (row.context_id, row.artifact_id),
    "associations": lambda row: (row.context_id, row.execution_id),
}
_IN_ORDER_OF_REQUEST = {
    "GetArtifactTypesByIDRequest": _TYPE_LISTS,
    "GetExecutionTypesByIDRequest": _TYPE_LISTS,
    "GetContextTypesByIDRequest": _TYPE_LISTS,
}


def _lists_inside(response: Any) -> list[Any]:
    """Return the message itself, the graph in it, and the values of its map, as far as they are there."""
    inside = [response]
    for field, value in response.ListFields():
        if field.name in ("lineage_subgraph", "subgraph"):
            inside.append(value)
        elif _is_map(field):
            inside.extend(value.values())
    return inside


def _is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _nodes(message: Any) -> list[Any]:
    """Return every artifact, execution and context in a request or a response."""
    found: list[Any] = []
    for holder in _lists_inside(message):
        for field, value in holder.ListFields():
            if field.name in ("artifact", "execution", "context"):
                found.append(value)
            elif field.name == "artifact_event_pairs":
                found.extend(pair.artifact for pair in value if pair.HasField("artifact"))
            elif field.name in _KEYS and _KEYS[field.name] is _by_id and not _is_map(field):
                found.extend(value)
    return [node for node in found if "last_update_time_since_epoch" in node.DESCRIPTOR.fields_by_name]


def _events(response: Any) -> list[Any]:
    return [event for holder in _lists_inside(response) for event in getattr(holder, "events", ())]


def _has_list_options(request: Any) -> bool:
    options = request.DESCRIPTOR.fields_by_name.get("options")
    return options is not None and options.message_type.name == "ListOperationOptions"


def _filters(request: Any) -> list[tuple[Any, str]]:
    """Return the message and field of each filter query of a request."""
    if _has_list_options(request):
        return [(request.options, "filter_query")] if request.options.HasField("filter_query") else []
    options = getattr(request, "lineage_subgraph_query_options", None)
    if options is None:
        return []
    holders = ("starting_artifacts", "starting_executions", "ending_artifacts", "ending_executions")
    return [(getattr(options, name), "filter_query") for name in holders if options.HasField(name)]


def _speaks_of_answers(request: Message) -> bool:
    """Tell whether a request holds spellings that each side reads as its own (a guess that errs towards yes)."""
    times = any(node.last_update_time_since_epoch >= TIME_BASE for node in _nodes(request))
    return times or any(mark in request.SerializeToString() for mark in (b"@t", TOKEN.encode()))
