"""The order of the outbox on every engine: a row never gets the number of one that was there before it."""

from __future__ import annotations

from functools import partial

from lineal.kinds import CONTEXT
from lineal.store.engine.session import Session
from lineal.store.own_rows import outbox
from lineal.store.schema import on_demand
from lineal.upkeep.opening import open_service


def put(url: str, *node_ids: int) -> list[int]:
    """Mark contexts, in a process of their own as it were; return the numbers of all rows that wait."""
    with open_service(url) as service:
        on_demand.prepare(service.database)
        service.write(lambda session, _: outbox.switch_on(session))
        service.database.node_times.note_look(float("-inf"))
        for node_id in node_ids:
            service.write(partial(_mark, node_id))
        rows = service.read(lambda session, _: outbox.waiting(session, most=100))
        assert [row.nodes for row in rows][-len(node_ids) :] == [(node_id,) for node_id in node_ids]
        return [row.id for row in rows]


def _mark(node_id: int, session: Session, _: object) -> None:
    session.linked.append((CONTEXT, [node_id]))


def remove(url: str, ids: list[int]) -> None:
    with open_service(url) as service:
        service.write(lambda session, _: outbox.remove(session, ids))


def test_rows_are_numbered_in_their_order_and_no_number_comes_twice(database_url: str) -> None:
    first = put(database_url, 9, 7, 8)
    assert first == sorted(first)
    remove(database_url, first[1:])
    second = put(database_url, 5, 6)
    assert second[0] == first[0]
    assert second[1] > first[2]
    remove(database_url, second)
    assert put(database_url, 1)[0] > second[2]
