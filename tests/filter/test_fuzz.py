"""Any text is a query that runs, or a mistake with a place; nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineal.errors import InvalidArgumentError
from lineal.filter import parse
from tests.filter.queries import mutated, nonsense, queries
from tests.filter.shelf import KIND, found
from tests.parameters import rare

FEW_KINDS = ["artifact", rare("execution"), rare("context")]
ENOUGH = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def runs_or_is_refused(shelf: sa.Engine, text: str, kind: str) -> None:
    try:
        checked = parse(text, kind=KIND[kind])
    except InvalidArgumentError:
        return
    ids = found(shelf, text, kind)
    assert len(ids) == len({*ids})
    assert parse(str(checked), kind=KIND[kind]) == checked
    assert found(shelf, str(checked), kind) == ids


@ENOUGH
@given(text=nonsense)
def test_nonsense(shelf: sa.Engine, text: str) -> None:
    runs_or_is_refused(shelf, text, "artifact")


@pytest.mark.parametrize("kind", FEW_KINDS)
@ENOUGH
@given(data=st.data())
def test_mutated_queries(shelf: sa.Engine, kind: str, data: st.DataObject) -> None:
    runs_or_is_refused(shelf, data.draw(mutated(kind)), kind)


@pytest.mark.parametrize("kind", FEW_KINDS)
@ENOUGH
@given(data=st.data())
def test_queries_whose_types_may_not_fit(shelf: sa.Engine, kind: str, data: st.DataObject) -> None:
    runs_or_is_refused(shelf, data.draw(queries(kind, mixed=True)), kind)


@pytest.mark.parametrize("kind", KIND)
@ENOUGH
@given(data=st.data())
def test_correct_queries_are_accepted(shelf: sa.Engine, kind: str, data: st.DataObject) -> None:
    assert found(shelf, data.draw(queries(kind)), kind) is not None


@ENOUGH
@given(text=st.text(), name=st.text(min_size=1))
def test_any_text_is_a_string_and_a_name(text: str, name: str) -> None:
    checked = parse(f"properties.{_quoted(name, '`')}.string_value = {_quoted(text, chr(39))}", kind=KIND["artifact"])
    field, constant = checked.condition.operands
    assert (field.mention.name, constant.value) == (name, text)


def _quoted(text: str, quote: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n").replace("\r", "\\r")
    return f"{quote}{escaped}{quote}"


def test_half_a_surrogate_is_refused_not_a_crash() -> None:
    with pytest.raises(InvalidArgumentError, match="not Unicode text"):
        parse("name = '\ud800'", kind=KIND["artifact"])
