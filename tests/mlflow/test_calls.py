"""Sequences of generated calls of MLflow's client: Lineal answers as MLflow's own server does.

`plan.py` makes a sequence of calls from a seed, `calls.py` sends it with MLflow's client and writes the answers down,
`compare.py` compares two such transcripts. The client and MLflow's server run in an environment of their own
(LINEAL_MLFLOW_PYTHON, or `make mlflow`), the oldest client in another one (LINEAL_MLFLOW_OLDEST_PYTHON). Nothing of
MLflow is imported here.

400 calls are compared every day, 7,600 with the slow tests. LINEAL_MLFLOW_SEED says where the seeds begin (1). The
counts of calls are printed: `pytest -s` shows them.
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

from tests.mlflow.compare import COMPARED, SEARCHED, Line, counts, differences, report, table, too_few
from tests.parameters import rare

PROGRAM = Path(__file__).with_name("calls.py")
CALLS = 400
TIMEOUT = 300
FIRST_SEED = int(os.environ.get("LINEAL_MLFLOW_SEED", "1"))
OLDEST_SEED = FIRST_SEED + 100
SEARCHING_SEEDS = range(FIRST_SEED + 200, FIRST_SEED + 204)
SEEDS = [FIRST_SEED, *(rare(FIRST_SEED + number) for number in range(1, 14))]
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_generated_sequence_is_answered_alike(
    mlflow_python: Path, reference_url: str, lineal_url: str, seed: int
) -> None:
    reference, lineal = transcripts(mlflow_python, [reference_url, lineal_url], seed, COMPARED)
    counted = counts(reference)
    print(f"\nseed {seed}, answered by the reference server:\n{table(counted)}")
    found = differences(reference, lineal)
    assert not found, f"seed {seed}: {report(found)}"
    assert len(reference) == CALLS
    assert not too_few(counted), f"fewer calls succeeded than must: {too_few(counted)}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEARCHING_SEEDS)
def test_searches_find_the_same(mlflow_python: Path, reference_url: str, lineal_url: str, seed: int) -> None:
    reference, lineal = transcripts(mlflow_python, [reference_url, lineal_url], seed, SEARCHED)
    pages = [line["answer"] for line in reference if line["kind"].startswith("search_") and "answer" in line]
    print(f"\nseed {seed}: {len(pages)} searches, {sum(map(any, pages))} of which found something")
    found = differences(reference, lineal)
    assert not found, f"seed {seed}: {report(found)}"
    assert sum(map(any, pages)) > 20


@pytest.mark.slow
def test_the_oldest_client_is_answered_alike(oldest_client_python: Path, reference_url: str, lineal_url: str) -> None:
    reference, lineal = transcripts(oldest_client_python, [reference_url, lineal_url], OLDEST_SEED, COMPARED)
    print(f"\nthe oldest client, answered by the reference server:\n{table(counts(reference))}")
    found = differences(reference, lineal)
    assert not found, report(found)
    assert sum("error" not in line for line in reference) > CALLS / 2


def transcripts(python: Path, urls: list[str], seed: int, kinds: Iterable[str]) -> list[list[Line]]:
    """Send one sequence of calls of these kinds to each server, at the same time; return what each answered."""
    arguments = ["--seed", str(seed), "--calls", str(CALLS), "--kinds", ",".join(kinds)]
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
