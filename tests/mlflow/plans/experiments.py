"""Calls about experiments."""

from __future__ import annotations

from random import Random

from .world import BAD_KEYS, DEFAULT_EXPERIMENT, KEYS, TEXTS, Arguments, Kinds, Thing, World, draw_key, draw_tags

LOCATIONS = ["s3://bucket/place", "s3://bucket/other/", "gs://b/x?y=1"]


def _create_experiment(rng: Random, world: World) -> Arguments:
    made = world.next("experiment")
    name = f"{world.prefix}{made.number}"
    location = rng.choice(LOCATIONS) if rng.random() < 0.4 else None
    tags = draw_tags(rng)
    wrong = rng.random()
    if wrong < 0.08:
        name = rng.choice(["Default", f"{world.prefix}0"])
    elif wrong < 0.12:
        name += "n" * 500
    elif wrong < 0.16:
        location = "s3://b/x#part"
    elif wrong < 0.2:
        tags = {**(tags or {}), rng.choice(BAD_KEYS): "x"}
    else:
        world.experiments.append(Thing(made, tags=set(tags or ()), is_hosted=location is None))
    return {"name": name, "artifact_location": location, "tags": tags}


def _get_experiment(rng: Random, world: World) -> Arguments:
    if rng.random() < 0.1:
        return {"experiment_id": rng.choice([DEFAULT_EXPERIMENT, "abc", "1.5", "-1"])}
    return {"experiment_id": world.experiment(rng).made}


def _get_experiment_by_name(rng: Random, world: World) -> Arguments:
    number = rng.randrange(len(world.experiments) + 2)
    return {"name": rng.choice(["Default", "default", *[f"{world.prefix}{number}"] * 6])}


def _rename_experiment(rng: Random, world: World) -> Arguments:
    new_name = rng.choice(["0", f"renamed {rng.random()}", f"Ü {rng.random()}", *[f"{rng.random()}"] * 4, "n" * 500])
    return {"experiment_id": world.experiment(rng, deleted=0.1).made, "new_name": world.prefix + new_name}


def _delete_experiment(rng: Random, world: World) -> Arguments:
    thing = world.experiment(rng)
    _mark(world, thing, deleted=True)
    return {"experiment_id": thing.made}


def _restore_experiment(rng: Random, world: World) -> Arguments:
    thing = world.experiment(rng, deleted=0.9)
    _mark(world, thing, deleted=False)
    return {"experiment_id": thing.made}


def _mark(world: World, experiment: Thing, *, deleted: bool) -> None:
    experiment.deleted = deleted
    for run in world.runs:
        if run.parent == experiment.made:
            run.deleted = deleted


def _set_experiment_tag(rng: Random, world: World) -> Arguments:
    thing, key = world.experiment(rng), draw_key(rng)
    if key in KEYS and not thing.deleted:
        thing.tags.add(key)
    return {"experiment_id": thing.made, "key": key, "value": rng.choice(["", True, 5, *TEXTS])}


def _delete_experiment_tag(rng: Random, world: World) -> Arguments:
    with_tags = [each for each in world.experiments if each.tags and not each.deleted]
    thing = rng.choice(with_tags) if with_tags and rng.random() < 0.95 else world.experiment(rng)
    key = draw_key(rng, thing.tags, again=0.85)
    thing.tags.discard(key)
    return {"experiment_id": thing.made, "key": key}


KINDS: Kinds = {
    "create_experiment": (2, _create_experiment),
    "get_experiment": (3, _get_experiment),
    "get_experiment_by_name": (2, _get_experiment_by_name),
    "rename_experiment": (2, _rename_experiment),
    "delete_experiment": (3, _delete_experiment),
    "restore_experiment": (0.5, _restore_experiment),
    "set_experiment_tag": (2, _set_experiment_tag),
    "delete_experiment_tag": (2, _delete_experiment_tag),
}
