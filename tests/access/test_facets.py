"""A caller who is limited to one workspace sees no facet and no location of another, and nothing of the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service import MetadataService, scope_rules
from lineal.service.access import Role
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, locations, outbox
from lineal.store.own_rows.facets import Facet
from lineal.store.schema import on_demand
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.access.stores import caller, fill
from tests.engines import SQLITE_EVERY_DAY

READER = caller(Role.READER, "a")
OTHER_NAME = "hive://metastore/shop.orders"
pytestmark = pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
Names = dict[Kind, dict[int, str]]


def names(service: MetadataService) -> Names:
    """Return the names of all nodes by kind and id."""
    found: Names = {}
    for kind in KINDS:
        request = getattr(rpc, f"Get{kind.table}sRequest")()
        nodes: Any = getattr(service.call(f"Get{kind.table}s", request), kind.plural)
        found[kind] = {node.id: node.name for node in nodes}
    return found


def put_rows(session: Session, known: Names) -> None:
    """Give every node a facet, and all artifacts one other name."""
    for kind, nodes in known.items():
        facets.merge_into_nodes(
            session, kind, [Facet(node_id, "mine", 1, f'"{name}"') for node_id, name in nodes.items()]
        )
    for node_id in known[ARTIFACT]:
        locations.add_names(session, [(node_id, OTHER_NAME)])


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """The workspaces `a` and `b`, and what lies between them; every node has a facet, and each artifact a location."""
    with open_service(database_url) as opened:
        fill(opened)
        on_demand.prepare(opened.database)
        known = names(opened)
        opened.write(lambda session, _: put_rows(session, known))
        yield opened


def seen(service: MetadataService, work: Callable[[Session], Any]) -> Any:
    return service.read(lambda session, _: work(session), caller=READER)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", [None, "mine"])
def test_facets_of_other_workspaces_are_hidden(service: MetadataService, kind: Kind, name: str | None) -> None:
    ids = list(names(service)[kind])
    read = seen(service, lambda session: facets.of_nodes(session, kind, ids, name))
    found = {facet.content for facet in read if facet.name == "mine"}
    mine = {f'"{each}"' for each in names(service)[kind].values() if each == "a" or each.startswith("a-")}
    assert found == mine
    assert len(mine) > 1


def test_locations_of_other_workspaces_are_hidden(service: MetadataService) -> None:
    found = seen(
        service, lambda session: locations.artifacts_at(session, [OTHER_NAME, "s3a://b-data/", "s3a://a-data/"])
    )
    assert {row.name for row in found[OTHER_NAME]} == {"a-data", "a-model", "a-held"}
    assert found["s3a://b-data/"] == []
    assert [row.name for row in found["s3a://a-data/"]] == ["a-data"]


@pytest.mark.parametrize(
    "asks",
    [
        lambda session: outbox.waiting(session, most=10),
        lambda session: outbox.dead(session, most=10),
        lambda session: outbox.sent_of(session, CONTEXT, [1]),
    ],
)
def test_the_outbox_is_for_those_who_see_the_whole_store(
    service: MetadataService, asks: Callable[[Session], Any]
) -> None:
    with pytest.raises(errors.PermissionDeniedError, match="shows the whole store"):
        seen(service, asks)


def test_a_call_that_writes_facets_of_another_workspace_is_refused(service: MetadataService) -> None:
    """Rules find nodes as their callers see them; should one not, nothing is written."""
    foreign = next(node_id for node_id, name in names(service)[EXECUTION].items() if name == "b-train")

    def merge(session: Session, *_: object) -> None:
        facets.merge_into_nodes(session, EXECUTION, [Facet(foreign, "mine", 2, '"new"')])

    refuse = scope_rules.checked(merge)
    with pytest.raises(errors.PermissionDeniedError, match="these credentials write to 'a' alone"):
        service.write(lambda session, types: refuse(session, types, None), caller=caller(Role.WRITER, "a"))
    stored = service.read(lambda session, _: facets.of_nodes(session, EXECUTION, [foreign], "mine"))
    assert stored == [Facet(foreign, "mine", 1, '"b-train"')]
