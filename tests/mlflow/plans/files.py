"""Calls about files of runs and of logged models, which the server keeps in its own place.

What stays out: names with every odd character, and large files in parts (files.py in the folder above).
"""

from __future__ import annotations

from random import Random

from .world import Arguments, Kinds, Thing, World, draw

FOLDERS = ["", "model/", "deep/er/", "ünï 🙂/"]
NAMES = ["a.txt", "b.json", "MLmodel", "with blank.txt", "ä€.txt", "100%.txt"]
BAD_PATHS = ["../x.txt", "a/../../b.txt"]
CONTENTS = ["", "text", "ünï 🙂\n", "line\n" * 5000]


def _run(rng: Random, world: World) -> Thing:
    """Draw a run whose files are in the place of the server, now and then one that was never made."""
    return draw(rng, [each for each in world.runs if each.is_hosted], "run", 0.06)


def _model(rng: Random, world: World) -> Thing:
    return draw(rng, [each for each in world.models if each.is_hosted and not each.deleted], "model", 0)


def _new_file(rng: Random, thing: Thing) -> str:
    """Return the path of a new file, or of one that is there already."""
    path = rng.choice(FOLDERS) + rng.choice(NAMES)
    path = rng.choice(BAD_PATHS) if rng.random() < 0.05 else path
    if path not in BAD_PATHS:
        thing.files.add(path)
    return path


def _file(rng: Random, thing: Thing) -> str:
    """Return the path of a file, mostly of one that is there."""
    known = sorted(thing.files)
    return rng.choice(known) if known and rng.random() < 0.85 else rng.choice(FOLDERS) + "nothing.txt"


def _folder(rng: Random, thing: Thing) -> str | None:
    if rng.random() < 0.06:
        return rng.choice(["nothing", "../x", *thing.files])
    return rng.choice([None, "", *(folder.rstrip("/") for folder in FOLDERS), "deep"])


def _log_text(rng: Random, world: World) -> Arguments:
    thing = _run(rng, world)
    return {"run_id": thing.made, "text": rng.choice(CONTENTS), "artifact_file": _new_file(rng, thing)}


def _log_dict(rng: Random, world: World) -> Arguments:
    thing = _run(rng, world)
    found = rng.choice([{}, {"a": 1, "b": [None, "ünï"]}, {"k": "v" * 300}])
    return {"run_id": thing.made, "dictionary": found, "artifact_file": _new_file(rng, thing)}


def _list_artifacts(rng: Random, world: World) -> Arguments:
    thing = _run(rng, world)
    return {"run_id": thing.made, "path": _folder(rng, thing)}


def _download_artifacts(rng: Random, world: World) -> Arguments:
    with_files = [each for each in world.runs if each.files]
    thing = rng.choice(with_files) if with_files and rng.random() < 0.9 else _run(rng, world)
    return {"run_id": thing.made, "path": _file(rng, thing)}


def _log_model_artifact(rng: Random, world: World) -> Arguments:
    """Log a file to a model; the sender writes the file, with this name and text."""
    thing, folder, name = _model(rng, world), rng.choice(FOLDERS).rstrip("/"), rng.choice(NAMES)
    thing.files.add(f"{folder}/{name}".lstrip("/"))
    return {"model_id": thing.made, "name": name, "text": rng.choice(CONTENTS), "artifact_path": folder or None}


def _list_logged_model_artifacts(rng: Random, world: World) -> Arguments:
    thing = _model(rng, world)
    return {"model_id": thing.made, "path": _folder(rng, thing)}


KINDS: Kinds = {
    "log_text": (3, _log_text),
    "log_dict": (2, _log_dict),
    "list_artifacts": (3, _list_artifacts),
    "download_artifacts": (3, _download_artifacts),
    "log_model_artifact": (2, _log_model_artifact),
    "list_logged_model_artifacts": (2, _list_logged_model_artifacts),
}
