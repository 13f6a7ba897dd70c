"""Facets of OpenLineage: merged in any order and by several writers at once, on every engine."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lineal.kinds import ARTIFACT, CONTEXT
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, values
from lineal.store.own_rows.facets import Facet
from lineal.store.schema import on_demand
from lineal.upkeep.opening import open_service
from tests.engines import SERVERS

WRITERS = 4


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    with open_service(database_url) as opened:
        on_demand.prepare(opened.database)
        yield opened


def merged(service: MetadataService, *given: Facet) -> bool:
    return service.write(lambda session, _: facets.merge_into_nodes(session, ARTIFACT, given))


def stored(service: MetadataService, ids: tuple[int, ...] = (1,)) -> list[Facet]:
    return sorted(service.read(lambda session, _: facets.of_nodes(session, ARTIFACT, ids)))


def test_facets_are_the_same_in_any_order_and_twice(service: MetadataService) -> None:
    given = [
        Facet(0, "schema", 1, '{"a": 1}'),
        Facet(0, "schema", 3, '{"A": "z"}'),
        Facet(0, "schema", 3, '{"a": "B"}'),
        Facet(0, "schema", 3, '{"a": "b"}'),
        Facet(0, "schema", 3, None),
        Facet(0, "schema", 2, '{"ü": "\U0001f600"}'),
    ]
    for node_id, order in enumerate(itertools.permutations(given), start=1):
        for facet in [order[0], *order] if node_id % 7 == 0 else []:
            merged(service, facet._replace(owner_id=node_id))
    found = {(facet.time, facet.content) for facet in stored(service, tuple(range(1, 721)))}
    assert found == {(3, '{"a": "b"}')}


def test_only_what_is_later_counts_as_written(service: MetadataService) -> None:
    assert merged(service, Facet(1, "schema", 5, "{}"), Facet(1, "gone", 5, None), Facet(2, "schema", 4, "{}"))
    assert not merged(service, Facet(1, "schema", 5, "{}"), Facet(1, "gone", 5, None), Facet(2, "schema", 3, "{1}"))
    assert merged(service, Facet(1, "schema", 5, "{}"), Facet(1, "gone", 5, "{}"))
    assert stored(service, (1, 2)) == [
        Facet(1, "gone", 5, "{}"),
        Facet(1, "schema", 5, "{}"),
        Facet(2, "schema", 4, "{}"),
    ]


def test_facets_of_nodes_of_other_kinds_and_of_events_are_others(service: MetadataService) -> None:
    def work(session: Session, _: object) -> None:
        facets.merge_into_nodes(session, CONTEXT, [Facet(1, "sql", 1, '"context"')])
        facets.merge_into_events(session, [Facet(1, "sql", 1, '"event"'), Facet(1, "stats", 2, None)])
        facets.delete_of_nodes(session, ARTIFACT, [1])

    merged(service, Facet(1, "sql", 1, '"artifact"'))
    service.write(work)
    assert stored(service) == []
    read = service.read
    assert read(lambda session, _: facets.of_nodes(session, CONTEXT, [1])) == [Facet(1, "sql", 1, '"context"')]
    assert read(lambda session, _: facets.of_events(session, [1], "sql")) == [Facet(1, "sql", 1, '"event"')]
    service.write(lambda session, _: facets.delete_of_events(session, [1]))
    assert read(lambda session, _: facets.of_events(session, [1])) == []


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """Run a function in threads that start together; return what it returned."""
    barrier = threading.Barrier(count)

    def run(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def test_writers_of_one_facet_at_once_lose_nothing(service: MetadataService) -> None:
    """They hold no lock, as those of runs that read one data set do not."""

    def write(number: int) -> None:
        for turn in range(10):
            time, text = divmod(number * 7 + turn * 3, WRITERS + 1)
            merged(service, Facet(1, f"facet {turn}", time, f'"{text}"'), Facet(2, "schema", turn, f'"{number}"'))

    at_once(WRITERS, write)
    latest = [max(divmod(number * 7 + turn * 3, WRITERS + 1) for number in range(WRITERS)) for turn in range(10)]
    wanted = [Facet(1, f"facet {turn}", time, f'"{text}"') for turn, (time, text) in enumerate(latest)]
    assert stored(service, (1, 2)) == [*wanted, Facet(2, "schema", 9, f'"{WRITERS - 1}"')]


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_the_later_of_two_open_transactions_wins_whichever_commits_first(service: MetadataService) -> None:
    is_read = threading.Barrier(2)

    def write(number: int) -> None:
        is_first_try = True

        def work(session: Session, _: object) -> None:
            nonlocal is_first_try
            facets.of_nodes(session, ARTIFACT, [1])
            if is_first_try:
                is_first_try = False
                is_read.wait(10)
            facets.merge_into_nodes(session, ARTIFACT, [Facet(1, "schema", 9 - number, f'"{number}"')])

        service.write(work)

    at_once(2, write)
    assert stored(service) == [Facet(1, "schema", 9, '"0"')]


def test_all_who_ask_for_the_id_of_a_store_at_once_get_one(service: MetadataService) -> None:
    ids = at_once(WRITERS, lambda _: service.write(lambda session, _: values.store_id(session)))
    assert len(set(ids)) == 1
    assert len(str(ids[0])) == 36
