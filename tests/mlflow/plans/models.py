"""Calls about logged models: what makes them, what a run reads and makes, and searches for them.

Known differences (docs/mlflow.md) are not asked for: tags, parameters and the status of a deleted model, a parameter
that a model has already, very long keys, a model that is unknown or twice an output, deleting a tag with a slash in its
key, NaN as a metric of a model, two points of one that have the same run, step and time, and searches on a data set
without its digest.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from random import Random
from typing import Any

from .points import point
from .world import BAD_KEYS, KEYS, TEXTS, Arguments, Kinds, Made, Thing, World, draw, draw_tags

ODD_KEYS = [*(key for key in BAD_KEYS if len(key) < 250), ""]
"""Keys that runs cannot have, and logged models can."""
NAMES = ["forest", "ünï 🙂", "Forest", "a b", "m" * 250]
BAD_NAMES = ["a/b", "a:b", "a.b", "a%b", "it's", 'a"b']
TYPES = ["", "sklearn", "Agent"]
STATUSES = ["READY", "READY", "READY", "FAILED"]


def _create_logged_model(rng: Random, world: World) -> Arguments:
    """Make a model, mostly one that names its run."""
    made, run = world.next("model"), world.run(rng)
    experiment = rng.choice([each for each in world.experiments if each.made == run.parent] or [world.experiment(rng)])
    name = rng.choice(BAD_NAMES if rng.random() < 0.08 else NAMES)
    params = {_key(rng): rng.choice(TEXTS) for _ in range(rng.choice([0, 0, 1, 3]))}
    tags = draw_tags(rng)
    source = run.made if run in world.runs and rng.random() < 0.8 else None
    if name not in BAD_NAMES and experiment in world.experiments and not experiment.deleted:
        world.models.append(Thing(made, source, tags=set(tags or ()), is_hosted=experiment.is_hosted))
    return {
        "experiment_id": experiment.made,
        "name": name,
        "source_run_id": source,
        "tags": tags,
        "params": rng.choice([params, params or None]),
        "model_type": rng.choice([None, *TYPES]),
    }


def _there(rng: Random, world: World) -> Thing:
    """Draw a model that is not deleted; now and then it was never made."""
    there = [each for each in world.models if not each.deleted]
    return draw(rng, there, "model", 0)


def _key(rng: Random) -> str:
    return rng.choice(ODD_KEYS if rng.random() < 0.1 else KEYS)


def _one_model(rng: Random, world: World) -> Arguments:
    return {"model_id": world.model(rng).made}


def _finalize_logged_model(rng: Random, world: World) -> Arguments:
    return {"model_id": _there(rng, world).made, "status": rng.choice(STATUSES)}


def _delete_logged_model(rng: Random, world: World) -> Arguments:
    thing = world.model(rng)
    thing.deleted = True
    return {"model_id": thing.made}


def _set_logged_model_tags(rng: Random, world: World) -> Arguments:
    thing = _there(rng, world)
    tags = {_key(rng): rng.choice([True, 5, *TEXTS]) for _ in range(rng.choice([1, 1, 2]))}
    thing.tags |= set(tags)
    return {"model_id": thing.made, "tags": tags}


def _delete_logged_model_tag(rng: Random, world: World) -> Arguments:
    with_tags = [each for each in world.models if _deletable(each.tags) and not each.deleted]
    thing = rng.choice(with_tags) if with_tags and rng.random() < 0.9 else _there(rng, world)
    key = rng.choice(_deletable(thing.tags if rng.random() < 0.85 else KEYS) or ["nothing"])
    thing.tags.discard(key)
    return {"model_id": thing.made, "key": key}


def _deletable(keys: Collection[str]) -> list[str]:
    """Return the keys of tags that the client can name in an address."""
    return sorted(key for key in keys if "/" not in key and key not in ("", "."))


def _log_model_params(rng: Random, world: World) -> Arguments:
    thing = _there(rng, world)
    params = {f"{_key(rng)}{world.next('param').number}": rng.choice(TEXTS) for _ in range(rng.choice([1, 3]))}
    return {"model_id": thing.made, "params": params}


def _log_metric(rng: Random, world: World) -> Arguments:
    """Log a metric of a model, mostly by the run that makes it, now and then on a data set."""
    thing = _there(rng, world)
    return {"run_id": _run_of(rng, world, thing), **_point(rng, world, thing)}


def _log_batch(rng: Random, world: World) -> Arguments:
    """Log metrics of a run, some of which are those of a known model, too."""
    there = [each for each in world.models if not each.deleted]
    if not there:
        return {"run_id": world.run(rng).made, "metrics": [], "params": [], "tags": []}
    thing = rng.choice(there)
    own = [_point(rng, world, thing, bad=0.005) for _ in range(rng.choice([1, 3, 10]))]
    others = [point(rng, Thing(thing.made), bad=0) for _ in range(rng.choice([0, 2]))]
    return {"run_id": _run_of(rng, world, thing), "metrics": [*own, *others], "params": [], "tags": []}


def _run_of(rng: Random, world: World, thing: Thing) -> Made:
    parents = [each.made for each in world.runs if each.made == thing.parent and not each.deleted]
    return rng.choice(parents) if parents and rng.random() < 0.85 else world.run(rng).made


def _point(rng: Random, world: World, thing: Thing, *, bad: float = 0.06) -> Arguments:
    found = point(rng, thing, bad=bad)
    found["value"] = 0.25 if math.isnan(found["value"]) else found["value"]
    found["timestamp"] = world.next("point").number if found["timestamp"] >= 0 else -1
    return {**found, "model_id": thing.made, **_data_set(rng, half=bad)}


def _data_set(rng: Random, *, half: float) -> Arguments:
    """Draw the data set of a point, mostly none, now and then half of one."""
    whole = {"dataset_name": rng.choice(["wine", "ünï"]), "dataset_digest": rng.choice(["d1", "d2"])}
    if rng.random() < half:
        return {name: whole[name] for name in rng.sample(sorted(whole), 1)}
    return rng.choice([{}, {}, whole])


def _log_inputs(rng: Random, world: World) -> Arguments:
    return {"run_id": world.run(rng).made, "datasets": [], "models": [each.made for each in _some(rng, world)]}


def _log_outputs(rng: Random, world: World) -> Arguments:
    run = world.run(rng)
    models = [each for each in _some(rng, world) if run.made not in each.outputs]
    for each in models:
        each.outputs.add(run.made)
    steps = [0, 1, 5, 2**40]
    return {"run_id": run.made, "models": [{"model_id": each.made, "step": rng.choice(steps)} for each in models]}


def _some(rng: Random, world: World) -> list[Thing]:
    there = [each for each in world.models if not each.deleted]
    return rng.sample(there, min(len(there), rng.choice([1, 1, 2])))


def _record_logged_model(rng: Random, world: World) -> Arguments:
    """Log a model as clients before MLflow 3 do."""
    run = world.run(rng)
    model = {
        "run_id": run.made,
        "artifact_path": rng.choice(["model", "deep/model", "ünï 🙂"]),
        "utc_time_created": "2026-01-02 03:04:05.678901",
        "flavors": rng.choice([{}, {"python_function": {}, "sklearn": {"code": None, "version": "1.9"}}]),
        "model_uuid": f"{rng.randrange(10**6):032d}",
        "mlflow_version": "2.9.2",
    }
    if rng.random() < 0.1:
        del model[rng.choice(["artifact_path", "utc_time_created", "flavors"])]
    return {"run_id": run.made, "model": model}


def _search_logged_models(rng: Random, world: World) -> Arguments:
    experiments: list[Any] = list({world.experiment(rng).made: None for _ in range(rng.choice([1, 3, 6, 6]))})
    conditions = [
        rng.choice(WRONG_TERMS if rng.random() < 0.05 else rng.choice(TERMS)) for _ in range(rng.choice([0, 1, 1, 2]))
    ]
    digests = rng.choice([["d1"], ["d1", "d2"]])
    orders: list[Arguments] = [{"field_name": rng.choice(group)} for group in rng.sample(ORDERS, rng.choice([1, 1, 2]))]
    for order in orders:
        if rng.random() < 0.6:
            order["ascending"] = rng.random() < 0.5
        if rng.random() < 0.2 and order["field_name"].startswith("metrics."):
            order |= {"dataset_name": "wine", **rng.choice([{}, {"dataset_digest": "d1"}])}
    return {
        "experiment_ids": experiments,
        "filter_string": rng.choice([" AND ", " and "]).join(conditions) or None,
        "order_by": rng.choice([None, orders]),
        "max_results": rng.choice([1, 2, 5, 100, None]),
        "datasets": rng.choice(
            [None, None, [{"dataset_name": "wine", "dataset_digest": digest} for digest in digests]]
        ),
    }


TERMS = [
    ["name = 'forest'", "name != 'forest'", "name LIKE 'f%'", "name ILIKE 'FOREST'", "attributes.name = 'Forest'"],
    ["model_type = 'sklearn'", "model_type LIKE '%'", "status = 'READY'", "status != 'PENDING'"],
    ["tags.acc = 'a'", "tags.`a b` != 'a'", "tags.`ünï.x` LIKE '%'", "tags.Loss ILIKE 'A'", "tags.acc IN ('a', 'b')"],
    ["params.acc = 'a'", "params.loss1 != 'a'", "params.`a b` LIKE '%a%'", "params.acc NOT IN ('b')"],
    ["metrics.loss > 0", "metrics.`val/acc` <= 1.5", "metrics.acc != 1", "metrics.Loss < 1e3"],
    ["creation_timestamp > 0", "last_updated_timestamp < 5", "source_run_id != 'x'", "creation_time > 5"],
]
ORDERS = [
    ["name"],
    ["model_type"],
    ["metrics.loss"],
    ["metrics.acc", "metrics.nothing"],
    ["creation_timestamp"],
    ["status"],
]
WRONG_TERMS = [
    "name > 'x'",
    "nope = 'x'",
    "nope.x = 1",
    "metrics.loss > 'x'",
    "name = 'a' OR name = 'b'",
    "(name = 'a')",
]
OF_MODELS = " of a model"
"""The end of the kinds that only clients with logged models have."""
KINDS: Kinds = {
    "create_logged_model": (3, _create_logged_model),
    "get_logged_model": (3, _one_model),
    "finalize_logged_model": (2, _finalize_logged_model),
    "delete_logged_model": (0.5, _delete_logged_model),
    "set_logged_model_tags": (2, _set_logged_model_tags),
    "delete_logged_model_tag": (1, _delete_logged_model_tag),
    "log_model_params": (2, _log_model_params),
    "log_metric" + OF_MODELS: (3, _log_metric),
    "log_batch" + OF_MODELS: (2, _log_batch),
    "log_inputs" + OF_MODELS: (2, _log_inputs),
    "log_outputs": (2, _log_outputs),
    "_record_logged_model": (2, _record_logged_model),
    "search_logged_models": (4, _search_logged_models),
}
