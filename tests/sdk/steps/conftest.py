"""A store in memory in which the steps of a test are recorded, and no settings left over from another test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineal.sdk import Store, Workspace, init
from lineal.sdk.steps import beginning
from lineal.wire import metadata_store as pb


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No workspace is known: neither from `init` nor from the environment."""
    for name in ("LINEAL_URL", "LINEAL_WORKSPACE", "LINEAL_RUN", "LINEAL_PARENT_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    beginning.forget()
    yield
    beginning.forget()


@pytest.fixture
def bakery(store: Store) -> Workspace:
    """The workspace that `init` was given."""
    return init(store, "bakery")


class Recorded:
    """The executions of a workspace, as a test asks for them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def all(self) -> list[pb.Execution]:
        return sorted(self._workspace.store.get_executions(), key=lambda each: each.id)

    def states(self) -> dict[str, str]:
        """The state of each execution by its name."""
        return {_name(each): pb.Execution.State.Name(each.last_known_state) for each in self.all()}

    def parents(self) -> dict[str, str | None]:
        """The name of the parent of each execution by its name."""
        names = {each.id: _name(each) for each in self.all()}
        return {_name(each): names.get(each.custom_properties["__parent__"].int_value) for each in self.all()}

    def parameters(self) -> dict[str, str]:
        """The parameters of the only execution."""
        [execution] = self.all()
        return {
            name.removeprefix("param."): value.string_value
            for name, value in execution.custom_properties.items()
            if name.startswith("param.")
        }

    def property(self, name: str) -> str:
        """A custom property of the only execution, "" for none."""
        [execution] = self.all()
        return execution.custom_properties[name].string_value

    def artifacts(self) -> list[pb.Artifact]:
        return list(self._workspace.store.get_artifacts())

    def links(self) -> set[tuple[str, str, str]]:
        """The events: execution, INPUT or OUTPUT, and the name of the artifact."""
        names = {each.id: _name(each) for each in self.all()}
        events = self._workspace.store.get_events_by_execution_ids([*names])
        found = self._workspace.store.get_artifacts_by_id([each.artifact_id for each in events])
        artifacts = {each.id: each.properties["name"].string_value for each in found}
        return {
            (names[each.execution_id], pb.Event.Type.Name(each.type), artifacts[each.artifact_id]) for each in events
        }


def _name(execution: pb.Execution) -> str:
    return execution.properties["name"].string_value


@pytest.fixture
def recorded(bakery: Workspace) -> Recorded:
    return Recorded(bakery)
