"""What to ask a tracking server: a sequence of client calls, made from a seed alone.

What stays out: sending (calls.py). These files also run in the environment of MLflow's client, so they import nothing
but the standard library.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from . import experiments, files, models, points, prompts, registry, runs, searches
from .world import Arguments, Kinds, World

KINDS: Kinds = {
    **experiments.KINDS,
    **runs.KINDS,
    **points.KINDS,
    **models.KINDS,
    **files.KINDS,
    **registry.KINDS,
    **prompts.KINDS,
    **searches.KINDS,
}
NEW = {
    "2.22": prompts.OLDER,
    "3.17": frozenset(
        [
            *(kind for kind in models.KINDS if kind != "_record_logged_model"),
            *(kind for kind in prompts.KINDS if kind not in prompts.OLDER),
            "create_model_version" + models.OF_MODELS,
            "delete_experiment_tag",
            "log_model_artifact",
            "list_logged_model_artifacts",
        ]
    ),
}
"""The kinds that are new in a client, or have another form in older ones."""
FIRST = {
    "create_experiment": 3,
    "create_run": 6,
    "create_logged_model": 4,
    "create_registered_model": 4,
    "create_model_version": 4,
    "register_prompt": 3,
}
"""What a plan begins with, so that the rest has something to be about."""
EVEN = 0.85
"""Which share of the calls is spread evenly over the kinds; of the others, a kind has as many as its weight says."""


@dataclass(frozen=True)
class Step:
    """One call: a method of MLflow's client and its arguments, in which `Made` stands for an id."""

    kind: str
    arguments: Arguments


def plan(seed: int, length: int, kinds: Collection[str]) -> list[Step]:
    """Return a sequence of calls of these kinds; the same for the same arguments."""
    rng, world = Random(seed), World(f"s{seed} ")
    chosen = [kind for kind in KINDS if kind in kinds]
    weights = [KINDS[kind][0] for kind in chosen]
    first = [kind for kind, number in FIRST.items() for _ in range(number) if kind in chosen]
    rest = chosen * int((length - len(first)) * EVEN / len(chosen))
    rest += rng.choices(chosen, weights, k=max(length - len(first) - len(rest), 0))
    rng.shuffle(rest)
    return [Step(kind, KINDS[kind][1](rng, world)) for kind in [*first, *rest]]
