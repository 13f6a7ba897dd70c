"""Runs of both versions read alike: a run that version 2 recorded beside one that was imported from version 3."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.official import METHOD_OF_REQUEST
from tests.kfp.asking import Asking
from tests.kfp.importing.conftest import Store
from tests.kfp.importing.kfp_database import KfpDatabase
from tests.kfp.importing.pipeline import FIRST, SECOND
from tests.kfp.player import play_all
from tests.kfp.readers import Browser, namespaces_of
from tests.kfp.runs import SIMPLE

UNKNOWN = {"image", "store_session_info", "resource_name", "plugins.tracker.run_id", "artifact_producer_task"}
"""What version 2 records and version 3 does not know."""


class Alone(Asking):
    """Lineal asked without the official core, where nothing is compared."""

    def __init__(self, service: MetadataService) -> None:
        self._service = service

    def maybe(self, request: Message, *codes: int) -> Any:
        """Ask."""
        try:
            return self._service.call(METHOD_OF_REQUEST[type(request).__name__], request)
        except errors.StatusError as error:
            if error.error_code in codes:
                return None
            raise


@pytest.fixture
def both(kfp: KfpDatabase, store: Store) -> Store:
    """A store with a run of version 2, and those that are imported."""
    play_all(Alone(store.service), [SIMPLE])
    assert store.take(kfp.url).failed.counts() == {}
    return store


def names(nodes: list[Any]) -> dict[str, set[str]]:
    """Return the names of properties by the types of nodes."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        found.setdefault(node.type, set()).update(node.custom_properties)
    return found


def test_imported_records_have_the_properties_that_version_2_writes(both: Store) -> None:
    asked = ((rpc.GetExecutionsRequest, "executions"), (rpc.GetContextsRequest, "contexts"))
    for request, field in asked:
        nodes = getattr(both.ask(request()), field)
        new = [each for each in nodes if each.external_id]
        old = [each for each in nodes if not each.external_id]
        mine, theirs = names(new), names(old)
        for type_name in mine.keys() & theirs.keys():
            assert theirs[type_name] - UNKNOWN <= mine[type_name], type_name
        assert mine.keys() >= theirs.keys() - {"system.Pipeline"}


def test_one_filter_finds_the_artifacts_and_steps_of_both(both: Store) -> None:
    query = "type = 'system.Dataset' AND custom_properties.rows.double_value > 5"
    found = both.ask(rpc.GetArtifactsRequest(options=pb.ListOperationOptions(filter_query=query))).artifacts
    assert {bool(each.external_id) for each in found} == {True, False}
    query = "type = 'system.ContainerExecution' AND custom_properties.task_name.string_value = 'train'"
    found = both.ask(rpc.GetExecutionsRequest(options=pb.ListOperationOptions(filter_query=query))).executions
    assert {bool(each.external_id) for each in found} == {True, False}


def test_runs_of_both_are_in_the_context_of_their_pipeline(both: Store) -> None:
    pipeline = both.context("system.Pipeline", "churn")
    asked = rpc.GetChildrenContextsByContextRequest(context_id=pipeline.id)
    assert {each.name for each in both.ask(asked).contexts} == {FIRST, SECOND, SIMPLE.run_id}


def test_the_pages_of_version_2_show_imported_runs(both: Store) -> None:
    asking = Alone(both.service)
    browser = Browser(asking)
    executions = browser.run_details(FIRST)
    assert len(executions) == 9
    for each in executions:
        browser.task_details(each.id)
    data_set = both.artifacts()["a-data"]
    browser.lineage(data_set.id)
    assert namespaces_of(asking, data_set.uri) == {"team-a"}
