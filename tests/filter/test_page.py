"""The examples of docs/filter-query.md find what the page says, in the store that the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from lineal.errors import InvalidArgumentError
from lineal.filter import limits, parse
from lineal.filter.checker import FUNCTIONS
from lineal.filter.vocabulary import ENUMS, NEIGHBOURS, OWN, PROPERTY_VALUES
from lineal.kinds import KINDS
from tests.filter.shelf import KIND, T, found
from tests.services import REPOSITORY

PAGE = (REPOSITORY / "docs" / "filter-query.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(artifact|execution|context)s\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"(.*?) +-- finds (nothing|[\d, ]+)")


def examples() -> list[tuple[str, str, list[int]]]:
    return [
        (kind, line, [int(number) for number in re.findall(r"\d+", EXAMPLE.fullmatch(line)[2])])
        for kind, block in BLOCK.findall(PAGE)
        for line in block.splitlines()
    ]


ROWS = {
    "Type": [
        {"id": id_, "name": name, "type_kind": kind}
        for id_, name, kind in [
            (1, "Data", 1),
            (2, "Model", 1),
            (3, "Metrics", 1),
            (4, "Train", 0),
            (5, "Experiment", 2),
            (6, "Run", 2),
        ]
    ],
    "Artifact": [
        {"id": 1, "type_id": 1, "name": "train.csv", "uri": "s3://data/train.csv", "state": 2, "external_id": "x"},
        {"id": 2, "type_id": 2, "name": "mnist", "uri": "s3://models/mnist", "state": 2},
        {"id": 3, "type_id": 2, "name": "MNIST-2", "uri": "", "state": 1},
        {"id": 4, "type_id": 3, "uri": "s3://metrics/100%"},
    ],
    "ArtifactProperty": [
        {"artifact_id": id_, "name": name, "is_custom_property": custom, column: value}
        for id_, custom, name, column, value in [
            (1, False, "rows", "int_value", 60000),
            (1, False, "owner", "string_value", "Ann"),
            (2, False, "accuracy", "double_value", 0.97),
            (2, False, "released", "bool_value", True),
            (2, False, "owner", "string_value", "Bob"),
            (2, True, "hyper.params", "string_value", "lr=0.1"),
            (3, False, "accuracy", "double_value", 0.91),
            (3, False, "released", "bool_value", False),
            (3, True, "priority", "int_value", 3),
            (4, True, "priority", "string_value", "high"),
        ]
    ],
    "Execution": [
        {"id": 1, "type_id": 4, "name": "train-1", "last_known_state": 3},
        {"id": 2, "type_id": 4, "name": "train-2", "last_known_state": 4},
    ],
    "Context": [
        {"id": 1, "type_id": 5, "name": "digits"},
        {"id": 2, "type_id": 6, "name": "run-17"},
        {"id": 3, "type_id": 6, "name": "run-18"},
    ],
    "Attribution": [{"artifact_id": a, "context_id": c} for a, c in [(2, 1), (1, 2), (2, 2), (4, 2), (1, 3), (3, 3)]],
    "Association": [{"execution_id": 1, "context_id": 2}, {"execution_id": 2, "context_id": 3}],
    "ParentContext": [{"context_id": 2, "parent_context_id": 1}, {"context_id": 3, "parent_context_id": 1}],
    "Event": [
        {"artifact_id": a, "execution_id": e, "type": type_, "milliseconds_since_epoch": 1000 * a}
        for a, e, type_ in [(1, 1, 3), (2, 1, 4), (4, 1, 4), (1, 2, 3)]
    ],
}


@pytest.fixture(scope="module")
def store() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    T["Artifact"].metadata.create_all(engine)
    with engine.begin() as connection:
        for table, rows in ROWS.items():
            for row in rows:
                time = 1000 * row["id"] if table in ("Artifact", "Execution", "Context") else None
                times = {"create_time_since_epoch": time, "last_update_time_since_epoch": time} if time else {}
                connection.execute(sa.insert(T[table]).values(**row, **times))
        artifacts = T["Artifact"]
        connection.execute(sa.update(artifacts).where(artifacts.c.id == 2).values(last_update_time_since_epoch=2600))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("kind", "query", "ids"), examples())
def test_an_example_finds_what_the_page_says(store: sa.Engine, kind: str, query: str, ids: list[int]) -> None:
    assert found(store, query, kind) == ids


def test_every_name_is_on_the_page() -> None:
    names = {name for kind in KINDS for name in OWN[kind]} | {*PROPERTY_VALUES, *FUNCTIONS}
    names |= {f"{family}_ALIAS" for kind in KINDS for family in NEIGHBOURS[kind]}
    names |= {name for values in ENUMS.values() for name in values}
    assert not {name for name in names if name not in PAGE}


def test_every_limit_is_on_the_page() -> None:
    numbers = {f"{value:,}" for name, value in vars(limits).items() if name.isupper()}
    assert not {number for number in numbers if f"| {number}" not in PAGE}


def test_the_mistake_on_the_page_is_answered_so() -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        parse("nmae = 'x'", kind=KIND["artifact"])
    shown = " ".join(PAGE[PAGE.index("    filter_query, line") :].split("...")[0].split())
    assert raised.value.message.startswith(shown)
