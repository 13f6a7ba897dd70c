"""The rules of histories of metrics: of one run in pages, and of many runs at once, whole or thinned out for a plot.

What stays out: the points of one run (metrics.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import deadlines, errors
from lineal.mlflow import found_runs, metrics, page_tokens
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session

Fields = dict[str, Any]
MOST_RUNS = 100
_MOST_POINTS = 25_000
_MOST_OF_EACH = 2500


def metric_history(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer a page of the points of a metric, by time, step and value; a run that is not there has none.

    Raises:
        InvalidArgumentError: the page is none of this call.
    """
    most = request.number("max_results")
    if most is not None and most < 1:
        raise errors.InvalidArgumentError(f"max_results is {most}; give 1 or more, or leave it out for all points")
    start = page_tokens.read(request.text("page_token"))
    run_id = found_runs.run_id_of(request)
    known = found_runs.by_ids(session, types, request.workspace, [run_id])
    points = metrics.history(session, known[run_id].id, request.text("metric_key")) if known else []
    end = len(points) if most is None else start + most
    answer: Fields = {"metrics": points[start:end]} if points[start:end] else {}
    return answer if end >= len(points) else {**answer, "next_page_token": page_tokens.write(end)}


def bulk_history(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer the first points of a metric of many runs, in the order of the runs' ids.

    Raises:
        InvalidArgumentError: no run is named, or too many.
    """
    ids = _run_ids(request, "run_id")
    most = min(_MOST_POINTS if (asked := request.number("max_results")) is None else asked, _MOST_POINTS)
    found: list[Fields] = []
    for run_id, run in sorted(found_runs.by_ids(session, types, request.workspace, ids).items()):
        found += [{**point, "run_id": run_id} for point in metrics.history(session, run.id, request.text("metric_key"))]
        if len(found) >= most:
            break
    return {"metrics": found[: max(most, 0)]}


def bulk_history_interval(session: Session, types: KnownTypes, request: Request) -> Fields:
    """Answer points of a metric of many runs: of each run its first, its last, and as many between as a plot can show.

    Raises:
        InvalidArgumentError: no run is named, or too many, or the steps or the number of points are wrong.
    """
    ids = _run_ids(request, "run_ids")
    first, last = request.number("start_step"), request.number("end_step")
    if (first is None) != (last is None):
        raise errors.InvalidArgumentError("start_step and end_step come together; give both, or none of them")
    if first is not None and last is not None and first > last:
        raise errors.InvalidArgumentError(f"start_step is {first}, and end_step is {last}; the end must not be before")
    most = request.number("max_results")
    most = _MOST_OF_EACH if most is None else most
    if not 0 < most <= _MOST_OF_EACH:
        raise errors.InvalidArgumentError(f"max_results is {most}; give from 1 to {_MOST_OF_EACH}")
    executions = found_runs.by_ids(session, types, request.workspace, ids)
    found: list[Fields] = []
    for run_id in ids:
        if run_id in executions:
            deadlines.check()
            points = metrics.history(session, executions[run_id].id, request.text("metric_key"))
            inside = [point for point in points if _is_between(point["step"], first, last)]
            inside.sort(key=lambda point: point["step"])  # stable: by time within a step
            found += [{**inside[at], "run_id": run_id} for at in sampled(len(inside), most)]
    return {"metrics": found} if found else {}


def _is_between(step: int, first: int | None, last: int | None) -> bool:
    return first is None or last is None or first <= step <= last


def sampled(number: int, most: int) -> Sequence[int]:
    """Return which of a number of points to show: the first of each of `most` equal parts, and the last of all."""
    if number <= most:
        return range(number)
    size, rest = divmod(number, most)
    return [*(part * size + min(part, rest) for part in range(most - 1)), number - 1]


def _run_ids(request: Request, name: str) -> list[str]:
    """Return the ids of the runs that a request names, each once.

    Raises:
        InvalidArgumentError: it names none, or too many.
    """
    ids = list(dict.fromkeys(request.list(name)))
    if not 0 < len(ids) <= MOST_RUNS:
        raise errors.InvalidArgumentError(
            f"{name} names {len(ids)} runs; give from 1 to {MOST_RUNS}", errors.Details(parameter=name)
        )
    return ids
