"""Sequences of generated requests: no difference in status code or response.

2,000 requests are compared every day, 50,000 with the slow tests. LINEAL_COMPAT_REQUESTS gives another number for every
day, LINEAL_COMPAT_SEED where the seeds begin (1). A failure names the seed of its sequence and shows the sequence
shortened: LINEAL_COMPAT_SEED=<seed> LINEAL_COMPAT_REQUESTS=100 repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compat.conftest import opposite
from tests.compat.generate import sequence
from tests.compat.generate.sequence import BUILDERS, LENGTH
from tests.compat.official import METHOD_OF_REQUEST, OfficialCore
from tests.compat.pair import DifferenceError, Pair

REQUESTS = int(os.environ.get("LINEAL_COMPAT_REQUESTS", "1000"))
FIRST_SEED = int(os.environ.get("LINEAL_COMPAT_SEED", "1"))
MANY_REQUESTS = 50_000
SEQUENCES = max(REQUESTS // LENGTH, 1)
SEEDS = [
    pytest.param(FIRST_SEED + number, marks=pytest.mark.slow if number >= SEQUENCES else [])
    for number in range(max(SEQUENCES, MANY_REQUESTS // LENGTH))
]


def test_every_rpc_is_generated() -> None:
    assert set(BUILDERS) == set(METHOD_OF_REQUEST.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_generated_sequence_shows_no_difference(core: OfficialCore, seed: int) -> None:
    compare(lambda: Pair(core.open(), opposite(core)), seed)


@pytest.mark.parametrize("seed", range(-3, 0))
def test_the_official_core_does_not_differ_from_itself(core: OfficialCore, seed: int) -> None:
    compare(lambda: Pair(core.open(), core.open()), seed)


@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_a_sequence_that_hypothesis_drew_shows_no_difference(core: OfficialCore, rng: Random) -> None:
    pair = Pair(core.open(), opposite(core))
    try:
        sequence.run(rng, pair, length=12)
    finally:
        pair.close()


def compare(new_pair: Callable[[], Pair], seed: int) -> None:
    difference = first_difference(new_pair, seed)
    if difference is not None:
        shortest = sequence.shorten(difference, new_pair)
        pytest.fail(f"seed {seed}, shortened to {len(shortest.history)} requests: {shortest}", pytrace=False)


def first_difference(new_pair: Callable[[], Pair], seed: int) -> DifferenceError | None:
    pair = new_pair()
    try:
        sequence.run(Random(seed), pair)
    except DifferenceError as difference:
        return difference
    finally:
        pair.close()
    return None
