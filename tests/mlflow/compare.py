"""Compare what two servers answered to one sequence of calls, and count the calls.

Answers and codes of refusals must be equal; the texts of refusals are each server's own. A difference that is meant
stands in ACCEPTED, with its reason. What stays out: getting the transcripts (calls.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

Line = dict[str, Any]
MOST_SHOWN = 8
MOST_PARTS = 4


class Accepted(NamedTuple):
    """A refusal that has another code than the reference server's, and why."""

    kind: str
    reference: str
    lineal: str
    reason: str


ACCEPTED = (
    Accepted(
        "rename_experiment",
        "BAD_REQUEST",
        "RESOURCE_ALREADY_EXISTS",
        "the reference server passes on what its database says of a name that is taken",
    ),
    Accepted(
        "rename_experiment",
        "INTERNAL_ERROR",
        "INVALID_STATE",
        "the reference server answers 500 for a deleted experiment, which makes clients repeat the call",
    ),
    Accepted(
        "search_logged_models",
        "INTERNAL_ERROR",
        "INVALID_PARAMETER_VALUE",
        "the reference server answers 500 for a filter that has an unknown key, or compares a metric with a text",
    ),
    *[
        Accepted(
            kind,
            "INTERNAL_ERROR",
            "RESOURCE_DOES_NOT_EXIST",
            "the reference server answers 500 for a source that is an unknown model, or the latest version of none",
        )
        for kind in ("create_model_version", "create_model_version of a model")
    ],
    Accepted(
        "log_metric of a model",
        "BAD_REQUEST",
        "RESOURCE_DOES_NOT_EXIST",
        "the reference server passes on what its database says of an unknown model",
    ),
    Accepted(
        "set_prompt_alias",
        "INTERNAL_ERROR",
        "INVALID_PARAMETER_VALUE",
        "clients before MLflow 3 lose the code if the reference server's text speaks of a registered model",
    ),
    *[
        Accepted(kind, "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "the call is wrong in two ways")
        for kind in ("log_metric of a model", "log_outputs")
    ],
)

SEARCHED = (
    *["create_experiment", "rename_experiment", "delete_experiment", "create_run", "set_terminated", "delete_run"],
    *["log_batch", "log_param", "set_tag", "search_experiments", "search_runs"],
)
"""The kinds of calls in which a quarter are searches."""


class Count(NamedTuple):
    """How many calls of a kind there were, and how many of them succeeded."""

    calls: int
    successes: int


def differences(reference: Sequence[Line], lineal: Sequence[Line]) -> list[str]:
    """Describe each call to which the two answered differently, in the order of the calls."""
    assert len(reference) == len(lineal), f"{len(reference)} calls, and {len(lineal)} of Lineal"
    pairs = enumerate(zip(reference, lineal, strict=True))
    return [_described(number, *pair) for number, pair in pairs if not is_same(*pair)]


def is_same(reference: Line, lineal: Line) -> bool:
    """Say whether both answered the same, or refused with the same code or one that is accepted in its place."""
    if "error" in reference and "error" in lineal:
        codes = (reference["error"], lineal["error"])
        accepted = {(one.reference, one.lineal) for one in ACCEPTED if one.kind == reference["kind"]}
        return codes[0] == codes[1] or codes in accepted
    return _outcome(reference) == _outcome(lineal)


def counts(transcript: Sequence[Line]) -> dict[str, Count]:
    """Count the calls of each kind."""
    calls = Counter(line["kind"] for line in transcript)
    successes = Counter(line["kind"] for line in transcript if "error" not in line)
    return {kind: Count(number, successes[kind]) for kind, number in sorted(calls.items())}


def rare(counted: dict[str, Count], kinds: Iterable[str], *, calls: int) -> dict[str, Count]:
    """Return the kinds of which there are fewer calls than these, with what they have."""
    had = {kind: counted.get(kind, Count(0, 0)) for kind in kinds}
    return {kind: count for kind, count in had.items() if count.calls < calls}


def refused(counted: dict[str, Count], *, share: float) -> dict[str, Count]:
    """Return the kinds of which a smaller share of the calls succeeded than this one, with what they have."""
    return {kind: count for kind, count in counted.items() if count.successes < share * count.calls}


def added(counted: dict[str, Count], more: dict[str, Count]) -> dict[str, Count]:
    """Return the sums of counts."""
    pairs = {kind: (counted.get(kind, Count(0, 0)), more.get(kind, Count(0, 0))) for kind in {**counted, **more}}
    return {kind: Count(*map(sum, zip(*pair, strict=True))) for kind, pair in sorted(pairs.items())}


def table(counted: dict[str, Count]) -> str:
    """Return counts as lines of text, with their sum."""
    rows = {**counted, "in all": Count(*map(sum, zip(*counted.values(), strict=True)))}
    return "\n".join(f"{kind:38}{count.calls:6} calls{count.successes:6} succeeded" for kind, count in rows.items())


def report(found: Sequence[str]) -> str:
    """Return the first differences as text."""
    more = f"\n… and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
    return f"{len(found)} differences\n" + "\n".join(found[:MOST_SHOWN]) + more


def _outcome(line: Line) -> Line:
    return {name: value for name, value in line.items() if name in ("answer", "error")}


def _described(number: int, reference: Line, lineal: Line) -> str:
    found = list(_parts("", _told(reference), _told(lineal)))
    shown = [f"    {place}: {_short(theirs)} — Lineal: {_short(ours)}" for place, theirs, ours in found[:MOST_PARTS]]
    return "\n".join([f"call {number}: {reference['kind']} {_short(reference['arguments'])}", *shown])


def _told(line: Line) -> Line:
    return {name: value for name, value in line.items() if name in ("answer", "error", "message")}


def _parts(place: str, reference: Any, lineal: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the smallest parts that differ, with where they are."""
    if isinstance(reference, dict) and isinstance(lineal, dict):
        for name in {**reference, **lineal}:
            yield from _parts(f"{place}.{name}" if place else name, reference.get(name), lineal.get(name))
    elif isinstance(reference, list) and isinstance(lineal, list) and len(reference) == len(lineal):
        for number, (theirs, ours) in enumerate(zip(reference, lineal, strict=True)):
            yield from _parts(f"{place}[{number}]", theirs, ours)
    elif reference != lineal:
        yield place, reference, lineal


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:600]
