"""Calls about runs, their parameters, their tags and what they read."""

from __future__ import annotations

from random import Random

from .world import BAD_KEYS, DEFAULT_EXPERIMENT, TEXTS, Arguments, Kinds, Thing, World, draw_key, draw_tags

NAME, PARENT = "mlflow.runName", "mlflow.parentRunId"
STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]


def _create_run(rng: Random, world: World) -> Arguments:
    """Make a run. Those of the default experiment, which no search covers, get random names: these differ."""
    made = world.next("run")
    parent = None if rng.random() < 0.1 else world.experiment(rng)
    tags = draw_tags(rng)
    name = rng.choice(["first", "ünï 🙂", "  ", "n" * 300]) if parent else rng.choice([None, ""])
    if rng.random() < 0.15:
        tags = {**(tags or {}), NAME: rng.choice(["first", "by tag"])}
        name = rng.choice([name, None])
    if rng.random() < 0.15:
        tags = {**(tags or {}), PARENT: world.run(rng).made}
    if parent is None or (parent in world.experiments and not parent.deleted):
        is_hosted = parent is None or parent.is_hosted
        world.runs.append(Thing(made, parent and parent.made, tags=set(tags or ()), is_hosted=is_hosted))
    return {
        "experiment_id": parent.made if parent else DEFAULT_EXPERIMENT,
        "start_time": world.start_time() if rng.random() < 0.9 else None,
        "tags": tags,
        "run_name": name,
    }


def _one_run(rng: Random, world: World) -> Arguments:
    return {"run_id": world.run(rng, deleted=0.15).made}


def _update_run(rng: Random, world: World) -> Arguments:
    status = rng.choice([None, *STATUSES])
    return {"run_id": world.run(rng).made, "status": status, "name": rng.choice([None, "", "second", "n" * 300])}


def _set_terminated(rng: Random, world: World) -> Arguments:
    end_time = rng.choice([None, 20_000, 20_001, 99_999])
    return {"run_id": world.run(rng).made, "status": rng.choice([None, *STATUSES]), "end_time": end_time}


def _delete_run(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    thing.deleted = True
    return {"run_id": thing.made}


def _restore_run(rng: Random, world: World) -> Arguments:
    thing = world.run(rng, deleted=0.9)
    thing.deleted = False
    return {"run_id": thing.made}


def _log_param(rng: Random, world: World) -> Arguments:
    return {"run_id": world.run(rng).made, "key": draw_key(rng), "value": rng.choice(["", 5, 0.5, True, *TEXTS])}


def _set_tag(rng: Random, world: World) -> Arguments:
    thing = world.run(rng)
    key = NAME if rng.random() < 0.1 else draw_key(rng)
    if key not in BAD_KEYS and not thing.deleted:
        thing.tags.add(key)
    return {"run_id": thing.made, "key": key, "value": rng.choice(["", True, *TEXTS])}


def _delete_tag(rng: Random, world: World) -> Arguments:
    """Delete a tag, but not that of the name: whether the run is then found by it is a known difference."""
    thing = rng.choice([run for run in world.runs if run.tags - {NAME} and not run.deleted] or [world.run(rng)])
    key = draw_key(rng, thing.tags - {NAME}, again=0.85)
    thing.tags.discard(key)
    return {"run_id": thing.made, "key": key}


def _log_inputs(rng: Random, world: World) -> Arguments:
    """Make data sets. No two experiments share one: what then holds is a known difference (docs/mlflow.md)."""
    thing = world.run(rng)
    datasets = [
        {
            "name": f"{world.prefix}{thing.parent} {rng.choice(['train', 'test', 'ünï'])}".ljust(_length(rng), "n"),
            "digest": rng.choice(["d1", "d2"]),
            "source_type": "local",
            "source": rng.choice(["/data/one", "/data/two"]),
            "schema": rng.choice([None, '{"a": "int"}']),
            "profile": rng.choice([None, '{"rows": 5}']),
            "tags": {"mlflow.data.context": rng.choice(["training", "evaluation"])} if rng.random() < 0.7 else {},
        }
        for _ in range(rng.choice([0, 1, 1, 2]))
    ]
    return {"run_id": thing.made, "datasets": datasets}


def _length(rng: Random) -> int:
    return rng.choice([500, 501]) if rng.random() < 0.05 else 0


KINDS: Kinds = {
    "create_run": (5, _create_run),
    "get_run": (9, _one_run),
    "get_parent_run": (2, _one_run),
    "update_run": (3, _update_run),
    "set_terminated": (3, _set_terminated),
    "delete_run": (1.5, _delete_run),
    "restore_run": (2, _restore_run),
    "log_param": (5, _log_param),
    "set_tag": (5, _set_tag),
    "delete_tag": (3, _delete_tag),
    "log_inputs": (3, _log_inputs),
}
