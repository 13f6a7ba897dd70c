"""What the expressions look like: everything bound, indexes left usable, the dialects' differences."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from lineal.filter import build, parse
from tests.filter.shelf import KIND, T, statement

DIALECTS = {"sqlite": sqlite.dialect(), "mysql": mysql.dialect(), "postgresql": postgresql.dialect()}
EVERYTHING = """
    name = 'vvva' AND uri LIKE 'vvvb%' AND id IN (77771, 77772.5, NULL) AND state != DELETED AND type = 'vvvc'
    AND properties.`vvvd e`.int_value BETWEEN 77773 AND -77774 AND custom_properties.vvvf.bool_value = true
    AND (contexts_vvvg.name = 'vvvh' OR contexts_vvvi.type != 'vvvj') AND events_vvvk.type NOT IN (PENDING_OUTPUT)
    AND COALESCE(name, 'vvvl') = LOWER('vvvm') AND id + 77775 > ABS(-77776) / 77777 AND id < 0x1FFFF
"""


def sql(query: str, dialect: str, kind: str = "artifact") -> str:
    return " ".join(str(statement(query, kind).compile(dialect=DIALECTS[dialect])).split())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_text_of_the_query_is_in_the_statement(dialect: str) -> None:
    text = sql(EVERYTHING, dialect)
    assert not re.search(r"vvv|7777|131071", text)
    numbers = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text))
    assert numbers <= {"0.0"}  # SQLAlchemy's own, in a division on SQLite


def test_everything_said_is_a_parameter() -> None:
    values = {*map(str, statement(EVERYTHING).compile().params.values())}
    said = {"vvva", "vvvb%", "77771", "77772.5", "4", "vvvc", "vvvd e", "77773", "-77774", "vvvf", "vvvh", "vvvj", "7"}
    assert said | {"vvvl", "vvvm", "77775", "-77776", "77777", "131071", "True"} <= values


def test_the_text_does_not_depend_on_values() -> None:
    texts = {sql(f"name = '{value}' AND contexts_{value}.id = {len(value)}", "sqlite") for value in ("a", "bb")}
    assert len(texts) == 1


@pytest.mark.parametrize("query", [EVERYTHING, "id = 1", "contexts_a.id > id OR properties.x.int_value = 1"])
def test_no_statement_needs_distinct(query: str) -> None:
    assert "DISTINCT" not in sql(query, "sqlite")


def test_neighbours_of_separate_conditions_are_sought_separately() -> None:
    text = sql("contexts_a.id = 1 AND events_0.type = INPUT AND contexts_b.id = 2", "sqlite")
    assert text.count("IN (SELECT") == 3
    assert sql("contexts_a.id = events_0.execution_id", "sqlite").count("IN (SELECT") == 1
    assert sql("contexts_a.id = 1 AND contexts_a.name = 'x'", "sqlite").count("IN (SELECT") == 1


def test_an_or_about_several_neighbours_does_not_multiply_them() -> None:
    text = sql("contexts_a.id = 1 OR contexts_b.id = 2 OR NOT (contexts_c.id = 3 AND contexts_d.id = 4)", "sqlite")
    assert text.count("IN (SELECT") == 4 + 2  # one for each, and that there is a context at all, here and in the NOT


def test_a_neighbour_condition_alone_does_not_read_the_node_again() -> None:
    assert sql("contexts_a.name = 'x'", "sqlite").count('"Artifact"') == sql("true", "sqlite").count('"Artifact"') + 1
    assert 'FROM "Attribution" AS filter_1 JOIN "Context"' in sql("contexts_a.name = 'x'", "sqlite")


def test_an_equal_text_can_use_an_index_on_every_engine() -> None:
    assert '("Artifact".name = ?)' in sql("name = 'x'", "sqlite")
    assert '"Artifact".name = %(param_1)s' in sql("name = 'x'", "postgresql")
    assert "(`Artifact`.name = %s AND CAST(" in sql("name = 'x'", "mysql")


def test_the_node_table_may_be_an_alias() -> None:
    node = T["Artifact"].alias("node")
    clauses = build(parse("type = 'x' AND contexts_a.id > id", kind=KIND["artifact"]), node=node, tables=T)
    text = str(sa.select(node.c.id).select_from(clauses.source).where(clauses.condition))
    assert 'FROM "Artifact" AS node JOIN "Type"' in text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_condition_is_never_compared_with_one(dialect: str) -> None:
    text = sql("name = 'x' OR NOT (name LIKE 'y' AND (id = 1) IS TRUE)", dialect)
    assert not re.search(r"\) = (1|true)", text)
