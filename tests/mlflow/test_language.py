"""The language of MLflow's filters against MLflow itself: the committed cases, and random texts."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

from tests.filter.test_mlflow import CASES, SEARCHES, plain_filter, plain_order

SCRIPT = Path(__file__).with_name("language_answers.py")
Question = tuple[str, str, str]

FAMILIES = ["metrics", "metric", "params", "parameter", "tags", "tag", "attributes", "run", "dataset", "foo", ""]
KEYS = [
    "a",
    "a.b",
    "`a b`",
    '"a b"',
    "'a b'",
    "mlflow.user",
    "in",
    "order",
    "a-b",
    "status",
    "run_id",
    "name",
]
KEYS += ["start_time", "`Run name`", "created", "experiment_id", "creation_time", "version_number", "digest", "x[0]"]
OPERATORS = ["=", "!=", "<", ">=", "LIKE", "ilike", "IN", "not in", "IS NULL", "is not null", "==", "RLIKE", "IS"]
VALUES = [
    "'a'",
    '"a"',
    "1",
    "-0.5",
    "1e5",
    "1e+5",
    "'it''s'",
    "'a\\'",
    "('a')",
    "('a', \"b\",)",
    "()",
    "'1'",
    "NULL",
]
JOINTS = [" AND ", " and\n", " OR ", ", ", " AND AND ", "; "]
DIRECTIONS = ["", " ASC", " desc", "\tDESC", " down", " ", ", a"]


def answers(python: Path, questions: list[Question]) -> list[Any]:
    """Return what MLflow says to each."""
    text = json.dumps(questions) + "\n"
    done = subprocess.run([python, SCRIPT], input=text, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout)
    return found


def ours(question: Question) -> Any:
    search, what, text = question
    return plain_filter(search, text) if what == "filters" else plain_order(search, text)


def test_the_cases_are_what_mlflow_says(mlflow_python: Path) -> None:
    questions = [(case[0], what, case[1]) for what in ("filters", "orders") for case in CASES[what]]
    told = dict(zip(questions, answers(mlflow_python, questions), strict=True))
    assert told == {(case[0], what, case[1]): case[2] for what in ("filters", "orders") for case in CASES[what]}


def test_random_texts_mean_what_mlflow_says(mlflow_python: Path) -> None:
    chance = random.Random(7)
    questions = [_question(chance) for _ in range(1500)]
    told = answers(mlflow_python, questions)
    differing = {q: (answer, ours(q)) for q, answer in zip(questions, told, strict=True) if ours(q) != answer}
    assert not differing
    assert sum(answer is not None for answer in told) > 50


def _question(chance: random.Random) -> Question:
    search = chance.choice(["runs", *SEARCHES])
    if chance.random() < 0.2:
        # Of models and versions, MLflow orders by some keys whatever their family; Lineal refuses these.
        return chance.choice(["runs", "experiments"]), "orders", _key(chance) + chance.choice(DIRECTIONS)
    text = _comparison(chance)
    while chance.random() < 0.4:
        text += chance.choice(JOINTS) + _comparison(chance)
    return search, "filters", text


def _comparison(chance: random.Random) -> str:
    operator = chance.choice(OPERATORS)
    value = "" if operator.upper().startswith("IS ") else chance.choice(VALUES)
    return f"{_key(chance)} {operator} {value}"


def _key(chance: random.Random) -> str:
    family, key = chance.choice(FAMILIES), chance.choice(KEYS)
    return f"{family}.{key}" if family else key
