from __future__ import annotations

import gc
import pickle

import pytest

from lineal import errors
from lineal.sdk import DataSet, Execution, Model, Workspace, artifact_lineage
from tests.sdk.test_custom_artifacts import Duck, Sensor


@pytest.fixture
def chain(workspace: Workspace) -> list[Model]:
    """Return a raw data set, a base model made of it, a model made of that, and one that is not related."""
    first, second = Execution("pretrain", workspace), Execution("train", workspace)
    raw = first.log_input(DataSet("gs://raw", "raw"))
    base = first.log_output(Model("gs://base", "base"))
    second.log_input(base)
    model = second.log_output(Model("gs://model", "model"))
    other = Execution("other", workspace).log_output(Model("gs://other", "other"))
    return [raw, base, model, other]  # type: ignore[list-item]


def test_lineage_leads_up_to_everything_an_artifact_came_from(chain: list[Model]) -> None:
    upstream = chain[2].lineage().upstream
    assert [found["name"] for found in upstream.artifacts] == ["raw", "base"]
    assert [found["name"] for found in upstream.executions] == ["pretrain", "train"]
    assert len(upstream.events) == 4


def test_lineage_leads_down_to_everything_that_came_from_an_artifact(chain: list[Model]) -> None:
    downstream = chain[0].lineage().downstream
    assert [found["name"] for found in downstream.artifacts] == ["base", "model"]
    assert [found["name"] for found in downstream.executions] == ["pretrain", "train"]


def test_the_ends_have_nothing_beyond(chain: list[Model]) -> None:
    for relatives in (chain[0].lineage().upstream, chain[2].lineage().downstream):
        assert (relatives.artifacts, relatives.executions, relatives.events) == ([], [], [])


def test_lineage_can_be_cut_after_some_hops(chain: list[Model]) -> None:
    upstream = chain[2].lineage(max_hops=2).upstream
    assert [found["name"] for found in upstream.artifacts] == ["base"]


def test_an_artifact_in_a_lineage_tells_its_type_and_uri(chain: list[Model]) -> None:
    [found] = chain[1].lineage().upstream.artifacts
    assert (found["type"], found["uri"], found["workspace"]) == (DataSet.ARTIFACT_TYPE_NAME, "gs://raw", "bakery")


def test_lineage_shows_itself_in_notebooks(chain: list[Model]) -> None:
    page = chain[1].lineage()._repr_html_()
    assert "Upstream" in page
    assert "gs://raw" in page


def test_custom_artifacts_have_a_lineage_too(execution: Execution) -> None:
    execution.log_input(DataSet("gs://raw", "raw"))
    sensor = execution.log_output(Sensor("gs://oven", 1))
    assert [found["name"] for found in sensor.lineage().upstream.artifacts] == ["raw"]


def test_an_artifact_that_was_not_logged_has_no_lineage() -> None:
    with pytest.raises(ValueError, match="log it first"):
        Model("gs://a", "a").lineage()


def test_an_artifact_from_another_process_needs_the_store(chain: list[Model], workspace: Workspace) -> None:
    arrived: Model = pickle.loads(pickle.dumps(chain[2]))
    with pytest.raises(ValueError, match="'store'"):
        arrived.lineage()
    assert len(arrived.lineage(store=workspace.store).upstream.artifacts) == 2


def test_an_unknown_artifact_is_an_error(workspace: Workspace) -> None:
    model = Model("gs://a", "a")
    model.id = 4711
    with pytest.raises(errors.NotFoundError, match="there is no artifact with the id 4711"):
        model.lineage(store=workspace.store)


def test_the_store_of_an_artifact_is_forgotten_with_it(execution: Execution) -> None:
    before = len(artifact_lineage._homes)
    for number in range(3):
        execution.log_output(Model("gs://a", str(number)))
    gc.collect()
    assert len(artifact_lineage._homes) == before


def test_an_artifact_without_weak_references_can_be_logged(execution: Execution) -> None:
    class Slotted(Duck):
        __slots__ = ("id", "record")

    assert execution.log_output(Slotted()).id
