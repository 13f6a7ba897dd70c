"""The official core and Lineal's statements on the very same database file find the same nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from lineal import errors
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.official import OfficialCore, OfficialStore, sqlite_file
from tests.filter.queries import queries
from tests.filter.shelf import KIND, found

pytestmark = pytest.mark.slow

VALUE = {int: "int_value", float: "double_value", str: "string_value", bool: "bool_value"}
TYPES = {"step": pb.INT, "score": pb.DOUBLE, "owner": pb.STRING, "done": pb.BOOLEAN}
PROPERTIES: list[dict[str, Any]] = [
    {"step": 1, "score": 0.5, "owner": "data", "done": True},
    {"step": 2, "score": 150.0, "owner": "Data", "done": False},
    {"step": -3, "owner": "it's"},
    {"step": 2**63 - 1, "done": True},
    {},
]
CUSTOM: list[dict[str, Any]] = [{"mixed": 1}, {"mixed": "x1"}, {"mixed": 0.5}, {"mixed": True}, {"step": 2}]
NAMES = ["data", "model", "Münch", None, "MODEL"]


@dataclass
class File:
    """A database file that both read."""

    store: OfficialStore
    engine: sa.Engine

    def official(self, query: str, kind: str) -> list[int] | int:
        """Return the ids that the official core finds, or its status code."""
        plural = KIND[kind].plural
        request = getattr(rpc, f"Get{plural.capitalize()}Request")()
        request.options.filter_query = query
        request.options.max_result_size = 100
        answer = self.ask(request)
        return sorted(node.id for node in getattr(answer.response, plural)) if answer.code == 0 else answer.code

    def ask(self, request: Any) -> Any:
        self.store.start(request.DESCRIPTOR.name.removesuffix("Request"), request)
        return self.store.finish()

    def lineal(self, query: str, kind: str) -> list[int] | int:
        """Return the ids that Lineal's statement finds, or its status code."""
        try:
            return found(self.engine, query, kind)
        except errors.InvalidArgumentError as error:
            return error.error_code


@pytest.fixture(scope="module")
def file(official_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[File]:
    """Let the official core fill a file, and open it beside it."""
    path = tmp_path_factory.mktemp("official") / "metadata.db"
    core = OfficialCore(official_python)
    engine = sa.create_engine(f"sqlite:///{path}")
    file = File(core.open(sqlite_file(path)), engine)
    fill(file)
    yield file
    engine.dispose()
    core.close()


def fill(file: File) -> None:
    for kind in ("artifact", "execution", "context"):
        put_nodes(file, kind)
    relations = rpc.PutAttributionsAndAssociationsRequest()
    for node, context in [(1, 1), (1, 2), (2, 2), (3, 4), (5, 2)]:
        relations.attributions.add(artifact_id=node, context_id=context)
        relations.associations.add(execution_id=6 - node, context_id=context)
    parents = rpc.PutParentContextsRequest()
    for parent, child in [(1, 2), (1, 3), (2, 4), (3, 4)]:
        parents.parent_contexts.add(parent_id=parent, child_id=child)
    events = rpc.PutEventsRequest()
    for artifact, execution, type_ in [(1, 1, 3), (2, 1, 4), (2, 2, 3), (5, 2, 4), (3, 2, 2), (3, 3, 5)]:
        events.events.add(
            artifact_id=artifact, execution_id=execution, type=type_, milliseconds_since_epoch=50 * artifact
        )
    for request in (relations, parents, events):
        assert file.ask(request).code == 0


def put_nodes(file: File, kind: str) -> None:
    types = []
    for name in ("Run", "data"):
        request = getattr(rpc, f"Put{kind.capitalize()}TypeRequest")()
        request_type = getattr(request, f"{kind}_type")
        request_type.name = name
        for property_name, type_ in TYPES.items():
            request_type.properties[property_name] = type_
        types.append(file.ask(request).response.type_id)
    request = getattr(rpc, f"Put{KIND[kind].plural.capitalize()}Request")()
    for number, name in enumerate(NAMES):
        node = getattr(request, KIND[kind].plural).add(type_id=types[number % 2])
        if name or kind == "context":
            node.name = name or "run"
        if number % 2:
            node.external_id = f"x{number}"
        if KIND[kind].has_uri and number:
            node.uri = f"s3://bucket/{number}"
        if KIND[kind].state_field and number != 3:
            setattr(node, KIND[kind].state_field, number % 4)
        for values, given_values in ((node.properties, PROPERTIES), (node.custom_properties, CUSTOM)):
            for property_name, value in given_values[number].items():
                setattr(values[property_name], VALUE[type(value)], value)
    assert file.ask(request).code == 0


ENOUGH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("kind", KIND)
@pytest.mark.parametrize("mixed", [False, True], ids=["fitting", "mixed"])
@ENOUGH
@given(data=st.data())
def test_generated_queries_find_the_same(file: File, kind: str, mixed: bool, data: st.DataObject) -> None:
    query = data.draw(queries(kind, mixed=mixed))
    expected = file.official(query, kind)
    note(f"official: {expected}")
    assert file.lineal(query, kind) == expected
