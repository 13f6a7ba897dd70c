"""Labels of any text are found, and nothing else is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineal.sdk import Execution, Model, Store, Workspace

CLOSE = st.text(st.sampled_from("aA%_'\"\\`\n\x00/ é€😀:,{}"), max_size=4)
LABELS = st.dictionaries(CLOSE | st.text(max_size=3), CLOSE | st.text(max_size=3), max_size=3)
NAMES = st.sets(CLOSE.filter(bool), min_size=1, max_size=4)
Asked = tuple[list[dict[str, str]], dict[str, str]]


@st.composite
def asked_labels(draw: st.DrawFn) -> Asked:
    """Labels of records, and labels to ask for, which one of the records often has."""
    records = draw(st.lists(LABELS, max_size=4))
    return records, draw(st.sampled_from(records) if records and draw(st.booleans()) else LABELS)


ASKED = asked_labels()


@pytest.fixture(scope="module")
def shared_store() -> Iterator[Store]:
    store = Store(url="sqlite://")
    yield store
    store.store.close()


FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(FEW, max_examples=300)
_numbers = itertools.count()


def check_labels(store: Store, records: list[dict[str, str]], wanted: dict[str, str]) -> None:
    workspace = Workspace(store, f"labels {next(_numbers)}")
    execution = Execution("train", workspace)
    logged = [execution.log_output(Model("gs://a", str(n), labels=labels)) for n, labels in enumerate(records)]
    matching = [model.id for model, labels in zip(logged, records, strict=True) if wanted.items() <= labels.items()]
    assert [found["id"] for found in workspace.list(labels=wanted)] == matching
    assert [found["id"] for found in workspace.list(labels=wanted, limit=1)] == matching[:1]


def check_names(store: Store, names: set[str]) -> None:
    workspace = Workspace(store, f"names {next(_numbers)}")
    execution = Execution("train", workspace)
    ids = {name: execution.log_output(Model("gs://a", name)).id for name in names}
    for name in names:
        assert [found["id"] for found in workspace.list(name=name)] == [ids[name]]


@FEW
@given(asked=ASKED)
def test_exactly_the_artifacts_with_the_labels_are_listed(shared_store: Store, asked: Asked) -> None:
    check_labels(shared_store, *asked)


@pytest.mark.slow
@pytest.mark.timeout(600)
@MANY
@given(asked=ASKED)
def test_exactly_the_artifacts_with_any_of_hundreds_of_labels_are_listed(shared_store: Store, asked: Asked) -> None:
    check_labels(shared_store, *asked)


@FEW
@given(names=NAMES)
def test_exactly_the_artifact_of_a_name_is_listed(shared_store: Store, names: set[str]) -> None:
    check_names(shared_store, names)


@pytest.mark.slow
@pytest.mark.timeout(600)
@MANY
@given(names=NAMES)
def test_exactly_the_artifact_of_any_of_hundreds_of_names_is_listed(shared_store: Store, names: set[str]) -> None:
    check_names(shared_store, names)
