"""Labels of any text are found, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineal.sdk import Execution, Model, Store, Workspace

CLOSE = st.text(st.sampled_from("aA%_'\"\\`\n\x00/ é€😀:,{}"), max_size=4)
LABELS = st.dictionaries(CLOSE | st.text(max_size=3), CLOSE | st.text(max_size=3), max_size=3)


@pytest.fixture(scope="module")
def shared_store() -> Iterator[Store]:
    store = Store(url="sqlite://")
    yield store
    store.store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(LABELS, max_size=4), wanted=LABELS, data=st.data())
def test_exactly_the_artifacts_with_the_labels_are_listed(
    shared_store: Store, records: list[dict[str, str]], wanted: dict[str, str], data: st.DataObject
) -> None:
    if records and data.draw(st.booleans()):
        wanted = data.draw(st.sampled_from(records))
    test_exactly_the_artifacts_with_the_labels_are_listed.count += 1
    workspace = Workspace(shared_store, f"w{test_exactly_the_artifacts_with_the_labels_are_listed.count}")
    execution = Execution("train", workspace)
    logged = [execution.log_output(Model("gs://a", str(n), labels=labels)) for n, labels in enumerate(records)]
    matching = [model.id for model, labels in zip(logged, records, strict=True) if wanted.items() <= labels.items()]
    assert [found["id"] for found in workspace.list(labels=wanted)] == matching
    assert [found["id"] for found in workspace.list(labels=wanted, limit=1)] == matching[:1]


test_exactly_the_artifacts_with_the_labels_are_listed.count = 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(CLOSE.filter(bool), min_size=1, max_size=4))
def test_exactly_the_artifact_of_a_name_is_listed(shared_store: Store, names: set[str]) -> None:
    workspace = Workspace(shared_store, f"names {sorted(names)}")
    execution = Execution("train", workspace)
    ids = {name: execution.log_output(Model("gs://a", name)).id for name in names}
    for name in names:
        assert [found["id"] for found in workspace.list(name=name)] == [ids[name]]
