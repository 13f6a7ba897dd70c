"""A source, and a store that is asked with the calls of ML Metadata."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lineal.importing.report import Report
from lineal.kfp import import_source, preview
from lineal.kfp_sources import open_source
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.compat.official import METHOD_OF_REQUEST
from tests.kfp.importing.kfp_database import KfpDatabase
from tests.kfp.importing.pipeline import fill


@dataclass
class Store:
    """A store that a test imports into."""

    url: str
    service: MetadataService

    def take(self, place: str, *, namespaces: list[str] | None = None, dry: bool = False, who: str = "") -> Report:
        """Import a source, or look at what would be imported."""
        with closing(open_source(place, namespaces=namespaces or [])) as source:
            return preview(self.service, source) if dry else import_source(self.service, source, who=who)

    def ask(self, request: Any) -> Any:
        """Make a call."""
        return self.service.call(METHOD_OF_REQUEST[type(request).__name__], request)

    def context(self, type_name: str, name: str) -> Any:
        """Return a context by its type and name."""
        return self.ask(rpc.GetContextByTypeAndNameRequest(type_name=type_name, context_name=name)).context

    def executions(self, run_id: str) -> dict[str, Any]:
        """Return the executions of a run by the ids of their tasks."""
        asked = rpc.GetExecutionsByContextRequest(context_id=self.context("system.PipelineRun", run_id).id)
        return {each.external_id.removeprefix("kfp:task:"): each for each in self.ask(asked).executions}

    def artifacts(self) -> dict[str, Any]:
        """Return all artifacts by their ids in the source."""
        found = self.ask(rpc.GetArtifactsRequest()).artifacts
        return {each.external_id.removeprefix("kfp:artifact:"): each for each in found}

    def links(self, task: Any) -> set[tuple[str, int, str]]:
        """Return the artifact, the type and the name of each event of an execution."""
        names = {each.id: name for name, each in self.artifacts().items()}
        events = self.ask(rpc.GetEventsByExecutionIDsRequest(execution_ids=[task.id])).events
        return {(names[each.artifact_id], each.type, each.path.steps[0].key) for each in events}

    def everything(self) -> list[str]:
        """Return all that the store holds, as texts."""
        lists = (rpc.GetArtifactsRequest, rpc.GetExecutionsRequest, rpc.GetContextsRequest)
        found = [str(node) for each in lists for _, nodes in self.ask(each()).ListFields() for node in nodes]
        ids = [each.id for each in self.ask(rpc.GetExecutionsRequest()).executions]
        if ids:
            found += [str(each) for each in self.ask(rpc.GetEventsByExecutionIDsRequest(execution_ids=ids)).events]
        return sorted(found)


@pytest.fixture
def kfp(tmp_path: Path) -> Iterator[KfpDatabase]:
    """A database of Kubeflow Pipelines 3 in a SQLite file, with the runs of `pipeline.py`."""
    with closing(KfpDatabase(f"sqlite:///{tmp_path}/mlpipeline.db")) as database:
        fill(database)
        yield database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a SQLite file."""
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:  # type: ignore[arg-type]
        yield Store(url, service)
