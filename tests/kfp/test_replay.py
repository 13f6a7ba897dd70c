"""Everything that Kubeflow Pipelines calls, replayed: Lineal's server answers as the official core does."""

from __future__ import annotations

import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.official import OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.kfp.asking import Asking
from tests.kfp.doors import Doors
from tests.kfp.metadata_writer import write
from tests.kfp.player import Player, play_all
from tests.kfp.readers import Browser, namespaces_of
from tests.kfp.runs import (
    CACHED,
    EVERY_RUN,
    FAILED,
    IMPORTED_AGAIN,
    MANY,
    NESTED,
    OLD_STEPS,
    OLD_WORKFLOW,
    SIMPLE,
    Run,
)
from tests.parameters import rare

LAUNCHED = {
    *("GetArtifactType", "GetArtifactsByID", "GetArtifactsByURI", "GetContextByTypeAndName", "GetContextType"),
    *("GetContextsByArtifact", "GetContextsByExecution", "GetEventsByExecutionIDs", "GetExecutionByTypeAndName"),
    *("GetExecutionsByContext", "GetExecutionsByID", "GetParentContextsByContext", "PutArtifactType", "PutArtifacts"),
    *("PutContextType", "PutContexts", "PutExecution", "PutExecutionType", "PutParentContexts"),
}
"""What the driver and the launcher call in these runs."""
SHOWN = {
    *("GetArtifactTypes", "GetArtifactTypesByID", "GetArtifacts", "GetArtifactsByContext", "GetArtifactsByID"),
    *("GetContextByTypeAndName", "GetContextType", "GetContextsByExecution", "GetEventsByArtifactIDs"),
    *("GetEventsByExecutionIDs", "GetExecutionTypes", "GetExecutionTypesByID", "GetExecutions"),
    *("GetExecutionsByContext", "GetExecutionsByID"),
}
"""What the pages call."""
WRITTEN = {
    *("GetArtifactType", "GetArtifactsByURI", "GetContextType", "GetContextTypes", "GetContextTypesByID"),
    *("GetExecutionType", "PutArtifactType", "PutArtifacts", "PutAttributionsAndAssociations", "PutContextType"),
    *("PutContexts", "PutEvents", "PutExecutionType", "PutExecutions"),
}
"""What the metadata writer calls."""


def look(asking: Asking, player: Player, runs: tuple[Run, ...]) -> None:
    """Open every page of what was recorded, and ask for the namespaces of files."""
    browser = Browser(asking)
    with asking.by("web text"):
        artifacts, executions = browser.artifact_list(), browser.execution_list()
        assert (len(set(artifacts)), len(set(executions))) == (len(artifacts), len(executions))
        assert set(artifacts) >= set(player.artifacts.values())
        browser.artifact_list(is_grouped=True)
        browser.execution_list(is_grouped=True)
        for run in runs:
            browser.run_details(run.run_id)
            browser.old_run_details(run.run_id)
        browser.compare_runs([run.run_id for run in runs])
        for execution_id in player.executions.values():
            browser.task_details(execution_id)
            browser.execution_details(execution_id)
        for artifact_id in set(player.artifacts.values()):
            browser.artifact_details(artifact_id)
            browser.lineage(artifact_id)


@pytest.mark.parametrize("runs", [(NESTED, IMPORTED_AGAIN, FAILED), rare(EVERY_RUN)], ids=["some", "all"])
def test_runs_and_the_pages_that_show_them_are_answered_as_by_the_official_core(
    asking: Asking, doors: Doors, runs: tuple[Run, ...]
) -> None:
    player = play_all(asking, runs)
    look(asking, player, runs)
    assert doors.names["grpc"] == LAUNCHED
    assert doors.names["web text"] == SHOWN


@pytest.mark.parametrize("door", [rare("web"), rare("web text")])
def test_the_drivers_calls_are_answered_alike_through_every_door(asking: Asking, door: str) -> None:
    with asking.by(door):
        play_all(asking, EVERY_RUN)
    assert asking.called == LAUNCHED


@pytest.mark.parametrize("door", [rare("grpc"), rare("web")])
def test_the_pages_calls_are_answered_alike_through_every_door(asking: Asking, doors: Doors, door: str) -> None:
    player = play_all(asking, (SIMPLE, NESTED))
    asking.by = lambda _: Asking.by(asking, door)  # type: ignore[method-assign]
    look(asking, player, (SIMPLE, NESTED))
    assert doors.names[door] >= SHOWN


@pytest.mark.parametrize("lists_contexts", [False, rare(True)])
def test_the_metadata_writer_is_answered_as_by_the_official_core(asking: Asking, lists_contexts: bool) -> None:
    write(asking, OLD_WORKFLOW, OLD_STEPS, lists_contexts=lists_contexts)
    assert asking.called == WRITTEN | {"GetContexts" if lists_contexts else "GetContextByTypeAndName"}
    with asking.by("web text"):
        browser = Browser(asking)
        browser.old_run_details(OLD_WORKFLOW)
        for artifact_id in browser.artifact_list():
            browser.lineage(artifact_id)


def test_the_ui_server_learns_the_namespace_of_a_file(asking: Asking) -> None:
    player = play_all(asking, (SIMPLE, CACHED))
    data_set = player.artifacts[SIMPLE.run_id, "prepare.training_set"]
    [found] = asking.ok(rpc.GetArtifactsByIDRequest(artifact_ids=[data_set])).artifacts
    with asking.by("web"):
        assert namespaces_of(asking, found.uri) == {"team-a"}
        assert namespaces_of(asking, "minio://artifacts/nobody") == set()


@pytest.mark.slow
def test_a_run_has_more_executions_than_a_page_and_none_is_lost(asking: Asking) -> None:
    player = play_all(asking, (MANY,))
    inside = {each.id for each in Browser(asking).run_details(MANY.run_id)}
    assert len(inside) == 1 + 1 + 12 + 12
    assert set(player.executions.values()) <= inside


def test_a_comparison_can_fail(core: OfficialCore, doors: Doors) -> None:
    """What one of the two holds alone is found."""
    pair = Pair(core.open(), LinealSide(doors))
    asking = Asking(pair, doors)
    asking.ok(rpc.GetContextTypesRequest())
    doors.call("PutContextType", rpc.PutContextTypeRequest(context_type=pb.ContextType(name="only.here")))
    with pytest.raises(AssertionError, match="GetContextTypes differs"):
        asking.ok(rpc.GetContextTypesRequest())
    pair.close()
