"""Calls about registered models and their versions.

A version is named by its number, which a plan counts along: the versions of a name are numbered from 1, and a number
is not given twice. Known differences (docs/mlflow.md) are not asked for: the aliases of stages, and the tag of prompts
of a version.
"""

from __future__ import annotations

from random import Random

from .world import BAD_KEYS, TEXTS, Arguments, Joined, Kinds, Made, Registered, World, draw_key, draw_tags

BAD_NAMES = ["a/b", "a:b", "", "  ", ".."]
ALIASES = ["champion", "Champion", "a-b_c", "ünï", "1", "Production"]
BAD_ALIASES = ["latest", "v1", "V12", "a b", "a.b", "a" * 256]
STAGES = ["Production", "Staging", "Archived", "None", "production", "STAGING"]
PLACES = ["s3://bucket/model", "s3://bucket/model/x", "gs://b/m", "dbfs:/m"]
BAD_PLACES = [
    "/tmp/model",
    "model",
    "s3://bucket/../x",
    "s3://bucket",
    "runs:/nope/model",
    "models:/nope",
    "http://h/x",
]
DESCRIPTIONS = [None, "", "text", "ünï 🙂", "d" * 6000]


def _registered(rng: Random, world: World, *, with_versions: bool = False) -> Registered:
    """Draw a registered model, now and then one that was never made."""
    known = [each for each in world.registered if each.versions or not with_versions]
    if not known or rng.random() < 0.04:
        prompts = [each.name for each in world.prompts]
        return Registered(rng.choice([f"{world.prefix}nope", rng.choice(["nope", *BAD_NAMES]), *prompts]))
    return rng.choice(known)


def _version(rng: Random, world: World) -> tuple[Registered, Arguments]:
    """Draw a version; return its registered model, and the arguments that name it."""
    model = _registered(rng, world, with_versions=True)
    number = str(rng.choice(model.versions)) if model.versions and rng.random() < 0.93 else rng.choice(["99", "x", "0"])
    return model, {"name": model.name, "version": number}


def _new_name(rng: Random, world: World) -> str:
    return f"{world.prefix}{rng.choice(['model', 'Model', 'ünï', 'a b'])} {rng.randrange(30)}"


def _create_registered_model(rng: Random, world: World) -> Arguments:
    name = rng.choice(BAD_NAMES) if rng.random() < 0.08 else _new_name(rng, world)
    tags = draw_tags(rng)
    if rng.random() < 0.04:
        tags = {**(tags or {}), rng.choice(BAD_KEYS): "x"}
    known = {each.name for each in world.registered} | set(BAD_NAMES)
    if name not in known and not set(tags or ()) & set(BAD_KEYS):
        world.registered.append(Registered(name, set(tags or ())))
    return {"name": name, "tags": tags, "description": rng.choice(DESCRIPTIONS)}


def _one_registered(rng: Random, world: World) -> Arguments:
    return {"name": _registered(rng, world).name}


def _update_registered_model(rng: Random, world: World) -> Arguments:
    return {"name": _registered(rng, world).name, "description": rng.choice(DESCRIPTIONS)}


def _rename_registered_model(rng: Random, world: World) -> Arguments:
    model = _registered(rng, world)
    new_name = rng.choice(BAD_NAMES) if rng.random() < 0.08 else _new_name(rng, world)
    found = {"name": model.name, "new_name": new_name}
    if new_name not in {each.name for each in world.registered} | set(BAD_NAMES):
        model.name = new_name
    return found


def _delete_registered_model(rng: Random, world: World) -> Arguments:
    model = _registered(rng, world)
    world.registered = [each for each in world.registered if each is not model]
    return {"name": model.name}


def _get_latest_versions(rng: Random, world: World) -> Arguments:
    stages = rng.choice([None, [], ["None"], ["Production", "Staging"], ["archived", "none"]])
    return {"name": _registered(rng, world).name, "stages": ["nope"] if rng.random() < 0.05 else stages}


def _set_registered_model_tag(rng: Random, world: World) -> Arguments:
    model, key = _registered(rng, world), draw_key(rng)
    if key not in BAD_KEYS:
        model.tags.add(key)
    return {"name": model.name, "key": key, "value": rng.choice(["", True, 5, *TEXTS])}


def _delete_registered_model_tag(rng: Random, world: World) -> Arguments:
    model = _registered(rng, world)
    key = draw_key(rng, model.tags, again=0.7)
    model.tags.discard(key)
    return {"name": model.name, "key": key}


def _create_model_version(rng: Random, world: World) -> Arguments:
    """Make a version: of a place, of a folder of a run, or of another version."""
    model = _registered(rng, world)
    wrong = rng.random() < 0.12
    source, run = (rng.choice(BAD_PLACES), None) if wrong else _source(rng, world)
    tags = draw_tags(rng)
    if not wrong:
        _number(model)
    return {
        "name": model.name,
        "source": source,
        "run_id": run,
        "tags": tags,
        "run_link": rng.choice([None, "http://host/run"]),
        "description": rng.choice(DESCRIPTIONS),
    }


def _source(rng: Random, world: World) -> tuple[Joined | str, Made | str | None]:
    """Draw a source, and the run that a version of it names."""
    run = world.run(rng).made
    kind = rng.random()
    if kind < 0.3:
        folder = rng.choice([("runs:/", run), (Made("files", run.number),)])
        return Joined((*folder, rng.choice(["", "/model", "/deep/model"]))), run
    others = [each for each in world.registered if each.versions]
    if kind < 0.4 and others:
        other = rng.choice(others)
        version = rng.choice([*map(str, other.versions), "latest"])
        return f"models:/{other.name}/{version}", rng.choice([None, None, None, run])
    return rng.choice(PLACES), rng.choice([None, None, run, "nope"])


def _create_model_version_of_a_model(rng: Random, world: World) -> Arguments:
    """Make a version of a logged model, now and then with a place that has nothing to do with it."""
    model, logged = _registered(rng, world), world.model(rng, deleted=0)
    source = rng.choice(PLACES) if rng.random() < 0.2 else Joined(("models:/", logged.made))
    if rng.random() < 0.06:
        return {"name": model.name, "source": source, "run_id": None, "model_id": "m-nope"}
    if logged in world.models:
        _number(model)
    run = world.run(rng).made if rng.random() < 0.2 else None
    return {"name": model.name, "source": source, "run_id": run, "model_id": logged.made}


def _number(model: Registered) -> None:
    model.highest += 1
    model.versions.append(model.highest)


def _one_version(rng: Random, world: World) -> Arguments:
    return _version(rng, world)[1]


def _update_model_version(rng: Random, world: World) -> Arguments:
    return {**_version(rng, world)[1], "description": rng.choice([*DESCRIPTIONS, *DESCRIPTIONS[1:]])}


def _delete_model_version(rng: Random, world: World) -> Arguments:
    model, named = _version(rng, world)
    model.versions = [each for each in model.versions if str(each) != named["version"]]
    model.aliases = {alias: number for alias, number in model.aliases.items() if str(number) != named["version"]}
    return named


def _transition_model_version_stage(rng: Random, world: World) -> Arguments:
    stage = rng.choice(["nope", ""]) if rng.random() < 0.05 else rng.choice(STAGES)
    archive = rng.random() < 0.4 and stage.lower() in ("production", "staging")
    return {**_version(rng, world)[1], "stage": stage, "archive_existing_versions": archive}


def _set_model_version_tag(rng: Random, world: World) -> Arguments:
    return {**_staged(rng, world), "key": draw_key(rng), "value": rng.choice(["", True, 5, *TEXTS])}


def _delete_model_version_tag(rng: Random, world: World) -> Arguments:
    return {**_staged(rng, world), "key": draw_key(rng)}


def _staged(rng: Random, world: World) -> Arguments:
    """Draw a version, which a stage names now and then."""
    named = _version(rng, world)[1]
    return {"name": named["name"], "stage": rng.choice(["None", *STAGES])} if rng.random() < 0.15 else named


def _set_registered_model_alias(rng: Random, world: World) -> Arguments:
    model, named = _version(rng, world)
    alias = rng.choice(BAD_ALIASES) if rng.random() < 0.08 else rng.choice(ALIASES)
    if alias not in BAD_ALIASES and named["version"] in map(str, model.versions):
        model.aliases[alias] = int(named["version"])
    return {**named, "alias": alias}


def _delete_registered_model_alias(rng: Random, world: World) -> Arguments:
    model = _registered(rng, world)
    alias = _alias(rng, model)
    model.aliases.pop(alias, None)
    return {"name": model.name, "alias": alias}


def _get_model_version_by_alias(rng: Random, world: World) -> Arguments:
    with_aliases = [each for each in world.registered if each.aliases]
    model = rng.choice(with_aliases) if with_aliases and rng.random() < 0.9 else _registered(rng, world)
    return {"name": model.name, "alias": _alias(rng, model)}


def _alias(rng: Random, model: Registered) -> str:
    known = [*model.aliases] if rng.random() < 0.9 else []
    return rng.choice(known or [*ALIASES, "latest", "v1", "a b"])


def _copy_model_version(rng: Random, world: World) -> Arguments:
    """Make a version of another one, in a registered model that need not be there."""
    model, named = _version(rng, world)
    target = rng.choice([*world.registered, Registered(_new_name(rng, world))])
    if named["version"] in map(str, model.versions):
        _number(target)
        if target.name not in {each.name for each in world.registered}:
            world.registered.append(target)
    return {"src_model_uri": f"models:/{model.name}/{named['version']}", "dst_name": target.name}


KINDS: Kinds = {
    "create_registered_model": (3, _create_registered_model),
    "get_registered_model": (4, _one_registered),
    "update_registered_model": (1, _update_registered_model),
    "rename_registered_model": (1, _rename_registered_model),
    "delete_registered_model": (0.5, _delete_registered_model),
    "get_latest_versions": (2, _get_latest_versions),
    "set_registered_model_tag": (2, _set_registered_model_tag),
    "delete_registered_model_tag": (1, _delete_registered_model_tag),
    "create_model_version": (6, _create_model_version),
    "create_model_version of a model": (2, _create_model_version_of_a_model),
    "get_model_version": (5, _one_version),
    "update_model_version": (2, _update_model_version),
    "delete_model_version": (1, _delete_model_version),
    "transition_model_version_stage": (2, _transition_model_version_stage),
    "get_model_version_download_uri": (2, _one_version),
    "set_model_version_tag": (2, _set_model_version_tag),
    "delete_model_version_tag": (1, _delete_model_version_tag),
    "set_registered_model_alias": (3, _set_registered_model_alias),
    "delete_registered_model_alias": (1, _delete_registered_model_alias),
    "get_model_version_by_alias": (3, _get_model_version_by_alias),
    "copy_model_version": (1, _copy_model_version),
}
