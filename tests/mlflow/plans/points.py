"""Calls about points of metrics and their histories."""

from __future__ import annotations

from random import Random

from .world import KEYS, TEXTS, Arguments, Kinds, Made, Thing, World, draw_key

TIMES = [0, 1, 2, 5, 1000, 10**9]


def _value(rng: Random) -> float:
    """Draw a value, but not 0: whether NaN after it is the latest one is a known difference (docs/mlflow.md)."""
    special = [1.0, 0.1, -1.0, 1e300, 5e-324, 2.0**53, float("nan"), float("inf"), float("-inf")]
    return rng.choice(special) if rng.random() < 0.3 else round(rng.uniform(-10, 10), 3) or 0.5


def point(rng: Random, thing: Thing, *, bad: float = 0.06) -> Arguments:
    """Draw a point of a metric of a run or a logged model, of which this share is refused."""
    key = draw_key(rng, thing.metrics, bad=bad)
    if key in KEYS:
        thing.metrics.add(key)
    timestamp = rng.choice(TIMES) if rng.random() < 0.5 else rng.randrange(2000)
    timestamp = -1 if rng.random() < bad / 3 else timestamp
    step = rng.choice([0, 1, -2, 2**40, rng.randrange(20)])
    return {"key": key, "value": _value(rng), "timestamp": timestamp, "step": step}


def _log_metric(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    return {"run_id": thing.made, **point(rng, thing)}


def _log_batch(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    metrics = [point(rng, thing, bad=0.005) for _ in range(rng.choice([0, 1, 5, 30]))]
    params = [
        (f"{draw_key(rng, bad=0.02)}{rng.randrange(20)}", rng.choice(TEXTS)) for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    tags = [(draw_key(rng, bad=0.02), rng.choice(TEXTS)) for _ in range(rng.choice([0, 0, 1, 2]))]
    thing.tags.update(key for key, _ in tags)
    return {"run_id": thing.made, "metrics": metrics, "params": params, "tags": tags}


def _get_metric_history(rng: Random, world: World) -> Arguments:
    with_metrics = [thing for thing in world.runs if thing.metrics]
    thing = rng.choice(with_metrics) if with_metrics and rng.random() < 0.9 else world.run(rng)
    return {"run_id": thing.made, "key": draw_key(rng, thing.metrics)}


def _history_page(rng: Random, world: World) -> Arguments:
    found = _get_metric_history(rng, world)
    max_results = rng.choice([1, 2, 7, 25_000]) if rng.random() < 0.9 else rng.choice([0, -1])
    return {"run_id": found["run_id"], "metric_key": found["key"], "max_results": max_results}


def _some_runs(rng: Random, world: World) -> list[Made]:
    """Draw different runs, now and then none or too many."""
    drawn = {world.run(rng).made: None for _ in range(rng.choice([0, 1, 2, 4, 4, 8]))}
    return [Made("run", 10_000 + number) for number in range(101)] if rng.random() < 0.03 else list(drawn)


def _histories(rng: Random, world: World) -> Arguments:
    """Ask for histories of several runs, whole: their order is by id, so it would matter where they are cut."""
    runs = _some_runs(rng, world)
    return {"run_id": runs, "metric_key": rng.choice(KEYS)}


def _histories_between(rng: Random, world: World) -> Arguments:
    runs = _some_runs(rng, world)
    bounds = rng.choice([{}, {}, {"start_step": -2, "end_step": 12}, {"start_step": 1, "end_step": 1}])
    bounds = rng.choice([{"start_step": 3}, {"start_step": 5, "end_step": 4}]) if rng.random() < 0.1 else bounds
    most = rng.choice([0, 2501]) if rng.random() < 0.06 else rng.choice([1, 2, 3, 5, 2500])
    return {"run_ids": runs, "metric_key": rng.choice(KEYS), **bounds, "max_results": most}


KINDS: Kinds = {
    "log_metric": (7, _log_metric),
    "log_batch": (6, _log_batch),
    "get_metric_history": (6, _get_metric_history),
    "GET metrics/get-history": (3, _history_page),
    "GET metrics/get-history-bulk": (3, _histories),
    "GET metrics/get-history-bulk-interval": (4, _histories_between),
}
