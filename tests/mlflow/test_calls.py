"""Sequences of generated calls of MLflow's client: Lineal answers as MLflow's own server does.

`plans` makes a sequence of calls from a seed, `calls.py` sends it with MLflow's client and writes the answers down,
`compare.py` compares two such transcripts. The clients and MLflow's server run in environments of their own (`make
mlflow`, or variables that name them: services.py). Nothing of MLflow is imported here.

400 calls of each client are compared every day, 10,660 more with the slow tests. LINEAL_MLFLOW_SEED says where the
seeds begin (1). The counts of calls are printed: `pytest -s` shows them.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from tests.mlflow.compare import SEARCHED, Count, Line, added, counts, differences, rare, refused, report, table
from tests.mlflow.conftest import VERSIONS, Client
from tests.mlflow.plans.sequence import KINDS, NEW

PROGRAM = Path(__file__).with_name("calls.py")
CALLS = 400
LONGER = 820
ROUNDS = 13
FIRST_SEED = int(os.environ.get("LINEAL_MLFLOW_SEED", "1"))
SEARCHING_SEEDS = range(FIRST_SEED + 10_000, FIRST_SEED + 10_004)
TIMEOUT = 300
pytestmark = pytest.mark.timeout(1800)


def kinds_of(client: Client) -> list[str]:
    """Return the kinds of calls that a client can make."""
    unknown = {kind for version in VERSIONS[VERSIONS.index(client.version) + 1 :] for kind in NEW[version]}
    return [kind for kind in KINDS if kind not in unknown]


def first_seed(client: Client) -> int:
    """Return a seed that no other client has: what a plan makes has names from its seed, and all share two servers."""
    return FIRST_SEED + 100 * VERSIONS.index(client.version)


def test_a_generated_sequence_is_answered_alike(client: Client, reference_url: str, lineal_url: str) -> None:
    kinds, seed = kinds_of(client), first_seed(client)
    reference, lineal = transcripts(client.python, [reference_url, lineal_url], seed, kinds, CALLS)
    counted = counts(reference)
    print(f"\nclient {client.version}, answered by the reference server:\n{table(counted)}")
    found = differences(reference, lineal)
    assert not found, f"seed {seed}: {report(found)}"
    assert len(reference) == CALLS
    assert not rare(counted, kinds, calls=3)
    assert not refused(counted, share=0.1)


@pytest.mark.slow
def test_thousands_of_generated_calls_are_answered_alike(client: Client, reference_url: str, lineal_url: str) -> None:
    kinds, counted = kinds_of(client), dict[str, Count]()
    for seed in range(first_seed(client) + 1, first_seed(client) + 1 + ROUNDS):
        reference, lineal = transcripts(client.python, [reference_url, lineal_url], seed, kinds, LONGER)
        found = differences(reference, lineal)
        assert not found, f"seed {seed}: {report(found)}"
        counted = added(counted, counts(reference))
    print(f"\nclient {client.version}, answered by the reference server:\n{table(counted)}")
    assert sum(count.calls for count in counted.values()) > 5000
    assert not rare(counted, kinds, calls=100)
    assert not refused(counted, share=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEARCHING_SEEDS)
def test_searches_find_the_same(mlflow_python: Path, reference_url: str, lineal_url: str, seed: int) -> None:
    reference, lineal = transcripts(mlflow_python, [reference_url, lineal_url], seed, SEARCHED, CALLS)
    pages = [line["answer"] for line in reference if line["kind"].startswith("search_") and "answer" in line]
    print(f"\nseed {seed}: {len(pages)} searches, {sum(map(any, pages))} of which found something")
    found = differences(reference, lineal)
    assert not found, f"seed {seed}: {report(found)}"
    assert sum(map(any, pages)) > 20


def transcripts(python: Path, urls: list[str], seed: int, kinds: Iterable[str], calls: int) -> list[list[Line]]:
    """Send one sequence of calls of these kinds to each server, at the same time; return what each answered."""
    arguments = ["--seed", str(seed), "--calls", str(calls), "--kinds", ",".join(kinds)]
    with ExitStack() as stack:
        outputs = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in urls]
        errors = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in urls]
        processes = [
            stack.enter_context(
                subprocess.Popen([python, PROGRAM, url, *arguments], stdout=output, stderr=error, text=True)
            )
            for url, output, error in zip(urls, outputs, errors, strict=True)
        ]
        return [_lines(*ran) for ran in zip(processes, outputs, errors, strict=True)]


def _lines(process: subprocess.Popen[str], output: IO[str], errors: IO[str]) -> list[Line]:
    code = process.wait(TIMEOUT)
    errors.seek(0)
    assert code == 0, f"calls.py ended with {code}: {errors.read()[-2000:]}"
    output.seek(0)
    return [json.loads(line) for line in output]
