"""Calls about prompts, which MLflow keeps in its registry: registered models and versions with a tag that says so.

Versions are counted along as those of registered models (registry.py).
"""

from __future__ import annotations

from random import Random

from .registry import ALIASES, BAD_ALIASES
from .world import BAD_KEYS, TEXTS, Arguments, Kinds, Registered, World, draw_key

TEMPLATES = ["Hello", "Say {{word}}", "ünï 🙂 {{ a }} {{b}}\n", "t" * 3000]
BAD_NAMES = ["a b", "a/b", "ünï$", ""]


def _prompt(rng: Random, world: World) -> Registered:
    """Draw a prompt, now and then one that was never made, or a registered model."""
    if not world.prompts or rng.random() < 0.05:
        return Registered(rng.choice([*BAD_NAMES, _name(world, 99), *(each.name for each in world.registered)]))
    return rng.choice(world.prompts)


def _version(rng: Random, world: World) -> tuple[Registered, Arguments]:
    """Draw a version; return its prompt, and the arguments that name it."""
    with_versions = [each for each in world.prompts if each.versions]
    prompt = rng.choice(with_versions) if with_versions and rng.random() < 0.9 else _prompt(rng, world)
    number = str(rng.choice(prompt.versions)) if prompt.versions and rng.random() < 0.94 else rng.choice(["99", "x"])
    return prompt, {"name": prompt.name, "version": number}


def _name(world: World, number: int) -> str:
    return f"{world.prefix.strip()}-prompt.{number}"


def _register_prompt(rng: Random, world: World) -> Arguments:
    name = rng.choice(BAD_NAMES) if rng.random() < 0.05 else _name(world, rng.randrange(12))
    tags = {draw_key(rng, bad=0.03): rng.choice(TEXTS) for _ in range(rng.choice([0, 0, 1, 2]))}
    if name not in BAD_NAMES and not set(tags) & set(BAD_KEYS):
        found = [each for each in world.prompts if each.name == name] or [Registered(name)]
        world.prompts += [] if found[0] in world.prompts else found
        found[0].highest += 1
        found[0].versions.append(found[0].highest)
    message = rng.choice([None, "first", "ünï 🙂"])
    return {"name": name, "template": rng.choice(TEMPLATES), "commit_message": message, "tags": tags or None}


def _load_prompt(rng: Random, world: World) -> Arguments:
    """Load a prompt: by its number, by its URI, or by an alias."""
    prompt, named = _version(rng, world)
    if prompt.aliases and rng.random() < 0.4:
        return {"name_or_uri": f"prompts:/{prompt.name}@{rng.choice(sorted(prompt.aliases))}"}
    if rng.random() < 0.4:
        return {"name_or_uri": f"prompts:/{prompt.name}/{named['version']}"}
    return {"name_or_uri": prompt.name, "version": rng.choice([None, named["version"]])}


def _one_prompt(rng: Random, world: World) -> Arguments:
    return {"name": _prompt(rng, world).name}


def _one_version(rng: Random, world: World) -> Arguments:
    return _version(rng, world)[1]


def _delete_prompt(rng: Random, world: World) -> Arguments:
    without_aliases = [each for each in world.prompts if not each.aliases]
    prompt = rng.choice(without_aliases) if without_aliases and rng.random() < 0.8 else _prompt(rng, world)
    world.prompts = [each for each in world.prompts if each is not prompt]
    return {"name": prompt.name}


def _delete_prompt_version(rng: Random, world: World) -> Arguments:
    prompt, named = _version(rng, world)
    prompt.versions = [each for each in prompt.versions if str(each) != named["version"]]
    prompt.aliases = {alias: number for alias, number in prompt.aliases.items() if str(number) != named["version"]}
    return named


def _set_prompt_alias(rng: Random, world: World) -> Arguments:
    prompt, named = _version(rng, world)
    alias = rng.choice(BAD_ALIASES if rng.random() < 0.08 else ALIASES)
    if alias not in BAD_ALIASES and named["version"] in map(str, prompt.versions):
        prompt.aliases[alias] = int(named["version"])
    return {**named, "alias": alias}


def _delete_prompt_alias(rng: Random, world: World) -> Arguments:
    prompt = _prompt(rng, world)
    alias = rng.choice(sorted(prompt.aliases) or ALIASES) if rng.random() < 0.6 else rng.choice(ALIASES)
    prompt.aliases.pop(alias, None)
    return {"name": prompt.name, "alias": alias}


def _get_prompt_version_by_alias(rng: Random, world: World) -> Arguments:
    """Ask by an alias, which `latest` always is."""
    with_aliases = [each for each in world.prompts if each.aliases]
    prompt = rng.choice(with_aliases) if with_aliases and rng.random() < 0.9 else _version(rng, world)[0]
    alias = rng.choice(sorted(prompt.aliases) or ["latest"])
    return {"name": prompt.name, "alias": "nothing" if rng.random() < 0.1 else alias}


def _set_prompt_tag(rng: Random, world: World) -> Arguments:
    return {"name": _prompt(rng, world).name, "key": draw_key(rng), "value": rng.choice(TEXTS)}


def _delete_prompt_tag(rng: Random, world: World) -> Arguments:
    return {"name": _prompt(rng, world).name, "key": draw_key(rng)}


def _set_prompt_version_tag(rng: Random, world: World) -> Arguments:
    return {**_version(rng, world)[1], "key": draw_key(rng), "value": rng.choice(TEXTS)}


def _delete_prompt_version_tag(rng: Random, world: World) -> Arguments:
    return {**_version(rng, world)[1], "key": draw_key(rng)}


def _search_prompts(rng: Random, world: World) -> Arguments:
    own = f"name LIKE '{world.prefix.strip()}-%'"
    more = rng.choice([None, None, "tags.acc = 'a'", "name ILIKE '%PROMPT.1%'", "nope = 'x'"])
    return {"filter_string": f"{own} AND {more}" if more else own, "max_results": rng.choice([1, 3, 1000])}


OLDER = frozenset(["register_prompt", "load_prompt", "set_prompt_alias", "delete_prompt_alias"])
"""The kinds that clients before MLflow 3 have in the same form."""
KINDS: Kinds = {
    "register_prompt": (3, _register_prompt),
    "load_prompt": (3, _load_prompt),
    "get_prompt": (2, _one_prompt),
    "delete_prompt": (0.5, _delete_prompt),
    "search_prompts": (2, _search_prompts),
    "get_prompt_version": (2, _one_version),
    "delete_prompt_version": (0.5, _delete_prompt_version),
    "set_prompt_alias": (2, _set_prompt_alias),
    "delete_prompt_alias": (0.5, _delete_prompt_alias),
    "get_prompt_version_by_alias": (2, _get_prompt_version_by_alias),
    "set_prompt_tag": (1, _set_prompt_tag),
    "delete_prompt_tag": (1, _delete_prompt_tag),
    "set_prompt_version_tag": (1, _set_prompt_version_tag),
    "delete_prompt_version_tag": (1, _delete_prompt_version_tag),
}
